// What this patient most likely wants, asked once when the patient is known: to say "I am here", a time of the district doctor, or of
// the doctor seen last. Each is one touch from the menu. After the first thing done it is old, and no longer offered.

import { Refused } from "../shared/api.js";
import { addDays, dateOf } from "../shared/format.js";
import { doctors, isArrived, schedule, tickets } from "./clinic.js";
import { clinicNow, today } from "./format.js";
import { isFree } from "./outlook.js";
import { session } from "./session.js";

/** Visits of so many days back tell which doctors the patient knows. */
export const KNOWN_DAYS = 365;
/** A visit is the one that the patient has come for from so many minutes before its begin, to so many after it. */
const EARLY_MINUTES = 120;
const LATE_MINUTES = 60;
const MINUTE_MS = 60_000;

/** Whether this is the patient's district doctor. */
export const isOwn = (one) => session.who.uchastokNum !== "" && one.uchastokNums.includes(session.who.uchastokNum);

/** Returns the one visit that is about to begin, and the nearest times of the patient's doctors; nothing where the server refuses. */
export async function likely(signal) {
  try {
    const dates = { dateFrom: addDays(today(), -KNOWN_DAYS), dateTo: today() };
    const [all, known] = await Promise.all([doctors(undefined, signal), tickets(signal, dates)]);
    const [visit, ...more] = known.filter(isExpected);
    return { visit: more.length ? undefined : visit, offers: await offersOf(all, known, signal) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return null;
  }
}

function isExpected(ticket) {
  const minutes = minutesUntil(ticket);
  return minutes <= EARLY_MINUTES && minutes >= -LATE_MINUTES && !isArrived(ticket);
}

const minutesUntil = ({ beginTime }) => (Date.parse(`${beginTime.slice(0, 19)}Z`) - Date.parse(`${clinicNow()}Z`)) / MINUTE_MS;

/** The first time that the server would book with the district doctor and with the doctor seen last. */
async function offersOf(all, known, signal) {
  const free = all.filter((one) => one.nearestSlot).sort((a, b) => a.nearestSlot.beginTime.localeCompare(b.nearestSlot.beginTime));
  const own = free.find(isOwn);
  const seen = known.findLast((ticket) => minutesUntil(ticket) < 0);
  const last = free.find((one) => one.guid === seen?.docGuid && one !== own);
  const offers = [];
  for (const [heading, doctor] of [["menuOwn", own], ["menuLast", last]]) {
    if (!doctor) continue;
    const day = dateOf(doctor.nearestSlot.beginTime);
    const cell = (await schedule(doctor.guid, day, day, signal)).find(isFree);
    if (cell) offers.push({ heading, doctor, cell });
  }
  return offers;
}
