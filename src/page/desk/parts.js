// Parts that several views are made of.

import { el } from "../shared/dom.js";
import { Refused, Unknown } from "./api.js";

/** A labelled field: the whole as `field`, its control as `input`. */
export function field(label, props = {}, control = "input", ...children) {
  const id = `f-${props.name}`;
  const input = el(control, { id, autocomplete: "off", ...props }, ...children);
  return { field: el("div", { class: "field" }, el("label", { for: id, text: label }), input), input };
}

/** A table with a caption, heads and rows of cells: texts or nodes. `look` is one more class. */
export function table(caption, heads, rows, look = "") {
  return el(
    "div",
    { class: `sheet ${look}`, tabindex: "0", role: "region", "aria-label": caption },
    el(
      "table",
      {},
      el("caption", { class: "unseen", text: caption }),
      el("thead", {}, el("tr", {}, ...heads.map((text) => (text ? el("th", { scope: "col", text }) : el("td", {}))))),
      el("tbody", {}, ...rows),
    ),
  );
}

/** A row of a table. */
export const row = (cells, props = {}) =>
  el("tr", props, ...cells.map((cell) => (cell instanceof Node ? el("td", {}, cell) : el("td", { text: cell }))));

/** Shows why something was not done, where `place` is; other errors go on. */
export function tellRefusal(place, error) {
  if (!(error instanceof Refused || error instanceof Unknown)) throw error;
  place.textContent = error.message;
}

/** A button whose press does something with the server: no second press meanwhile, a refusal in `place`. */
export function acting(label, place, act, { look = "", ...props } = {}) {
  const press = el("button", { type: "button", class: `button ${look}`, text: label, ...props });
  press.addEventListener("click", async () => {
    press.disabled = true;
    place.textContent = "";
    try {
      await act();
    } catch (error) {
      tellRefusal(place, error);
    } finally {
      press.disabled = false;
    }
  });
  return press;
}

/**
 * Asks a question in a dialog. `fields` stand between title and buttons; `act` does what is meant and may throw a refusal, which
 * is shown and leaves the dialog open; `other` is the button that leaves it. Returns what `act` returned; undefined when it was left.
 */
export function ask(title, fields, label, act, { look = "main", other = "Не надо" } = {}) {
  const dialog = document.getElementById("question");
  return new Promise((resolve) => {
    let result;
    const error = el("p", { class: "error", role: "alert" });
    const press = el("button", { class: `button ${look}`, text: label });
    const form = el(
      "form",
      { novalidate: true },
      el("h2", { id: "question-title", text: title }),
      ...fields,
      error,
      el("div", { class: "row" }, press, other && el("button", { type: "button", class: "button", text: other, on: { click: () => dialog.close() } })),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      press.disabled = true;
      error.textContent = "";
      try {
        result = (await act()) ?? true;
        dialog.close();
      } catch (refusal) {
        tellRefusal(error, refusal);
      } finally {
        press.disabled = false;
      }
    });
    dialog.replaceChildren(form);
    dialog.addEventListener("close", () => resolve(result), { once: true });
    dialog.showModal();
    (form.querySelector("input, textarea, select") ?? press).focus();
  });
}

/** Shows something until it is read. */
export const show = (title, ...nodes) => ask(title, nodes, "Закрыть", async () => {}, { other: null });

/** Looks again and again while the page is in sight. While the server is away, one look waits for it. Returns what ends it. */
export function lookAgain(look, everyMs) {
  let isLooking = false;
  const timer = setInterval(() => {
    if (document.hidden || isLooking) return;
    isLooking = true;
    look().finally(() => { isLooking = false; });
  }, everyMs);
  return () => clearInterval(timer);
}

/** A key that nobody else has. `randomUUID` is for encrypted pages alone, which a page within the clinic need not be. */
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** A GUID that nobody else has. */
export const newGuid = () => newKey().replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");

/** Words in a field that are wrong: told at the field. */
export class Wrong extends Refused {
  constructor(input, message) {
    super(400, "", message);
    input.setAttribute("aria-invalid", "true");
    input.addEventListener("input", () => input.removeAttribute("aria-invalid"), { once: true });
    input.focus();
  }
}
