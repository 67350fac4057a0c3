// What the patient already has: the list, one ticket with print and cancel. Each is read anew before it is asked about:
// what the list showed may have been moved since.

import { button } from "../../shared/dom.js";
import { changeList, changes } from "../changes.js";
import { cancel, isCancelled, specialities, ticketNow, tickets as ask, waitingList } from "../clinic.js";
import { clinicNow } from "../format.js";
import { go, returnTo, run, toMenu } from "../machine.js";
import { print } from "../paper.js";
import { briefly, cards, sentence, ticketCard } from "../parts.js";
import { prints } from "../printer.js";
import { t } from "../texts.js";
import { slip } from "./ticket.js";
import { waitingCard } from "./waiting.js";

export const tickets = {
  waits: "waitTickets",
  async load(signal) {
    const [mine, waits] = await Promise.all([ask(signal), waitingList(signal)]);
    const names = waits.length ? await specialities(signal) : [];
    const nameOf = (entry) => names.find((one) => one.code === entry.specialityCode)?.name ?? entry.specialityCode;
    return { mine, waits: waits.map((entry) => ({ ...entry, name: nameOf(entry) })) };
  },
  view: ({ mine, waits }) => ({
    title: t("ticketsTitle"),
    lead: mine.length ? t("ticketsLead") : "",
    work: [
      mine.length ? null : sentence(t("ticketsNone")),
      mine.length + waits.length
        ? cards("one", [...mine.map((ticket) => ticketCard(ticket, () => go("visit", { given: ticket }))), ...waits.map(waitingCard)])
        : null,
      mine.length ? null : button(t("menuBook"), () => go("speciality"), { look: "main", picture: "doctor" }),
      mine.length ? null : button(t("toMenu"), () => toMenu(), { picture: "home" }),
    ],
  }),
};

/** The ticket as it is now, with what has changed since it was shown. One that is cancelled leads back to the list. */
async function readAnew(signal, shown) {
  const now = await ticketNow(shown, signal);
  if (isCancelled(now)) return returnTo("tickets", t("cancelDone", { what: briefly(now) }));
  return { now, changed: changes(shown, now) };
}

export const visit = {
  waits: "waitTickets",
  load: readAnew,
  view: ({ now, changed }) => ({
    title: t("visitTitle"),
    // As high as the lead of the question: "yes" there must not come to stand where this screen asks.
    lead: changed.length ? t("visitChanged") : t("visitLead"),
    work: [
      changeList(changed),
      slip(now),
      prints()
        ? button(t("visitPrint"), () => print(now), { look: "main", picture: "printer" })
        : button(t("menuTickets"), () => returnTo("tickets"), { look: "main", picture: "tickets" }),
      button(t("visitCancel"), () => go("cancelling", { given: now }), { look: "danger", picture: "cross" }),
    ],
  }),
};

export const cancelling = {
  waits: "waitTickets",
  load: readAnew,
  view: ({ now, changed }) => ({
    title: t("cancelTitle"),
    lead: changed.length ? t("visitChanged") : t("cancelLead"),
    work: [
      changeList(changed),
      slip(now),
      // "Yes" does not stand where the question's button stood.
      button(t("cancelYes"), () => confirmed(now), { id: "cancel", look: "danger", picture: "cross" }),
      button(t("cancelNo"), () => returnTo("tickets"), { look: "main", picture: "back" }),
    ],
  }),
};

const confirmed = (shown) =>
  run("waitCancel", async (signal) => {
    const now = await ticketNow(shown, signal);
    // Another visit than the one that was asked about is asked about again, if it can still be cancelled at all.
    const isAhead = now.beginTime.slice(0, 19) > clinicNow();
    if (isAhead && !isCancelled(now) && changes(shown, now).length) return go("cancelling", { given: shown });
    const gone = await cancel(now, signal);
    returnTo("tickets", t("cancelDone", { what: briefly(gone) }));
  });
