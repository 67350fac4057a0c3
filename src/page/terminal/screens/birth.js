// The date of birth; with it the patient is known, or a ticket is found that is printed again.

import { identify, reprint } from "../clinic.js";
import { today } from "../format.js";
import { likely } from "../likely.js";
import { go, returnTo, run, toMenu, toMenuBehind } from "../machine.js";
import { pad } from "../pad.js";
import { session } from "../session.js";
import { t } from "../texts.js";

/** The earliest year of birth that is taken for one. */
const YEAR_MIN = 1900;

export const birth = {
  view: () => ({
    title: t("birthTitle"),
    lead: t(isQuick() ? "birthLeadQuick" : "birthLead"),
    work: pad({
      digits: () => session.birthDigits,
      set: (digits) => { session.birthDigits = digits; },
      max: 8,
      shape: "##.##.####",
      blank: (at) => t("birthShape")[at],
      next: t("next"),
      done,
      goesOn: isQuick(),
    }),
  }),
};

/** Who has a scanner in front is quick: the last digit goes on, and the lead says so. */
const isQuick = () => session.number === session.scanned;

function done() {
  if (session.birthDigits.length < 8) return go("birth", { notice: t("birthShort") });
  const date = dateFrom(session.birthDigits);
  if (!date) return go("birth", { notice: t("birthWrong") });
  session.birth = date;
  if (session.document === "ticketNumber") return printAgain();
  return run(
    "waitIdentify",
    async (signal) => {
      await identify(signal);
      session.likely = await likely(signal);
      // Who shows a ticket has come for that visit, or wants it on new paper.
      if (session.document === "ticket") toMenuBehind(session.reprints ? "tickets" : "arrival");
      else toMenu();
    },
    (error) => go("refusal", { given: { error, identifying: true } }),
  );
}

/** Shows and prints the ticket with the typed number. What is not found is told where the number can be mended. */
const printAgain = () =>
  run(
    "waitReprint",
    async (signal) => {
      const paper = await reprint(signal);
      session.trail = [];
      go("ticket", { given: paper, instead: true });
    },
    (error) => (error.status === 400 ? returnTo("number", t("ticketNumberUnknown")) : go("refusal", { given: { error } })),
  );

/** `2019-12-31` from `31122019`, or nothing when there was no such day. */
function dateFrom(digits) {
  const [day, month, year] = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)];
  const date = `${year}-${month}-${day}`;
  const real = new Date(`${date}T00:00:00Z`);
  const exists = !Number.isNaN(real.getTime()) && real.toISOString().startsWith(date);
  return exists && Number(year) >= YEAR_MIN && date <= today() ? date : null;
}
