// Differences between a visit as shown and as the server has it now.

import { el } from "../shared/dom.js";
import { dateOf, timeOf } from "../shared/format.js";
import { longDate, whereabouts } from "./format.js";
import { t } from "./texts.js";

/** Facts that a patient goes by: name, key to compare, words. */
const FACTS = [
  ["when", (one) => one.beginTime, (one) => t("dateAtTime", { date: longDate(dateOf(one.beginTime)), time: timeOf(one.beginTime) })],
  ["who", (one) => one.docGuid + one.docFio, (one) => one.docFio],
  ["speciality", (one) => one.speciality, (one) => one.speciality],
  ["where", (one) => whereabouts(one.room, one.flat), (one) => whereabouts(one.room, one.flat)],
  ["clinic", (one) => one.lpu.guid, (one) => one.lpu.name],
];

/** Returns each fact that has changed: its name, its words before and now. */
export const changes = (shown, now) =>
  FACTS.filter(([, key]) => key(shown) !== key(now)).map(([name, , words]) => {
    const [was, is] = [words(shown), words(now)];
    return { name, was, is: was === is ? t("another", { name: is }) : is };
  });

/** Returns the changes as a list. `was` and `is` are the keys of the words before each. */
export const changeList = (all, was = "changeWas", is = "changeIs") =>
  all.length
    ? el("dl", { class: "changes" }, ...all.map((one) =>
        el("div", {},
          el("dt", { text: t(one.name) }),
          el("dd", { text: t(was, { value: one.was || t("nothing") }) }),
          el("dd", {}, el("b", { text: t(is, { value: one.is || t("nothing") }) })))))
    : null;
