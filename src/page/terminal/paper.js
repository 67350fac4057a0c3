// The ticket on 80 mm paper, in a part of the document that only the printer shows.

import { el, fill } from "../shared/dom.js";
import { dateOf, initials, timeOf } from "../shared/format.js";
import { qr } from "../shared/qr.js";
import { longDate, whereabouts } from "./format.js";
import { session } from "./session.js";
import { t } from "./texts.js";

/** Whether the terminal has a printer: `?printer=none` says that it has not. */
export const hasPrinter = new URLSearchParams(location.search).get("printer") !== "none";

/** Prints a ticket. */
export function print(ticket) {
  fill(
    "paper",
    el("p", { class: "paper-clinic", text: ticket.lpu.name }),
    el("p", { class: "paper-num" }, el("span", { text: t("ticketNumber") }), ` ${ticket.num}`),
    el("p", { class: "paper-time", text: timeOf(ticket.beginTime) }),
    el("p", { class: "paper-date", text: longDate(dateOf(ticket.beginTime)) }),
    el("p", { class: "paper-doctor", text: ticket.docFio }),
    el("p", { text: ticket.speciality }),
    el("p", { class: "paper-where", text: whereabouts(ticket.room, ticket.flat) }),
    el("p", { text: `${t("ticketPatient")}: ${initials(session.who.patient)}` }),
    qr(ticket.ticketGuid, t("ticketQr")),
    el("p", { class: "paper-note", text: t("ticketPaper") }),
  );
  window.print();
}

/** Removes what was printed. */
export function clearPaper() {
  fill("paper");
}
