// A patient's card: contacts, visits with what can be done about them, and what stands in the way.

import { el } from "../../shared/dom.js";
import { change, noDay, read } from "../api.js";
import { shortDate, shortMoment } from "../dates.js";
import { printTicket } from "../paper.js";
import { Wrong, acting, ask, field, row, show, table, tellRefusal } from "../parts.js";
import { booking } from "./booking.js";

/** Shows a card. `back` leads to where one was. */
export function card(main, tools) {
  const { mkab, back } = tools;
  const path = `/desk/api/patients/${mkab}`;
  const error = el("p", { class: "error", role: "alert" });
  load();

  async function load() {
    const patient = await read(path);
    const typed = [...main.querySelectorAll("form input")].filter((input) => input.value !== input.defaultValue);
    const { name, birthDate, policySeries, policyNumber, snils, lpuName, uchastokNum, closed, doubles, visits, waiting } = patient;
    const facts = [
      ["Дата рождения", shortDate(birthDate)],
      ["Полис", `${policySeries} ${policyNumber}`.trim()],
      ["СНИЛС", snils],
      ["Участок", uchastokNum],
      ["Поликлиника", lpuName],
    ].filter(([, value]) => value);
    const warnings = [
      patient.provisional && "Временная карта: ее сделала регистратура, в системе клиники ее еще нет.",
      closed && "Карта закрыта: записать по ней нельзя.",
      patient.selfBookingBanned && "Пациенту запрещена самостоятельная запись: записывает только регистратура.",
      doubles.length && `Тот же документ есть в картах: ${doubles.map((other) => `${other.name}, ${shortDate(other.birthDate)}`).join("; ")}.`,
    ].filter(Boolean);
    main.replaceChildren(
      el(
        "div",
        { class: "row spread" },
        el("h1", { text: name }),
        el(
          "div",
          { class: "row no-print" },
          el("button", { type: "button", class: "button", text: "К поиску", on: { click: back } }),
          closed ? null : el("button", { type: "button", class: "button main", text: "Записать", on: { click: () => choose(patient) } }),
        ),
      ),
      el("p", { class: "counts" }, ...facts.map(([label, value]) => el("span", {}, `${label}: `, el("b", { text: value })))),
      ...warnings.map((text) => el("p", { class: "warning", text })),
      contacts(patient),
      error,
      el("h2", { text: "Записи" }),
      visits.length
        ? table("Записи пациента", ["Когда", "Номер", "Врач", "Кабинет", "Источник", "Состояние", ""], visits.map((visit) => line(visit, patient)))
        : el("p", { class: "note", text: "Записей нет." }),
    );
    for (const { name, value } of typed) main.querySelector(`form [name="${name}"]`).value = value;
    if (document.activeElement === document.body) main.focus();
    const active = waiting.filter(({ status }) => status === "Active");
    if (active.length) {
      main.append(
        el("h2", { text: "Лист ожидания" }),
        table("Заявки в лист ожидания", ["Код специальности", "С", "По"], active.map((entry) => row([entry.specialityCode, shortDate(entry.dateStart), shortDate(entry.dateEnd)]))),
      );
    }
  }

  function contacts(patient) {
    const phone = field("Телефон", { name: "phone", type: "tel", maxlength: 32, value: patient.phone });
    const email = field("Электронная почта", { name: "email", type: "email", maxlength: 254, value: patient.email, size: 28 });
    const told = el("p", { role: "status", class: "note" });
    const form = el("form", { class: "row no-print", novalidate: true }, phone.field, email.field, el("button", { class: "button", text: "Сохранить контакты" }), told);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      error.textContent = "";
      try {
        await change("POST", `${path}/contact`, { phone: phone.input.value, email: email.input.value });
        for (const { input } of [phone, email]) input.defaultValue = input.value;
        told.textContent = "Сохранено.";
      } catch (refusal) {
        tellRefusal(error, refusal);
      }
    });
    return form;
  }

  function line(visit, patient) {
    const state = visit.cancelled ? "отменена" : visit.came ? "пришел" : "записан";
    const about = `${shortMoment(visit.beginTime)}, ${visit.docFio}`;
    const press = (label, act, look = "small") => acting(label, error, act, { look, "aria-label": `${label}: ${about}` });
    const buttons = visit.cancelled
      ? [press("История", () => history(visit, about))]
      : [
          visit.came ? null : press("Пришел", () => done(change("POST", `/desk/api/visits/${visit.ticketGuid}/checkin`))),
          press("Перенести", () => choose(patient, visit)),
          press("Отменить", () => cancel(visit, about), "small danger"),
          press("Талон", () => printTicket(visit, patient)),
          press("История", () => history(visit, about)),
        ];
    return row(
      [
        shortMoment(visit.beginTime), visit.num, `${visit.docFio}, ${visit.speciality}`, visit.room, visit.history[0].client.name,
        el("span", { class: `state ${visit.cancelled ? "cancelled" : visit.came ? "came" : ""}`, text: state }),
        el("div", { class: "row no-print" }, ...buttons.filter(Boolean)),
      ],
      { class: visit.cancelled ? "cancelled" : "" },
    );
  }

  async function done(promise) {
    await promise;
    await load();
  }

  async function cancel(visit, about) {
    const reason = field("Причина", { name: "reason", maxlength: 256 });
    const cancelled = await ask(`Отменить запись: ${about}?`, [reason.field], "Отменить запись", () => {
      if (!reason.input.value.trim()) throw new Wrong(reason.input, "Укажите причину: она войдет в историю записи.");
      return change("POST", `/desk/api/visits/${visit.ticketGuid}/cancel`, { reason: reason.input.value });
    }, { look: "danger" });
    if (!cancelled) return;
    await load();
    await tellWhoWaits(visit);
  }

  /** Tells whom a place fits that has become free. */
  async function tellWhoWaits({ timeTableGuid }) {
    if (!timeTableGuid) return;
    const { entries } = await read("/desk/api/waiting", { query: { cell: timeTableGuid } });
    if (!entries.length || !error.isConnected) return;
    const names = entries.slice(0, WAITING_MAX).map((entry) => entry.patient);
    error.after(
      el(
        "div",
        { class: "warning row", role: "status" },
        el("p", { text: `Место свободно и подходит тем, кто ждет: ${names.join(", ")}${entries.length > WAITING_MAX ? " и другим" : ""}.` }),
        el("button", { type: "button", class: "button small", text: "К листу ожидания", on: { click: () => tools.open("waiting") } }),
      ),
    );
  }

  async function history(visit, about) {
    // The history names doctors by their GUIDs.
    const isAboutDoctors = visit.history.some(({ element }) => element === "docGuid");
    const { resources } = isAboutDoctors ? await noDay() : { resources: [] };
    const shown = (value) =>
      WORDS[value] ?? resources.find(({ guid }) => guid === value)?.docFio ?? (MOMENT.test(value) ? shortMoment(value) : value);
    const lines = visit.history.map(({ date, element, oldValue, newValue, editor, client }) =>
      row([shortMoment(date), NAMES[element] ?? element, [oldValue, newValue].filter(Boolean).map(shown).join(" → "), editor || (element === "" && visit.login) || client.name]));
    return show(about, table("История записи", ["Когда", "Что", "Как", "Кто"], lines));
  }

  /** Shows the times for a new visit, or for one that is put off. */
  function choose(patient, visit) {
    booking(main, { ...tools, patient, visit, back: load });
  }
}

/** Most names of those who wait for a place that has become free. */
const WAITING_MAX = 5;

const MOMENT = /^\d{4}-\d\d-\d\dT/;

/** Values of the history, for people. */
const WORDS = { active: "записан", cancelled: "отменен" };

/** What the history calls things, for people. */
const NAMES = {
  "": "запись", status: "состояние", reason: "причина", beginTime: "время", docGuid: "врач", room: "кабинет", checkin: "приход", override: "вопреки правилу",
};
