// Dates, times and places in the language of the person at the terminal.

import { formats } from "../shared/format.js";
import { terminal } from "./clinic.js";
import { t } from "./texts.js";

export const { clinicNow, today, longDate, yearDate, shortDate, weekdayShort, monthName, nearDate, nearMoment, whereabouts } = formats({
  t,
  serverMoment: () => terminal.lpu?.status?.lastChangeTime,
});
