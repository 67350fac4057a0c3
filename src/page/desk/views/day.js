// The day: who comes to whom, and who has come. What others change is seen within two seconds.

import { el } from "../../shared/dom.js";
import { addDays, timeOf } from "../../shared/format.js";
import { read } from "../api.js";
import { longDate, shortDate } from "../dates.js";
import { field, lookAgain, row, table, tellRefusal } from "../parts.js";
import { download } from "../sheet.js";

/** Time between two looks at the day. */
const REFRESH_MS = 1_500;

const STATES = { booked: "записан", came: "пришел", cancelled: "отменен" };
const HEADS = ["Время", "Номер", "Врач", "Кабинет", "Пациент", "Дата рождения", "Телефон", "Источник", "Состояние"];

/** Shows a day. */
export function day(main, { place, person, open }) {
  const seesCards = person.role !== "doctor";
  let seen = place ?? { date: "", resource: "" };
  let tag;
  let answer;
  let ended = false;
  day.place = () => seen;

  const date = field("День", { name: "day-date", type: "date" });
  const doctor = field("Врач", { name: "day-doctor" }, "select");
  const title = el("h1", { text: "День" });
  const counts = el("p", { class: "counts" });
  const error = el("p", { class: "error", role: "alert" });
  const list = el("div", { class: "day" });
  const step = (days) => () => go({ date: addDays(answer?.date ?? date.input.value, days) });
  main.append(
    el(
      "div",
      { class: "row spread" },
      title,
      el(
        "div",
        { class: "row no-print" },
        el("button", { type: "button", class: "button", text: "←", "aria-label": "Предыдущий день", on: { click: step(-1) } }),
        date.field,
        el("button", { type: "button", class: "button", text: "→", "aria-label": "Следующий день", on: { click: step(1) } }),
        el("button", { type: "button", class: "button", text: "Сегодня", on: { click: () => go({ date: "" }) } }),
        doctor.field,
        el("button", { type: "button", class: "button", text: "Печать", on: { click: () => print() } }),
        el("button", { type: "button", class: "button", text: "В таблицу", on: { click: () => answer && download(`zapisi-${answer.date}.csv`, HEADS, answer.visits.map(cells)) } }),
      ),
    ),
    counts,
    error,
    list,
  );
  date.input.addEventListener("change", () => date.input.value && go({ date: date.input.value }));
  doctor.input.addEventListener("change", () => go({ resource: doctor.input.value }));

  function go(change) {
    seen = { ...seen, ...change };
    tag = undefined;
    look(false);
  }

  async function look(unattended) {
    const asked = seen;
    const { date: day, resource } = asked;
    const found = await read("/desk/api/day", { query: { date: day, resource }, unattended, known: tag }).catch((refusal) => {
      tellRefusal(error, refusal);
    });
    if (ended || asked !== seen || !found || found.unchanged) return;
    error.textContent = "";
    tag = found.tag;
    answer = found;
    draw();
  }

  function draw() {
    title.textContent = longDate(answer.date);
    if (document.activeElement !== date.input) date.input.value = answer.date;
    const options = [el("option", { value: "", text: "Все" }), ...answer.resources.map(({ guid, docFio }) => el("option", { value: guid, text: docFio }))];
    if (document.activeElement !== doctor.input) {
      doctor.input.replaceChildren(...options);
      doctor.input.value = seen.resource;
    }
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.ticket : undefined;
    const count = (state) => answer.visits.filter((visit) => visit.state === state).length;
    const [booked, came, cancelled] = [count("booked"), count("came"), count("cancelled")];
    const pair = (label, number) => el("span", {}, `${label} `, el("b", { text: String(number) }));
    counts.replaceChildren(pair("Записаны", booked + came), pair("Пришли", came), pair("Отменены", cancelled));
    list.replaceChildren(
      answer.visits.length
        ? table(`Записи на ${shortDate(answer.date)}`, HEADS, answer.visits.map(line))
        : el("p", { class: "note", text: "На этот день записей нет." }),
    );
    if (focused) list.querySelector(`[data-ticket="${focused}"]`)?.focus({ preventScroll: true });
  }

  const cells = (visit) => [
    timeOf(visit.beginTime), visit.num, visit.docFio, visit.room, visit.patient, shortDate(visit.birthDate), visit.phone, visit.sourceName,
    visit.state === "came" ? `${STATES.came} ${timeOf(visit.checkInTime)}` : STATES[visit.state],
  ];

  function line(visit) {
    const texts = cells(visit);
    const name = seesCards && visit.mkab
      ? el("button", {
          type: "button", class: "button small name", text: visit.patient, "data-ticket": visit.ticketGuid, on: { click: () => open("patients", { mkab: visit.mkab }) },
        })
      : el("span", { class: "name", text: visit.patient });
    const state = el("span", { class: `state ${visit.state}`, text: texts[8] });
    return row([...texts.slice(0, 4), name, ...texts.slice(5, 8), state], { class: visit.state });
  }

  look(false);
  const rest = lookAgain(() => look(true), REFRESH_MS);
  return () => {
    ended = true;
    rest();
  };
}
