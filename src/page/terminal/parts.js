// Parts that several screens share.

import { el, icon } from "../shared/dom.js";
import { dateOf, timeOf } from "../shared/format.js";
import { longDate, nearMoment, whereabouts } from "./format.js";
import { t } from "./texts.js";

/** A large card to touch: a picture, a heading, lines below it, and a mark at its end. */
export function card({ picture, heading, lines = [], badge, act, look = "", lang }) {
  return el(
    "button",
    { type: "button", class: `card ${look}`, lang, on: { click: act } },
    picture ? el("span", { class: "picture" }, icon(picture)) : null,
    el(
      "span",
      { class: "words" },
      el("strong", { text: heading }),
      el("span", { class: "lines" }, ...lines.filter(Boolean).map((text) => el("span", { class: "line", text }))),
    ),
    badge ? el("span", { class: "badge", text: badge }) : null,
    el("span", { class: "go" }, icon("next")),
  );
}

/** Cards in a list, so that screen readers count them. */
export const cards = (look, nodes) => el("ul", { class: `cards ${look}` }, ...nodes.map((node) => el("li", {}, node)));

/** Everything about an appointment, large: when, who, where. Serves a cell with its doctor and a ticket. */
export function appointment({ beginTime, docFio, speciality, room, flat }) {
  const where = whereabouts(room, flat);
  return el(
    "dl",
    { class: "appointment" },
    el("div", { class: "moment" },
      el("dt", { text: t("when") }),
      el("dd", {}, el("b", { text: timeOf(beginTime) }), el("span", { text: longDate(dateOf(beginTime)) }))),
    el("div", {}, el("dt", { text: t("who") }), el("dd", {}, el("b", { text: docFio }), el("span", { text: speciality }))),
    where ? el("div", {}, el("dt", { text: t("where") }), el("dd", {}, el("b", { text: where }))) : null,
  );
}

/** A ticket as a card of a list. */
export const ticketCard = (ticket, act) =>
  card({
    picture: pictureOf(ticket.speciality),
    heading: nearMoment(ticket.beginTime),
    lines: [`${ticket.docFio}, ${ticket.speciality}`, whereabouts(ticket.room, ticket.flat)],
    badge: ticket.num,
    look: "dated",
    act,
  });

/** `24 ноября в 08:45, Иванов И. И.` */
export const briefly = ({ beginTime, docFio }) => `${nearMoment(beginTime)}, ${docFio}`;

/** A sentence where a list would be. */
export const sentence = (text) => el("p", { class: "sentence", text });

// Russian roots of specialities' names, first that fits.
const PICTURES = [
  [/стомат|зуб/, "tooth"],
  [/офтальм|окулист/, "eye"],
  [/лор|ларинг/, "ear"],
  [/кардио/, "heart"],
  [/невро|психи|психо/, "head"],
  [/педиатр|неонат/, "child"],
  [/гинек|акуш/, "woman"],
  [/хирург|травм|ортоп/, "bone"],
  [/дермат|аллерг/, "skin"],
  [/эндокрин|диабет/, "drop"],
  [/уролог|нефро/, "drop"],
  [/узи|ультразв|рентген|флюор|томогр|диагност/, "scan"],
  [/лабор|анализ|процедур|кров/, "tube"],
  [/прививк|вакцин/, "needle"],
  [/пульмо|фтиз/, "lungs"],
  [/гастро|эндоскоп/, "stomach"],
  [/неотлож|дежурн/, "clock"],
  [/профилакт|диспансер/, "check"],
  [/на дому/, "home"],
  [/комисси/, "list"],
];

/** The picture for a speciality. */
export function pictureOf(name) {
  const lower = name.toLowerCase();
  return PICTURES.find(([root]) => root.test(lower))?.[1] ?? "doctor";
}
