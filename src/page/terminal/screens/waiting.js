// The waiting list: where there is no time, the desk calls when there is.

import { button, el } from "../../shared/dom.js";
import { dateOf } from "../../shared/format.js";
import { startWaiting, stopWaiting, terminal, waitingFor, waitingList } from "../clinic.js";
import { shortDate, today } from "../format.js";
import { finish, go, returnTo, run, toMenu } from "../machine.js";
import { pad } from "../pad.js";
import { card, sentence } from "../parts.js";
import { session } from "../session.js";
import { t } from "../texts.js";

/** Digits of a number within the country, and of one with the trunk prefix 8 or the country's code 7 before it. */
const PHONE_DIGITS = 10;
const PHONE_DIGITS_MAX = 11;
/** A prefix that is told at once: no area's code begins so, a mobile number behind a prefix does. */
const PREFIX_OF_MOBILE = /^[78]9/;
/** Any other prefix is told by the eleventh digit. What follows it is the first digit of an area's or operator's code. */
const PREFIX_OF_ANY = /^[78][34789]\d{9}$/;

/** Whether the patient waits for the chosen speciality already, where the clinic keeps a list. */
export const isWaiting = async (signal) => Boolean(terminal.lpu.isWaitingList && (await waitingFor(session.speciality, signal)));

/** What can be done where there is no time: waiting for a call where the clinic keeps a list, else asking at the desk. */
export const insteadOfTime = (waits) => [
  ...(waits
    ? [sentence(t("waitingAlready")), button(t("menuTickets"), () => go("tickets"), { look: "main", picture: "tickets" })]
    : terminal.lpu.isWaitingList
      ? [sentence(t("waitingOffer")), button(t("waitingJoin"), () => go("waiting"), { look: "main", picture: "list" })]
      : [sentence(t("askDesk"))]),
  button(t("otherSpeciality"), () => returnTo("speciality"), { picture: "doctor" }),
];

export const waiting = {
  view: () => ({
    title: t("waitingTitle"),
    lead: t("waitingLead"),
    work: [
      ...pad({
        digits: () => session.phone,
        set: enter,
        max: PHONE_DIGITS_MAX,
        shape: "+7 ### ###-##-##",
        next: t("waitingJoin"),
        done: join,
      }),
      el("p", { class: "small other", text: t("waitingAgree") }),
    ],
  }),
};

/** Keeps the number without its prefix; a digit too many is not taken. */
function enter(typed) {
  const number = PREFIX_OF_MOBILE.test(typed) || PREFIX_OF_ANY.test(typed) ? typed.slice(1) : typed;
  if (number.length <= PHONE_DIGITS) session.phone = number;
}

function join() {
  const typed = session.phone.length;
  if (typed && typed < PHONE_DIGITS) return go("waiting", { notice: t("waitingPhoneShort", { n: typed }) });
  return run("waitList", async (signal) => {
    const before = await waitingFor(session.speciality, signal);
    try {
      await startWaiting(today(), typed ? `+7${session.phone}` : "", signal);
    } catch (error) {
      // An entry that was not there before this press is the one that it made: only the answer was lost.
      if (before || error.status !== 400 || !(await waitingFor(session.speciality, signal))) throw error;
    }
    session.trail = [];
    go("waited", { instead: true });
  });
}

export const waited = {
  view: () => ({
    title: t("waitingDoneTitle"),
    lead: session.speciality.name,
    work: [
      el("p", { class: "sentence", text: t("waitingDoneLead") }),
      button(t("ticketDone"), finish, { look: "main huge", picture: "check" }),
      button(t("toMenu"), () => toMenu(), { picture: "home" }),
    ],
  }),
};

/** An entry as a card of a list. */
export const waitingCard = (entry) =>
  card({
    picture: "list",
    heading: t("waitingEntry", { speciality: entry.name }),
    lines: [period(entry)],
    act: () => go("entry", { given: entry }),
  });

const period = ({ dateStart, dateEnd }) =>
  t("waitingSince", { date: shortDate(dateOf(dateStart)), until: shortDate(dateOf(dateEnd)) });

/** The entry, large. */
const slipOf = (entry) =>
  el("dl", { class: "appointment" },
    el("div", {}, el("dt", { text: t("waitingTitle") }), el("dd", {}, el("b", { text: entry.name }), el("span", { text: period(entry) }))));

export const entry = {
  view: (_, given) => ({
    title: t("waitingTitle"),
    // As high as the lead of the question: "yes" there must not come to stand where this screen asks.
    lead: t("entryLead"),
    work: [
      slipOf(given),
      button(t("waitingStay"), () => returnTo("tickets"), { look: "main", picture: "check" }),
      button(t("waitingStop"), () => go("leaving", { given }), { look: "danger", picture: "cross" }),
    ],
  }),
};

export const leaving = {
  waits: "waitTickets",
  /** An entry that has ended since the list was shown leads back to the list. */
  async load(signal, { guid, name }) {
    const isThere = (await waitingList(signal)).some((one) => one.guid === guid);
    if (!isThere) returnTo("tickets", t("waitingStopped", { speciality: name }));
  },
  view: (_, given) => ({
    title: t("waitingStopTitle"),
    lead: t("waitingStopLead"),
    work: [
      slipOf(given),
      // "Yes" does not stand where the question's button stood.
      button(t("waitingStopYes"), () => left(given), { id: "leave", look: "danger", picture: "cross" }),
      button(t("waitingStay"), () => returnTo("tickets"), { look: "main", picture: "back" }),
    ],
  }),
};

const left = (given) =>
  run("waitCancel", async (signal) => {
    await stopWaiting(given, signal);
    returnTo("tickets", t("waitingStopped", { speciality: given.name }));
  });
