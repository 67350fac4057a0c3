// Large digits for the finger. A keyboard and a bar-code scanner that types are heard as well.

import { button, el, icon } from "./dom.js";
import { t } from "./texts.js";

let listen = null;

/**
 * A display and twelve keys. `digits()` and `set(digits)` reach the value, `max` is its length, `shape` shows it
 * (a pattern of `#` for a digit, anything else as it is), `blank(at)` the sign for a digit still missing, `done`
 * is what "next" does.
 */
export function pad({ digits, set, max, shape, blank = () => "·", next, done }) {
  const display = el("p", { class: "display", "aria-hidden": "true" });
  const spoken = el("p", { class: "unseen", "aria-live": "polite" });
  const change = (value) => {
    set(value);
    display.replaceChildren(...glyphs(shape, value, blank));
    spoken.textContent = value ? t("typed", { digits: [...value].join(" ") }) : t("typedNothing");
  };
  const add = (digit) => digits().length < max && change(digits() + digit);
  const erase = () => change(digits().slice(0, -1));
  const key = (digit) => el("button", { type: "button", class: "key", text: digit, on: { click: () => add(digit) } });
  const keys = el(
    "div",
    { class: "keys" },
    ...["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(key),
    el("button", { type: "button", class: "key word", text: t("eraseAll"), on: { click: () => change("") } }),
    key("0"),
    el("button", { type: "button", class: "key", "aria-label": t("erase"), on: { click: erase } }, icon("erase")),
  );
  change(digits());
  listen = { add, erase, done };
  return [
    el("div", { class: "entry" }, display, spoken),
    keys,
    button(next, done, { look: "main next", picture: "next" }),
  ];
}

function glyphs(shape, value, blank) {
  let at = 0;
  let cursor = false;
  return [...shape].map((sign) => {
    if (sign !== "#") return el("span", { class: "gap", text: sign });
    const digit = value[at];
    const isNext = digit === undefined && !cursor;
    cursor ||= digit === undefined;
    const node = el("span", { class: digit ? "digit" : isNext ? "digit blank at" : "digit blank", text: digit ?? blank(at) });
    at += 1;
    return node;
  });
}

/** No pad is shown any more. */
export function closePad() {
  listen = null;
}

/** Hears typing. `start(digit)` is asked when a digit comes while no pad is shown. */
export function startTyping(start) {
  let lastWasDigit = false;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.getElementById("idle").open) return;
    const digit = /^[0-9]$/.test(event.key);
    if (digit) {
      if (listen) listen.add(event.key);
      else start(event.key);
    } else if (event.key === "Backspace" && listen) {
      listen.erase();
    } else if (event.key === "Enter" && listen && lastWasDigit) {
      // A scanner ends with Enter, whatever button has the focus.
      event.preventDefault();
      listen.done();
    }
    lastWasDigit = digit;
  });
}
