// Several terminals at one time: a touched time is held while the last question is asked, and free again for whoever comes next.

import test from "node:test";
import assert from "node:assert/strict";
import { clinic, NETWORK_WORDS, terminal } from "./kiosk.mjs";

const here = clinic();
const allowed = NETWORK_WORDS;

const TOLD = "Это время только что занял другой пациент. Выберите, пожалуйста, другое.";
const LOST = "Пока вы думали, это время занял другой пациент. Выберите, пожалуйста, другое.";

/** A cell of a doctor's with one place, of a day with more times to choose from. */
async function wanted(patient) {
  const cells = await here.server.freeCells(patient, (doctor) => doctor.type === "doctor");
  return cells.find((cell) => cell.count === 1 && cells.filter((one) => one.docGuid === cell.docGuid).length > 2);
}

/** How the server lists the cell to somebody else. */
async function status(cell) {
  const patient = here.server.patient();
  const day = cell.beginTime.slice(0, 10);
  const { json } = await here.server.ask("GET", `/lpu/${patient.lpu}/doctor/${cell.docGuid}/schedule/${day}`, { token: await here.server.token(patient) });
  return json.find((one) => one.guid === cell.guid).status;
}

/** Waits until the cell is listed so. */
async function becomes(cell, words) {
  for (let tries = 0; tries < 50 && (await status(cell)) !== words; tries++) await new Promise((next) => setTimeout(next, 100));
  assert.equal(await status(cell), words);
}

/** The button of this time. */
const slotOf = (kiosk, cell) => kiosk.page.locator(".times .slot", { hasText: cell.beginTime.slice(11, 16) });

/** A terminal at the times of the cell's doctor, on the cell's day. */
async function beforeTimes(t, cell, options) {
  const kiosk = await terminal(t, here, { allowed, ...options });
  const patient = here.server.patient();
  await kiosk.identify(patient);
  await kiosk.findTimes(cell);
  await kiosk.page.locator(`[data-day="${cell.beginTime.slice(0, 10)}"]`).tap();
  return { kiosk, patient };
}

test("two terminals touch one time: one goes on, the other is told at once and chooses another", async (t) => {
  const cell = await wanted(here.server.patient());
  const [one, other] = [await beforeTimes(t, cell), await beforeTimes(t, cell)];
  const isSeen = [one, other].map(({ kiosk }) => slotOf(kiosk, cell).isVisible());
  assert.deepEqual(await Promise.all(isSeen), [true, true]);
  await Promise.all([one, other].map(({ kiosk }) => slotOf(kiosk, cell).tap()));
  const ends = await Promise.all([one, other].map(async ({ kiosk }) => {
    const told = kiosk.page.locator("#notice", { hasText: TOLD }).waitFor().then(() => "told");
    const asked = kiosk.on("confirm").then(() => "asked");
    [told, asked].forEach((end) => end.catch(() => {}));
    return Promise.race([told, asked]);
  }));
  assert.deepEqual(ends.toSorted(), ["asked", "told"]);
  const [holder, second] = ends[0] === "asked" ? [one, other] : [other, one];
  assert.match(await holder.kiosk.text("#lead"), /^Это время пока за вами/);
  await second.kiosk.on("time");
  assert.equal(await slotOf(second.kiosk, cell).count(), 0, "the list is a new one");
  await second.kiosk.page.locator(".times .slot").first().tap();
  await second.kiosk.on("confirm");
  assert.equal(await second.kiosk.text("#notice"), "");
  await second.kiosk.book();
  await holder.kiosk.book();
  const [[kept], [chosen]] = await Promise.all([holder, second].map(({ patient }) => here.server.tickets(patient)));
  assert.equal(kept.timeTableGuid, cell.guid);
  assert.notEqual(chosen.timeTableGuid, cell.guid);
});

test("a held time is free again after the way back, another time, the end, and the end of who has gone", async (t) => {
  const cell = await wanted(here.server.patient());
  const { kiosk } = await beforeTimes(t, cell, { clock: true });
  const hold = async () => {
    await slotOf(kiosk, cell).tap();
    await kiosk.on("confirm");
    assert.equal(await status(cell), "Booked");
  };
  for (const words of ["Назад", "Другое время"]) {
    await hold();
    await kiosk.touch(words);
    await kiosk.on("time");
    // The patient's own list has it again at once.
    assert.equal(await slotOf(kiosk, cell).count(), 1, words);
    assert.equal(await status(cell), "Available", words);
  }
  await hold();
  await kiosk.touch("Закончить");
  await kiosk.on("welcome");
  await becomes(cell, "Available");

  const gone = await beforeTimes(t, cell, { clock: true });
  await slotOf(gone.kiosk, cell).tap();
  await gone.kiosk.on("confirm");
  await gone.kiosk.page.clock.fastForward(61_000);
  await gone.kiosk.page.locator("#idle[open]").waitFor();
  assert.equal(await status(cell), "Booked", "as long as somebody may be there");
  await gone.kiosk.page.clock.fastForward(16_000);
  await gone.kiosk.on("welcome");
  await becomes(cell, "Available");
});

test("who thinks longer than a hold lasts keeps the time, or is told that it is lost", async (t) => {
  const cell = await wanted(here.server.patient());
  const { kiosk, patient } = await beforeTimes(t, cell, { clock: true });
  const holds = [];
  kiosk.page.on("response", async (answer) => {
    if (answer.url().includes("/hold?")) holds.push((await answer.json()).hold);
  });
  await slotOf(kiosk, cell).tap();
  await kiosk.on("confirm");
  await kiosk.page.clock.fastForward(50_000);
  await kiosk.touch("Контраст");
  await kiosk.page.clock.fastForward(36_000);
  await kiosk.page.waitForFunction(() => document.body.dataset.screen === "confirm");
  for (let tries = 0; tries < 50 && holds.length < 2; tries++) await new Promise((next) => setTimeout(next, 100));
  assert.equal(holds.length, 2, "held anew before the end");
  // The place is lost all the same: given back behind the terminal's back, and taken by somebody else.
  const token = await here.server.token(patient);
  await here.server.ask("DELETE", `/visit/${patient.lpu}/hold/${holds[1]}`, { token });
  await here.server.book(here.server.patient(), cell.guid);
  await kiosk.page.locator("#book").tap();
  await kiosk.on("time");
  assert.equal(await kiosk.text("#notice"), LOST);
  assert.equal(await slotOf(kiosk, cell).count(), 0);
  await kiosk.page.locator(".times .slot").first().tap();
  await kiosk.on("confirm");
  await kiosk.book();
});

test("who has held as many times as a day allows books all the same", async (t) => {
  const cell = await wanted(here.server.patient());
  const { kiosk, patient } = await beforeTimes(t, cell);
  await kiosk.page.route("**/hold?*", (route) =>
    route.fulfill({ status: 429, headers: { "Retry-After": "30000" }, json: { code: 429, message: "Слишком много", message_code: "5000" } }));
  await slotOf(kiosk, cell).tap();
  await kiosk.on("confirm");
  assert.doesNotMatch(await kiosk.text("#lead"), /за вами/);
  await kiosk.book();
  assert.equal((await here.server.tickets(patient)).length, 1);
});

test("a time on a doctor's card that somebody has taken since is told, and the doctor's other times are shown", async (t) => {
  const cell = await wanted(here.server.patient());
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(here.server.patient());
  await kiosk.findDoctors(cell);
  const time = kiosk.doctorCard(cell).locator(".slot").first();
  const words = (await time.innerText()).match(/\d\d:\d\d/)[0];
  const { json: doctor } = await here.server.ask("GET", `/lpu/${here.server.patient().lpu}/doctor/${cell.docGuid}`, {});
  await here.server.book(here.server.patient(), doctor.nearestSlot.guid);
  assert.equal(doctor.nearestSlot.beginTime.slice(11, 16), words);
  await time.tap();
  await kiosk.on("time");
  assert.equal(await kiosk.text("#notice"), TOLD);
  assert.equal(await kiosk.page.locator(".times .slot", { hasText: words }).count(), 0);
});
