// "Call somebody": where the reception is, and its telephone. A dialog over the screen, so that nothing of it is lost.

import { button, el, icon } from "../shared/dom.js";
import { unsettle } from "../shared/touch.js";
import { terminal } from "./clinic.js";
import { reception } from "./printer.js";
import { session } from "./session.js";
import { t } from "./texts.js";
import { read } from "./voice.js";

const dialog = () => document.getElementById("help-dialog");

/** At the greeting, who has read it goes there: the next person finds the greeting. */
const SHOWN_MS_MAX = 60_000;

let timer = 0;

/** Shows where help is. */
export function showHelp() {
  const { phone } = terminal.lpu ?? {};
  const parts = [
    el("h2", { id: "help-title", text: t("helpTitle") }),
    reception() ? el("p", { class: "reception" }, icon("arrive"), el("b", { lang: "ru", text: reception() })) : null,
    phone ? call(phone) : null,
    el("p", { text: t(session.number ? "helpLeave" : "helpStay") }),
    button(t("helpDone"), () => dialog().close(), { look: "main", picture: "check", autofocus: true }),
  ];
  dialog().replaceChildren(...parts.filter(Boolean));
  dialog().showModal();
  timer = setTimeout(closeHelp, SHOWN_MS_MAX);
  read(dialog());
  unsettle();
}

/** The telephone: its number stays on one line. */
function call(phone) {
  const [before, after] = t("helpPhone", { phone: "\n" }).split("\n");
  return el("p", { class: "phone" }, before, el("span", { text: phone }), after);
}

/** The dialog ends with the screen over which it stands. */
export function closeHelp() {
  if (dialog().open) dialog().close();
}

/** Begins to forget what was shown once it is closed, and to read the screen behind it again. */
export function startHelp() {
  dialog().addEventListener("close", () => {
    clearTimeout(timer);
    dialog().replaceChildren();
    read(document.getElementById("main"));
    unsettle();
  });
}
