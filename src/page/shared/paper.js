// The ticket on paper, as the terminal and the reception print it. A slip of paper shows no more of the patient than the initials.
// Printed again for who knew its number it bears no code: that would open more than the number did.

import { code128 } from "./code128.js";
import { el } from "./dom.js";
import { dateOf, initials, timeOf } from "./format.js";
import { qr } from "./qr.js";

/** Returns the parts of a ticket. `t` gives the page's texts, `written` is what `formats` returns, `name` the patient's. */
export const ticketPaper = (ticket, { t, written, name }) => {
  const { clinicNow, shortDate, whereabouts, yearDate } = written;
  return [
    el("p", { class: "paper-clinic", text: ticket.lpu.name }),
    el("p", { class: "paper-num" }, el("span", { text: t("ticketNumber") }), ` ${ticket.num}`),
    el("p", { class: "paper-time", text: timeOf(ticket.beginTime) }),
    el("p", { class: "paper-date", text: yearDate(dateOf(ticket.beginTime)) }),
    el("p", { class: "paper-doctor", text: ticket.docFio }),
    el("p", { text: ticket.speciality }),
    el("p", { class: "paper-where", text: whereabouts(ticket.room, ticket.flat) }),
    el("p", { text: `${t("ticketPatient")}: ${initials(name)}` }),
    ...(ticket.receipt ? codes(ticket.receipt, t) : []),
    el("p", { class: "paper-note", text: t("ticketPaper") }),
    cancelling(t, ticket.lpu.phone),
    el("p", { class: "paper-note", text: ticket.lpu.address ?? "" }),
    el("p", { class: "paper-note", text: t("ticketPrinted", { date: shortDate(dateOf(clinicNow())), time: timeOf(clinicNow()) }) }),
  ];
};

const codes = (receipt, t) => [
  qr(receipt, t("ticketQr")),
  code128(receipt, t("ticketQr")),
  el("p", { class: "paper-code", text: receipt.match(/\d{1,4}/g).join(" ") }),
  el("p", { class: "paper-note", text: t("ticketCodeUse") }),
];

/** How to cancel. The telephone number stays on one line. */
function cancelling(t, phone) {
  if (!phone) return el("p", { class: "paper-note", text: t("ticketCancelHere") });
  const [before, after] = t("ticketCancel", { phone: "\n" }).split("\n");
  return el("p", { class: "paper-note paper-cancel" }, before, el("span", { class: "paper-phone", text: phone }), after);
}
