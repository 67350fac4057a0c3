// "I have come": the visits of today, one touch each.

import { button } from "../../shared/dom.js";
import { changeList, changes } from "../changes.js";
import { checkIn, tickets } from "../clinic.js";
import { today } from "../format.js";
import { finish, go, run, toMenu } from "../machine.js";
import { appointment, cards, sentence, ticketCard } from "../parts.js";
import { t } from "../texts.js";

export const arrival = {
  waits: "waitTickets",
  load: (signal) => tickets(signal, { dateFrom: today(), dateTo: today() }),
  view: (mine) => ({
    title: t("arrivalTitle"),
    lead: mine.length ? t("arrivalLead") : "",
    work: mine.length
      ? [cards("one", mine.map((ticket) => ticketCard(ticket, () => arrive(ticket))))]
      : [
          sentence(t("arrivalNone")),
          button(t("menuBook"), () => go("speciality"), { look: "main", picture: "doctor" }),
          button(t("toMenu"), () => toMenu(), { picture: "home" }),
        ],
  }),
};

/** Says that the patient has come to this visit. */
export const arrive = (ticket) =>
  run("waitArrive", async (signal) => {
    const given = await checkIn(ticket, signal);
    go("arrived", { given: { shown: ticket, now: given } });
  });

/** Where to wait, as much of it as is known. */
const whereTo = ({ room, flat }) => t(room ? (flat ? "arrivedLead" : "arrivedRoom") : "arrivedAnywhere", { room, floor: flat });

export const arrived = {
  view(_, { shown, now }) {
    const changed = changes(shown, now);
    return {
      title: t("arrivedTitle"),
      lead: changed.length ? t("arrivedChanged") : whereTo(now),
      work: [
        changeList(changed),
        appointment(now),
        button(t("menuTickets"), () => go("tickets", { instead: true }), { picture: "tickets" }),
        button(t("toMenu"), () => toMenu(), { picture: "home" }),
        // What takes the visit from the screen does not stand where the list's card stood.
        button(t("ticketDone"), finish, { look: "main huge", picture: "check" }),
      ],
    };
  },
};
