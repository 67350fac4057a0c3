// Who waits for a place, the longest first: which places fit, offering one, booking it.

import { el } from "../../shared/dom.js";
import { dateOf, timeOf } from "../../shared/format.js";
import { change, read } from "../api.js";
import { longDate, shortDate, shortMoment } from "../dates.js";
import { acting, ask, lookAgain, newKey, row, table } from "../parts.js";

/** Time between two looks at what others have done. */
const REFRESH_MS = 5_000;
const ANY_TIME = "00:00";

/** Shows who waits; of one, the places that fit. */
export function waiting(main, { open }) {
  let drawn;
  let ended = false;
  /** Whose places are shown. */
  let chosen;
  const error = el("p", { class: "error", role: "alert" });
  const list = el("div");
  const places = el("section", { class: "stack", "aria-live": "polite" });
  main.append(el("h1", { text: "Лист ожидания" }), error, list, places);
  look(false);

  async function look(unattended) {
    const found = await read("/desk/api/waiting", { unattended });
    const text = JSON.stringify(found);
    if (ended || text === drawn) return;
    drawn = text;
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    const { entries, more } = found;
    list.replaceChildren(
      entries.length
        ? table("Кто ждет", ["Ждет с", "Пациент", "Дата рождения", "Телефон", "Куда", "Когда", "Жалобы", "Предложено", ""], entries.map(line))
        : el("p", { class: "note", text: "Никто не ждет." }),
      more ? el("p", { class: "note", text: "Показаны те, кто ждет дольше всех." }) : "",
    );
    if (chosen && !entries.some(({ guid }) => guid === chosen.guid)) leave();
    if (focused) list.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
  }

  function line(entry) {
    const { guid, patient, offer } = entry;
    const press = (label, what, act, look = "small") => acting(label, error, act, { look, "aria-label": `${label}: ${patient}`, "data-key": `${what}-${guid}` });
    const name = el("button", { type: "button", class: "button small name", text: patient, "data-key": `card-${guid}`, on: { click: () => open("patients", { mkab: entry.mkab }) } });
    const buttons = [
      press("Места", "places", () => show(entry)),
      offer ? press("Записать", "book", () => book(entry, offer)) : null,
      offer ? press("Забрать место", "withdraw", () => done(change("POST", `/desk/api/waiting/${guid}/withdraw`))) : null,
      press("Больше не ждет", "end", () => end(entry), "small danger"),
    ];
    return row([
      shortMoment(entry.created), name, shortDate(entry.birthDate), entry.phone, [entry.speciality, entry.docFio].filter(Boolean).join(", "), wanted(entry),
      entry.complaints, offer ? `${shortMoment(offer.beginTime)}, ${offer.docFio}, до ${timeOf(offer.until)} (${offer.login})` : "",
      el("div", { class: "row no-print" }, ...buttons.filter(Boolean)),
    ]);
  }

  async function done(promise) {
    await promise;
    await look(false);
  }

  /** Shows the places that fit. */
  async function show(entry) {
    chosen = entry;
    const cells = await read(`/desk/api/waiting/${entry.guid}/cells`);
    if (ended || chosen !== entry) return;
    const days = [...new Set(cells.map(({ beginTime }) => dateOf(beginTime)))];
    const time = (cell) => el("button", {
      type: "button", class: "button small", text: timeOf(cell.beginTime), title: cell.docFio,
      "aria-label": `${shortMoment(cell.beginTime)}, ${cell.docFio}`, on: { click: () => offer(entry, cell) },
    });
    places.replaceChildren(
      el("h2", { tabindex: "-1", text: `Подходит: ${entry.patient}, ${entry.speciality}` }),
      ...days.map((day) => el("div", {}, el("h3", { text: longDate(day) }), el("div", { class: "row times" }, ...cells.filter(({ beginTime }) => dateOf(beginTime) === day).map(time)))),
      days.length ? "" : el("p", { class: "note", text: "Свободных мест, которые подходят, нет." }),
    );
    places.firstElementChild.focus();
  }

  function leave() {
    chosen = undefined;
    places.replaceChildren();
  }

  async function offer(entry, cell) {
    const about = `${longDate(dateOf(cell.beginTime))}, ${timeOf(cell.beginTime)}, ${cell.docFio}`;
    const phone = el("p", {}, "Телефон: ", el("b", { text: entry.phone || "не указан" }));
    const note = el("p", { class: "note", text: "Место будет держаться за пациентом, пока вы звоните: никто другой его не займет." });
    const offered = await ask(`Предложить: ${entry.patient}, ${about}?`, [phone, note], "Предложить", () =>
      change("POST", `/desk/api/waiting/${entry.guid}/offer`, { timeTable: cell.timeTable }));
    if (!offered) return;
    leave();
    await look(false);
    list.querySelector(`[data-key="book-${entry.guid}"]`)?.focus();
  }

  async function book(entry, place) {
    const key = newKey();
    const about = `${longDate(dateOf(place.beginTime))}, ${timeOf(place.beginTime)}, ${place.docFio}`;
    const made = await ask(`Записать: ${entry.patient}, ${about}?`, [], "Записать", () =>
      change("POST", `/desk/api/patients/${entry.mkab}/visits`, { timeTable: place.timeTable, phone: "", idempotencyKey: key }));
    if (made) await look(false);
  }

  async function end(entry) {
    const ended = await ask(`Больше не ждет: ${entry.patient}, ${entry.speciality}?`, [el("p", { text: "Заявка уйдет из листа ожидания." })], "Больше не ждет", () =>
      change("POST", `/desk/api/waiting/${entry.guid}/end`), { look: "danger" });
    if (ended) await look(false);
  }

  const rest = lookAgain(() => look(true), REFRESH_MS);
  return () => {
    ended = true;
    rest();
  };
}

/** Days and times that somebody wishes. */
function wanted({ dateStart, dateEnd, timeStart, timeEnd }) {
  const times = [timeStart !== ANY_TIME && `с ${timeStart}`, timeEnd !== ANY_TIME && `до ${timeEnd}`].filter(Boolean).join(" ");
  return [`${shortDate(dateStart)} – ${shortDate(dateEnd)}`, times].filter(Boolean).join(", ");
}
