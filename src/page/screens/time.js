// Booking, step 3: day and time. A fortnight as a calendar, then the free times of one day.

import { doctors, schedule } from "../clinic.js";
import { button, el } from "../dom.js";
import { addDays, dateOf, longDate, nearMoment, timeOf, today, weekday, weekdayShort } from "../format.js";
import { go, redraw } from "../machine.js";
import { card, cards, sentence } from "../parts.js";
import { choose as chooseCell, session } from "../session.js";
import { t } from "../texts.js";
import { choose as chooseDoctor } from "./doctor.js";

/** Today and so many days after it. */
const DAYS_AHEAD = 14;
/** This many other doctors are offered where one has no time. */
const OTHERS_MAX = 3;
const PARTS = [["morning", "12:00"], ["afternoon", "17:00"], ["evening", "24:00"]];

export const time = {
  step: 3,
  async load(signal) {
    const first = today();
    const last = addDays(first, DAYS_AHEAD);
    const cells = await schedule(session.doctor.guid, first, last, signal);
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

function countByDay(cells) {
  const places = new Map();
  for (const cell of cells) {
    const day = dateOf(cell.beginTime);
    places.set(day, (places.get(day) ?? 0) + cell.count - cell.usedCount);
  }
  return places;
}

/** Whole weeks, Monday first, so that a weekday keeps its column. */
function calendar({ first, last }, places) {
  const monday = addDays(first, -weekday(first));
  const days = [];
  for (let day = monday; day <= last || weekday(day) !== 0; day = addDays(day, 1)) days.push(day);
  return el(
    "div",
    { class: "calendar" },
    ...days.slice(0, 7).map((day) => el("span", { class: "weekday", "aria-hidden": "true", text: weekdayShort(day) })),
    ...days.map((day) => dayButton(day, places.get(day), day < first || day > last)),
    el("p", { class: "small legend", "aria-hidden": "true", text: t("dayLegend") }),
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
    message ? null : button(t("waitingJoin"), () => go("waiting"), { look: "main", picture: "list" }),
  ];
}
