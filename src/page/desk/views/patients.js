// Finding a patient: one field for whatever is known, or what a scanner reads from a ticket.

import { el } from "../../shared/dom.js";
import { read } from "../api.js";
import { shortDate } from "../dates.js";
import { field, row, table } from "../parts.js";
import { card } from "./card.js";
import { newCard } from "./newcard.js";

/** Time without typing after which the list is asked for. */
const TYPING_MS = 250;
/** Fewer letters would find half the clinic. */
const LETTERS_MIN = 3;

/** Shows the field and who was found, or a card. */
export function patients(main, tools) {
  let asked = "";
  let timer;
  let seen = tools.place ?? {};
  patients.place = () => seen;
  if (seen.mkab) showCard(seen.mkab);
  else showSearch();

  function showCard(mkab) {
    seen = { mkab, typed: seen.typed };
    main.replaceChildren();
    card(main, { ...tools, mkab, back: showSearch });
  }

  function showSearch() {
    seen = { typed: seen.typed };
    const sought = field("Фамилия и имя, дата рождения, полис, СНИЛС, номер или код талона", { name: "sought", type: "search", size: 48, spellcheck: "false" });
    const found = el("div", { "aria-live": "polite" });
    const form = el("form", { class: "row", role: "search", novalidate: true }, sought.field, el("button", { class: "button main", text: "Найти" }), el("button", { type: "button", class: "button", text: "Новая карта", on: { click: make } }));
    main.replaceChildren(el("h1", { text: "Пациенты" }), form, found);
    sought.input.value = seen.typed ?? "";
    sought.input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => look(false), TYPING_MS);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(timer);
      look(true);
    });
    sought.input.focus();
    if (sought.input.value) look(false);

    async function make() {
      // Of what was typed, the surname alone is one for certain.
      const [family = ""] = /^[а-яё-]+/i.exec(sought.input.value.trim()) ?? [];
      const mkab = await newCard(family);
      if (mkab) showCard(mkab);
    }

    async function look(isWhole) {
      const typed = sought.input.value.trim();
      seen = { typed };
      asked = typed;
      if (!typed || (!isWhole && typed.length < LETTERS_MIN)) {
        found.replaceChildren();
        return;
      }
      const answer = await read("/desk/api/patients", { query: { q: typed } });
      // Something else may have been typed meanwhile.
      if (asked !== typed || !found.isConnected) return;
      const { patients: list, more } = answer;
      if (isWhole && list.length === 1) {
        showCard(list[0].mkab);
        return;
      }
      found.replaceChildren(
        list.length ? table("Найденные пациенты", ["Пациент", "Дата рождения", "Полис", "СНИЛС", "Телефон", ""], list.map(line)) : el("p", { class: "note", text: "Никто не найден." }),
        more ? el("p", { class: "note", text: "Показаны не все: уточните имя или дату рождения." }) : "",
      );
    }
  }

  function line(patient) {
    const name = el("button", { type: "button", class: "button small", text: patient.name, on: { click: () => showCard(patient.mkab) } });
    const closed = patient.provisional ? el("span", { class: "state warn", text: "временная карта" }) : patient.closed ? el("span", { class: "state warn", text: "карта закрыта" }) : "";
    return row([name, shortDate(patient.birthDate), patient.policyNumber, patient.snils, patient.phone, closed]);
  }

  return () => clearTimeout(timer);
}
