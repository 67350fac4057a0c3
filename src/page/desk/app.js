// The reception's page: who is signed in, its views, and which of them is shown.

import { el } from "../shared/dom.js";
import { startRenewal } from "../shared/renew.js";
import { Refused, change, onLine, onSessionEnd, read } from "./api.js";
import { isSending } from "./sending.js";
import { onPerson, signIn } from "./signin.js";
import { closures } from "./views/closures.js";
import { day } from "./views/day.js";
import { patients } from "./views/patients.js";
import { staff } from "./views/staff.js";
import { status } from "./views/status.js";
import { waiting } from "./views/waiting.js";

/** Each view: its name on the tab, who may see it, and what shows it in `main`: returns what ends it. */
const VIEWS = [
  { name: "day", title: "День", roles: ["registrar", "doctor", "administrator"], open: day },
  { name: "patients", title: "Пациенты", roles: ["registrar", "administrator"], open: patients },
  { name: "waiting", title: "Ожидание", roles: ["registrar", "administrator"], open: waiting },
  { name: "closures", title: "Закрытия", roles: ["registrar", "administrator"], open: closures },
  { name: "staff", title: "Сотрудники", roles: ["administrator"], open: staff },
  { name: "status", title: "Состояние", roles: ["administrator"], open: status },
];

/** Interval of asking whether the session has ended, where a view does not ask for anything else. */
const SESSION_MS = 30_000;
/** Time without a touch after which nobody is in the middle of something. */
const UNTOUCHED_MS = 20_000;

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
        on: { click: () => { main.focus(); open(view.name); } },
      }),
    ),
  );
  main.replaceChildren();
  leaveView = shown.open(main, { person, place, open }) ?? (() => {});
}

// High contrast where the system asks for it. Larger text is the browser's own.
const contrast = matchMedia("(prefers-contrast: more)");
const dress = () => document.documentElement.classList.toggle("contrast", contrast.matches);
contrast.addEventListener("change", dress);
dress();

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
  try {
    await change("DELETE", "/desk/api/session", {}, { once: true });
  } catch (error) {
    // A session that has ended needs no end. Without an answer the session may go on: then nobody is told otherwise.
    if (!(error instanceof Refused)) {
      document.getElementById("line").textContent = "Нет связи с сервером: выйти не удалось. Повторите.";
      return;
    }
  }
  // Nothing of what was seen stays on the screen.
  history.replaceState(null, "");
  location.reload();
});

/** Whether a field is as the page has made it. */
const isAsMade = (input) => (input.type === "checkbox" ? input.checked === input.defaultChecked : input.value === input.defaultValue);

/** Whether no field holds anything that a new page would lose, and no file is being sent. */
const isUntouched = () => !isSending() && !document.querySelector("dialog[open]") && [...main.querySelectorAll("input, textarea")].every(isAsMade);

// A refusal that no field or question stands for.
addEventListener("unhandledrejection", (event) => {
  if (!(event.reason instanceof Refused)) return;
  event.preventDefault();
  document.getElementById("line").textContent = event.reason.message;
});

// A session that ends while nobody is there closes what is on the screen.
let isAsking = false;
setInterval(async () => {
  if (!person || isAsking) return;
  isAsking = true;
  await read("/desk/api/session", { unattended: true }).finally(() => { isAsking = false; });
}, SESSION_MS);

startRenewal({
  path: "/desk",
  untouchedMs: UNTOUCHED_MS,
  isFree: isUntouched,
  state: () => ({ view: shown?.name, place: shown?.open.place?.() }),
});

const known = await read("/desk/api/session", { once: true }).catch(() => null);
if (known) {
  person = known;
  document.getElementById("who").textContent = person.name;
  document.getElementById("bar").hidden = false;
  open(history.state?.view, history.state?.place);
} else {
  await signIn();
}
