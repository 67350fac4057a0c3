// Booking, step 2: which doctor, or at once which of a doctor's nearest times. The patient's district doctor comes first, then those
// the patient has seen, then whoever is free soonest; those without a free time come last.

import { el } from "../../shared/dom.js";
import { addDays, dateOf, timeOf } from "../../shared/format.js";
import { doctors, schedule, tickets } from "../clinic.js";
import { nearDate, nearMoment, today, whereabouts } from "../format.js";
import { isOwn, KNOWN_DAYS } from "../likely.js";
import { go } from "../machine.js";
import { isFree, nearestCells, refusalOf, refusalOfCells } from "../outlook.js";
import { card, cards, pictureOf, sentence } from "../parts.js";
import { session } from "../session.js";
import { t } from "../texts.js";
import { ask } from "./confirm.js";
import { told, WAYS } from "./refusal.js";
import { insteadOfTime, isWaiting } from "./waiting.js";

export const doctor = {
  waits: "waitTimes",
  step: 2,
  async load(signal) {
    const dates = { dateFrom: addDays(today(), -KNOWN_DAYS), dateTo: today() };
    const [all, seen, cells] = await Promise.all([
      doctors(session.speciality.code, signal),
      tickets(signal, dates),
      nearestCells(session.speciality, signal),
    ]);
    const refusal = await refusalOf(session.speciality, cells, signal);
    const known = new Set(seen.map((ticket) => ticket.docGuid));
    const ranked = all
      .map((one) => ({ ...one, own: isOwn(one), known: known.has(one.guid), times: nearestTimes(one, cells) }))
      .sort((a, b) => rank(a) - rank(b) || soonest(a).localeCompare(soonest(b)));
    const isOpen = ranked.some((one) => one.nearestSlot);
    return { all: ranked, refusal, isOpen, waits: !isOpen && (await isWaiting(signal)) };
  },
  view: ({ all, refusal, isOpen, waits }) => ({
    title: t("doctorTitle"),
    lead: isOpen && !refusal ? t("doctorLead", { speciality: session.speciality.name }) : session.speciality.name,
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

/** The doctor's nearest times, without those of `cells` that the server would not book, and none where it says why. */
function nearestTimes({ guid, nearestSlots }, cells) {
  const mine = new Map(cells.filter((cell) => cell.docGuid === guid).map((cell) => [cell.guid, cell]));
  if (refusalOfCells([...mine.values()])) return [];
  return nearestSlots.filter((slot) => !mine.has(slot.guid) || isFree(mine.get(slot.guid)));
}

function option(one) {
  const words = about(one);
  if (!one.times.length) return words;
  return el("div", { class: "doctor" }, words, el("div", { class: "nearest" }, ...one.times.map((slot) => time(one, slot))));
}

function about(one) {
  return card({
    picture: one.type === "doctor" ? "doctor" : pictureOf(one.speciality),
    heading: one.docFio,
    lines: [
      one.own ? t("doctorDistrict") : one.known ? t("doctorKnown") : "",
      one.role,
      whereabouts(one.room, one.flat),
      one.times.length ? "" : one.nearestSlot ? t("nearest", { when: nearMoment(one.nearestSlot.beginTime) }) : t("noPlaces"),
    ],
    look: one.nearestSlot ? "" : "empty",
    lang: "ru",
    act: () => choose(one),
  });
}

const time = (one, slot) =>
  el(
    "button",
    { type: "button", class: "slot", on: { click: () => take(one, slot) } },
    el("span", { class: "unseen", text: `${one.docFio}, ` }),
    el("small", { text: nearDate(dateOf(slot.beginTime)) }),
    el("b", { text: timeOf(slot.beginTime) }),
  );

/** Chooses a doctor, and shows the times. */
export function choose(one) {
  session.doctor = one;
  session.day = null;
  go("time");
}

/** Chooses one of a doctor's nearest times. Its day tells the rest about the cell; what is gone by now, the hold says. */
function take(one, slot) {
  session.doctor = one;
  session.day = dateOf(slot.beginTime);
  const isIt = (cell) => cell.guid === slot.guid;
  ask(async (signal) => (await schedule(one.guid, session.day, session.day, signal)).find(isIt) ?? slot);
}
