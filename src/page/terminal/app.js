// The start of the terminal's page.

import { keepTime } from "../shared/api.js";
import { startRenewal } from "../shared/renew.js";
import { startTouch } from "../shared/touch.js";
import { learn, terminal } from "./clinic.js";
import { startFrame } from "./frame.js";
import { startHelp } from "./help.js";
import { startIdleWatch, stay } from "./idle.js";
import { readScan, startKeys } from "./keys.js";
import { finish, go, isOpen, place, redraw, register } from "./machine.js";
import { startAsking } from "./printer.js";
import { arrival, arrived } from "./screens/arrival.js";
import { birth } from "./screens/birth.js";
import { choice } from "./screens/choice.js";
import { confirm } from "./screens/confirm.js";
import { doctor } from "./screens/doctor.js";
import { menu } from "./screens/menu.js";
import { number } from "./screens/number.js";
import { fault, refusal } from "./screens/refusal.js";
import { speciality } from "./screens/speciality.js";
import { otherwise, ticket } from "./screens/ticket.js";
import { cancelling, tickets, visit } from "./screens/tickets.js";
import { time } from "./screens/time.js";
import { entry, leaving, waited, waiting } from "./screens/waiting.js";
import { welcome } from "./screens/welcome.js";
import { session } from "./session.js";
import { t } from "./texts.js";
import { startVoices } from "./voice.js";

/** Time without a touch at the greeting after which nobody is about to begin. */
const UNTOUCHED_MS = 10_000;

register({
  /** What is seen until the server has said which clinics there are. */
  start: { open: true, load: start, waits: "waitStart", view: () => ({ title: "", work: [] }) },
  choice, welcome, number, birth, menu, speciality, doctor, time, confirm, ticket, tickets, visit, cancelling,
  arrival, arrived, waiting, waited, entry, leaving, otherwise, refusal, fault,
});

async function start(signal) {
  await learn(signal);
  if (terminal.lpu) finish();
  else go("choice", { instead: true });
}

// After a mistake of ours the patient gets a way out.
addEventListener("error", () => go("fault", { instead: true }));
addEventListener("unhandledrejection", () => go("fault", { instead: true }));

/** A digit at the greeting begins the number. */
function begin(digit) {
  if (!isOpen() || !terminal.lpu) return;
  session.number = digit;
  go("number");
}

/** Takes a scan for the number where one is asked for. Anywhere else the next person has come, and the session ends. */
function scanned(text) {
  if (!terminal.lpu) return;
  const { kind, number = "" } = readScan(text);
  stay();
  if (!["welcome", "number"].includes(place())) finish();
  session.reprints = session.document === "ticketNumber";
  session.document = kind === "ticket" ? kind : "policy";
  session.number = session.scanned = number;
  if (kind === "ticket") return go("birth");
  go("number", { notice: kind === "other" ? t("scanOther") : "" });
  if (number) go("birth");
}

startFrame();
startTouch();
startIdleWatch();
startHelp();
// Only where nobody has begun: what somebody reads stays as it is.
const greetAnew = () => place() === "welcome" && redraw();
startAsking(greetAnew);
startVoices(greetAnew);
startRenewal({
  path: "/",
  untouchedMs: UNTOUCHED_MS,
  isFree: () => place() === "welcome",
  // Which clinic this is may have been chosen by touch.
  state: () => ({ lpu: terminal.lpu.guid }),
  heard: keepTime,
});
startKeys({ start: begin, scanned });
go("start");
