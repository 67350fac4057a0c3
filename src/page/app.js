// The start: names the screens, learns what the terminal is, greets.

import { learn, terminal } from "./clinic.js";
import { startFrame } from "./frame.js";
import { startIdleWatch } from "./idle.js";
import { finish, go, isOpen, register } from "./machine.js";
import { startTyping } from "./pad.js";
import { arrival, arrived } from "./screens/arrival.js";
import { birth } from "./screens/birth.js";
import { choice } from "./screens/choice.js";
import { confirm } from "./screens/confirm.js";
import { doctor } from "./screens/doctor.js";
import { menu } from "./screens/menu.js";
import { number } from "./screens/number.js";
import { fault, refusal } from "./screens/refusal.js";
import { speciality } from "./screens/speciality.js";
import { ticket } from "./screens/ticket.js";
import { cancelling, tickets, visit } from "./screens/tickets.js";
import { time } from "./screens/time.js";
import { waited, waiting } from "./screens/waiting.js";
import { welcome } from "./screens/welcome.js";
import { session } from "./session.js";

register({
  /** What is seen until the server has said which clinics there are. */
  start: { open: true, load: start, view: () => ({ title: "", work: [] }) },
  choice, welcome, number, birth, menu, speciality, doctor, time, confirm, ticket, tickets, visit, cancelling,
  arrival, arrived, waiting, waited, refusal, fault,
});

async function start(signal) {
  await learn(signal);
  if (terminal.lpu) finish();
  else go("choice", { instead: true });
}

// Whatever a mistake of ours is, the patient gets a way out.
addEventListener("error", () => go("fault", { instead: true }));
addEventListener("unhandledrejection", () => go("fault", { instead: true }));
// A long press must not open the browser's menu.
addEventListener("contextmenu", (event) => event.preventDefault());

startFrame();
startIdleWatch();
startTyping((digit) => {
  // The scanner reads a policy while the greeting is shown.
  if (!isOpen() || !terminal.lpu) return;
  session.number = digit;
  go("number");
});
go("start");
