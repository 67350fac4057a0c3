// What goes wrong between a touch and the answer: the server's own words, and a way on.

import test from "node:test";
import assert from "node:assert/strict";
import { clinic, NETWORK_WORDS, terminal } from "./kiosk.mjs";
import { clinicDay, hoursUntil } from "./server.mjs";

const here = clinic();
const allowed = NETWORK_WORDS;

/** Two cells of different specialities at overlapping times, for who may book both. */
async function overlapping(patient) {
  const cells = await here.server.freeCells(patient);
  for (const one of cells) {
    const other = cells.find((two) =>
      two.doctor.specialityCode !== one.doctor.specialityCode && two.beginTime < one.endTime && one.beginTime < two.endTime);
    if (other) return [one, other];
  }
  throw new Error("no two cells overlap");
}

test("a taken time leads back to fresh times, with a sentence", async (t) => {
  const patient = here.server.patient();
  const cells = await here.server.freeCells(patient, (doctor) => doctor.type === "doctor");
  const cell = cells.find((one) => one.count === 1);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  await here.server.book(here.server.patient(), cell.guid);
  await kiosk.page.locator("#book").tap();
  await kiosk.on("time");
  assert.equal(await kiosk.text("#notice"), "Это время уже занято. Выберите другое свободное время приема.");
  const taken = kiosk.page.locator(".slot", { hasText: cell.beginTime.slice(11, 16) });
  assert.equal(await taken.count(), 0, "the taken time is not offered again");
  await kiosk.page.locator(".slot").first().tap();
  await kiosk.on("confirm");
  assert.equal(await kiosk.text("#notice"), "");
  await kiosk.book();
});

/** Books something else for the patient behind the terminal's back, presses, and reads the refusal. */
async function refused(t, patient, cell, meanwhile) {
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  await meanwhile();
  await kiosk.page.locator("#book").tap();
  await kiosk.on("refusal");
  return kiosk;
}

test("4008: one visit a speciality", async (t) => {
  const patient = here.server.patient();
  const cells = await here.server.freeCells(patient, (doctor) => doctor.type === "doctor");
  const [first] = cells;
  const second = cells.find((cell) => cell.doctor.guid === first.doctor.guid && cell.beginTime >= first.endTime);
  const kiosk = await refused(t, patient, second, () => here.server.book(patient, first.guid));
  assert.match(await kiosk.text(".strong"), /^Вы уже записаны .* Запрещено иметь более одной активной записи на прием на одну специальность\.$/);
  await kiosk.touch("Мои записи");
  await kiosk.on("tickets");
  await kiosk.touch("Закончить");

  await kiosk.identify(patient);
  await kiosk.findTimes(second);
  assert.match(await kiosk.text("#work"), /Вы уже записаны/, "seen before the press, next time");
});

test("4848: the same cell twice", async (t) => {
  const patient = here.server.patient();
  const cells = await here.server.freeCells(patient);
  const cell = cells.find((one) => one.count > 1);
  const kiosk = await refused(t, patient, cell, () => here.server.book(patient, cell.guid));
  assert.match(await kiosk.text(".strong"), /уже есть активная запись на данную ячейку/);
  await kiosk.touch("Мои записи");
  await kiosk.on("tickets");
});

test("4011: two visits at one time", async (t) => {
  const patient = here.server.patient();
  const [one, other] = await overlapping(patient);
  const kiosk = await refused(t, patient, one, () => here.server.book(patient, other.guid));
  assert.match(await kiosk.text(".strong"), /^Вы записаны в это время/);
  await kiosk.touch("Другое время");
  await kiosk.on("time");
});

test("4007: a ban that comes in the meantime, and one that was there", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await refused(t, patient, cell, () => here.server.import({ ...patient, selfBookingBanned: true }));
  assert.match(await kiosk.text(".strong"), /запрещена самостоятельная запись/);
  assert.match(await kiosk.text("#work"), /регистратуре/);
  await kiosk.touch("На главную");
  await kiosk.findTimes(cell);
  assert.match(await kiosk.text("#work"), /запрещена самостоятельная запись/);
});

test("4029: an age that does not fit any more", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const bounds = { kind: "slot", guid: cell.guid, resource: cell.docGuid, begin: cell.beginTime, end: cell.endTime };
  const kiosk = await refused(t, patient, cell, () => here.server.import({ ...bounds, ageTo: 17 }));
  assert.match(await kiosk.text(".strong"), /ограничение по возрасту/);
  await kiosk.touch("Другой врач");
  await kiosk.on("doctor");
});

test("4000: a card that was closed in the meantime", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await refused(t, patient, cell, () => here.server.import({ ...patient, closed: true }));
  assert.match(await kiosk.text(".strong"), /^Не найден МКАБ/);
  await kiosk.page.locator("#work").getByRole("button", { name: "Закончить" }).tap();
  await kiosk.on("welcome");
});

test("a cell that is gone", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await refused(t, patient, cell, () => here.server.import({ kind: "slot", guid: cell.guid, deleted: true }));
  await kiosk.touch("Другое время");
  await kiosk.on("time");
  await kiosk.page.locator(".slot").first().waitFor();
});

test("4022: a ticket cancelled elsewhere is what was wanted", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const { ticketGuid } = await here.server.book(patient, cell.guid);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.touch("Мои записи");
  await kiosk.page.locator(".card").tap();
  await kiosk.touch("Отменить запись");
  await here.server.ask("DELETE", `/visit/${patient.lpu}/${ticketGuid}`, { token: await here.server.token(patient) });
  await kiosk.touch("Да, отменить");
  await kiosk.on("tickets");
  assert.match(await kiosk.text("#notice"), /отменена/);
});

test("checking in too early", async (t) => {
  const patient = here.server.patient();
  const later = (cell) => hoursUntil(cell) > 3 && cell.beginTime.startsWith(clinicDay(0));
  const cell = (await here.server.freeCells(patient)).find(later);
  await here.server.book(patient, cell.guid);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.touch("Я уже здесь");
  await kiosk.page.locator(".card").tap();
  await kiosk.on("refusal");
  assert.notEqual(await kiosk.text(".strong"), "");
  await kiosk.touch("На главную");
  await kiosk.on("menu");
});

test("a wrong number or date: one answer, and both can be corrected", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.present({ ...patient, birthDate: "1950-01-01" });
  await kiosk.on("refusal");
  const words = await kiosk.text(".strong");
  await kiosk.touch("Исправить номер");
  await kiosk.on("number");
  await kiosk.touch("Стереть всё");
  await kiosk.digits("9999999999999999");
  await kiosk.page.locator(".next").tap();
  await kiosk.page.locator(".next").tap();
  await kiosk.on("refusal");
  assert.equal(await kiosk.text(".strong"), words);
  await kiosk.touch("Исправить дату");
  await kiosk.on("birth");
});

test("too many guesses: the server's words and how long to wait", async (t) => {
  const patient = here.server.patient();
  const wrong = new URLSearchParams({ Birthday: "1950-01-01", n_pol: patient.policyNumber });
  for (let guess = 0; guess < 5; guess++) await here.server.ask("GET", `/auth/${patient.lpu}/token?${wrong}`);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.present(patient);
  await kiosk.on("refusal");
  assert.match(await kiosk.text("#work"), /Попробуйте через \d+ минут/);
});

test("numbers and dates that cannot be are told before the server is asked", async (t) => {
  const kiosk = await terminal(t, here);
  await kiosk.begin();
  await kiosk.digits("123");
  await kiosk.page.locator(".next").tap();
  assert.equal(await kiosk.text("#notice"), "В номере полиса 16 цифр. Вы ввели 3.");
  await kiosk.digits("4567890123456");
  await kiosk.page.locator(".next").tap();
  await kiosk.on("birth");
  for (const [digits, words] of [["3102", /восемь цифр/], ["31021950", /Такой даты нет/], ["01011899", /Такой даты нет/], ["01012999", /Такой даты нет/]]) {
    await kiosk.touch("Стереть всё");
    await kiosk.digits(digits);
    await kiosk.page.locator(".next").tap();
    assert.match(await kiosk.text("#notice"), words, digits);
  }
});

test("a token that ran out is renewed unseen", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here, { allowed });
  // The first token that the terminal gets is one of yesterday; the server itself refuses it.
  await kiosk.page.route("**/auth/**", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), token: here.server.expiredToken(patient) } });
  }, { times: 1 });
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  await kiosk.book();
});
