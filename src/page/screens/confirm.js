// Booking, step 4: everything large, one press. The press may take several attempts; it stays one booking.

import { book } from "../clinic.js";
import { button } from "../dom.js";
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
      appointment({
        beginTime: session.cell.beginTime,
        docFio: session.doctor.docFio,
        speciality: session.doctor.speciality,
        room: session.cell.room || session.doctor.room,
        flat: session.doctor.flat,
      }),
      button(t("confirmBook"), press, { id: "book", look: "main huge", picture: "check" }),
      button(t("confirmOther"), () => returnTo("time"), { picture: "clock" }),
    ],
  }),
};

function press() {
  return run(
    async (signal) => {
      const ticket = await book(signal);
      session.trail = [];
      go("ticket", { given: ticket, instead: true });
    },
    (error) => (error.code === TAKEN ? returnTo("time", error.message) : go("refusal", { given: { error }, instead: true })),
  );
}
