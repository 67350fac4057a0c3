// What the patient came for. What is most likely stands first.

import { dateOf } from "../../shared/format.js";
import { nearMoment, whereabouts } from "../format.js";
import { go } from "../machine.js";
import { card, cards } from "../parts.js";
import { session } from "../session.js";
import { t } from "../texts.js";
import { arrive } from "./arrival.js";
import { ask } from "./confirm.js";

export const menu = {
  view() {
    const { visit, offers } = session.likely ?? { offers: [] };
    return {
      title: session.who.greeting ? t("menuTitle", { name: session.who.greeting }) : t("welcomeTitle"),
      lead: t("menuLead"),
      work: [
        cards(offers.length ? "one tall many" : "one tall", [
          ...(visit ? [arrived(visit)] : []),
          ...offers.map(offer),
          card({ picture: "doctor", heading: t("menuBook"), lines: [t("menuBookHint")], look: visit ? "" : "first", act: () => go("speciality") }),
          card({ picture: "tickets", heading: t("menuTickets"), lines: [t("menuTicketsHint")], act: () => go("tickets") }),
          ...(visit ? [] : [card({ picture: "arrive", heading: t("menuArrival"), lines: [t("menuArrivalHint")], act: () => go("arrival") })]),
        ]),
      ],
    };
  },
};

const arrived = (visit) =>
  card({
    picture: "arrive",
    heading: t("menuArrival"),
    lines: [t("menuVisit", { when: nearMoment(visit.beginTime) }), [visit.docFio, whereabouts(visit.room, "")].filter(Boolean).join(", ")],
    look: "first",
    act: () => arrive(visit),
  });

const offer = ({ heading, doctor, cell }) =>
  card({
    picture: heading === "menuOwn" ? "home" : "doctor",
    heading: t(heading),
    lines: [`${doctor.docFio}, ${doctor.speciality}`, t("nearest", { when: nearMoment(cell.beginTime) })],
    look: "offer",
    act: () => take(doctor, cell),
  });

/** Asks the last question about an offered time; "another time" leads to all of the doctor's. */
function take(doctor, cell) {
  session.speciality = { code: doctor.specialityCode, name: doctor.speciality };
  session.doctor = doctor;
  session.day = dateOf(cell.beginTime);
  ask(() => cell);
}
