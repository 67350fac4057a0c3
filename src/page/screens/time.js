// Booking, step 3: day and time. Three weeks as a calendar with further ones behind it, then the free times of one day.

import { Refused } from "../api.js";
import { doctors, schedule, specialities } from "../clinic.js";
import { button, el } from "../dom.js";
import { addDays, dateOf, daysBetween, longDate, nearMoment, shortDate, timeOf, today, weekday, weekdayShort } from "../format.js";
import { go, redraw } from "../machine.js";
import { card, cards, sentence } from "../parts.js";
import { choose as chooseCell, session } from "../session.js";
import { t } from "../texts.js";
import { choose as chooseDoctor } from "./doctor.js";
import { insteadOfTime } from "./waiting.js";

/** Today and so many days after it are asked for even where nothing is free: cells there may say why. */
const DAYS_AHEAD_MIN = 14;
/** Days of the calendar that are seen at once: whole weeks. */
const DAYS_SHOWN = 21;
/** Refusals of a schedule that a shorter one does not meet: too many days, and too many cells among others. */
const TOO_LONG = ["5066", "5000"];
/** This many other doctors are offered where one has no time. */
const OTHERS_MAX = 3;
const PARTS = [["morning", "12:00"], ["afternoon", "17:00"], ["evening", "24:00"]];

export const time = {
  step: 3,
  async load(signal) {
    const first = today();
    const last = await lastDay(first, signal);
    const cells = await cellsOf(session.doctor.guid, first, last, signal);
    const free = cells.filter((cell) => cell.status === "Available");
    const message = cells.find((cell) => cell.status === "UnavailableWithMessage")?.message ?? "";
    const others = free.length ? [] : await doctors(session.speciality.code, signal);
    return { first, last, free, message, others: others.filter((one) => one.nearestSlot && one.guid !== session.doctor.guid) };
  },
  view(data) {
    const title = t("timeTitle");
    const lead = `${session.doctor.docFio}, ${session.doctor.speciality}`;
    if (!data.free.length) return { title, lead, work: nothing(data) };
    const places = countByDay(data.free);
    if (!places.has(session.day)) session.day = dateOf(data.free[0].beginTime);
    const cells = data.free.filter((cell) => dateOf(cell.beginTime) === session.day);
    return { title, lead, work: [el("div", { class: "when" }, calendar(data, places), times(cells))] };
  },
};

/** The last day that the server's own count of free places goes to: further ahead it books nothing of this kind. */
async function lastDay(first, signal) {
  const mine = (await specialities(signal)).find((one) => one.code === session.speciality.code);
  const least = addDays(first, DAYS_AHEAD_MIN);
  return mine?.lastDate > least ? mine.lastDate : least;
}

/** Cells of one doctor, both days included: asked for at once, or in halves where the server answers no such long time. */
async function cellsOf(doctor, first, last, signal) {
  try {
    return await schedule(doctor, first, last, signal);
  } catch (error) {
    if (!(error instanceof Refused && TOO_LONG.includes(error.code)) || first === last) throw error;
    const middle = addDays(first, Math.floor(daysBetween(first, last) / 2));
    const early = await cellsOf(doctor, first, middle, signal);
    return [...early, ...(await cellsOf(doctor, addDays(middle, 1), last, signal))];
  }
}

function countByDay(cells) {
  const places = new Map();
  for (const cell of cells) {
    const day = dateOf(cell.beginTime);
    places.set(day, (places.get(day) ?? 0) + cell.count - cell.usedCount);
  }
  return places;
}

/** Whole weeks, Monday first, so that a weekday keeps its column: those with the chosen day. */
function calendar({ first, last }, places) {
  const monday = addDays(first, -weekday(first));
  const turned = Math.floor(daysBetween(monday, session.day) / DAYS_SHOWN);
  const days = Array.from({ length: DAYS_SHOWN }, (_, at) => addDays(monday, turned * DAYS_SHOWN + at))
    .filter((day) => addDays(day, -weekday(day)) <= last);
  return el(
    "div",
    { class: "calendar" },
    turner(days, [...places.keys()]),
    ...days.slice(0, 7).map((day) => el("span", { class: "weekday", "aria-hidden": "true", text: weekdayShort(day) })),
    ...days.map((day) => dayButton(day, places.get(day), day < first || day > last)),
    el("p", { class: "small legend", "aria-hidden": "true", text: t("dayLegend") }),
  );
}

/** Turns the calendar to the next free day before these days and after them, if there is one. */
function turner(days, free) {
  const [from, to] = [days[0], days.at(-1)];
  const earlier = free.findLast((day) => day < from);
  const later = free.find((day) => day > to);
  if (!earlier && !later) return null;
  const turn = (label, day, picture) => (day ? button(t(label), () => pick(day), { picture }) : el("span"));
  return el(
    "div",
    { class: "turner" },
    turn("earlier", earlier, "back"),
    el("p", { text: t("dates", { from: shortDate(from), to: shortDate(to) }) }),
    turn("later", later, "next"),
  );
}

function dayButton(day, n, outside) {
  if (outside) return el("span", { class: "day outside" });
  const date = longDate(day);
  const spoken = n ? t("dayFree", { date, places: t("places", { n }) }) : t("dayFull", { date });
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
  return el("button", { type: "button", class: "slot", text: timeOf(cell.beginTime), on: { click: () => choose(cell) } });
}

function choose(cell) {
  chooseCell(cell);
  go("confirm");
}

function nothing({ message, others }) {
  return [
    message ? el("p", { class: "sentence", lang: "ru", text: message }) : sentence(t("timeNone")),
    others.length ? el("h2", { text: t("timeOthers") }) : null,
    cards("pair", others.slice(0, OTHERS_MAX).map((one) =>
      card({ picture: "doctor", heading: one.docFio, lines: [one.role, nearMoment(one.nearestSlot.beginTime)], lang: "ru", act: () => chooseDoctor(one) }))),
    ...(message ? [] : insteadOfTime()),
  ];
}
