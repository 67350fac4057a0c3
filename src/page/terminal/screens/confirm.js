// Booking, step 4: everything large, one press. The press may take several attempts; it stays one booking. The place is held
// while the question is asked: whoever touches the time meanwhile is told at once.

import { Refused, serverNow } from "../../shared/api.js";
import { button } from "../../shared/dom.js";
import { changes } from "../changes.js";
import { book, giveBack, hold, terminal } from "../clinic.js";
import { go, returnTo, run } from "../machine.js";
import { appointment } from "../parts.js";
import { choose, session } from "../session.js";
import { t } from "../texts.js";

/** Somebody was quicker. */
const TAKEN = "4009";
/** A hold is renewed so long before its end. */
const HOLD_REST_MS = 5_000;

/** The keeping of the place that is held. */
let keeping = new AbortController();

/**
 * Holds the time that `find(signal)` returns, and asks the last question about it. Who comes second is told, and sees the
 * doctor's times anew.
 */
export const ask = (find) =>
  run(
    "waitHold",
    async (signal) => {
      choose(await find(signal));
      await take(signal);
      go("confirm");
      keep();
    },
    (error) => (error.code === TAKEN ? go("time", { notice: t("heldElsewhere") }) : go("refusal", { given: { error, booking: true } })),
  );

export const confirm = {
  step: 4,
  view: () => ({
    title: t("confirmTitle"),
    lead: t(session.hold ? "confirmHeld" : "confirmLead"),
    work: [
      appointment(chosen()),
      button(t("confirmBook"), press, { id: "book", look: "main huge", picture: "check" }),
      button(t("confirmOther"), () => returnTo("time"), { picture: "clock" }),
    ],
  }),
  leave() {
    keeping.abort();
    giveBack();
  },
};

/** Holds the chosen time. Who has held too many times today may book all the same. */
async function take(signal) {
  try {
    await hold(signal);
  } catch (error) {
    if (!error.retryAfterSeconds) throw error;
  }
}

/** Renews the hold before its end, as long as the question is asked. */
function keep() {
  keeping.abort();
  keeping = new AbortController();
  const { signal } = keeping;
  if (!session.hold) return;
  const timer = setTimeout(() => keepOn(signal), Date.parse(session.hold.until) - serverNow() - HOLD_REST_MS);
  signal.addEventListener("abort", () => clearTimeout(timer));
}

async function keepOn(signal) {
  try {
    await take(signal);
    keep();
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Refused)) throw error;
    refused(error);
  }
}

/** What is shown here, with the fields of a ticket. */
const chosen = () => ({
  beginTime: session.cell.beginTime,
  docGuid: session.doctor.guid,
  docFio: session.doctor.docFio,
  speciality: session.doctor.speciality,
  room: session.cell.room || session.doctor.room,
  flat: session.doctor.flat,
  lpu: terminal.lpu,
});

function press() {
  keeping.abort();
  return run(
    "waitBook",
    async (signal) => {
      const ticket = await book(signal);
      session.trail = [];
      const shown = chosen();
      if (changes(shown, ticket).length) go("otherwise", { given: { shown, ticket }, instead: true });
      else go("ticket", { given: ticket, instead: true });
    },
    refused,
  );
}

/** The time was lost while the patient thought. */
const refused = (error) =>
  error.code === TAKEN ? returnTo("time", t("heldOver")) : go("refusal", { given: { error, booking: true }, instead: true });
