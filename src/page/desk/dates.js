// Days and times for people. The server's times are the clinic's wall clock with its offset: they are shown as written.

import { dateOf, timeOf } from "../shared/format.js";

/** `24.11.2026`. */
export const shortDate = (date) => date.split("-").reverse().join(".");

/** `24.11.2026 08:45`. */
export const shortMoment = (moment) => `${shortDate(dateOf(moment))} ${timeOf(moment)}`;

/** `вторник, 24 ноября 2026 г.` */
export const longDate = (date) =>
  new Intl.DateTimeFormat("ru", { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })
    .format(Date.parse(`${date}T00:00:00Z`));

/** A day as somebody types it, `24.11.2026` or `24112026`; undefined for anything else. */
export function typedDate(text) {
  const [, day, month, year] = /^\s*(\d{1,2})[.\-/ ]?(\d{2})[.\-/ ]?(\d{4})\s*$/.exec(text) ?? [];
  if (!day) return undefined;
  const date = `${year}-${month}-${day.padStart(2, "0")}`;
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().slice(0, 10) === date ? date : undefined;
}
