// The reception's page: who is signed in, its views, and which of them is shown.

import { el } from "../shared/dom.js";
import { Refused, change, onLine, onSessionEnd, read } from "./api.js";
import { startRenewal } from "./renew.js";
import { onPerson, signIn } from "./signin.js";
import { day } from "./views/day.js";
import { patients } from "./views/patients.js";
import { staff } from "./views/staff.js";

/** Each view: its name on the tab, who may see it, and what shows it in `main`: returns what ends it. */
const VIEWS = [
  { name: "day", title: "День", roles: ["registrar", "doctor", "administrator"], open: day },
  { name: "patients", title: "Пациенты", roles: ["registrar", "administrator"], open: patients },
  { name: "staff", title: "Сотрудники", roles: ["administrator"], open: staff },
];

const main = document.getElementById("view");
let person;
let shown;
/** Ends what the shown view does by itself. */
let leaveView = () => {};

/** Shows a view. `place` is what it was left with. */
function open(name, place) {
  const mine = VIEWS.filter((view) => view.roles.includes(person.role));
  shown = mine.find((view) => view.name === name) ?? mine[0];
  leaveView();
  document.title = `${shown.title} · Регистратура`;
  document.getElementById("tabs").replaceChildren(
    ...mine.map((view) =>
      el("button", {
        type: "button",
        class: "button",
        text: view.title,
        "aria-current": view === shown && "page",
        on: { click: () => { open(view.name); main.focus(); } },
      }),
    ),
  );
  main.replaceChildren();
  leaveView = shown.open(main, { person, place, open }) ?? (() => {});
}

onLine((words) => { document.getElementById("line").textContent = words; });
onSessionEnd(signIn);

onPerson((signedIn) => {
  const isOther = !person || person.role !== signedIn.role;
  person = signedIn;
  document.getElementById("who").textContent = person.name;
  document.getElementById("bar").hidden = false;
  if (isOther) open(history.state?.view, history.state?.place);
});

document.getElementById("leave").addEventListener("click", async () => {
  await change("DELETE", "/desk/api/session").catch((error) => {
    if (!(error instanceof Refused)) throw error;
  });
  // Nothing of what was seen stays on the screen.
  history.replaceState(null, "");
  location.reload();
});

/** Whether no field holds anything that a new page would lose. */
const isUntouched = () =>
  !document.querySelector("dialog[open]") && [...main.querySelectorAll("input, textarea")].every((input) => input.value === input.defaultValue);

startRenewal(isUntouched, () => ({ view: shown?.name, place: shown?.open.place?.() }));

const known = await read("/desk/api/session", { once: true }).catch(() => null);
if (known) {
  person = known;
  document.getElementById("who").textContent = person.name;
  document.getElementById("bar").hidden = false;
  open(history.state?.view, history.state?.place);
} else {
  await signIn();
}
