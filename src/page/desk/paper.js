// A ticket on paper: the terminal's, in Russian.

import { el } from "../shared/dom.js";
import { formats } from "../shared/format.js";
import { ticketPaper } from "../shared/paper.js";
import { vocabulary } from "../shared/words.js";
import ru from "./ticket.js";

const t = vocabulary({ ru }, () => "ru");

/** Prints a patient's ticket. */
export function printTicket(ticket, { name }) {
  const written = formats({ t, serverMoment: () => ticket.beginTime });
  const paper = el("section", { id: "paper" }, ...ticketPaper(ticket, { t, written, name }));
  document.getElementById("paper")?.remove();
  document.body.append(paper);
  document.body.classList.add("ticket");
  addEventListener("afterprint", () => {
    document.body.classList.remove("ticket");
    paper.remove();
  }, { once: true });
  print();
}
