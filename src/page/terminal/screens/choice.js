// Which clinic this terminal stands in, where the server knows several.

import { terminal } from "../clinic.js";
import { finish } from "../machine.js";
import { card, cards } from "../parts.js";
import { t } from "../texts.js";

export const choice = {
  open: true,
  view: () => ({
    title: t("clinicTitle"),
    lead: t("clinicLead"),
    work: [
      cards("one", terminal.clinics.map((lpu) =>
        card({ picture: "clinic", heading: lpu.name, lines: [lpu.address], act: () => choose(lpu) }))),
    ],
  }),
};

function choose(lpu) {
  terminal.lpu = lpu;
  finish();
}
