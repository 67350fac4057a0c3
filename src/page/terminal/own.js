// The page's own sentence for each refusal that a patient can meet, in the patient's language. The server's text tells which one
// it is: with the cells of a timetable there comes no code.

import { nearMoment } from "./format.js";
import { t } from "./texts.js";

/** The server's way to write a moment. */
const MOMENT = String.raw`(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d)`;

const near = (day, month, year, time) => nearMoment(`${year}-${month}-${day}T${time}`);

/** A sign of the server's text, the key of our sentence, and its values from the signs' groups. */
const SENTENCES = [
  [/^Не найден МКАБ/, "own4000"],
  [/детское учреждение/, "own4005"],
  [/запрещена самостоятельная запись/, "own4007"],
  [/диспансерном учете/, "own4007register"],
  [new RegExp(`^Вы уже записаны (.+) на ${MOMENT}`), "own4008", (who, ...moment) => ({ who, when: near(...moment) })],
  [/^Это время уже занято/, "own4009"],
  [new RegExp(`^Вы записаны в это время ${MOMENT}`), "own4011", (...moment) => ({ when: near(...moment) })],
  [/ограничение по возрасту/, "own4029"],
  [/на данную ячейку расписания/, "own4848"],
  [/^Недопустимый период расписания|^Запись на прием доступна не ранее/, "own5066"],
  [/^Пациент с таким документом/, "ownIdentity"],
  [/^Слишком много/, "ownGuesses"],
  [/недоступна из данного источника|не предназначено для приема/, "ownAccess"],
  [/^Время приема уже/, "ownBegun"],
  [/за сегодня достигло предела/, "ownDay"],
  [new RegExp(`^Отметить приход можно не ранее ${MOMENT}`), "ownEarly", (...moment) => ({ when: near(...moment) })],
];

/** Returns the page's own sentence for a refusal with this text. */
export function ownWords(words) {
  for (const [sign, key, values] of SENTENCES) {
    const found = sign.exec(words);
    if (found) return t(key, values?.(...found.slice(1)));
  }
  return t("ownOther");
}
