// Booking, step 3: day and time. Three weeks as a calendar with further ones behind it, then the free times of one day.

import { button, el } from "../../shared/dom.js";
import { addDays, dateOf, daysBetween, timeOf, weekday } from "../../shared/format.js";
import { doctors } from "../clinic.js";
import { longDate, monthName, nearMoment, weekdayShort } from "../format.js";
import { redraw } from "../machine.js";
import { doctorCells, freeDoctors, isFree, wordsOf } from "../outlook.js";
import { card, cards, sentence } from "../parts.js";
import { session } from "../session.js";
import { t } from "../texts.js";
import { ask } from "./confirm.js";
import { choose as chooseDoctor } from "./doctor.js";
import { told, WAYS } from "./refusal.js";
import { insteadOfTime, isWaiting } from "./waiting.js";

/** Days of the calendar that are seen at once: whole weeks. */
const DAYS_SHOWN = 21;
/** This many other doctors are offered where one has no time. */
const OTHERS_MAX = 3;
const PARTS = [["morning", "12:00"], ["afternoon", "17:00"], ["evening", "24:00"]];

export const time = {
  waits: "waitTimes",
  step: 3,
  async load(signal) {
    const { first, last, cells } = await doctorCells(signal);
    const free = cells.filter(isFree);
    if (free.length) return { first, last, free };
    // Only those whose times the server would book: another refusal is no way out.
    const elsewhere = await freeDoctors(session.speciality, signal);
    const all = elsewhere.size ? await doctors(session.speciality.code, signal) : [];
    const others = all.filter((one) => elsewhere.has(one.guid)).map((one) => ({ ...one, nearestSlot: elsewhere.get(one.guid) }));
    return { free, message: wordsOf(cells), others, waits: await isWaiting(signal) };
  },
  view(data) {
    const title = t("timeTitle");
    const lead = `${session.doctor.docFio}, ${session.doctor.speciality}`;
    if (!data.free.length) return { title, lead, work: nothing(data) };
    const free = countByDay(data.free);
    if (!free.has(session.day)) session.day = dateOf(data.free[0].beginTime);
    const cells = data.free.filter((cell) => dateOf(cell.beginTime) === session.day);
    return { title, lead, work: [el("div", { class: "when" }, calendar(data, free), times(cells))] };
  },
};

/** Free times of each day: what the patient can touch, however many places each has. */
function countByDay(cells) {
  const times = new Map();
  for (const cell of cells) {
    const day = dateOf(cell.beginTime);
    times.set(day, (times.get(day) ?? 0) + 1);
  }
  return times;
}

/** Whole weeks, Monday first, so that a weekday keeps its column: those with the chosen day. */
function calendar({ first, last }, free) {
  const monday = addDays(first, -weekday(first));
  const turned = Math.floor(daysBetween(monday, session.day) / DAYS_SHOWN);
  const days = Array.from({ length: DAYS_SHOWN }, (_, at) => addDays(monday, turned * DAYS_SHOWN + at))
    .filter((day) => addDays(day, -weekday(day)) <= last);
  return el(
    "div",
    { class: "calendar" },
    turner(days, [...free.keys()]),
    ...days.slice(0, 7).map((day) => el("span", { class: "weekday", "aria-hidden": "true", text: weekdayShort(day) })),
    ...days.map((day) => dayButton(day, free.get(day), day < first || day > last)),
    el("p", { class: "small legend", "aria-hidden": "true", text: t("dayLegend") }),
  );
}

/** The months of these days, and buttons that turn to the next free day before them and after them, if there is one. */
function turner(days, free) {
  const [from, to] = [days[0], days.at(-1)];
  const earlier = free.findLast((day) => day < from);
  const later = free.find((day) => day > to);
  const turn = (label, day, picture) => (day ? button(t(label), () => pick(day), { picture }) : el("span"));
  return el(
    "div",
    { class: "turner" },
    turn("earlier", earlier, "back"),
    el("h2", { text: from.slice(0, 7) === to.slice(0, 7) ? monthName(to) : t("dates", { from: monthName(from), to: monthName(to) }) }),
    turn("later", later, "next"),
  );
}

function dayButton(day, n, outside) {
  if (outside) return el("span", { class: "day outside" });
  const date = longDate(day);
  const spoken = n ? t("dayFree", { date, times: t("times", { n }) }) : t("dayFull", { date });
  return el(
    "button",
    {
      type: "button",
      class: "day",
      disabled: !n,
      "aria-pressed": n ? String(day === session.day) : undefined,
      "data-day": day,
      on: { click: () => pick(day) },
    },
    el("b", { "aria-hidden": "true", text: Number(day.slice(8)) }),
    el("span", { "aria-hidden": "true", text: n ? n : "—" }),
    el("span", { class: "unseen", text: spoken }),
  );
}

function pick(day) {
  session.day = day;
  redraw();
  document.querySelector(`[data-day="${day}"]`).focus();
}

function times(cells) {
  const parts = el("div", { class: "times" }, el("h2", { text: longDate(session.day) }));
  let from = "00:00";
  for (const [name, until] of PARTS) {
    const mine = cells.filter((cell) => timeOf(cell.beginTime) >= from && timeOf(cell.beginTime) < until);
    if (mine.length) {
      parts.append(el("h3", { text: t(name) }), el("div", { class: "slots" }, ...mine.map(slot)));
    }
    from = until;
  }
  return parts;
}

function slot(cell) {
  return el("button", { type: "button", class: "slot", text: timeOf(cell.beginTime), on: { click: () => ask(() => cell) } });
}

function nothing({ message, others, waits }) {
  const elsewhere = others.length
    ? [
        el("h2", { text: t("timeOthers") }),
        cards("pair", others.slice(0, OTHERS_MAX).map((one) =>
          card({ picture: "doctor", heading: one.docFio, lines: [one.role, nearMoment(one.nearestSlot.beginTime)], lang: "ru", act: () => chooseDoctor(one) }))),
      ]
    : [];
  if (message) return [...elsewhere, ...told(message, "", [WAYS.speciality, WAYS.tickets, WAYS.menu])];
  return [sentence(t("timeNone")), ...elsewhere, ...insteadOfTime(waits)];
}
