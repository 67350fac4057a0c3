// A time for a patient: speciality, doctor, and the cells of two weeks. What a rule refuses is marked and told before it is met.

import { el } from "../../shared/dom.js";
import { addDays, dateOf, timeOf } from "../../shared/format.js";
import { change, noDay, read } from "../api.js";
import { longDate, shortDate } from "../dates.js";
import { printTicket } from "../paper.js";
import { Wrong, ask, field, newKey, show } from "../parts.js";

/** Days that are shown at once. */
const DAYS = 14;

/** Shows the times for a new visit of `patient`, or for `visit`, which is put off. `back` leads to the card. */
export function booking(main, { patient, visit, person, back }) {
  const path = `/desk/api/patients/${patient.mkab}`;
  // The visit that is put off does not stand in its own way.
  const putOff = visit?.ticketGuid;
  const speciality = field("Специальность", { name: "speciality" }, "select");
  const doctor = field("Врач", { name: "doctor" }, "select");
  const from = field("С какого дня", { name: "from", type: "date" });
  const cells = el("div", { class: "stack", "aria-live": "polite" });
  const step = (days) => () => {
    from.input.value = addDays(from.input.value, days);
    showCells();
  };
  main.replaceChildren(
    el(
      "div",
      { class: "row spread" },
      el("h1", { text: visit ? `Перенести запись: ${patient.name}` : `Записать: ${patient.name}` }),
      el("button", { type: "button", class: "button", text: "К карте", on: { click: back } }),
    ),
    visit ? el("p", { class: "note", text: `Сейчас: ${longDate(dateOf(visit.beginTime))}, ${timeOf(visit.beginTime)}, ${visit.docFio}.` }) : "",
    el(
      "div",
      { class: "row" },
      speciality.field,
      doctor.field,
      el("button", { type: "button", class: "button", text: "←", "aria-label": "Раньше на две недели", on: { click: step(-DAYS) } }),
      from.field,
      el("button", { type: "button", class: "button", text: "→", "aria-label": "Позже на две недели", on: { click: step(DAYS) } }),
    ),
    cells,
  );
  speciality.input.addEventListener("change", showDoctors);
  doctor.input.addEventListener("change", showCells);
  from.input.addEventListener("change", () => from.input.value && showCells());
  start();

  async function start() {
    // The clinic's day, which need not be this machine's.
    const { date } = await noDay();
    from.input.value = date;
    const all = await read(`${path}/specialities`, { query: { putOff } });
    speciality.input.replaceChildren(...all.map(({ code, name, countFree }) => el("option", { value: code, text: `${name} (мест: ${countFree})` })));
    const own = all.find(({ name }) => name === visit?.speciality);
    if (own) speciality.input.value = own.code;
    speciality.input.focus();
    await showDoctors();
  }

  async function showDoctors() {
    const all = await read(`${path}/doctors`, { query: { speciality: speciality.input.value, putOff } });
    doctor.input.replaceChildren(...all.map(({ guid, docFio, countFree }) => el("option", { value: guid, text: `${docFio} (мест: ${countFree})` })));
    if (all.some(({ guid }) => guid === visit?.docGuid)) doctor.input.value = visit.docGuid;
    await showCells();
  }

  async function showCells() {
    const [asked, day] = [doctor.input.value, from.input.value];
    if (!asked) {
      cells.replaceChildren(el("p", { class: "note", text: "Врачей нет." }));
      return;
    }
    const all = await read(`${path}/cells/${asked}/${day}/${addDays(day, DAYS - 1)}`, { query: { putOff } });
    if (asked !== doctor.input.value || day !== from.input.value) return;
    const shown = all.filter(({ status }) => status === "Available" || status === "UnavailableWithMessage");
    const days = [...new Set(shown.map(({ beginTime }) => dateOf(beginTime)))];
    cells.replaceChildren(
      ...days.map((date) => {
        const ofDay = shown.filter(({ beginTime }) => dateOf(beginTime) === date);
        return el("section", {}, el("h2", { text: longDate(date) }), el("div", { class: "row times" }, ...ofDay.map(time)));
      }),
      days.length ? "" : el("p", { class: "note", text: `С ${shortDate(day)} на две недели свободных мест нет.` }),
    );
  }

  function time(cell) {
    const isFree = cell.status === "Available";
    return el("button", {
      type: "button",
      class: `button small ${isFree ? "" : "refused"}`,
      text: timeOf(cell.beginTime),
      title: cell.message,
      "aria-label": isFree ? timeOf(cell.beginTime) : `${timeOf(cell.beginTime)}, нельзя: ${cell.message}`,
      on: { click: () => confirm(cell, isFree) },
    });
  }

  async function confirm(cell, isFree) {
    if (!isFree && !person.mayOverride) {
      await show("Записать нельзя", el("p", { class: "warning", text: cell.message }));
      return;
    }
    const key = newKey();
    const phone = field("Телефон для связи", { name: "visit-phone", type: "tel", maxlength: 32, value: patient.phone });
    const reason = field("Почему вопреки правилу", { name: "override", maxlength: 256 });
    const about = `${longDate(dateOf(cell.beginTime))}, ${timeOf(cell.beginTime)}`;
    const parts = [
      isFree ? null : el("p", { class: "warning", text: cell.message }),
      isFree ? null : reason.field,
      visit ? null : phone.field,
    ].filter(Boolean);
    const made = await ask(visit ? `Перенести на ${about}?` : `Записать на ${about}?`, parts, visit ? "Перенести" : "Записать", () => {
      if (!isFree && !reason.input.value.trim()) throw new Wrong(reason.input, "Укажите причину: она войдет в историю записи.");
      const wish = { timeTable: cell.guid, overrideReason: reason.input.value };
      if (visit) return change("POST", `/desk/api/visits/${visit.ticketGuid}/move`, wish);
      return change("POST", `${path}/visits`, { ...wish, phone: phone.input.value === patient.phone ? "" : phone.input.value, idempotencyKey: key });
    });
    if (!made) {
      await showCells();
      return;
    }
    const print = await ask("Готово", [el("p", { text: `Талон № ${made.num}: ${about}, ${made.docFio}, кабинет ${made.room || "не указан"}.` })], "Напечатать талон", async () => true);
    if (print) printTicket(made, patient);
    back();
  }
}
