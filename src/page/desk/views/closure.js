// A closed time: what stands there, and what was done about each visit.

import { el } from "../../shared/dom.js";
import { addDays, dateOf, timeOf } from "../../shared/format.js";
import { change } from "../api.js";
import { shortDate, shortMoment } from "../dates.js";
import { Wrong, acting, ask, field, row, table } from "../parts.js";

const MIDNIGHT = "00:00";

/** When, for people: whole days without times. */
export function when({ beginTime, endTime }) {
  const [first, last] = [dateOf(beginTime), dateOf(endTime)];
  if (timeOf(beginTime) === MIDNIGHT && timeOf(endTime) === MIDNIGHT) {
    const day = addDays(last, -1);
    return day === first ? shortDate(first) : `${shortDate(first)} – ${shortDate(day)}`;
  }
  return first === last ? `${shortDate(first)}, ${timeOf(beginTime)}–${timeOf(endTime)}` : `${shortMoment(beginTime)} – ${shortMoment(endTime)}`;
}

/**
 * Shows a closed time: `look` looks at what has become of it, `move` leads to the times for a visit, `back` to the list, and `open` to
 * another view.
 */
export function drawClosure(main, closure, { error, open, look, move, back }) {
  const { visits, opened, left } = closure;
  const isOneDay = new Set(visits.map(({ beginClosed }) => dateOf(beginClosed))).size < 2;
  const heading = document.activeElement === document.body;
  main.replaceChildren(
    el(
      "div",
      { class: "row spread" },
      el("h1", { text: `${closure.docFio}: ${when(closure)}` }),
      el(
        "div",
        { class: "row no-print" },
        el("button", { type: "button", class: "button", "data-key": "back", text: "К списку", on: { click: back } }),
        el("button", { type: "button", class: "button", "data-key": "print", text: "Печать", on: { click: () => print() } }),
        opened ? null : el("button", { type: "button", class: "button danger", "data-key": "open", text: "Открыть снова", on: { click: () => reopen() } }),
      ),
    ),
    el("p", { class: "note", text: opened ? `Причина: ${closure.reason}. Открыто снова ${shortMoment(opened)}.` : `Причина: ${closure.reason}. Свободные места никому не предлагаются.` }),
    el("p", { class: "counts" }, el("span", {}, "Записей ", el("b", { text: String(visits.length) })), el("span", {}, "Осталось ", el("b", { text: String(left) }))),
    error,
    visits.length
      ? table("Записи на закрытое время", ["Время", "Номер", "Пациент", "Дата рождения", "Телефон", "Состояние", "О чем договорились", ""], visits.map((visit) => line(visit)), "closed")
      : el("p", { class: "note", text: "Записей на это время нет." }),
  );
  if (heading) main.focus();

  function line(visit) {
    const about = `${shortMoment(visit.beginClosed)}, ${visit.patient}`;
    const key = (what) => `${what}-${visit.ticketGuid}`;
    const press = (label, what, act, look = "small") => acting(label, error, act, { look, "aria-label": `${label}: ${about}`, "data-key": key(what) });
    const isOpen = !closure.opened && (visit.handled === "waiting" || visit.handled === "called");
    const buttons = isOpen
      ? [
          press("Позвонили", "called", () => told(visit, about)),
          press("Перенести", "move", () => move(visit)),
          press("Отменить", "cancel", () => cancel(visit, about), "small danger"),
        ]
      : [];
    const name = el("button", { type: "button", class: "button small name", text: visit.patient, "data-key": key("card"), on: { click: () => open("patients", { mkab: visit.mkab }) } });
    return row(
      [
        isOneDay ? timeOf(visit.beginClosed) : shortMoment(visit.beginClosed), visit.num, name, shortDate(visit.birthDate), visit.phone, state(visit, closure),
        visit.note, el("div", { class: "row no-print" }, ...buttons),
      ],
      { class: visit.handled === "cancelled" ? "cancelled" : "" },
    );
  }

  async function told(visit, about) {
    const note = field("О чем договорились", { name: "note", maxlength: 256, value: visit.note });
    const phone = el("p", {}, "Телефон: ", el("b", { text: visit.phone || "не указан" }));
    const noted = await ask(`Позвонили: ${about}`, [phone, note.field], "Записать", () =>
      change("POST", `/desk/api/closures/${closure.guid}/visits/${visit.ticketGuid}/called`, { note: note.input.value }));
    if (noted) await look();
  }

  async function cancel(visit, about) {
    const reason = field("Причина", { name: "reason", maxlength: 256, value: closure.reason });
    const cancelled = await ask(`Отменить запись: ${about}?`, [reason.field], "Отменить запись", () => {
      if (!reason.input.value.trim()) throw new Wrong(reason.input, "Укажите причину: она войдет в историю записи.");
      return change("POST", `/desk/api/visits/${visit.ticketGuid}/cancel`, { reason: reason.input.value });
    }, { look: "danger" });
    if (cancelled) await look();
  }

  async function reopen() {
    const opened = await ask(`Открыть снова: ${closure.docFio}, ${when(closure)}?`, [el("p", { text: "Свободные места снова будут предлагаться пациентам." })], "Открыть снова", () =>
      change("POST", `/desk/api/closures/${closure.guid}/open`));
    if (opened) await look();
  }
}

function state({ handled, called, calledBy, beginTime, docGuid, docFio }, closure) {
  const texts = {
    waiting: "не предупрежден",
    called: `предупрежден ${called && shortMoment(called)}, ${calledBy}`,
    moved: `перенесен: ${shortMoment(beginTime)}${docGuid === closure.docGuid ? "" : `, ${docFio}`}`,
    cancelled: "отменен",
  };
  const looks = { waiting: "warn", called: "", moved: "came", cancelled: "cancelled" };
  return el("span", { class: `state ${looks[handled]}`, text: texts[handled] });
}
