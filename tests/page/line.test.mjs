// No line, a server that restarts, an answer that takes long: a calm banner, nothing lost, one ticket.

import test from "node:test";
import assert from "node:assert/strict";
import { clinic, NETWORK_WORDS, terminal } from "./kiosk.mjs";

const here = clinic();
const allowed = NETWORK_WORDS;

/** Waits for the banner about the line, or for its end. */
const banner = (kiosk, words) => kiosk.page.locator("#line", { hasText: words }).waitFor();
const calm = (kiosk) => kiosk.page.locator("#line:empty").waitFor({ state: "attached" });

test("the server is killed while somebody chooses, and comes back", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await here.server.kill();
  await kiosk.touch("Записаться к врачу");
  await banner(kiosk, "Нет связи");
  assert.equal(await kiosk.text("#title"), "Ищем свободное время…");
  for (const icon of await kiosk.page.locator("#bar .icon, #line .icon").all()) {
    assert.ok(await icon.evaluate((node) => node.getBBox().width > 0), "no icon is missing without the line");
  }
  await here.server.up();
  await kiosk.on("speciality");
  await calm(kiosk);
  await kiosk.touch("Назад");
  await kiosk.choose(cell);
  await kiosk.book();
  assert.equal((await here.server.tickets(patient)).length, 1);
});

test("the server is killed under the press: one ticket, with one key, after it is back", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  const keys = [];
  kiosk.page.on("request", (request) => {
    if (request.method() === "POST") keys.push(request.headers()["idempotency-key"]);
  });
  await here.server.kill();
  await kiosk.page.locator("#book").tap();
  await banner(kiosk, "Ничего не потеряется");
  // An impatient finger changes nothing.
  await kiosk.page.locator("#book").tap();
  await here.server.up();
  await kiosk.on("ticket");
  assert.ok(keys.length > 1, `${keys.length} attempts`);
  assert.equal(new Set(keys).size, 1);
  assert.match(keys[0], /^[\x21-\x7e]{1,64}$/);
  assert.equal((await here.server.tickets(patient)).length, 1);
});

test("the answer is lost after the booking: the repeated press finds the same ticket", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  // The request reaches the server and is answered; the line breaks before the terminal hears of it.
  await kiosk.page.route("**/visit/**", async (route) => {
    await route.fetch();
    await route.abort("connectionreset");
  }, { times: 1 });
  await kiosk.book();
  const tickets = await here.server.tickets(patient);
  assert.equal(tickets.length, 1);
  assert.equal(await kiosk.text(".slip .num b"), tickets[0].num);
});

test("a slow answer: a word after a moment, and the way back works meanwhile", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  here.server.freeze();
  try {
    await kiosk.touch("Записаться к врачу");
    await banner(kiosk, "ждём ответа");
    await kiosk.touch("Назад");
    await kiosk.on("menu");
    await calm(kiosk);
    await kiosk.touch("Записаться к врачу");
    await banner(kiosk, "ждём ответа");
  } finally {
    here.server.thaw();
  }
  await kiosk.on("speciality");
  await calm(kiosk);
});

test("a server that cannot write just now: its own words, and the booking when it can", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  const release = await here.server.lock();
  const unavailable = kiosk.page.waitForResponse((answer) => answer.status() === 503);
  await kiosk.page.locator("#book").tap();
  const { message } = await (await unavailable).json();
  await banner(kiosk, `${message} Пробуем снова.`);
  await release();
  await kiosk.on("ticket");
  assert.equal((await here.server.tickets(patient)).length, 1);
});

test("a server whose clock is wrong: its own words, and on as soon as it is right", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  await here.server.book(here.server.patient(), cell.guid);
  const kiosk = await terminal(t, here, { allowed, clock: true });
  const restartWithJournalShifted = async (days) => {
    await here.server.kill();
    here.server.shiftJournal(days);
    await here.server.up();
  };
  await restartWithJournalShifted(2);
  await kiosk.present(patient);
  await banner(kiosk, "Часы терминала показывают неверное время. Записаться пока нельзя: обратитесь в регистратуру.");
  await restartWithJournalShifted(-2);
  // The server has asked for ten seconds of patience.
  await kiosk.page.clock.fastForward(10_000);
  await kiosk.on("menu");
  await calm(kiosk);
});

test("a terminal's clock that is set changes nothing on the page: the server's time goes on", async (t) => {
  const kiosk = await terminal(t, here, { allowed, clock: true });
  const clock = await kiosk.text("#clock");
  const today = () => kiosk.page.evaluate(async () => (await import("/page/terminal/format.js")).today());
  const day = await today();
  for (const set of ["1970-01-01T03:00:00Z", "2040-06-01T22:00:00Z"]) {
    await kiosk.page.clock.setSystemTime(set);
    await kiosk.page.clock.runFor(6_000);
    const [before, after] = [clock, await kiosk.text("#clock")].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
    assert.ok(after - before >= 0 && after - before <= 2, `${clock} became ${after}`);
    assert.equal(await today(), day);
  }
});

test("no server at the start: the page waits for it and greets", async (t) => {
  const kiosk = await terminal(t, here, { allowed });
  // The document is there, the methods are not yet.
  let isDown = true;
  await kiosk.page.route("**/api/**", (route) => (isDown ? route.abort("connectionrefused") : route.fallback()));
  await kiosk.page.reload();
  await banner(kiosk, "Нет связи");
  isDown = false;
  await kiosk.on("welcome");
  await calm(kiosk);
});

test("a server that is too busy for the page itself: the browser tries again, and the page is there", async (t) => {
  const kiosk = await terminal(t, here, { allowed });
  await kiosk.page.route(here.server.address(), (route) =>
    route.fulfill({ status: 503, headers: { Refresh: "1" }, json: { code: 503, message: "Сервис временно недоступен" } }), { times: 1 });
  const answer = await kiosk.page.goto(here.server.address());
  assert.equal(answer.status(), 503);
  await kiosk.on("welcome");
});

for (const file of ["terminal/app.js", "shared/touch.js", "terminal/screens/time.js", "shared/base.css"]) {
  test(`the line breaks before ${file} has come: the page is opened anew`, async (t) => {
    const kiosk = await terminal(t, here, { allowed });
    const page = `**/page/${file}`;
    await kiosk.page.route(page, (route) => route.abort("connectionreset"), { times: 1 });
    const again = kiosk.page.waitForResponse(page);
    await kiosk.page.goto(here.server.address(), { waitUntil: "commit" });
    await again;
    await kiosk.on("welcome");
  });
}
