// A provisional card, for somebody who has none.

import { change, read } from "../api.js";
import { typedDate } from "../dates.js";
import { el } from "../../shared/dom.js";
import { Wrong, ask, field, newGuid } from "../parts.js";

/** Asks for what is known of somebody; `family` was typed already. The new card's GUID, or undefined. */
export async function newCard(family) {
  const clinics = await read("/api/v2/lpu");
  const mkab = newGuid();
  const option = (value, text) => el("option", { value, text });
  const fields = {
    family: field("Фамилия", { name: "family", maxlength: 100, value: family }),
    name: field("Имя", { name: "name", maxlength: 100 }),
    patronymic: field("Отчество", { name: "patronymic", maxlength: 100 }),
    birthDate: field("Дата рождения, например 24.11.1980", { name: "birth", maxlength: 10, inputmode: "numeric" }),
    sex: field("Пол", { name: "sex" }, "select", option("", "не указан"), option("f", "женский"), option("m", "мужской")),
    policyNumber: field("Номер полиса", { name: "policy", maxlength: 40 }),
    snils: field("СНИЛС", { name: "snils", maxlength: 40 }),
    phone: field("Телефон", { name: "card-phone", type: "tel", maxlength: 32 }),
    lpu: field("Поликлиника", { name: "lpu" }, "select", ...(clinics.length > 1 ? [option("", "выберите")] : []), ...clinics.map((one) => option(one.guid, one.name))),
  };
  const value = (name) => fields[name].input.value.trim();
  const made = await ask("Временная карта", Object.values(fields).map((one) => one.field), "Сделать карту", () => {
    if (!value("family")) throw new Wrong(fields.family.input, "Укажите фамилию.");
    const birthDate = typedDate(value("birthDate"));
    if (!birthDate) throw new Wrong(fields.birthDate.input, "Укажите дату рождения: день, месяц и год.");
    if (!value("lpu")) throw new Wrong(fields.lpu.input, "Выберите поликлинику.");
    const typed = Object.fromEntries(Object.keys(fields).map((name) => [name, value(name)]));
    return change("POST", "/desk/api/patients", { ...typed, birthDate, mkab });
  });
  return made?.mkab;
}
