// What the patient already has: the list, one ticket with print and cancel, and the waiting list.

import { cancel, specialities, stopWaiting, tickets as ask, waitingList } from "../clinic.js";
import { button } from "../dom.js";
import { dateOf, shortDate } from "../format.js";
import { go, returnTo, run } from "../machine.js";
import { print } from "../paper.js";
import { card, cards, sentence, ticketCard } from "../parts.js";
import { t } from "../texts.js";
import { slip } from "./ticket.js";

export const tickets = {
  async load(signal) {
    const [mine, waits] = await Promise.all([ask(signal), waitingList(signal)]);
    const names = waits.length ? await specialities(signal) : [];
    const nameOf = (entry) => names.find((one) => one.code === entry.specialityCode)?.name ?? entry.specialityCode;
    return { mine, waits: waits.filter((entry) => entry.status === "Active").map((entry) => ({ ...entry, name: nameOf(entry) })) };
  },
  view: ({ mine, waits }) => ({
    title: t("ticketsTitle"),
    lead: mine.length ? t("ticketsLead") : "",
    work: [
      mine.length ? null : sentence(t("ticketsNone")),
      cards("one", [
        ...mine.map((ticket) => ticketCard(ticket, () => go("visit", { given: ticket }))),
        ...waits.map(waitingCard),
      ]),
    ],
  }),
};

function waitingCard(entry) {
  return card({
    picture: "list",
    heading: t("waitingEntry", { speciality: entry.name }),
    lines: [t("waitingSince", { date: shortDate(dateOf(entry.dateStart)), until: shortDate(dateOf(entry.dateEnd)) })],
    badge: t("waitingStop"),
    act: () =>
      run(async (signal) => {
        await stopWaiting(entry, signal);
        returnTo("tickets");
      }),
  });
}

export const visit = {
  view: (_, ticket) => ({
    title: t("visitTitle"),
    lead: "",
    work: [
      slip(ticket),
      button(t("visitPrint"), () => print(ticket), { look: "main", picture: "printer" }),
      button(t("visitCancel"), () => go("cancelling", { given: ticket }), { look: "danger", picture: "cross" }),
    ],
  }),
};

export const cancelling = {
  view: (_, ticket) => ({
    title: t("cancelTitle"),
    lead: t("cancelLead"),
    work: [
      slip(ticket),
      button(t("cancelNo"), () => returnTo("tickets"), { look: "main", picture: "back" }),
      button(t("cancelYes"), () => confirmed(ticket), { id: "cancel", look: "danger", picture: "cross" }),
    ],
  }),
};

const confirmed = (ticket) =>
  run(async (signal) => {
    await cancel(ticket, signal);
    returnTo("tickets", t("cancelDone"));
  });
