// What is shown is what is done: the timetable changes behind the page's back between what was shown and the press, and
// answers are lost. The page says what differs, and claims nothing that the server has not answered.

import test from "node:test";
import assert from "node:assert/strict";
import { clinic, NETWORK_WORDS, terminal } from "./kiosk.mjs";
import { clinicDay, clinicMoment, hoursUntil, POLYCLINIC } from "./server.mjs";

const here = clinic();
const allowed = NETWORK_WORDS;

/** Two doctors of one speciality, of another, and a cell of the first a few days ahead, all new. */
let made = 0;
function timetable() {
  made += 1;
  const guid = (kind, at) => `${kind}000000-0000-4000-8000-0000000${made}${at}000`.replace(/-(\d+)$/, (_, tail) => `-${tail.slice(-12).padStart(12, "0")}`);
  const specialities = [1, 2].map((at) => ({ kind: "speciality", code: `8${made}0${at}`, name: `Наука ${made}-${at}` }));
  const doctor = (at, family, speciality, room) =>
    ({ kind: "resource", guid: guid("2a", at), lpu: POLYCLINIC, family, name: "Олег", patronymic: "Ильич", role: "Врач", speciality, room, flat: 2 });
  const [one, other] = [doctor(1, "Первый", specialities[0].code, "201"), doctor(2, "Второй", specialities[0].code, "305")];
  const stranger = doctor(3, "Третий", specialities[1].code, "201");
  const slot = { kind: "slot", guid: guid("3a", 1), resource: one.guid, begin: clinicMoment(3, "09:00"), end: clinicMoment(3, "09:15") };
  here.server.import(...specialities, one, other, stranger, slot);
  const cell = {
    guid: slot.guid, beginTime: `${clinicDay(3)}T09:00:00`,
    doctor: { guid: one.guid, docFio: "Первый О. И.", speciality: specialities[0].name },
  };
  return { one, other, stranger, slot, cell };
}

/** The next request of this method reaches the server and is answered; the line breaks before the terminal hears of it. */
async function loseAnswer(kiosk, address, method) {
  let isLost = false;
  await kiosk.page.route(address, async (route) => {
    if (isLost || route.request().method() !== method) return route.fallback();
    isLost = true;
    await route.fetch();
    return route.abort("connectionreset");
  });
}

/** What an import may do to a cell that somebody looks at, and what the page has to say of it. */
const CHANGES = [
  ["another doctor", ({ slot, other }) => ({ ...slot, resource: other.guid }), ["Первый О. И.", "Второй О. И.", "305"]],
  ["another time", ({ slot }) => ({ ...slot, begin: clinicMoment(3, "11:30"), end: clinicMoment(3, "11:45") }), ["09:00", "11:30"]],
  ["another day", ({ slot }) => ({ ...slot, begin: clinicMoment(4, "09:00"), end: clinicMoment(4, "09:15") }), [`${Number(clinicDay(3).slice(8))}\u00a0`, `${Number(clinicDay(4).slice(8))}\u00a0`]],
  ["another room", ({ slot }) => ({ ...slot, room: "118" }), ["201", "118"]],
  ["another speciality", ({ slot, stranger }) => ({ ...slot, resource: stranger.guid }), ["-1", "-2"]],
];

for (const [name, change, words] of CHANGES) {
  test(`${name} between the question and the booking: told, and kept or given back`, async (t) => {
    for (const keep of [true, false]) {
      const clinicNow = timetable();
      const patient = here.server.patient();
      const kiosk = await terminal(t, here, { allowed, size: keep ? "portrait" : "small" });
      await kiosk.identify(patient);
      await kiosk.choose(clinicNow.cell);
      here.server.import(change(clinicNow));
      await kiosk.page.locator("#book").tap();
      await kiosk.on("otherwise");
      const told = await kiosk.text("#work");
      assert.match(told, /Вы выбирали: [^]*Вы записаны: /);
      for (const word of words) assert.ok(told.includes(word), `${word} in ${told}`);
      assert.equal(await kiosk.printed(), 0, "nothing is printed before the answer");
      assert.equal((await here.server.tickets(patient)).length, 1);
      await kiosk.touch(keep ? "Подходит, оставить" : "Не подходит, отменить запись");
      await kiosk.on(keep ? "ticket" : "menu");
      if (!keep) assert.match(await kiosk.text("#notice"), /^Запись отменена: /);
      assert.equal((await here.server.tickets(patient)).length, keep ? 1 : 0);
      await kiosk.page.context().close();
    }
  });

  test(`${name} between the list and the cancelling: shown before the question, and asked again after it`, async (t) => {
    const clinicNow = timetable();
    const patient = here.server.patient();
    await here.server.book(patient, clinicNow.cell.guid);
    const kiosk = await terminal(t, here, { allowed });
    await kiosk.identify(patient);
    await kiosk.touch("Мои записи");
    await kiosk.on("tickets");
    here.server.import(change(clinicNow));
    await kiosk.page.locator(".card").tap();
    await kiosk.on("visit");
    const told = await kiosk.text("#work");
    assert.match(told, /Было: [^]*Стало: /);
    for (const word of words) assert.ok(told.includes(word), `${word} in ${told}`);
    await kiosk.touch("Отменить запись");
    await kiosk.on("cancelling");
    assert.equal(await kiosk.page.locator(".changes").count(), 0, "what has just been told is not told again");
    here.server.import(clinicNow.slot);
    await kiosk.touch("Да, отменить");
    await kiosk.page.locator('[data-screen="cancelling"] .changes').waitFor();
    assert.equal((await here.server.tickets(patient)).length, 1, "another visit than was asked about is not cancelled");
    await kiosk.touch("Да, отменить");
    await kiosk.on("tickets");
    assert.match(await kiosk.text("#notice"), /^Запись отменена: .*09:00, Первый О\. И\.$/);
    assert.deepEqual(await here.server.tickets(patient), []);
  });
}

test("nothing changed: no word about changes", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.choose(timetable().cell);
  await kiosk.book();
  await kiosk.touch("В начало");
  await kiosk.touch("Мои записи");
  await kiosk.page.locator(".card").tap();
  await kiosk.on("visit");
  assert.equal(await kiosk.page.locator(".changes").count(), 0);
});

test("the answer is lost, the cell moves, the press is repeated: the ticket is compared all the same", async (t) => {
  const clinicNow = timetable();
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(here.server.patient());
  await kiosk.choose(clinicNow.cell);
  await kiosk.page.route("**/visit/**", async (route) => {
    await route.fetch();
    here.server.import({ ...clinicNow.slot, resource: clinicNow.other.guid });
    await route.abort("connectionreset");
  }, { times: 1 });
  await kiosk.page.locator("#book").tap();
  await kiosk.on("otherwise");
  assert.match(await kiosk.text("#work"), /Первый О\. И\.[^]*Второй О\. И\./);
});

test("a visit that was cancelled since the list was shown is not shown as one", async (t) => {
  const patient = here.server.patient();
  const { ticketGuid } = await here.server.book(patient, timetable().cell.guid);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.touch("Мои записи");
  await kiosk.on("tickets");
  await here.server.ask("DELETE", `/visit/${patient.lpu}/${ticketGuid}`, { token: await here.server.token(patient) });
  await kiosk.page.locator(".card").tap();
  await kiosk.page.locator("#notice", { hasText: "Запись отменена: " }).waitFor();
  await kiosk.on("tickets");
  assert.match(await kiosk.text("#work"), /Записей пока нет/);
});

test("a cancelling whose answer is lost is done, and said to be", async (t) => {
  const patient = here.server.patient();
  await here.server.book(patient, timetable().cell.guid);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.touch("Мои записи");
  await kiosk.page.locator(".card").tap();
  await kiosk.touch("Отменить запись");
  await kiosk.on("cancelling");
  await loseAnswer(kiosk, "**/visit/**", "DELETE");
  await kiosk.touch("Да, отменить");
  await kiosk.page.locator("#notice", { hasText: "Запись отменена: " }).waitFor();
  assert.deepEqual(await here.server.tickets(patient), []);
});

test("a visit that went to another room, or was cancelled, between the list and the coming", async (t) => {
  const patient = here.server.patient();
  const [cell] = (await here.server.freeCells(patient, (doctor) => doctor.type === "doctor")).filter((one) => hoursUntil(one) < 2 && one.count === 1);
  const line = { kind: "slot", guid: cell.guid, resource: cell.docGuid, begin: cell.beginTime, end: cell.endTime };
  const { ticketGuid } = await here.server.book(patient, cell.guid);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  here.server.import({ ...line, room: "118" });
  await kiosk.touch("Я уже здесь");
  await kiosk.on("arrived");
  assert.match(await kiosk.text("#work"), new RegExp(`Было: кабинет ${cell.room}[^]*Стало: кабинет 118`));
  assert.match(await kiosk.text("#lead"), /Приём изменился/);
  await kiosk.touch("В начало");
  await kiosk.touch("Я уже здесь");
  await kiosk.on("arrival");
  await here.server.ask("DELETE", `/visit/${patient.lpu}/${ticketGuid}`, { token: await here.server.token(patient) });
  await kiosk.page.locator(".card").tap();
  await kiosk.on("refusal");
  assert.match(await kiosk.text(".server span"), /^Запись отменена/);
});

/** A full speciality of its own, and the patient before the last press of joining its waiting list. */
async function beforeJoining(t, patient) {
  const { one, cell } = timetable();
  here.server.import({ kind: "slot", guid: cell.guid, deleted: true });
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.touch("Записаться к врачу");
  await kiosk.page.locator(".card").filter({ has: kiosk.page.getByText(cell.doctor.speciality, { exact: true }) }).tap();
  await kiosk.on("doctor");
  await kiosk.touch("Встать в лист ожидания");
  await kiosk.on("waiting");
  return { kiosk, code: one.speciality };
}

/** Asks the waiting list for the patient. */
async function ask(patient, method, path, body) {
  const answer = await fetch(`${here.server.origin}/api/v3/waitinglist${path}`, {
    method,
    headers: { Authorization: `Bearer ${await here.server.token(patient)}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return answer.json();
}

const wish = (code) => ({ lpuGuid: POLYCLINIC, specialityCode: code, dateStart: clinicDay(0), isAgree: 1 });

test("who is refused a place on the waiting list is not told that it is theirs", async (t) => {
  const patient = here.server.patient();
  const { kiosk, code } = await beforeJoining(t, patient);
  // An entry that has ended, and a server that refuses.
  const { guid } = await ask(patient, "POST", "", wish(code));
  await ask(patient, "DELETE", `/${guid}`);
  const words = "Параметр phone: нужен телефон";
  await kiosk.page.route("**/waitinglist", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({ status: 400, json: { code: 400, message: words, message_code: "5000" } })
      : route.fallback());
  await kiosk.page.locator(".next").tap();
  await kiosk.on("refusal");
  assert.equal(await kiosk.text(".server span"), words);
});

test("who joined the waiting list elsewhere is told what the server says", async (t) => {
  const patient = here.server.patient();
  const { kiosk, code } = await beforeJoining(t, patient);
  await ask(patient, "POST", "", wish(code));
  await kiosk.page.locator(".next").tap();
  await kiosk.on("refusal");
  assert.match(await kiosk.text(".server span"), /^Вы уже состоите в листе ожидания/);
  await kiosk.touch("Мои записи");
  await kiosk.on("tickets");
  await kiosk.page.locator(".card", { hasText: "Лист ожидания" }).waitFor();
});

test("joining the waiting list with a lost answer is done once, and said to be", async (t) => {
  const patient = here.server.patient();
  const { kiosk } = await beforeJoining(t, patient);
  await loseAnswer(kiosk, "**/waitinglist", "POST");
  await kiosk.page.locator(".next").tap();
  await kiosk.on("waited");
  const entries = await ask(patient, "GET", "");
  assert.deepEqual(entries.map(({ status }) => status), ["Active"]);
});

test("an entry of the waiting list that ended since the list was shown is said to have", async (t) => {
  const patient = here.server.patient();
  const { kiosk } = await beforeJoining(t, patient);
  await kiosk.page.locator(".next").tap();
  await kiosk.on("waited");
  await kiosk.touch("В начало");
  await kiosk.touch("Мои записи");
  await kiosk.page.locator(".card", { hasText: "Лист ожидания" }).tap();
  await kiosk.on("entry");
  const [{ guid }] = await ask(patient, "GET", "");
  await ask(patient, "DELETE", `/${guid}`);
  await kiosk.touch("Выйти из листа");
  await kiosk.page.locator("#notice", { hasText: "Вы больше не в листе ожидания" }).waitFor();
  await kiosk.on("tickets");
});
