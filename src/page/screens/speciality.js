// Booking, step 1: which kind of doctor.

import { specialities } from "../clinic.js";
import { dateOf, nearDate } from "../format.js";
import { go } from "../machine.js";
import { card, cards, pictureOf, sentence } from "../parts.js";
import { session } from "../session.js";
import { t } from "../texts.js";

export const speciality = {
  step: 1,
  load: specialities,
  view: (all) => ({
    title: t("specialityTitle"),
    lead: t("specialityLead"),
    work: [all.length ? cards("two", all.map(option)) : sentence(t("specialityNone"))],
  }),
};

function option(one) {
  const lines = one.countFree
    ? [t("nearest", { when: nearDate(dateOf(one.nearestDate)) }), t("places", { n: one.countFree })]
    : [t("noPlaces")];
  return card({
    picture: pictureOf(one.name),
    heading: one.name,
    lines,
    look: one.countFree ? "" : "empty",
    lang: "ru",
    act: () => choose(one),
  });
}

function choose(one) {
  session.speciality = one;
  session.doctor = null;
  go("doctor");
}
