// Booking, step 1: which kind of doctor, those with the most use first or by letter. Who may book nothing here is told so before
// anything is chosen.

import { button, el } from "../../shared/dom.js";
import { dateOf } from "../../shared/format.js";
import { specialities, tickets } from "../clinic.js";
import { nearDate, nearMoment } from "../format.js";
import { go, redraw } from "../machine.js";
import { refusalOfAll } from "../outlook.js";
import { card, cards, pictureOf, sentence } from "../parts.js";
import { session } from "../session.js";
import { t } from "../texts.js";
import { buttons, told, WAYS } from "./refusal.js";

/** A list so short is seen at once, in whatever order. */
const UNSORTED_MAX = 8;

export const speciality = {
  waits: "waitTimes",
  step: 1,
  async load(signal) {
    const [all, mine] = await Promise.all([specialities(signal), tickets(signal)]);
    const visits = new Map(mine.map((ticket) => [ticket.speciality, ticket]));
    return { refusal: await refusalOfAll(all, signal), all: all.map((one) => ({ ...one, mine: visits.get(one.name) })) };
  },
  view: ({ refusal, all }) => ({
    title: t("specialityTitle"),
    lead: refusal ? "" : t("specialityLead"),
    work: refusal
      ? told(refusal, t("refusalDesk"), [WAYS.tickets, WAYS.menu])
      : all.length
        ? [isSorted(all) ? orders() : null, cards("two", inOrder(all).map(option))]
        : [sentence(t("specialityNone")), ...buttons([WAYS.tickets, WAYS.menu])],
  }),
};

/** Whether there is more than one order to choose from. */
const isSorted = (all) => all.length > UNSORTED_MAX && all.some((one) => one.countBooked);

/** By letter the server has them. Those with a free time come first, then those with the most visits ahead. */
const inOrder = (all) =>
  session.byLetter || !isSorted(all)
    ? all
    : all.toSorted((a, b) => Number(b.countFree > 0) - Number(a.countFree > 0) || b.countBooked - a.countBooked);

const orders = () => el("div", { class: "orders", role: "group", "aria-label": t("order") }, order("orderUse", false), order("orderLetter", true));

const order = (label, byLetter) =>
  button(t(label), () => sort(byLetter), { look: "quiet", id: label, "aria-pressed": String(session.byLetter === byLetter) });

function sort(byLetter) {
  session.byLetter = byLetter;
  redraw();
  document.getElementById(byLetter ? "orderLetter" : "orderUse").focus();
}

function option(one) {
  const lines = one.countFree
    ? [t("nearest", { when: nearDate(dateOf(one.nearestDate)) })]
    : [t("noPlaces")];
  return card({
    picture: pictureOf(one.name),
    heading: one.name,
    lines: one.mine ? [t("specialityMine", { when: nearMoment(one.mine.beginTime) })] : lines,
    look: one.countFree ? "" : "empty",
    lang: "ru",
    act: () => choose(one),
  });
}

function choose(one) {
  session.speciality = one;
  session.doctor = null;
  go("doctor");
}
