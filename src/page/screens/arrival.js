// "I have come": the visits of today, one touch each.

import { checkIn, tickets } from "../clinic.js";
import { button } from "../dom.js";
import { today } from "../format.js";
import { finish, go, run, toMenu } from "../machine.js";
import { appointment, cards, sentence, ticketCard } from "../parts.js";
import { t } from "../texts.js";

export const arrival = {
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

const arrive = (ticket) =>
  run(async (signal) => {
    const given = await checkIn(ticket, signal);
    go("arrived", { given });
  });

export const arrived = {
  view: (_, ticket) => ({
    title: t("arrivedTitle"),
    lead: t("arrivedLead"),
    work: [appointment(ticket), button(t("ticketDone"), finish, { look: "main huge", picture: "check" })],
  }),
};
