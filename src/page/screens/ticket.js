// The ticket. It is booked before it is printed; without paper the number is enough.

import { button, el } from "../dom.js";
import { finish, toMenu } from "../machine.js";
import { hasPrinter, print } from "../paper.js";
import { appointment } from "../parts.js";
import { qr } from "../qr.js";
import { t } from "../texts.js";

const PRINT_AFTER_MS = 200;

export const ticket = {
  load: async (signal, booked) => {
    // The screen is drawn first; printing may hold the page for a while. Who has gone by then takes no paper.
    if (hasPrinter) setTimeout(() => signal.aborted || print(booked), PRINT_AFTER_MS);
    return booked;
  },
  view: (booked) => ({
    title: t("ticketTitle"),
    lead: t(hasPrinter ? "ticketLead" : "ticketNoPrinter", { num: booked.num }),
    work: [
      slip(booked),
      hasPrinter ? button(t("ticketPrint"), () => print(booked), { id: "again", picture: "printer" }) : null,
      button(t("toMenu"), () => toMenu(), { picture: "home" }),
      // What takes the ticket from the screen does not stand where "book" stood.
      button(t("ticketDone"), finish, { look: "main huge", picture: "check" }),
    ],
  }),
};

/** The ticket as it is seen on the screen. */
export function slip(booked) {
  return el(
    "article",
    { class: "slip" },
    el("p", { class: "num" }, el("span", { text: t("ticketNumber") }), el("b", { text: booked.num })),
    appointment(booked),
    qr(booked.ticketGuid, t("ticketQr")),
  );
}
