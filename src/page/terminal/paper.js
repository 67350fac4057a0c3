// The ticket on 80 mm paper, in a part of the document that only the printer shows.

import { fill } from "../shared/dom.js";
import { ticketPaper } from "../shared/paper.js";
import * as written from "./format.js";
import { session } from "./session.js";
import { t } from "./texts.js";

/** Prints a ticket. One that was asked for by its number names the patient by initials itself. */
export function print(ticket) {
  fill("paper", ...ticketPaper(ticket, { t, written, name: ticket.patient ?? session.who.patient }));
  window.print();
}

/** Removes what was printed. */
export function clearPaper() {
  fill("paper");
}
