// Booking, step 1: which kind of doctor. Who may book nothing here is told so before anything is chosen.

import { dateOf } from "../../shared/format.js";
import { specialities, tickets } from "../clinic.js";
import { nearDate, nearMoment } from "../format.js";
import { go } from "../machine.js";
import { refusalOfAll } from "../outlook.js";
import { card, cards, pictureOf, sentence } from "../parts.js";
import { session } from "../session.js";
import { t } from "../texts.js";
import { buttons, told, WAYS } from "./refusal.js";

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
        ? [cards("two", all.map(option))]
        : [sentence(t("specialityNone")), ...buttons([WAYS.tickets, WAYS.menu])],
  }),
};

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
