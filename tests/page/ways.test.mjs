// No dead ends: every way that a refusal offers leads to something new, and on from there to a time that the server books,
// or to a screen that says that there is none and what else can be done. Refusals come from the server itself.

import test from "node:test";
import assert from "node:assert/strict";
import { clinic, NETWORK_WORDS, terminal } from "./kiosk.mjs";
import { clinicMoment, POLYCLINIC } from "./server.mjs";

const here = clinic();
const allowed = NETWORK_WORDS;

/** Most screens from a refusal to a time; a way round would be longer. */
const STEPS_MAX = 6;

/** Words of buttons that lead to nothing new. */
const ENDS = ["Закончить", "Готово"];

/** What is on the screen, once it is loaded. */
async function seen(kiosk) {
  await kiosk.page.waitForFunction(() => document.body.dataset.screen !== "loading" && !document.body.classList.contains("busy"));
  return kiosk.page.evaluate(() => ({
    screen: document.body.dataset.screen,
    words: document.querySelector("#work .server span")?.innerText ?? "",
    ways: [...document.querySelectorAll("#work button:enabled, #acts button:enabled")].map((node) => node.innerText.trim()),
  }));
}

/** Touches the nth button of the work and waits until the page has answered it. */
async function follow(kiosk, nth) {
  const title = await kiosk.page.evaluateHandle(() => document.getElementById("title").firstChild);
  await kiosk.page.locator("#work button:enabled, #acts button:enabled").nth(nth).tap();
  await kiosk.page.waitForFunction((old) => document.getElementById("title").firstChild !== old, title);
  return seen(kiosk);
}

/** Follows every way of the refusal on the screen, and on along the first card or time. */
async function followAll(kiosk, isEnd, refused) {
  const start = await seen(kiosk);
  assert.equal(start.screen, "refusal");
  if (isEnd) return assert.ok(start.ways.every((way) => ENDS.includes(way)), start.ways.join());
  assert.ok(start.ways.some((way) => !ENDS.includes(way)), `no way on from: ${start.words}`);
  const restore = await kiosk.page.evaluateHandle(async () => {
    const [{ session }, { go }] = await Promise.all([import("/page/terminal/session.js"), import("/page/terminal/machine.js")]);
    // A way may end where another speciality is chosen and no doctor yet.
    const kept = { ...session, trail: [...session.trail] };
    // Leaving a screen keeps what it was given, for the way back.
    go("fault");
    const { given } = session.trail.at(-1);
    const again = () => {
      Object.assign(session, kept, { trail: [...kept.trail] });
      go("refusal", { given, instead: true });
    };
    again();
    return again;
  });
  await kiosk.on("refusal");
  for (const [at, way] of start.ways.entries()) {
    if (ENDS.includes(way)) continue;
    let now = await follow(kiosk, at);
    const path = [way];
    for (let step = 0; step < STEPS_MAX; step++) {
      const told = `${path.join(" > ")} > ${now.screen}`;
      assert.notEqual(now.screen, "refusal", `${told} is refused: ${now.words}`);
      assert.notEqual(now.words, start.words, `${told} says the same again`);
      assert.ok(now.ways.some((one) => !ENDS.includes(one)), `${told} is a dead end`);
      // Told before a choice: what it offers was seen to lead on. Else one card or time further.
      const isChoice = await kiosk.page.locator("#work .card, #work .slot").count();
      if (now.words || now.screen === "menu" || now.screen === "tickets" || !isChoice) break;
      // Not what the patient knows by now: a speciality with a visit, the doctor who has just refused.
      const nth = await kiosk.page.evaluate((known) => {
        const all = [...document.querySelectorAll("#work button:enabled, #acts button:enabled")];
        const slot = all.findIndex((node) => node.matches(".slot"));
        return slot >= 0 ? slot : Math.max(all.findIndex((node) => node.matches(".card:not(.empty)") && !known.some((words) => node.innerText.includes(words))), 0);
      }, ["Вы записаны", refused ?? "Вы записаны"]);
      path.push(now.ways[nth].split("\n")[0]);
      now = await follow(kiosk, nth);
    }
    await restore.evaluate((again) => again());
    await kiosk.on("refusal");
  }
}

const lineOf = (cell, more) =>
  ({ kind: "slot", guid: cell.guid, resource: cell.docGuid, begin: cell.beginTime, end: cell.endTime, planCount: cell.count, ...more });

const doctorLine = ({ specialityCode, ...doctor }, more) =>
  ({ kind: "resource", guid: doctor.guid, lpu: POLYCLINIC, type: doctor.type, family: doctor.family, name: doctor.name, patronymic: doctor.patronymic, role: doctor.role, speciality: specialityCode, room: doctor.room, flat: doctor.flat, ...more });

/** Another free cell of the speciality, of the same doctor if `sameDoctor`. */
const another = (cells, cell, sameDoctor) =>
  cells.find((one) => one.guid !== cell.guid && one.doctor.specialityCode === cell.doctor.specialityCode && (one.doctor.guid === cell.doctor.guid) === sameDoctor);

/** What happens between the question and the press: its name, the event, and whether the session is over then. */
const REFUSED = [
  ["4009 and more: all of the doctor's times are gone", ({ mine }) => here.server.import(...mine.map((one) => ({ kind: "slot", guid: one.guid, deleted: true })))],
  ["4008", ({ cells, cell, patient }) => here.server.book(patient, another(cells, cell, true).guid)],
  ["4848", ({ cell, patient }) => here.server.book(patient, cell.guid)],
  ["4011", ({ cells, cell, patient }) => here.server.book(patient, cells.find((one) =>
    one.doctor.specialityCode !== cell.doctor.specialityCode && one.beginTime < cell.endTime && cell.beginTime < one.endTime).guid)],
  ["4007, the ban", ({ patient }) => here.server.import({ ...patient, selfBookingBanned: true })],
  ["4007, registered patients only", ({ cell }) => here.server.import(doctorLine(cell.doctor, { dispensaryOnly: true }))],
  ["4029, the cell", ({ cell }) => here.server.import(lineOf(cell, { ageTo: 17 }))],
  ["4029, the doctor", ({ cell }) => here.server.import(doctorLine(cell.doctor, { ageTo: 17 }))],
  ["5000, not for terminals", ({ cell }) => here.server.import(lineOf(cell, { flagAccess: 1 }))],
  ["5000, begun", ({ cell }) => here.server.import(lineOf(cell, { begin: clinicMoment(-1, "09:00"), end: clinicMoment(-1, "09:15") }))],
  ["5066", ({ cell }) => here.server.import(lineOf(cell, { begin: clinicMoment(70, "09:00"), end: clinicMoment(70, "09:15") }))],
  ["4000", ({ patient }) => here.server.import({ ...patient, closed: true }), true],
];

for (const [name, meanwhile, isEnd] of REFUSED) {
  test(`a booking refused: ${name}`, async (t) => {
    const patient = here.server.patient();
    const cells = await here.server.freeCells(patient, (doctor) => doctor.type === "doctor");
    const cell = cells.filter((one) => one.count > 1 || name !== "4848").at(-1);
    const mine = cells.filter((one) => one.doctor.guid === cell.doctor.guid);
    const kiosk = await terminal(t, here, { allowed });
    await kiosk.identify(patient);
    await kiosk.choose(cell);
    await meanwhile({ patient, cells, cell, mine });
    await kiosk.page.locator("#book").tap();
    await kiosk.on("refusal");
    await followAll(kiosk, isEnd, cell.doctor.docFio);
    if (name.startsWith("4007, reg") || name === "4029, the doctor") here.server.import(doctorLine(cell.doctor));
  });
}

/** Refusals that the page cannot bring about here, answered in the server's stead: where, to what, and whether it is the end. */
const ANSWERED = [
  ["a day's bookings are used up", "**/visit/*?timeTable=*", { status: 429, message_code: "5000", retryAfter: 30_000 }],
  ["the token holds no more", "**/visit/*?timeTable=*", { status: 403, message_code: "5007" }, true],
  ["the signature fits no more", "**/visit/*?timeTable=*", { status: 403, message_code: "5009" }, true],
];

for (const [name, address, { status, message_code, retryAfter }, isEnd] of ANSWERED) {
  test(`a booking refused: ${name}`, async (t) => {
    const patient = here.server.patient();
    const [cell] = await here.server.freeCells(patient);
    const kiosk = await terminal(t, here, { allowed });
    await kiosk.identify(patient);
    await kiosk.choose(cell);
    await kiosk.page.route(address, (route) => route.fulfill({
      status, headers: retryAfter ? { "Retry-After": String(retryAfter) } : {}, json: { code: status, message: "Нельзя", message_code },
    }));
    await kiosk.page.locator("#book").tap();
    await kiosk.on("refusal");
    if (retryAfter) assert.match(await kiosk.text("#work"), /Попробуйте через 9 часов/);
    await followAll(kiosk, isEnd);
  });
}

test("who cannot be identified again when the token runs out has come to an end", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.page.route("**/auth/**", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), token: here.server.expiredToken(patient) } });
  }, { times: 1 });
  await kiosk.identify(patient);
  here.server.import({ ...patient, closed: true });
  await kiosk.touch("Записаться к врачу");
  await kiosk.on("refusal");
  await followAll(kiosk, true);
});

test("too many guesses: not asked to correct the date at once", async (t) => {
  const patient = here.server.patient();
  const wrong = new URLSearchParams({ Birthday: "1950-01-01", n_pol: patient.policyNumber });
  for (let guess = 0; guess < 5; guess++) await here.server.ask("GET", `/auth/${patient.lpu}/token?${wrong}`);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.present(patient);
  await kiosk.on("refusal");
  assert.deepEqual((await seen(kiosk)).ways, ["Закончить"]);
});

test("a doctor who refuses is not answered with others who do", async (t) => {
  const line = (number, more) => ({
    kind: "resource", guid: `2b000000-0000-4000-8000-00000000000${number}`, lpu: POLYCLINIC, family: `Закрытый${number}`, name: "Олег", patronymic: "Ильич",
    role: "Врач", speciality: "7001", ...more,
  });
  const doctors = [line(1, { dispensaryOnly: true }), line(2, { dispensaryOnly: true }), line(3, {})];
  const slots = doctors.map(({ guid }, at) => ({ kind: "slot", guid: `3b${guid.slice(2)}`, resource: guid, begin: clinicMoment(2, `1${at}:00`), end: clinicMoment(2, `1${at}:15`) }));
  here.server.import({ kind: "speciality", code: "7001", name: "Редкая" }, ...doctors, ...slots);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(here.server.patient());
  await kiosk.touch("Записаться к врачу");
  await kiosk.page.locator(".card", { hasText: "Редкая" }).tap();
  await kiosk.page.locator(".card", { hasText: "Закрытый1" }).tap();
  await kiosk.on("time");
  assert.match(await kiosk.text(".server span"), /не состоите на диспансерном учете/);
  assert.deepEqual(await kiosk.page.locator(".card strong").allInnerTexts(), ["Закрытый3 О. И."]);
  // Without the last of them, the speciality as a whole refuses: told where it is chosen.
  here.server.import({ ...slots[2], deleted: true });
  await kiosk.touch("Другая специальность");
  await kiosk.page.locator(".card", { hasText: "Редкая" }).tap();
  await kiosk.on("doctor");
  assert.match(await kiosk.text(".server span"), /не состоите на диспансерном учете/);
  assert.equal(await kiosk.page.locator(".card").count(), 0);
});
