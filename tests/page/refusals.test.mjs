// What goes wrong between a touch and the answer: the server's own words, and a way on.

import test from "node:test";
import assert from "node:assert/strict";
import { clinic, NETWORK_WORDS, terminal } from "./kiosk.mjs";
import { CHILDREN, clinicDay, hoursUntil } from "./server.mjs";

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

/** The card of the speciality of this cell. */
const specialityCard = (kiosk, cell) =>
  kiosk.page.locator(".card").filter({ has: kiosk.page.getByText(cell.doctor.speciality, { exact: true }) });

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
  assert.match(await kiosk.text(".server span"), /^Вы уже записаны .* Запрещено иметь более одной активной записи на прием на одну специальность\.$/);
  assert.match(await kiosk.text(".strong"), /^Вы уже записаны к этому специалисту: .+, .+\sв\s\d\d:\d\d\.$/, "our own sentence stands above");
  await kiosk.touch("English");
  assert.match(await kiosk.text(".strong"), /^You already have an appointment in this speciality: .+\sat\s\d\d:\d\d\.$/);
  await kiosk.touch("Русский");
  await kiosk.touch("Мои записи");
  await kiosk.on("tickets");
  await kiosk.touch("Закончить");

  await kiosk.identify(patient);
  await kiosk.touch("Записаться к врачу");
  await kiosk.on("speciality");
  const card = specialityCard(kiosk, first);
  assert.match(await card.innerText(), /Вы записаны: .*\sв\s\d\d:\d\d/);
  await card.tap();
  await kiosk.on("doctor");
  assert.match(await kiosk.text(".server span"), /^Вы уже записаны/, "told before a doctor and a time are chosen");
  assert.equal(await kiosk.page.locator(".card").count(), 0, "no doctor is offered who would refuse alike");
  await kiosk.touch("Мои записи");
  await kiosk.on("tickets");
});

test("4008 is no bar where the clinic does not hold to it", async (t) => {
  const patient = here.server.patient();
  const cells = await here.server.freeCells(patient, (doctor) => doctor.type === "doctor");
  const [first] = cells;
  const second = cells.find((cell) => cell.doctor.guid === first.doctor.guid && cell.beginTime >= first.endTime);
  await here.server.configure({ one_per_speciality: false });
  t.after(() => here.server.configure({ one_per_speciality: true }));
  await here.server.book(patient, first.guid);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.choose(second);
  await kiosk.book();
});

test("4848: the same cell twice", async (t) => {
  const patient = here.server.patient();
  const cells = await here.server.freeCells(patient);
  const cell = cells.find((one) => one.count > 1);
  const kiosk = await refused(t, patient, cell, () => here.server.book(patient, cell.guid));
  assert.match(await kiosk.text(".server span"), /уже есть активная запись на данную ячейку/);
  await kiosk.touch("Мои записи");
  await kiosk.on("tickets");
});

test("4011: two visits at one time", async (t) => {
  const patient = here.server.patient();
  const [one, other] = await overlapping(patient);
  const kiosk = await refused(t, patient, one, () => here.server.book(patient, other.guid));
  assert.match(await kiosk.text(".server span"), /^Вы записаны в это время/);
  await kiosk.touch("Другое время");
  await kiosk.on("time");
});

test("4007: a ban that comes in the meantime, and one that was there", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await refused(t, patient, cell, () => here.server.import({ ...patient, selfBookingBanned: true }));
  assert.match(await kiosk.text(".server span"), /запрещена самостоятельная запись/);
  assert.match(await kiosk.text("#work"), /регистратуре/);
  await kiosk.touch("В начало");
  await kiosk.touch("Записаться к врачу");
  await kiosk.on("speciality");
  assert.match(await kiosk.text(".server span"), /запрещена самостоятельная запись/, "told before anything is chosen");
  assert.match(await kiosk.text("#work"), /регистратуре/);
  assert.equal(await kiosk.page.locator(".card").count(), 0);
  await kiosk.touch("Мои записи");
  await kiosk.on("tickets");
});

test("4029: an age that does not fit any more", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const bounds = { kind: "slot", guid: cell.guid, resource: cell.docGuid, begin: cell.beginTime, end: cell.endTime };
  const kiosk = await refused(t, patient, cell, () => here.server.import({ ...bounds, ageTo: 17 }));
  assert.match(await kiosk.text(".server span"), /ограничение по возрасту/);
  await kiosk.touch("Другой врач");
  await kiosk.on("doctor");
});

/** The cell as a line to import. */
const lineOf = (cell, more) =>
  ({ kind: "slot", guid: cell.guid, resource: cell.docGuid, begin: cell.beginTime, end: cell.endTime, planCount: cell.count, ...more });

/** The same so many days from now. */
function moved(cell, days) {
  const at = (minutes) => new Date(Date.now() + days * 24 * 3_600_000 + minutes * 60_000).toISOString().replace(/\.\d+/, "");
  return lineOf(cell, { begin: at(0), end: at(15) });
}

/** The doctor as a line to import. */
const doctorLine = ({ docFio, speciality, specialityCode, ...doctor }, lpu, more) =>
  ({ kind: "resource", guid: doctor.guid, lpu, type: doctor.type, family: doctor.family, name: doctor.name, patronymic: doctor.patronymic, role: doctor.role, speciality: specialityCode, room: doctor.room, flat: doctor.flat, ...more });

test("every other refusal of a booking is shown in the server's own words", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  const token = await here.server.token(patient);
  for (const [code, words, meanwhile] of [
    ["4007", /не состоите на диспансерном учете/, (cell) => doctorLine(cell.doctor, patient.lpu, { dispensaryOnly: true })],
    ["5000", /./, (cell) => lineOf(cell, { flagAccess: 1 })],
    ["5000", /./, (cell) => lineOf(cell, { busyType: { type: 0 } })],
    ["5000", /./, (cell) => moved(cell, -1)],
    ["5000", /не ранее, чем за 14 дней/, (cell) => moved(cell, 20)],
    ["5066", /Максимальный период 60 дней/, (cell) => moved(cell, 70)],
  ]) {
    const cell = (await here.server.freeCells(patient, (doctor) => doctor.type === "doctor")).at(-1);
    await kiosk.choose(cell);
    here.server.import(meanwhile(cell));
    const { json } = await here.server.ask("POST", `/visit/${patient.lpu}?timeTable=${cell.guid}`, { token });
    assert.equal(json.message_code, code);
    assert.match(json.message, words);
    await kiosk.page.locator("#book").tap();
    await kiosk.on("refusal");
    assert.equal(await kiosk.text(".server span"), json.message);
    await kiosk.touch(code === "5066" ? "Другое время" : "В начало");
    if (code === "5066") continue;
    await kiosk.on("menu");
    if (code === "4007") here.server.import(doctorLine(cell.doctor, patient.lpu));
  }
});

test("4005: a grown-up in the children's clinic", async (t) => {
  const year = new Date().getFullYear();
  const patient = here.server.patient({ lpu: CHILDREN, birthDate: `${year - 8}-06-01` });
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here, { allowed, address: here.server.address(CHILDREN) });
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  here.server.import({ ...patient, birthDate: `${year - 30}-06-01` });
  await kiosk.page.locator("#book").tap();
  await kiosk.on("refusal");
  assert.match(await kiosk.text(".server span"), /^Вы пытаетесь записаться в детское учреждение/);
  await kiosk.touch("В начало");
  await kiosk.touch("Записаться к врачу");
  await kiosk.on("speciality");
  assert.match(await kiosk.text(".server span"), /^Вы пытаетесь записаться в детское учреждение/, "told before anything is chosen");
});

test("5403: a terminal that the server knows no more", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.page.route("**/auth/**", (route) =>
    route.continue({ headers: { ...route.request().headers(), clientapplication: patient.guid } }));
  await kiosk.present(patient);
  await kiosk.on("refusal");
  assert.equal(await kiosk.text(".server span"), "Код авторизации не верен");
  assert.match(await kiosk.text("#work"), /Вам помогут в регистратуре/);
});

test("4000: a card that was closed in the meantime", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await refused(t, patient, cell, () => here.server.import({ ...patient, closed: true }));
  assert.match(await kiosk.text(".server span"), /^Не найден МКАБ/);
  await kiosk.page.locator("#acts").getByRole("button", { name: "Закончить" }).tap();
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

test("4021: a visit that has begun in the meantime is not cancelled", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  await here.server.book(patient, cell.guid);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.touch("Мои записи");
  await kiosk.page.locator(".card").tap();
  await kiosk.touch("Отменить запись");
  here.server.import(moved(cell, -1));
  await kiosk.touch("Да, отменить");
  await kiosk.on("refusal");
  assert.match(await kiosk.text(".server span"), /^Время приема уже прошло/);
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
  assert.notEqual(await kiosk.text(".server span"), "");
  await kiosk.touch("В начало");
  await kiosk.on("menu");
});

test("a wrong number or date: one answer, and both can be corrected", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.present({ ...patient, birthDate: "1950-01-01" });
  await kiosk.on("refusal");
  const words = await kiosk.text(".server span");
  await kiosk.touch("Исправить номер");
  await kiosk.on("number");
  await kiosk.touch("Стереть всё");
  await kiosk.digits("9999999999999999");
  await kiosk.page.locator(".next").tap();
  await kiosk.page.locator(".next").tap();
  await kiosk.on("refusal");
  assert.equal(await kiosk.text(".server span"), words);
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

test("a token that holds no more is renewed unseen", async (t) => {
  for (const key of [undefined, "a key that was retired in the meantime"]) {
    const patient = here.server.patient();
    const [cell] = await here.server.freeCells(patient);
    const kiosk = await terminal(t, here, { allowed });
    // The first token that the terminal gets is a bad one; the server itself refuses it.
    await kiosk.page.route("**/auth/**", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), token: here.server.expiredToken(patient, key) } });
    }, { times: 1 });
    await kiosk.identify(patient);
    await kiosk.choose(cell);
    await kiosk.book();
  }
});
