// The ticket. It is booked before it is printed; without paper the number is enough. Who gave a ticket's number to have it printed
// again is not known: this screen shows what the paper bears, and leads nowhere else.

import { button, el } from "../../shared/dom.js";
import { dateOf, timeOf } from "../../shared/format.js";
import { qr } from "../../shared/qr.js";
import { changeList, changes } from "../changes.js";
import { cancel } from "../clinic.js";
import { shortDate, whereabouts } from "../format.js";
import { finish, go, run, toMenu } from "../machine.js";
import { print } from "../paper.js";
import { appointment, briefly } from "../parts.js";
import { lacksPaper, prints } from "../printer.js";
import { session } from "../session.js";
import { t } from "../texts.js";

const PRINT_AFTER_MS = 200;

export const ticket = {
  waits: "waitBook",
  load: async (signal, booked) => {
    // The screen is drawn first; printing may hold the page for a while. Who has gone by then takes no paper.
    // Nothing waits in a printer that does not print: it would come out for everybody to read.
    if (prints()) setTimeout(() => signal.aborted || print(booked), PRINT_AFTER_MS);
    return booked;
  },
  view: (booked) => ({
    title: t(session.who ? "ticketTitle" : "reprintTitle"),
    lead: t(prints() ? "ticketLead" : lacksPaper() ? "ticketNoPaper" : "ticketNoPrinter", { num: booked.num, what: toWrite(booked) }),
    work: [
      slip(booked),
      prints() ? button(t("ticketPrint"), () => print(booked), { id: "again", picture: "printer" }) : null,
      session.who ? button(t("toMenu"), () => toMenu(), { picture: "home" }) : null,
      // What takes the ticket from the screen does not stand where "book" stood, and is not so high that it reaches there.
      button(t("ticketDone"), finish, { look: "main", picture: "check" }),
    ],
  }),
};

/** What was booked is not what was chosen: the timetable changed in between. It is printed once the patient keeps it. */
export const otherwise = {
  view: (_, { shown, ticket: booked }) => ({
    title: t("otherwiseTitle"),
    lead: t("otherwiseLead"),
    work: [
      changeList(changes(shown, booked), "changeChosen", "changeBooked"),
      button(t("otherwiseKeep"), () => go("ticket", { given: booked, instead: true }), { id: "keep", look: "main", picture: "check" }),
      button(t("otherwiseCancel"), () => giveBack(booked), { id: "cancel", look: "danger", picture: "cross" }),
    ],
  }),
};

const giveBack = (booked) =>
  run("waitCancel", async (signal) => {
    const gone = await cancel(booked, signal);
    toMenu(t("cancelDone", { what: briefly(gone) }));
  });

/** What to write down without paper: `30 ноября, 08:30, кабинет 302`. */
const toWrite = ({ beginTime, room }) =>
  [shortDate(dateOf(beginTime)), timeOf(beginTime), whereabouts(room, "")].filter(Boolean).join(", ");

/** The ticket as it is seen on the screen. */
export function slip(booked) {
  return el(
    "article",
    { class: "slip" },
    el("p", { class: "num" }, el("span", { text: t("ticketNumber") }), el("b", { text: booked.num })),
    appointment(booked),
    booked.receipt ? qr(booked.receipt, t("ticketQr")) : null,
  );
}
