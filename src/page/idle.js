// Nobody stands there any more: after a minute the page asks, fifteen seconds later it forgets everything.

import { button, el } from "./dom.js";
import { finish, isOpen } from "./machine.js";
import { t } from "./texts.js";

/** Without a touch for so long, the page asks. */
export const IDLE_MS = 60_000;
/** Without an answer for so long, it forgets. */
export const GRACE_S = 15;

const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "wheel"];

let quiet;
let countdown;

/** Begins to watch. */
export function startIdleWatch() {
  const dialog = document.getElementById("idle");
  // Escape means "I am here".
  dialog.addEventListener("cancel", stay);
  for (const sign of SIGNS_OF_LIFE) addEventListener(sign, () => dialog.open || rest(), { capture: true, passive: true });
  rest();
}

function rest() {
  clearTimeout(quiet);
  quiet = setTimeout(ask, IDLE_MS);
}

function ask() {
  if (isOpen()) return rest();
  const dialog = document.getElementById("idle");
  const left = el("p", { id: "idle-left", "aria-hidden": "true", text: GRACE_S });
  dialog.replaceChildren(
    el("h2", { id: "idle-title", text: t("idleTitle") }),
    left,
    el("p", { id: "idle-text", text: t("idleText") }),
    button(t("idleStay"), stay, { look: "main", autofocus: true }),
    button(t("idleLeave"), leave),
  );
  dialog.showModal();
  const end = Date.now() + GRACE_S * 1000;
  countdown = setInterval(() => {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    left.textContent = Math.max(seconds, 0);
    if (seconds <= 0) leave();
  }, 250);
}

function close() {
  clearInterval(countdown);
  const dialog = document.getElementById("idle");
  dialog.close();
  dialog.replaceChildren();
  rest();
}

function stay() {
  close();
}

function leave() {
  close();
  finish();
}
