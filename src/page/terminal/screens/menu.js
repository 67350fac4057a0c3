// What the patient came for.

import { go } from "../machine.js";
import { card, cards } from "../parts.js";
import { session } from "../session.js";
import { t } from "../texts.js";

export const menu = {
  view: () => ({
    title: session.who.greeting ? t("menuTitle", { name: session.who.greeting }) : t("welcomeTitle"),
    lead: t("menuLead"),
    work: [
      cards("one tall", [
        card({ picture: "doctor", heading: t("menuBook"), lines: [t("menuBookHint")], look: "first", act: () => go("speciality") }),
        card({ picture: "tickets", heading: t("menuTickets"), lines: [t("menuTicketsHint")], act: () => go("tickets") }),
        card({ picture: "arrive", heading: t("menuArrival"), lines: [t("menuArrivalHint")], act: () => go("arrival") }),
      ]),
    ],
  }),
};
