// A refusal: the server's own words, and what can be done now.

import { button, el } from "../dom.js";
import { finish, go, returnTo, toMenu } from "../machine.js";
import { session } from "../session.js";
import { t } from "../texts.js";

const number = ["fixNumber", () => returnTo("number"), "edit"];
const birth = ["fixBirth", () => returnTo("birth"), "calendar"];
const speciality = ["otherSpeciality", () => returnTo("speciality"), "doctor"];
const doctor = ["otherDoctor", () => returnTo("doctor"), "doctor"];
const time = ["confirmOther", () => returnTo("time"), "clock"];
const tickets = ["menuTickets", () => go("tickets", { instead: true }), "tickets"];
const menu = ["toMenu", () => toMenu(), "home"];

/** What helps against a refusal, by its code; the first is the best. */
const WAYS = {
  4000: ["refusalDesk", []],
  4005: ["refusalDesk", [menu]],
  4007: ["refusalDesk", [speciality, menu]],
  4008: ["refusalChoose", [tickets, speciality]],
  4011: ["refusalChoose", [time, tickets]],
  4021: ["refusalDesk", [tickets, menu]],
  4029: ["refusalDesk", [doctor, speciality]],
  4848: ["refusalChoose", [tickets, time]],
  5066: ["refusalChoose", [time, doctor]],
};

export const refusal = {
  view: (_, { error, identifying }) => {
    // Of what refuses an identification, only a wrong clinic or client application has a code of its own.
    const mistyped = identifying && error.code === "5000";
    const [advice, ways] = mistyped ? ["refusalIdentify", [number, birth]] : (WAYS[error.code] ?? other());
    const minutes = Math.ceil(error.retryAfterSeconds / 60);
    return {
      title: t("refusalTitle"),
      work: [
        el("p", { class: "sentence strong", lang: "ru", text: error.message }),
        el("p", { class: "sentence", text: minutes ? t("refusalLater", { n: minutes }) : t(advice) }),
        ...ways.map(([label, act, picture], at) => button(t(label), act, { look: at ? "" : "main", picture })),
        ways.length ? null : button(t("finish"), finish, { picture: "exit", look: "main" }),
      ],
    };
  },
};

function other() {
  const booking = session.trail.some((one) => one.name === "time");
  return ["refusalDesk", booking ? [time, menu] : session.who ? [menu] : []];
}

/** A mistake of the page itself. */
export const fault = {
  view: () => ({
    title: t("refusalTitle"),
    work: [
      el("p", { class: "sentence", text: t("refusalFault") }),
      button(t("finish"), finish, { look: "main", picture: "exit" }),
    ],
  }),
};
