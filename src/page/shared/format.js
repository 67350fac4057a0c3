// Dates, times and names for people. The server's times are the clinic's wall clock with its offset: they are
// shown as written, never moved to the zone of the browser.

import { serverNow } from "./api.js";

const DAY_MS = 86_400_000;

/** `2026-11-24` of a date-time of the server. */
export const dateOf = (moment) => moment.slice(0, 10);

/** `08:45` of a date-time of the server. */
export const timeOf = (moment) => moment.slice(11, 16);

/** The day so many days later. */
export const addDays = (date, days) => new Date(asUtc(date) + days * DAY_MS).toISOString().slice(0, 10);

/** How many days later the second day is. */
export const daysBetween = (from, to) => (asUtc(to) - asUtc(from)) / DAY_MS;

/** 0 for Monday to 6 for Sunday. */
export const weekday = (date) => (new Date(asUtc(date)).getUTCDay() + 6) % 7;

/** The first letter of each part of `Иванов И. И.`: what a slip of paper may show. */
export const initials = (name) =>
  name.split(" ").filter(Boolean).map((part) => `${part[0]}.`).join(" ");

const asUtc = (date) => Date.parse(`${date}T00:00:00Z`);

/**
 * Returns what a page writes in its reader's language. `t` gives the page's texts, and
 * `serverMoment()` any date-time that the server wrote, for the offset of the clinic's clock, once there is one.
 */
export function formats({ t, serverMoment }) {
  /** Now on the clinic's wall clock, as the server writes it. */
  const clinicNow = () => {
    const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(serverMoment() ?? "") ?? [];
    const offset = sign
      ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes))
      : -new Date().getTimezoneOffset();
    return new Date(serverNow() + offset * 60_000).toISOString().slice(0, 19);
  };

  const today = () => dateOf(clinicNow());

  // Names of months and weekdays stand in the page's texts: a browser knows few languages.
  const parts = (date) => ({
    weekday: named("weekdays", weekday(date)),
    day: Number(date.slice(8)),
    month: named("monthsOfDates", Number(date.slice(5, 7)) - 1),
    year: date.slice(0, 4),
  });
  const named = (key, at) => t(key).split(" ")[at];

  /** `вторник, 24 ноября`. */
  const longDate = (date) => t("longDate", parts(date));

  /** `вторник, 24 ноября 2026 г.`: a line ends after the weekday alone. */
  const yearDate = (date) => t("yearDate", parts(date)).replace(/(?<!,) /g, "\u00a0");

  /** `24 ноября`. */
  const shortDate = (date) => t("shortDate", parts(date));

  /** `вт` */
  const weekdayShort = (date) => named("weekdaysShort", weekday(date));

  /** `ноябрь` */
  const monthName = (date) => named("months", Number(date.slice(5, 7)) - 1);

  /** `сегодня`, `завтра` or `24 ноября`. */
  const nearDate = (date) => {
    if (date === today()) return t("today");
    if (date === addDays(today(), 1)) return t("tomorrow");
    return shortDate(date);
  };

  /** `сегодня в 08:45`, on one line. */
  const nearMoment = (moment) => t("dateAtTime", { date: nearDate(dateOf(moment)), time: timeOf(moment) }).replaceAll(" ", "\u00a0");

  /** `кабинет 202, 2 этаж`, as much of it as is known. */
  const whereabouts = (room, flat) =>
    [room ? t("room", { room }) : "", flat ? t("floor", { floor: flat }) : ""].filter(Boolean).join(", ");

  return { clinicNow, today, longDate, yearDate, shortDate, weekdayShort, monthName, nearDate, nearMoment, whereabouts };
}
