// Dates, times and places in the language of the person at the terminal.

import { formats } from "../shared/format.js";
import { terminal } from "./clinic.js";
import { session } from "./session.js";
import { t } from "./texts.js";

export const { clinicNow, today, longDate, shortDate, weekdayShort, nearDate, nearMoment, whereabouts } = formats({
  t,
  language: () => session.language,
  serverMoment: () => terminal.lpu?.status?.lastChangeTime,
});
