// A ticket on paper.

import { el } from "../shared/dom.js";
import { dateOf, initials, timeOf } from "../shared/format.js";
import { qr } from "../shared/qr.js";
import { longDate } from "./dates.js";

/** Prints a ticket. A slip of paper shows no more of the patient than the initials. */
export function printTicket(ticket, { name, lpuName }) {
  const paper = el(
    "section",
    { id: "paper" },
    el("p", { text: lpuName }),
    el("p", { class: "number", text: `№ ${ticket.num}` }),
    el("p", { class: "when", text: `${longDate(dateOf(ticket.beginTime))}, ${timeOf(ticket.beginTime)}` }),
    el("p", { text: [ticket.docFio, ticket.speciality, ticket.room && `кабинет ${ticket.room}`].filter(Boolean).join(", ") }),
    el("p", { text: `Пациент: ${initials(name)}` }),
    qr(ticket.receipt, "Код талона"),
  );
  document.getElementById("paper")?.remove();
  document.body.append(paper);
  document.body.classList.add("ticket");
  addEventListener("afterprint", () => {
    document.body.classList.remove("ticket");
    paper.remove();
  }, { once: true });
  print();
}
