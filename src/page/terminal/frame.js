// The frame of every screen: clinic, person and time above, the bar below, and buttons that scroll.

import { button, fill } from "../shared/dom.js";
import { timeOf } from "../shared/format.js";
import { unsettle } from "../shared/touch.js";
import { terminal } from "./clinic.js";
import { clinicNow } from "./format.js";
import { showHelp } from "./help.js";
import { session } from "./session.js";
import { languages, nextLanguage, t } from "./texts.js";
import { hasVoice } from "./voice.js";

/** Interval of the clock, which shows minutes. */
const CLOCK_MS = 5_000;
/** Part of the view that a press scrolls: a line stays in sight. */
const SCROLL_PART = 0.8;
/** Less is rounding. */
const TOLERANCE_PX = 4;

/**
 * Draws everything around the screen. `open`: nobody is known yet; `home`: there is nothing to finish. `back`, `finish`
 * and `redraw` are what the bar's buttons do.
 */
export function showAround({ open, home, back, finish, redraw }) {
  fill("place", terminal.lpu?.name ?? "");
  fill("patient", session.who && !open ? session.who.greeting : "");
  showClock();
  const bar = document.getElementById("bar");
  const held = bar.contains(document.activeElement) ? document.activeElement.id : null;
  bar.setAttribute("aria-label", t("controls"));
  const parts = [
    session.trail.length && !home ? button(t("back"), back, { id: "back", picture: "back" }) : filler(),
    button(session.contrast ? t("contrastOff") : t("contrast"), () => flip("contrast", redraw), { id: "contrast", look: "quiet", picture: "contrast" }),
    button(session.large ? t("smaller") : t("larger"), () => flip("large", redraw), { id: "larger", look: "quiet", picture: "text" }),
    button(languages[nextLanguage()].languageName, () => speak(redraw), { id: "language", look: "quiet", picture: "globe", lang: nextLanguage() }),
    hasVoice() ? button(t(session.voice ? "voiceOff" : "voice"), () => flip("voice", redraw), { id: "voice", look: "quiet", picture: "earphones" }) : null,
    button(t("help"), showHelp, { id: "help", look: "quiet", picture: "help" }),
    home ? filler() : button(t("finish"), finish, { id: "finish", picture: "exit" }),
  ].filter(Boolean);
  bar.replaceChildren(...parts);
  if (held) document.getElementById(held)?.focus();
  fill(
    "scroll",
    button(t("scrollUp"), () => scroll(-1), { id: "up", picture: "up" }),
    button(t("scrollDown"), () => scroll(1), { id: "down", picture: "down" }),
  );
  fit();
}

function filler() {
  const span = document.createElement("span");
  span.className = "filler";
  return span;
}

function flip(what, redraw) {
  session[what] = !session[what];
  redraw();
}

function speak(redraw) {
  session.language = nextLanguage();
  redraw();
}

function showClock() {
  fill("clock", timeOf(clinicNow()));
}

function scroll(direction) {
  const work = document.getElementById("work");
  work.scrollBy({ top: direction * work.clientHeight * SCROLL_PART });
}

/** Shows the scrolling buttons when something is out of sight, measured without the buttons. */
function fit() {
  const buttons = document.getElementById("scroll");
  buttons.hidden = true;
  buttons.hidden = hiddenPart() < TOLERANCE_PX;
  mark();
}

/** Disables a button that leads nowhere. */
function mark() {
  const { scrollTop } = document.getElementById("work");
  document.getElementById("up").disabled = scrollTop < TOLERANCE_PX;
  document.getElementById("down").disabled = scrollTop > hiddenPart() - TOLERANCE_PX;
}

function hiddenPart() {
  const work = document.getElementById("work");
  return work.scrollHeight - work.clientHeight;
}

/** Starts the clock and keeps the scrolling buttons true. */
export function startFrame() {
  setInterval(showClock, CLOCK_MS);
  const work = document.getElementById("work");
  work.addEventListener("scroll", () => {
    unsettle(work);
    mark();
  }, { passive: true });
  addEventListener("resize", () => {
    unsettle();
    fit();
  });
  // A banner that appears takes room, too.
  new ResizeObserver(() => {
    const buttons = document.getElementById("scroll");
    if (!buttons.hidden || hiddenPart() < TOLERANCE_PX) return;
    unsettle();
    buttons.hidden = false;
  }).observe(work);
}
