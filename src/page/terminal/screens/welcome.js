// The greeting. Nobody is known here, and nothing of anybody is left.

import { button, el, icon } from "../../shared/dom.js";
import { terminal } from "../clinic.js";
import { go } from "../machine.js";
import { prints, stopped } from "../printer.js";
import { session } from "../session.js";
import { t } from "../texts.js";

const STAGES = [["card", "stagePolicy"], ["calendar", "stageBirth"], ["doctor", "stageDoctor"], ["tickets", "stageTicket"]];

export const welcome = {
  open: true,
  view: () => ({
    title: t("welcomeTitle"),
    lead: t("welcomeLead"),
    notice: stopped() ? t(stopped()) : "",
    work: [
      button(t("welcomeStart"), () => go("number"), { id: "begin", look: "main huge", picture: "touch" }),
      el("ol", { class: "stages" }, ...STAGES.map(([picture, text]) =>
        el("li", {}, el("span", { class: "picture" }, icon(picture)), el("span", { text: t(text) })))),
      el("p", { class: "hint" }, icon("scanner"), el("span", { text: t("welcomeScanner") })),
      prints() ? button(t("reprint"), printAgain, { id: "reprint", picture: "printer" }) : null,
      terminal.settled ? null : button(t("clinicOther"), () => go("choice", { instead: true }), { picture: "clinic" }),
    ],
  }),
};

function printAgain() {
  session.document = "ticketNumber";
  go("number");
}
