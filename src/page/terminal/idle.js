// After a minute without a touch the page asks, 15 seconds later it forgets everything. At the greeting it asks nothing: language, colours
// and voice are the next person's own to choose. A monotonic clock counts, and is read
// again as soon as the page runs on: a dialog of the browser may have held it.

import { button, el } from "../shared/dom.js";
import { unsettle } from "../shared/touch.js";
import { finish, isOpen, place } from "./machine.js";
import { isAdjusted } from "./session.js";
import { t } from "./texts.js";
import { hush, read } from "./voice.js";

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
  const quiet = performance.now() - lastSign;
  if (isOpen()) return rest(quiet);
  const left = Math.ceil((IDLE_MS - quiet) / 1000) + GRACE_S;
  if (left <= 0) leave();
  else if (quiet < IDLE_MS) close();
  else ask(left);
}

function rest(quiet) {
  close();
  if (quiet >= IDLE_MS && place() === "welcome" && isAdjusted()) leave();
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
    read(question());
    unsettle();
  }
  document.getElementById("idle-left").textContent = left;
}

function close() {
  if (!question().open) return;
  question().close();
  hush();
  question().replaceChildren();
  unsettle();
}

function leave() {
  finish();
  stay();
}
