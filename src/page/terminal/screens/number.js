// The number of the policy, or of the SNILS where the policy is at home. Who only wants a ticket printed again gives its number.

import { button } from "../../shared/dom.js";
import { go, redraw } from "../machine.js";
import { pad } from "../pad.js";
import { session } from "../session.js";
import { t } from "../texts.js";

const DOCUMENTS = {
  policy: { digits: 16, shape: "#### #### #### ####", other: "snils" },
  snils: { digits: 11, shape: "###-###-### ##", other: "policy" },
  ticketNumber: { digits: 6, least: 1, shape: "######" },
};

export const number = {
  view() {
    // After a ticket's code that helped nobody, a number is typed.
    if (!DOCUMENTS[session.document]) Object.assign(session, { document: "policy", number: "" });
    const { digits: max, least = max, shape, other } = DOCUMENTS[session.document];
    const text = (part) => t(session.document + part);
    return {
      title: text("Title"),
      lead: text("Lead"),
      work: [
        ...pad({
          digits: () => session.number,
          set: (digits) => { session.number = digits; },
          max,
          shape,
          // A ticket's number is typed alone.
          scans: least === max,
          next: t("next"),
          done: () =>
            session.number.length >= least
              ? go("birth")
              : go("number", { notice: t(`${session.document}Short`, { n: session.number.length }) }),
        }),
        other ? button(text("Other"), () => change(other), { look: "other", picture: "card" }) : null,
      ],
    };
  },
};

function change(other) {
  session.document = other;
  session.number = "";
  redraw();
}
