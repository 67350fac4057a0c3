// The ticket on 80 mm paper, in a part of the document that only the printer shows.

import { el, fill } from "../shared/dom.js";
import { dateOf, initials, timeOf } from "../shared/format.js";
import { code128 } from "../shared/code128.js";
import { qr } from "../shared/qr.js";
import { clinicNow, shortDate, whereabouts, yearDate } from "./format.js";
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
    el("p", { class: "paper-date", text: yearDate(dateOf(ticket.beginTime)) }),
    el("p", { class: "paper-doctor", text: ticket.docFio }),
    el("p", { text: ticket.speciality }),
    el("p", { class: "paper-where", text: whereabouts(ticket.room, ticket.flat) }),
    el("p", { text: `${t("ticketPatient")}: ${initials(session.who.patient)}` }),
    qr(ticket.receipt, t("ticketQr")),
    code128(ticket.receipt, t("ticketQr")),
    el("p", { class: "paper-code", text: ticket.receipt.match(/\d{1,4}/g).join(" ") }),
    el("p", { class: "paper-note", text: t("ticketCodeUse") }),
    el("p", { class: "paper-note", text: t("ticketPaper") }),
    cancelling(ticket.lpu.phone),
    el("p", { class: "paper-note", text: ticket.lpu.address ?? "" }),
    el("p", { class: "paper-note", text: t("ticketPrinted", { date: shortDate(dateOf(clinicNow())), time: timeOf(clinicNow()) }) }),
  );
  window.print();
}

/** How to cancel. The telephone number stays on one line. */
function cancelling(phone) {
  if (!phone) return el("p", { class: "paper-note", text: t("ticketCancelHere") });
  const [before, after] = t("ticketCancel", { phone: "\n" }).split("\n");
  return el("p", { class: "paper-note paper-cancel" }, before, el("span", { class: "paper-phone", text: phone }), after);
}

/** Removes what was printed. */
export function clearPaper() {
  fill("paper");
}
