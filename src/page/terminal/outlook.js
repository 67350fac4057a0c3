// Cells that this patient can still book. So a refusal that holds for a whole doctor, speciality or clinic is told before a
// time is chosen.

import { Refused } from "../shared/api.js";
import { addDays, dateOf, daysBetween } from "../shared/format.js";
import { schedule, specialities, specialitySchedule } from "./clinic.js";
import { today } from "./format.js";
import { session } from "./session.js";

/** Days that are asked for even where nothing is free: cells may say why. */
const DAYS_AHEAD_MIN = 14;
/** Codes of a schedule that is too long: too many days, too many cells. */
const TOO_LONG = ["5066", "5000"];

/** Whether the patient can book the cell. */
export const isFree = (cell) => cell.status === "Available";

/** Returns the server's words for refusing these cells to this patient, or nothing. */
export const wordsOf = (cells) => cells.find((cell) => cell.status === "UnavailableWithMessage")?.message ?? "";

/** Returns the last day on which the server books this speciality. */
function lastDay(speciality) {
  const least = addDays(today(), DAYS_AHEAD_MIN);
  return speciality?.lastDate > least ? dateOf(speciality.lastDate) : least;
}

/** Returns the cells of these days, in halves where the server refuses so long a time. */
async function inParts(ask, first, last) {
  try {
    return await ask(first, last);
  } catch (error) {
    if (!(error instanceof Refused && TOO_LONG.includes(error.code)) || first === last) throw error;
    const middle = addDays(first, Math.floor(daysBetween(first, last) / 2));
    const early = await inParts(ask, first, middle);
    return [...early, ...(await inParts(ask, addDays(middle, 1), last))];
  }
}

/** All cells of the chosen doctor, and the first and last day that were looked at. */
export async function doctorCells(signal) {
  const [first, last] = [today(), lastDay((await specialities(signal)).find((one) => one.code === session.speciality.code))];
  const cells = await inParts((from, to) => schedule(session.doctor.guid, from, to, signal), first, last);
  return { first, last, cells };
}

/** All cells of a speciality. */
const specialityCells = (one, signal) =>
  inParts((from, to) => specialitySchedule(one.code, from, to, signal), today(), lastDay(one));

/** The first free cell of each doctor of a speciality, by the doctor's GUID. */
export async function freeDoctors(speciality, signal) {
  const free = new Map();
  for (const cell of (await specialityCells(speciality, signal)).filter(isFree)) {
    if (!free.has(cell.docGuid)) free.set(cell.docGuid, cell);
  }
  return free;
}

/** The cells of a speciality on its nearest day. */
export const nearestCells = async (one, signal) =>
  one.nearestDate ? specialitySchedule(one.code, dateOf(one.nearestDate), dateOf(one.nearestDate), signal) : [];

/** Returns why all of these cells are refused, or nothing. */
export const refusalOfCells = (cells) => (cells.some(isFree) ? "" : wordsOf(cells));

/** Returns why all of a speciality is refused, or nothing. `nearest` are the cells of its nearest day. */
export async function refusalOf(one, nearest, signal) {
  return refusalOfCells(nearest) && refusalOfCells(await specialityCells(one, signal));
}

/**
 * Why the whole clinic is refused to this patient; empty when something is not. The nearest days of all specialities say
 * the same then, and so does every day of the one with the fewest places.
 */
export async function refusalOfAll(all, signal) {
  const open = all.filter((one) => one.countFree).sort((a, b) => a.countFree - b.countFree);
  let words = "";
  for (const one of open) {
    const own = refusalOfCells(await nearestCells(one, signal));
    if (!own || (words && own !== words)) return "";
    words = own;
  }
  return words && refusalOfCells(await specialityCells(open[0], signal)) === words ? words : "";
}

/** Returns what is still open after a refused booking: another `time`, `doctor`, `speciality`, or nothing in the `clinic`. */
export async function reach(signal) {
  if ((await doctorCells(signal)).cells.some(isFree)) return "time";
  if ((await freeDoctors(session.speciality, signal)).size) return "doctor";
  return (await refusalOfAll(await specialities(signal), signal)) ? "clinic" : "speciality";
}
