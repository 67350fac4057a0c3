// The screens, and how one leads to the next. A screen is `{ load?, waits?, view, step?, open?, leave? }`: `load(signal)` asks the
// server (`waits` is the key of what it waits for), `view(data)` returns what is seen. Leaving a screen aborts what it waits for,
// and calls its `leave()`.

import { onLine, Refused } from "../shared/api.js";
import { el, fill, icon } from "../shared/dom.js";
import { unsettle } from "../shared/touch.js";
import { showAround } from "./frame.js";
import { closeHelp } from "./help.js";
import { closePad } from "./pad.js";
import { clearPaper } from "./paper.js";
import { session, wipe } from "./session.js";
import { t } from "./texts.js";
import { hush, read } from "./voice.js";

/** Steps on the way to a ticket, for "step 2 of 4". */
const STEPS = 4;

const screens = new Map();
let here = { name: null, data: undefined, notice: "", ready: false };
let leaving = new AbortController();
let busy = false;

/** Names the screens; called once at the start. */
export function register(all) {
  for (const [name, screen] of Object.entries(all)) screens.set(name, screen);
}

/** Name of the screen that is shown. */
export const place = () => here.name;

/** Returns whether nobody is known yet: there is nothing to wipe. */
export const isOpen = () => screens.get(here.name)?.open === true;

/**
 * Shows a screen. `notice` is a sentence above it; `given` goes to its `load` and `view`; `instead` leaves the
 * present screen out of the way back.
 */
export function go(name, { notice = "", given, instead = false } = {}) {
  if (here.name && !instead && here.name !== name) session.trail.push({ name: here.name, given: here.given });
  return enter(name, given, notice);
}

/** One screen back. */
export function back() {
  const last = session.trail.pop();
  if (last.name === "welcome") finish();
  else enter(last.name, last.given, "");
}

/** Returns to an earlier screen. The screens between leave the way back. */
export function returnTo(name, notice = "") {
  const at = session.trail.findLastIndex((one) => one.name === name);
  if (at >= 0) session.trail.length = at;
  enter(name, undefined, notice);
}

/** Back to the menu of the person who is known. */
export function toMenu(notice = "") {
  session.trail = [];
  enter("menu", undefined, notice);
}

/** Shows a screen from which "back" leads to the menu, and nowhere before it. */
export function toMenuBehind(name) {
  session.trail = [{ name: "menu" }];
  enter(name, undefined, "");
}

/** Forgets everything about the person and greets the next. */
export function finish() {
  leave();
  wipe();
  clearPaper();
  enter("welcome", undefined, "");
}

/** Draws the present screen again, in another language or after a change. */
export function redraw() {
  draw(false);
}

/**
 * Does something that asks the server, once at a time: further presses wait it out. `waits` is the key of what the patient
 * is told meanwhile. A refusal goes to `refused`, or to the screen for refusals.
 */
export async function run(waits, task, refused = (error) => go("refusal", { given: { error } })) {
  if (busy) return;
  busy = true;
  document.body.classList.add("busy");
  showLine("waiting", t(waits));
  const { signal } = leaving;
  try {
    await task(signal);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Refused)) throw error;
    await refused(error);
  } finally {
    if (leaving.signal === signal) {
      settle();
      showLine("good");
    }
  }
}

function settle() {
  busy = false;
  document.body.classList.remove("busy");
}

/** Ends what the present screen has begun. */
function leave() {
  leaving.abort();
  closeHelp();
  hush();
  screens.get(here.name)?.leave?.();
}

async function enter(name, given, notice) {
  leave();
  leaving = new AbortController();
  settle();
  showLine("good");
  const { signal } = leaving;
  const screen = screens.get(name);
  here = { name, given, notice, data: undefined, ready: !screen.load };
  draw(true);
  if (!screen.load) return;
  try {
    const data = await screen.load(signal, given);
    if (signal.aborted) return;
    Object.assign(here, { data, ready: true });
    draw(true);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Refused)) throw error;
    go("refusal", { given: { error, loading: name }, instead: true });
  }
}

function draw(arriving) {
  const screen = screens.get(here.name);
  closePad();
  const seen = here.ready ? screen.view(here.data, here.given) : waiting(t(screen.waits));
  document.documentElement.lang = session.language;
  document.documentElement.classList.toggle("contrast", session.contrast);
  document.documentElement.classList.toggle("large", session.large);
  document.title = t("title");
  document.body.dataset.screen = here.ready ? here.name : "loading";
  const step = document.getElementById("step");
  step.hidden = !(screen.step && here.ready);
  step.replaceChildren(...(step.hidden ? [] : steps(screen.step)));
  fill("title", seen.title);
  fill("lead", seen.lead ?? "");
  const notice = here.ready ? here.notice || seen.notice : "";
  fill("notice", ...(notice ? [icon("info"), el("span", { text: notice })] : []));
  const nodes = seen.work.filter(Boolean);
  fill("work", ...nodes.filter((node) => !isAct(node)));
  fill("acts", ...nodes.filter(isAct));
  showAround({ open: screen.open === true, home: !session.trail.length && screen.open === true, back, finish, redraw });
  // Last: a slow terminal takes its time to draw, and nobody sees what is new before that.
  unsettle();
  if (arriving && here.ready) {
    document.getElementById("work").scrollTop = 0;
    document.getElementById("title").focus({ preventScroll: true });
  }
  if (here.ready) read(document.getElementById("main"));
}

/** What is seen until the server has answered: what is waited for, and that something moves. */
const waiting = (title) => ({ title, work: [el("p", { class: "waiting", "aria-hidden": "true" }, el("i", { class: "spin" }))] });

/** Buttons that decide stand beside what scrolls, never below an edge. */
const isAct = (node) => node.classList.contains("button");

function steps(now) {
  const marks = Array.from({ length: STEPS }, (_, at) => el("i", { class: at < now ? "done" : "" }));
  return [el("span", { text: t("step", { now, all: STEPS }) }), el("span", { class: "marks", "aria-hidden": "true" }, ...marks)];
}

function showLine(state, words) {
  const text = {
    good: () => "",
    waiting: () => words,
    slow: () => t("lineSlow"),
    lost: () => t("lineLost"),
    busy: () => t("lineBusy", { words }),
  }[state]();
  const line = document.getElementById("line");
  if (line.textContent === text) return;
  line.className = state;
  line.replaceChildren(...(text ? [state === "waiting" ? el("i", { class: "spin" }) : icon("line"), el("span", { text })] : []));
}

onLine(showLine);
