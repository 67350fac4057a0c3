// Large digits for the finger. `keys.js` brings those of a keyboard.

import { button, el, icon } from "../shared/dom.js";
import { t } from "./texts.js";

let listen = null;

/**
 * A display and twelve keys. `digits()` and `set(digits)` reach the value (`set` may keep another one than was typed),
 * `max` is the length of what is typed, `shape` shows it (a pattern of `#` for a digit, anything else as it is),
 * `blank(at)` the sign for a digit still missing, `done` is what "next" does. `scans`: a scan belongs here, whatever its
 * length. `goesOn`: the finger's last digit does what "next" does.
 */
export function pad({ digits, set, max, shape, blank = () => "·", next, done, scans = false, goesOn = false }) {
  const display = el("p", { class: "display", "aria-hidden": "true" });
  const spoken = el("p", { class: "unseen", "aria-live": "polite" });
  const change = (typed) => {
    set(typed);
    const value = digits();
    display.replaceChildren(...glyphs(shape, value, blank));
    spoken.textContent = value ? t("typed", { digits: [...value].join(" ") }) : t("typedNothing");
  };
  const add = (digit) => digits().length < max && change(digits() + digit);
  const erase = () => change(digits().slice(0, -1));
  const touched = (digit) => {
    add(digit);
    if (goesOn && digits().length === max) done();
  };
  const key = (digit) => el("button", { type: "button", class: "key", text: digit, on: { click: () => touched(digit) } });
  const keys = el(
    "div",
    { class: "keys" },
    ...["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(key),
    el("button", { type: "button", class: "key word", text: t("eraseAll"), on: { click: () => change("") } }),
    key("0"),
    el("button", { type: "button", class: "key", "aria-label": t("erase"), on: { click: erase } }, icon("erase")),
  );
  change(digits());
  listen = { add, erase, done, longest: scans ? 0 : max };
  return [
    el("div", { class: "entry" }, display, spoken),
    keys,
    button(next, done, { look: "main next", picture: "next" }),
  ];
}

function glyphs(shape, value, blank) {
  let at = 0;
  let cursor = false;
  const glyph = (sign) => {
    if (sign !== "#") return el("span", { class: "gap", text: sign });
    const digit = value[at];
    const isNext = digit === undefined && !cursor;
    cursor ||= digit === undefined;
    const node = el("span", { class: digit ? "digit" : isNext ? "digit blank at" : "digit blank", text: digit ?? blank(at) });
    at += 1;
    return node;
  };
  // A line breaks between groups of digits alone.
  return shape.split(/(?<=[^#])(?=#)/).map((group) => el("span", { class: "group" }, ...[...group].map(glyph)));
}

/** No pad is shown any more. */
export function closePad() {
  listen = null;
}

/** Takes a digit from the keyboard; false when no pad is shown. */
export function typeDigit(digit) {
  listen?.add(digit);
  return listen !== null;
}

/** Takes the last digit away. */
export function erase() {
  listen?.erase();
}

/** Goes on, as "next" does; false when no pad is shown. */
export function enterTyped() {
  const heard = listen;
  heard?.done();
  return heard !== null;
}

/** Returns how many digits the shown pad takes as typed, however quickly they come. */
export const longestTyped = () => listen?.longest ?? 0;
