// Booking, step 2: which doctor. The patient's district doctor comes first, then those the patient has seen, then
// whoever is free soonest; those without a free time come last.

import { addDays } from "../../shared/format.js";
import { doctors, tickets } from "../clinic.js";
import { nearMoment, today, whereabouts } from "../format.js";
import { isOwn, KNOWN_DAYS } from "../likely.js";
import { go } from "../machine.js";
import { refusalOf } from "../outlook.js";
import { card, cards, pictureOf, sentence } from "../parts.js";
import { session } from "../session.js";
import { t } from "../texts.js";
import { told, WAYS } from "./refusal.js";
import { insteadOfTime, isWaiting } from "./waiting.js";

export const doctor = {
  waits: "waitTimes",
  step: 2,
  async load(signal) {
    const dates = { dateFrom: addDays(today(), -KNOWN_DAYS), dateTo: today() };
    const [all, seen, refusal] = await Promise.all([
      doctors(session.speciality.code, signal),
      tickets(signal, dates),
      refusalOf(session.speciality, signal),
    ]);
    const known = new Set(seen.map((ticket) => ticket.docGuid));
    const ranked = all
      .map((one) => ({ ...one, own: isOwn(one), known: known.has(one.guid) }))
      .sort((a, b) => rank(a) - rank(b) || soonest(a).localeCompare(soonest(b)));
    const isOpen = ranked.some((one) => one.nearestSlot);
    return { all: ranked, refusal, isOpen, waits: !isOpen && (await isWaiting(signal)) };
  },
  view: ({ all, refusal, isOpen, waits }) => ({
    title: t("doctorTitle"),
    lead: session.speciality.name,
    work: refusal
      ? told(refusal, t("refusalChoose"), session.speciality.mine
          ? [WAYS.tickets, WAYS.speciality, WAYS.menu]
          : [WAYS.speciality, WAYS.tickets, WAYS.menu])
      : isOpen
        ? [cards("pair", all.map(option))]
        : [sentence(t("doctorNone")), ...insteadOfTime(waits)],
  }),
};

const rank = (one) => (one.nearestSlot ? 0 : 4) - (one.own ? 2 : 0) - (one.known ? 1 : 0);
const soonest = (one) => one.nearestSlot?.beginTime ?? "";

function option(one) {
  return card({
    picture: one.type === "doctor" ? "doctor" : pictureOf(one.speciality),
    heading: one.docFio,
    lines: [
      one.own ? t("doctorDistrict") : one.known ? t("doctorKnown") : "",
      one.role,
      whereabouts(one.room, one.flat),
      one.nearestSlot ? t("nearest", { when: nearMoment(one.nearestSlot.beginTime) }) : t("noPlaces"),
    ],
    look: one.nearestSlot ? "" : "empty",
    lang: "ru",
    act: () => choose(one),
  });
}

/** Chooses a doctor, and shows the times. */
export function choose(one) {
  session.doctor = one;
  session.day = null;
  go("time");
}
