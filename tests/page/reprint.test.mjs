// A ticket printed again, for who knows its number and gives the birth date.

import test from "node:test";
import assert from "node:assert/strict";
import { birthDigits, clinic, NETWORK_WORDS, terminal } from "./kiosk.mjs";

const here = clinic();
const allowed = NETWORK_WORDS;
/** Failures that the server takes for one birth date. */
const FAILURES_MAX = 5;

/** Each test's patient has a birth date of its own: failures count for the date. */
let born = 0;

/** A patient with a visit. */
async function booked() {
  born += 1;
  const patient = here.server.patient({ birthDate: `1951-07-${String(born).padStart(2, "0")}` });
  const [cell] = await here.server.freeCells(patient);
  return { patient, ticket: await here.server.book(patient, cell.guid) };
}

/** From the greeting to the answer, by touch alone. */
async function askFor(kiosk, num, birth) {
  await kiosk.touch("Напечатать талон ещё раз");
  await kiosk.on("number");
  await kiosk.digits(num);
  await kiosk.page.locator(".next").tap();
  await kiosk.on("birth");
  await kiosk.digits(birth);
  await kiosk.page.locator(".next").tap();
}

test("number and birth date print the ticket again, with initials alone and no code", async (t) => {
  const { patient, ticket } = await booked();
  const kiosk = await terminal(t, here);
  await askFor(kiosk, ticket.num, birthDigits(patient));
  await kiosk.on("ticket");
  await kiosk.page.waitForFunction(() => window.printed === 1);
  assert.equal(await kiosk.text("#title"), "Ваш талон");
  assert.equal(await kiosk.text(".slip .num b"), ticket.num);
  assert.equal(await kiosk.page.locator(".qr").count(), 0);
  await kiosk.page.emulateMedia({ media: "print" });
  const paper = await kiosk.text("#paper");
  for (const fact of [ticket.num, ticket.docFio, ticket.lpu.address, ticket.beginTime.slice(11, 16), "Пациент: П. И. С."]) {
    assert.ok(paper.includes(fact), fact);
  }
  const words = await kiosk.page.content();
  for (const secret of [patient.family, ticket.receipt, ticket.ticketGuid]) assert.ok(!words.includes(secret), secret);
  await kiosk.page.emulateMedia({ media: "screen" });
  await kiosk.touch("Напечатать ещё раз");
  assert.equal(await kiosk.printed(), 2);
  // Nobody is known: there is no way back into anything, and no menu.
  assert.equal(await kiosk.page.locator("#back").count(), 0);
  assert.equal(await kiosk.page.getByRole("button", { name: "В начало" }).count(), 0);
  await kiosk.touch("Готово");
  await kiosk.on("welcome");
  await kiosk.begin();
  assert.equal(await kiosk.text("#title"), "Номер полиса", "the next person is asked for a policy");
});

test("by the keyboard alone, with the zeros left out", async (t) => {
  const { patient, ticket } = await booked();
  const { page } = await terminal(t, here);
  await page.locator("#reprint").focus();
  await page.keyboard.press("Enter");
  await page.locator(".next").focus();
  await page.keyboard.press("Enter");
  await page.getByText("Введите номер талона.").waitFor();
  await page.keyboard.type(String(Number(ticket.num)));
  await page.keyboard.press("Enter");
  await page.locator('body[data-screen="birth"]').waitFor();
  await page.keyboard.type(birthDigits(patient));
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => window.printed === 1);
});

test("what is not found is told at the number, and guessing ends", async (t) => {
  const { patient, ticket } = await booked();
  const kiosk = await terminal(t, here, { allowed });
  await askFor(kiosk, "987654", birthDigits(patient));
  const next = kiosk.page.locator(".next");
  for (let failures = 1; failures <= FAILURES_MAX; failures++) {
    await kiosk.on("number");
    assert.equal((await kiosk.text("#notice")).trim(), "Талон не найден. Проверьте номер и дату.");
    assert.match(await kiosk.text(".unseen"), /9 8 7 6 5 4/, "what was typed is there to be mended");
    await next.tap();
    await kiosk.on("birth");
    await next.tap();
  }
  await kiosk.on("refusal");
  assert.match(await kiosk.text("#work"), /Слишком много попыток\.[^]*Попробуйте через \d+ мин/);
  assert.deepEqual(await kiosk.page.locator("#acts .button").allInnerTexts(), ["Закончить"], "no other number helps before the time is over");
  await kiosk.finish();
  // Another birth date is not stopped.
  const other = await booked();
  await askFor(kiosk, other.ticket.num, birthDigits(other.patient));
  await kiosk.on("ticket");
  assert.notEqual(other.ticket.ticketGuid, ticket.ticketGuid);
});

test("a ticket's code stands for its number, and the patient is known then", async (t) => {
  const { patient, ticket } = await booked();
  const kiosk = await terminal(t, here);
  await kiosk.touch("Напечатать талон ещё раз");
  await kiosk.on("number");
  await kiosk.scan(ticket.receipt);
  await kiosk.touchBirth(patient, { isScanned: true });
  await kiosk.on("tickets");
  await kiosk.page.locator(".card").first().tap();
  await kiosk.on("visit");
  await kiosk.touch("Напечатать талон");
  assert.equal(await kiosk.printed(), 1);
});

test("without paper nothing is offered, and what was asked for before is told to be written down", async (t) => {
  const { patient, ticket } = await booked();
  const tell = (state) => here.server.ask("POST", "/terminal/printer", { body: { state } });
  t.after(() => tell("ok"));
  const kiosk = await terminal(t, here, { clock: true });
  await kiosk.touch("Напечатать талон ещё раз");
  await kiosk.on("number");
  await kiosk.digits(ticket.num);
  await tell("noPaper");
  const answered = kiosk.page.waitForResponse("**/api/v2/terminal");
  await kiosk.page.clock.fastForward(16_000);
  await answered;
  await kiosk.page.locator(".next").tap();
  await kiosk.on("birth");
  await kiosk.touchBirth(patient);
  await kiosk.on("ticket");
  assert.match(await kiosk.text("#lead"), new RegExp(`^Бумаги нет. Запишите: талон ${ticket.num}, `));
  await kiosk.page.clock.fastForward(1_000);
  assert.equal(await kiosk.printed(), 0);
  await kiosk.touch("Готово");
  await kiosk.on("welcome");
  assert.equal(await kiosk.page.locator("#reprint").count(), 0);
});
