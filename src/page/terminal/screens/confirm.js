// Booking, step 4: everything large, one press. The press may take several attempts; it stays one booking.

import { button } from "../../shared/dom.js";
import { changes } from "../changes.js";
import { book, terminal } from "../clinic.js";
import { go, returnTo, run } from "../machine.js";
import { appointment } from "../parts.js";
import { session } from "../session.js";
import { t } from "../texts.js";

/** Somebody was quicker. */
const TAKEN = "4009";

export const confirm = {
  step: 4,
  view: () => ({
    title: t("confirmTitle"),
    lead: t("confirmLead"),
    work: [
      appointment(chosen()),
      button(t("confirmBook"), press, { id: "book", look: "main huge", picture: "check" }),
      button(t("confirmOther"), () => returnTo("time"), { picture: "clock" }),
    ],
  }),
};

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
  return run(
    "waitBook",
    async (signal) => {
      const ticket = await book(signal);
      session.trail = [];
      const shown = chosen();
      if (changes(shown, ticket).length) go("otherwise", { given: { shown, ticket }, instead: true });
      else go("ticket", { given: ticket, instead: true });
    },
    (error) => (error.code === TAKEN ? returnTo("time", t("own4009")) : go("refusal", { given: { error, booking: true }, instead: true })),
  );
}
