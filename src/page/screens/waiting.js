// The waiting list: where there is no time, the desk calls when there is.

import { startWaiting, terminal, waitingList } from "../clinic.js";
import { button, el } from "../dom.js";
import { today } from "../format.js";
import { finish, go, run, toMenu } from "../machine.js";
import { pad } from "../pad.js";
import { sentence } from "../parts.js";
import { session } from "../session.js";
import { t } from "../texts.js";

/** Digits of a number within the country, and of one with the trunk prefix 8 or the country's code 7 before it. */
const PHONE_DIGITS = 10;
const PHONE_DIGITS_MAX = 11;
/** A prefix that is told at once: no area's code begins so, a mobile number behind a prefix does. */
const PREFIX_OF_MOBILE = /^[78]9/;
/** Any other prefix is told by the eleventh digit. What follows it is the first digit of an area's or operator's code. */
const PREFIX_OF_ANY = /^[78][34789]\d{9}$/;

/** What can be done where there is no time: waiting for a call where the clinic keeps a list, else asking at the desk. */
export const insteadOfTime = () =>
  terminal.lpu.isWaitingList
    ? [sentence(t("waitingOffer")), button(t("waitingJoin"), () => go("waiting"), { look: "main", picture: "list" })]
    : [sentence(t("askDesk"))];

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
  return run(async (signal) => {
    try {
      await startWaiting(today(), typed ? `+7${session.phone}` : "", signal);
    } catch (error) {
      // Who is on the list already has what was wanted: perhaps only the first answer was lost.
      const mine = error.status === 400 ? await waitingList(signal) : [];
      if (!mine.some((entry) => entry.specialityCode === session.speciality.code)) throw error;
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
