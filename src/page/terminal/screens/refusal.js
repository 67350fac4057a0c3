// A refusal: what it means, and what can be done now. A way that would end in the same refusal is not offered.

import { Refused } from "../../shared/api.js";
import { button, el } from "../../shared/dom.js";
import { finish, go, returnTo, toMenu } from "../machine.js";
import { reach } from "../outlook.js";
import { ownWords } from "../own.js";
import { session } from "../session.js";
import { t } from "../texts.js";

/** From so many minutes on, how long to wait is told in hours. */
const MINUTES_MAX = 90;

/** What can be done: words, act and picture. */
export const WAYS = {
  number: ["fixNumber", () => returnTo("number"), "edit"],
  birth: ["fixBirth", () => returnTo("birth"), "calendar"],
  speciality: ["otherSpeciality", () => returnTo("speciality"), "doctor"],
  doctor: ["otherDoctor", () => returnTo("doctor"), "doctor"],
  time: ["confirmOther", () => returnTo("time"), "clock"],
  tickets: ["menuTickets", () => go("tickets", { instead: true }), "tickets"],
  menu: ["toMenu", () => toMenu(), "home"],
  finish: ["finish", finish, "exit"],
};

/** Refusals of a booking that a visit of the patient's own is the reason of. */
const OWN_VISIT = ["4008", "4011", "4848"];
/** No card any more: 4000. Whatever else ends a session is refused with 403. */
const NO_CARD = "4000";

/** The ways after a refused booking, by how far the refusal reaches. */
const WAYS_ON = {
  time: ["refusalChoose", [WAYS.time, WAYS.doctor, WAYS.menu]],
  doctor: ["refusalChoose", [WAYS.doctor, WAYS.speciality, WAYS.menu]],
  speciality: ["refusalChoose", [WAYS.speciality, WAYS.menu]],
  clinic: ["refusalDesk", [WAYS.tickets, WAYS.menu]],
};

/** The ways after a screen of the booking could not be loaded. */
const WAYS_BACK = { doctor: [WAYS.speciality], time: [WAYS.doctor, WAYS.speciality] };

const isOver = (error) => error.isFinal || error.status === 403 || error.code === NO_CARD;

export const refusal = {
  waits: "waitTimes",
  /** After a refused booking, what else there is. Who cannot even ask is told the refusal alone. */
  async load(signal, { error, booking }) {
    if (!booking || isOver(error) || error.retryAfterSeconds) return null;
    try {
      return await reach(signal);
    } catch (failed) {
      if (failed instanceof Refused) return null;
      throw failed;
    }
  },
  view: (reached, { error, identifying, booking, loading }) => {
    const [advice, ways] = waysAfter(error, { reached, identifying, booking, loading });
    return { title: t("refusalTitle"), work: told(error.message, later(error) ?? t(advice), ways) };
  },
};

function waysAfter(error, { reached, identifying, booking, loading }) {
  // Of what refuses an identification, only a wrong clinic or client application has a code of its own.
  // Another number would be refused alike until the time is over.
  if (identifying && error.retryAfterSeconds) return ["", [WAYS.finish]];
  if (identifying && error.code === "5000") return ["refusalIdentify", [WAYS.number, WAYS.birth]];
  if (!session.who || isOver(error)) return ["refusalDesk", [WAYS.finish]];
  if (reached) {
    const [advice, ways] = WAYS_ON[reached];
    if (!OWN_VISIT.includes(error.code) || ways.includes(WAYS.tickets)) return [advice, ways];
    return [advice, reached === "time" ? ways.toSpliced(1, 0, WAYS.tickets) : [WAYS.tickets, ...ways]];
  }
  if (booking) return ["refusalDesk", [WAYS.tickets, WAYS.menu]];
  return ["refusalDesk", [...(WAYS_BACK[loading] ?? []), ...(loading === "tickets" ? [] : [WAYS.tickets]), WAYS.menu]];
}

/** How long the server asks to wait, in words. */
function later({ retryAfterSeconds }) {
  if (!retryAfterSeconds) return null;
  const minutes = Math.ceil(retryAfterSeconds / 60);
  return minutes > MINUTES_MAX ? t("refusalLaterHours", { n: Math.ceil(minutes / 60) }) : t("refusalLater", { n: minutes });
}

/** Our sentence for what the server says, the advice, the server's own words small below, and the ways on; the first is the best. */
export const told = (words, advice, ways) => [
  el("p", { class: "sentence strong", text: ownWords(words) }),
  advice ? el("p", { class: "sentence", text: advice }) : null,
  el("p", { class: "small server" }, `${t("ownWords")} `, el("span", { lang: "ru", text: words })),
  ...buttons(ways),
];

/** The ways on as buttons. */
export const buttons = (ways) =>
  ways.map(([label, act, picture], at) => button(t(label), act, { look: at ? "" : "main", picture }));

/** A mistake of the page itself. */
export const fault = {
  view: () => ({
    title: t("refusalTitle"),
    work: [el("p", { class: "sentence", text: t("refusalFault") }), ...buttons([WAYS.finish])],
  }),
};
