// After a minute without a touch the page asks, 15 seconds later it forgets everything. A monotonic clock counts, and is read
// again as soon as the page runs on: a dialog of the browser may have held it.

import { button, el } from "../shared/dom.js";
import { unsettle } from "../shared/touch.js";
import { finish, isOpen } from "./machine.js";
import { t } from "./texts.js";

/** Time without a touch before the question. */
export const IDLE_MS = 60_000;
/** Time without an answer before everything is forgotten. */
export const GRACE_S = 15;

const LOOK_MS = 250;
const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "wheel"];
/** Events after the page was held. */
const SIGNS_OF_RETURN = ["afterprint", "focus", "pageshow", "visibilitychange"];

let lastSign = 0;

/** Begins to watch. */
export function startIdleWatch() {
  for (const sign of SIGNS_OF_LIFE) addEventListener(sign, seen, { capture: true, passive: true });
  for (const sign of SIGNS_OF_RETURN) addEventListener(sign, look);
  // Escape means "I am here".
  question().addEventListener("cancel", stay);
  setInterval(look, LOOK_MS);
  stay();
}

/** Somebody is there. */
export function stay() {
  lastSign = performance.now();
  look();
}

const question = () => document.getElementById("idle");

function seen() {
  // Whoever comes after the time has passed is somebody else.
  look();
  if (!question().open) lastSign = performance.now();
}

function look() {
  const now = performance.now();
  if (isOpen()) lastSign = now;
  const quiet = now - lastSign;
  const left = Math.ceil((IDLE_MS - quiet) / 1000) + GRACE_S;
  if (left <= 0) leave();
  else if (quiet < IDLE_MS) close();
  else ask(left);
}

function ask(left) {
  if (!question().open) {
    question().replaceChildren(
      el("h2", { id: "idle-title", text: t("idleTitle") }),
      el("p", { id: "idle-left", "aria-hidden": "true" }),
      el("p", { id: "idle-text", text: t("idleText") }),
      // The end does not stand where the way on stands.
      button(t("idleLeave"), leave),
      button(t("idleStay"), stay, { look: "main", autofocus: true }),
    );
    question().showModal();
    unsettle();
  }
  document.getElementById("idle-left").textContent = left;
}

function close() {
  if (!question().open) return;
  question().close();
  question().replaceChildren();
  unsettle();
}

function leave() {
  finish();
  stay();
}
