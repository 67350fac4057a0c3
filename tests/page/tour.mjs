// A walk through every screen of the page, for whoever wants to look at each.

import { birthDigits } from "./kiosk.mjs";
import { hoursUntil } from "./server.mjs";

/** How many days ahead the demo clinic's terminal books, and another that sees beyond three weeks. */
const SCHEDULE_DAYS = 14;
const TURNED_DAYS = 25;

/** Calls `look(name)` on every screen. The terminal stands at the greeting at the start and at the end. */
export async function tour(server, kiosk, look) {
  const patient = server.patient();
  const cells = await server.freeCells(patient, (doctor) => doctor.type === "doctor");
  const cell = cells.find((one) => hoursUntil(one) < 2 && one.count === 1);
  // With something booked, there is a speciality that is used most.
  const other = server.patient();
  await server.book(other, cells.at(-1).guid);
  const see = async (screen, name = screen) => {
    await kiosk.on(screen);
    await kiosk.settled();
    await look(name);
  };
  await see("welcome");
  await printedAgain(server, kiosk, see);
  await kiosk.touch("Помощь");
  await see("welcome", "help");
  await kiosk.page.keyboard.press("Escape");
  await kiosk.begin();
  await kiosk.page.keyboard.type(patient.policyNumber.slice(0, 7));
  await see("number");
  await kiosk.page.locator(".next").tap();
  await see("number", "number-short");
  await kiosk.page.keyboard.type(patient.policyNumber.slice(7));
  await kiosk.page.locator(".next").tap();
  await kiosk.on("birth");
  const birth = birthDigits(patient);
  await kiosk.page.keyboard.type(birth.slice(0, 4));
  await see("birth");
  await kiosk.page.keyboard.type("1901");
  await kiosk.page.locator(".next").tap();
  await see("refusal");
  await kiosk.page.locator("#acts .button").nth(1).tap();
  await kiosk.on("birth");
  for (let erased = 0; erased < 4; erased++) await kiosk.page.keyboard.press("Backspace");
  await kiosk.page.keyboard.type(birth.slice(4));
  await kiosk.page.locator(".next").tap();
  await see("menu");
  await kiosk.page.locator(".card").nth(2).tap();
  await see("arrival", "arrival-none");
  await kiosk.page.locator("#back").tap();
  await kiosk.on("menu");
  await booking(server, kiosk, cell, see);
  await kiosk.page.locator("#acts .button").nth(1).tap();
  await kiosk.on("menu");
  await afterBooking(kiosk, see);
  await waiting(server, kiosk, patient, see);
  await kiosk.page.locator("#finish").tap();
  await kiosk.on("welcome");
  await kiosk.scan(patient.policyNumber);
  await see("birth", "birth-scanned");
  await kiosk.page.locator("#finish").tap();
  await kiosk.on("welcome");
  await server.cancelAll(patient);
  await server.cancelAll(other);
  await offers(server, kiosk, see);
}

/** A ticket printed again by its number. */
async function printedAgain(server, kiosk, see) {
  const patient = server.patient({ birthDate: "1948-11-21" });
  const [cell] = await server.freeCells(patient);
  const { num } = await server.book(patient, cell.guid);
  await kiosk.page.locator("#reprint").tap();
  await see("number", "number-ticket");
  await kiosk.page.keyboard.type("987654");
  await kiosk.page.locator(".next").tap();
  await kiosk.on("birth");
  await kiosk.page.keyboard.type(birthDigits(patient));
  await kiosk.page.locator(".next").tap();
  await see("number", "number-ticket-unknown");
  for (let erased = 0; erased < 6; erased++) await kiosk.page.keyboard.press("Backspace");
  await kiosk.page.keyboard.type(num);
  await kiosk.page.locator(".next").tap();
  await kiosk.on("birth");
  await kiosk.page.locator(".next").tap();
  await see("ticket", "ticket-again");
  await kiosk.page.locator("#finish").tap();
  await kiosk.on("welcome");
  await server.cancelAll(patient);
}

/** The menu of somebody to whom all is offered: the visit of this hour, the district doctor, and the doctor seen last. */
async function offers(server, kiosk, see) {
  const patient = server.patient({ uchastokNum: "5" });
  const cells = await server.freeCells(patient, (doctor) => doctor.type === "doctor" && !/участок/.test(doctor.role));
  const cell = cells.find((one) => hoursUntil(one) < 2);
  const last = cells.find((one) => one.docGuid !== cell.docGuid);
  const ticket = await server.book(patient, cell.guid);
  await kiosk.page.route("**/visit/*?dateFrom=*", async (route) => {
    const answer = await route.fetch();
    const before = { ...ticket, docGuid: last.docGuid, beginTime: `2026-01-01${ticket.beginTime.slice(10)}` };
    await route.fulfill({ response: answer, json: [before, ...(await answer.json())] });
  }, { times: 1 });
  await kiosk.present(patient);
  await see("menu", "menu-offers");
  await kiosk.page.locator("#finish").tap();
  await kiosk.on("welcome");
  await server.cancelAll(patient);
}

async function booking(server, kiosk, cell, see) {
  await kiosk.page.locator(".card").first().tap();
  await see("speciality");
  await kiosk.page.locator(".card").filter({ has: kiosk.page.getByText(cell.doctor.speciality, { exact: true }) }).tap();
  await see("doctor");
  const doctor = kiosk.page.locator(".card").filter({ has: kiosk.page.getByText(cell.doctor.docFio, { exact: true }) });
  await doctor.tap();
  await see("time");
  await kiosk.page.locator("#back").tap();
  await kiosk.on("doctor");
  await turned(server, kiosk, cell, doctor, see);
  await kiosk.page.locator(`[data-day="${cell.beginTime.slice(0, 10)}"]`).tap();
  await kiosk.page.locator(".slot", { hasText: cell.beginTime.slice(11, 16) }).tap();
  await see("confirm");
  await kiosk.page.route("**/visit/*?timeTable=*", async (route) => {
    const answer = await route.fetch();
    const moved = { docFio: "Константинопольская-Преображенская А. В.", room: "118", beginTime: cell.beginTime.replace(/T\d\d/, "T23") };
    await route.fulfill({ response: answer, json: { ...(await answer.json()), ...moved } });
  }, { times: 1 });
  await kiosk.page.locator("#book").tap();
  await see("otherwise");
  await kiosk.page.locator("#keep").tap();
  await see("ticket");
}

/** The calendar of a terminal that books further ahead than it shows at once; then the clinic is as before. */
async function turned(server, kiosk, cell, doctor, see) {
  const far = server.farCell(cell.doctor, TURNED_DAYS);
  server.scheduleDays(TURNED_DAYS);
  await doctor.tap();
  await see("time", "time-turner");
  await kiosk.page.locator(".turner .button").tap();
  await kiosk.page.locator(`[data-day="${far}"][aria-pressed="true"]`).waitFor();
  await see("time", "time-turned");
  server.scheduleDays(SCHEDULE_DAYS);
  await kiosk.page.locator(".turner .button").tap();
}

async function afterBooking(kiosk, see) {
  await kiosk.page.locator(".card").nth(1).tap();
  await see("tickets");
  // The first answer is of another visit than the list; the question then is about the real one again.
  await kiosk.page.route(/visit\/[^/]*\/[^/]*$/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), docFio: "Константинопольская-Преображенская А. В.", room: "118" } });
  }, { times: 1 });
  await kiosk.page.locator(".card").first().tap();
  await see("visit", "visit-changed");
  await kiosk.page.locator("#back").tap();
  await kiosk.on("tickets");
  await kiosk.page.locator(".card").first().tap();
  await see("visit");
  await kiosk.page.locator(".button.danger").tap();
  await see("cancelling");
  await kiosk.page.locator("#back").tap();
  await kiosk.page.locator("#back").tap();
  await kiosk.page.locator("#back").tap();
  await kiosk.on("menu");
  await kiosk.page.locator(".card").nth(2).tap();
  await see("arrival");
  await kiosk.page.locator(".card").first().tap();
  await see("arrived");
  await kiosk.page.locator("#back").tap();
  await kiosk.page.locator("#back").tap();
  await kiosk.on("menu");
}

async function waiting(server, kiosk, patient, see) {
  const token = await server.token(patient);
  const { json: all } = await server.ask("GET", `/lpu/${patient.lpu}/speciality`, { token });
  const { name } = all.find((one) => one.countFree === 0);
  await kiosk.page.locator(".card").first().tap();
  await kiosk.on("speciality");
  await kiosk.page.locator(".card").filter({ has: kiosk.page.getByText(name, { exact: true }) }).tap();
  await see("doctor", "doctor-none");
  await kiosk.page.locator("#acts .button").first().tap();
  await see("waiting");
  await kiosk.page.locator(".next").tap();
  await see("waited");
  await kiosk.page.locator("#acts .button").last().tap();
  await kiosk.on("menu");
  await kiosk.page.locator(".card").first().tap();
  await see("speciality", "speciality-mine");
  await kiosk.page.locator(".card").filter({ has: kiosk.page.getByText(name, { exact: true }) }).tap();
  await see("doctor", "doctor-waited-for");
  await kiosk.page.locator("#acts .button").first().tap();
  await see("tickets", "tickets-waiting");
  await kiosk.page.locator(".card").last().tap();
  await see("entry");
  await kiosk.page.locator(".button.danger").tap();
  await see("leaving");
  await kiosk.page.locator("#leave").tap();
  await see("tickets", "tickets-left");
}

/** Modes of the page, with the classes that its buttons set. */
export const LOOKS = { normal: [], contrast: ["contrast"], large: ["large"], both: ["large", "contrast"] };

/** Shows the present screen in another size and mode, as the mode's buttons do. */
export async function dress(page, size, look) {
  await page.setViewportSize(size);
  await page.evaluate((classes) => {
    for (const name of ["large", "contrast"]) document.documentElement.classList.toggle(name, classes.includes(name));
    dispatchEvent(new Event("resize"));
    document.getElementById("work").scrollTop = 0;
    return new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
  }, LOOKS[look]);
}
