// Closed times: a doctor is ill. The list of the patients concerned is worked through by whoever is there, one shift after another.

import { el } from "../../shared/dom.js";
import { change, noDay, read } from "../api.js";
import { Wrong, ask, field, lookAgain, newGuid, row, table } from "../parts.js";
import { booking } from "./booking.js";
import { drawClosure, when } from "./closure.js";

/** Time between two looks at what others have done. */
const REFRESH_MS = 3_000;

/** Shows the closed times, or one with its visits. */
export function closures(main, { place, person, open }) {
  let seen = place ?? {};
  /** What is on the screen, as the server told it. */
  let drawn;
  let ended = false;
  const error = el("p", { class: "error", role: "alert" });
  closures.place = () => seen;
  show(seen);

  function show(next) {
    seen = next;
    drawn = undefined;
    error.textContent = "";
    main.replaceChildren();
    return look(false);
  }

  async function look(unattended) {
    const asked = seen;
    const found = await read(`/desk/api/closures${asked.guid ? `/${asked.guid}` : ""}`, { unattended });
    const text = JSON.stringify(found);
    if (ended || asked !== seen || text === drawn) return;
    drawn = text;
    const focused = main.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    if (asked.guid) drawClosure(main, found, { error, open, look: () => look(false), move, back: () => show({}) });
    else drawAll(found);
    if (focused) main.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
  }

  function drawAll(all) {
    const line = (closure) => {
      const name = el("button", { type: "button", class: "button small name", text: closure.docFio, "data-key": closure.guid, on: { click: () => show({ guid: closure.guid }) } });
      const { opened, concerned, left } = closure;
      const state = opened ? el("span", { class: "state cancelled", text: "открыто снова" })
        : left ? el("span", { class: "state warn", text: `осталось: ${left} из ${concerned}` })
          : el("span", { class: "state came", text: concerned ? "все сделано" : "записей нет" });
      return row([name, when(closure), closure.reason, closure.login, state]);
    };
    main.replaceChildren(
      el("div", { class: "row spread" }, el("h1", { text: "Закрытое время" }), el("button", { type: "button", class: "button main", "data-key": "close", text: "Закрыть время", on: { click: close } })),
      error,
      all.length
        ? table("Закрытое время", ["Врач", "Когда", "Причина", "Кто закрыл", "Записи"], all.map(line))
        : el("p", { class: "note", text: "Ни у одного врача время не закрыто." }),
    );
  }

  async function move(visit) {
    const asked = seen;
    const patient = await read(`/desk/api/patients/${visit.mkab}`);
    const own = patient.visits.find(({ ticketGuid }) => ticketGuid === visit.ticketGuid);
    if (ended || asked !== seen || !own) return;
    // Nothing is drawn over the times meanwhile.
    seen = { ...asked };
    drawn = undefined;
    const shown = seen;
    rest();
    booking(main, {
      patient, visit: own, person,
      back: () => {
        if (ended || seen !== shown) return;
        rest = watch();
        show(asked);
      },
    });
  }

  async function close() {
    const { date, resources } = await noDay();
    const options = resources.map(({ guid, docFio, speciality }) => el("option", { value: guid, text: `${docFio}, ${speciality}` }));
    const fields = {
      resource: field("Врач, кабинет или оборудование", { name: "resource" }, "select", ...options),
      date: field("С какого дня", { name: "date", type: "date", value: date, min: date }),
      from: field("С какого времени (пусто - с начала дня)", { name: "from", type: "time" }),
      dateTo: field("По какой день", { name: "date-to", type: "date", value: date, min: date }),
      to: field("До какого времени (пусто - до конца дня)", { name: "to", type: "time" }),
      reason: field("Причина", { name: "reason", maxlength: 256 }),
    };
    const value = (name) => fields[name].input.value.trim();
    // The last day follows the first one.
    fields.date.input.addEventListener("change", () => {
      if (value("dateTo") < value("date")) fields.dateTo.input.value = value("date");
    });
    const guid = newGuid();
    const closed = await ask("Закрыть время", Object.values(fields).map((one) => one.field), "Закрыть", () => {
      if (!value("date")) throw new Wrong(fields.date.input, "Укажите день.");
      if (!value("reason")) throw new Wrong(fields.reason.input, "Укажите причину: ее увидят коллеги.");
      const wish = Object.fromEntries(Object.keys(fields).map((name) => [name, value(name)]));
      return change("POST", "/desk/api/closures", { ...wish, guid });
    });
    if (closed) await show({ guid: closed.guid });
  }

  const watch = () => lookAgain(() => look(true), REFRESH_MS);
  let rest = watch();
  return () => {
    ended = true;
    rest();
  };
}
