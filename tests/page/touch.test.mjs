// Presses: what counts is what began on a screen that was there to be seen. Fingers are told by their places, as a hand
// does that does not look twice.

import test from "node:test";
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { birthDigits, clinic, inSight, SIZES, terminal } from "./kiosk.mjs";
import { clinicDay, hoursUntil } from "./server.mjs";

const here = clinic();

/** A hasty second tap. */
const TWICE_MS = 150;
/** After this a screen takes presses. */
const SETTLED_MS = 700;

/** Middle of what is seen of an element. */
async function middle(kiosk, selector) {
  const target = kiosk.page.locator(selector).first();
  await inSight(target);
  const { x, y, width, height } = await target.boundingBox();
  return [x + width / 2, y + height / 2];
}

/** A tap that began at this time of the page's, however late a busy machine passes it on. */
async function tapAt(kiosk, [x, y], began) {
  kiosk.touches ??= await kiosk.page.context().newCDPSession(kiosk.page);
  const timestamp = (began + (await kiosk.page.evaluate(() => performance.timeOrigin))) / 1000;
  for (const type of ["touchStart", "touchEnd"]) {
    await kiosk.touches.send("Input.dispatchTouchEvent", { type, timestamp, touchPoints: type === "touchStart" ? [{ x, y }] : [] });
  }
}

/** Says of the page when it showed the present screen, from now on. */
const watchScreens = (page) =>
  page.evaluate(() => {
    window.shownAt = 0;
    new MutationObserver(() => { window.shownAt = performance.now(); }).observe(document.body, { attributeFilter: ["data-screen"] });
  });

/** Two taps on one place: the second one right after `until` is shown, or after a moment. */
async function tapTwice(kiosk, selector, until) {
  const place = await middle(kiosk, selector);
  const first = await kiosk.page.evaluate(() => performance.now());
  await tapAt(kiosk, place, first);
  if (until) await kiosk.on(until);
  await tapAt(kiosk, place, (until ? await kiosk.page.evaluate(() => window.shownAt) : first) + TWICE_MS);
}

for (const size of Object.keys(SIZES)) {
  test(`two taps are one, on every screen, ${size}`, async (t) => {
    const patient = here.server.patient();
    const [cell] = await here.server.freeCells(patient);
    const kiosk = await terminal(t, here, { size });
    const { page } = kiosk;
    await watchScreens(page);
    await tapTwice(kiosk, "#begin", "number");
    assert.match(await kiosk.text(".unseen"), /ничего/, "the second tap typed nothing");
    await page.keyboard.type(patient.policyNumber);
    await tapTwice(kiosk, ".next", "birth");
    await pause(SETTLED_MS);
    await kiosk.on("birth");
    assert.equal(await kiosk.text("#notice"), "");
    await page.keyboard.type(birthDigits(patient));
    await tapTwice(kiosk, ".next", "menu");
    await pause(SETTLED_MS);
    await kiosk.on("menu");
    await tapTwice(kiosk, ".card.first", "speciality");
    await pause(SETTLED_MS);
    await kiosk.on("speciality");
    const words = (text) => `.card:has(:text-is("${text}"))`;
    await tapTwice(kiosk, words(cell.doctor.speciality), "doctor");
    await pause(SETTLED_MS);
    await kiosk.on("doctor");
    await tapTwice(kiosk, words(cell.doctor.docFio), "time");
    await pause(SETTLED_MS);
    await kiosk.on("time");
    await tapTwice(kiosk, `[data-day="${cell.beginTime.slice(0, 10)}"]`);
    await kiosk.on("time");
    await tapTwice(kiosk, `.slot:text-is("${cell.beginTime.slice(11, 16)}")`, "confirm");
    await pause(SETTLED_MS);
    await kiosk.on("confirm");
    assert.equal((await here.server.tickets(patient)).length, 0);
    await tapTwice(kiosk, "#book", "ticket");
    await page.waitForFunction(() => window.printed === 1);
    await pause(SETTLED_MS);
    await kiosk.on("ticket");
    assert.equal(await kiosk.printed(), 1);
    await kiosk.touch("В начало");
    await kiosk.touch("Мои записи");
    await kiosk.on("tickets");
    await tapTwice(kiosk, ".card", "visit");
    await pause(SETTLED_MS);
    await kiosk.on("visit");
    await tapTwice(kiosk, ".button.danger", "cancelling");
    await pause(SETTLED_MS);
    await kiosk.on("cancelling");
    assert.equal((await here.server.tickets(patient)).length, 1);
  });
}

test("a language, a contrast or a size that is switched twice is switched once", async (t) => {
  const kiosk = await terminal(t, here);
  const look = () => page.evaluate(() => [document.documentElement.lang, document.documentElement.className]);
  const { page } = kiosk;
  await tapTwice(kiosk, "#language");
  assert.deepEqual(await look(), ["en", ""]);
  await tapTwice(kiosk, "#contrast");
  assert.deepEqual(await look(), ["en", "contrast"]);
  await tapTwice(kiosk, "#larger");
  assert.deepEqual(await look(), ["en", "contrast large"]);
});

test("a list that comes while a finger is on its way is not chosen from", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  await kiosk.identify(patient);
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await kiosk.page.route("**/speciality", async (route) => {
    await held;
    await route.continue();
  });
  await watchScreens(kiosk.page);
  await kiosk.touch("Записаться к врачу");
  await kiosk.on("loading");
  await pause(SETTLED_MS);
  release();
  await kiosk.on("speciality");
  const { x, y } = await kiosk.page.locator(".card").first().boundingBox();
  await tapAt(kiosk, [x + 20, y + 20], await kiosk.page.evaluate(() => window.shownAt) + TWICE_MS);
  await pause(SETTLED_MS);
  await kiosk.on("speciality");
});

test("digits are typed as quickly as fingers are", async (t) => {
  const kiosk = await terminal(t, here);
  await kiosk.begin();
  const places = [];
  for (const digit of "1234567890") places.push([digit, await middle(kiosk, `.key:text-is("${digit}")`)]);
  for (const [, [x, y]] of places) await kiosk.page.touchscreen.tap(x, y);
  assert.match(await kiosk.text(".unseen"), /1 2 3 4 5 6 7 8 9 0$/);
});

test("what is scrolled is not pressed under way, and the scrolling buttons take one press after the other", async (t) => {
  const kiosk = await terminal(t, here, { size: "small" });
  await kiosk.identify(here.server.patient());
  await kiosk.touch("Записаться к врачу");
  await kiosk.on("speciality");
  const down = await middle(kiosk, "#down");
  const top = () => kiosk.page.locator("#work").evaluate((work) => work.scrollTop);
  await kiosk.page.touchscreen.tap(...down);
  await kiosk.page.waitForFunction(() => document.getElementById("work").scrollTop > 0);
  const once = await top();
  const began = await kiosk.page.evaluate(() => performance.now());
  await tapAt(kiosk, down, began);
  await kiosk.page.waitForFunction((before) => document.getElementById("work").scrollTop > before, once);
  const work = await kiosk.page.locator("#work").boundingBox();
  await tapAt(kiosk, [work.x + work.width / 3, work.y + work.height / 2], began + TWICE_MS);
  await pause(SETTLED_MS);
  await kiosk.on("speciality");
});

test("a question that appears under the finger is not answered by it", async (t) => {
  const kiosk = await terminal(t, here, { clock: true });
  await kiosk.begin();
  await kiosk.digits("123");
  const { clock } = kiosk.page;
  for (const answer of [/Закончить/, /Да, продолжить/]) {
    // The page's time stands still from here on, so that a slow machine makes no late tap of an early one.
    await clock.pauseAt(await kiosk.page.evaluate(() => Date.now() + 61_000));
    await kiosk.page.locator("#idle[open]").waitFor();
    const { x, y, width, height } = await kiosk.page.locator("#idle button", { hasText: answer }).boundingBox();
    await kiosk.page.touchscreen.tap(x + width / 2, y + height / 2);
    assert.equal(await kiosk.page.locator("#idle[open]").count(), 1, `${answer}: still asked`);
    await clock.runFor(SETTLED_MS);
    await kiosk.settled();
    await kiosk.page.getByRole("button", { name: "Да, продолжить" }).tapAtOnce();
    // What lies under the question is not pressed by a second tap on its answer.
    await kiosk.page.touchscreen.tap(x + width / 2, y + height / 2);
    await kiosk.on("number");
    assert.match(await kiosk.text(".unseen"), /1 2 3$/);
    await clock.resume();
  }
});

/** Touches of several fingers, told to the browser as they are. */
async function fingers(kiosk, ...moves) {
  const browser = await kiosk.page.context().newCDPSession(kiosk.page);
  for (const [type, ...points] of moves) {
    await browser.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  }
}

test("two fingers at once, a finger that slips off, and a press that outlives its screen do nothing", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  const begin = await middle(kiosk, "#begin");
  const language = await middle(kiosk, "#language");
  await fingers(kiosk, ["touchStart", begin], ["touchStart", begin, language], ["touchEnd", language], ["touchEnd"]);
  await fingers(kiosk, ["touchStart", begin], ["touchMove", [begin[0], begin[1] + 400]], ["touchEnd"]);
  await pause(TWICE_MS);
  await kiosk.on("welcome");
  assert.equal(await kiosk.page.getAttribute("html", "lang"), "ru");
  const { mouse } = kiosk.page;
  await mouse.move(...begin);
  await mouse.down();
  await mouse.move(...language);
  await mouse.up();
  await kiosk.on("welcome");
  // Pressed on one screen, let go on the next.
  await mouse.move(...begin);
  await mouse.down();
  await kiosk.page.keyboard.type("12");
  await kiosk.on("number");
  await kiosk.settled();
  await mouse.up();
  assert.match(await kiosk.text(".unseen"), /1 2$/);
  await kiosk.touch("Назад");
  await kiosk.identify(patient);
});

/** Questions: the way to each, the button that asks, and what on the next screen may not stand in its place. */
const QUESTIONS = {
  booking: { asks: "#book", next: "ticket", away: "#acts .button:has-text('Готово')" },
  cancelling: { asks: ".button.danger", next: "cancelling", away: "#cancel" },
  leaving: { asks: ".button.danger", next: "leaving", away: "#leave" },
  arrival: { asks: ".card", next: "arrived", away: "#acts .button:has-text('Готово')" },
};

/** Makes the patient wait for a speciality that has no time. */
async function joinWaitingList(patient) {
  const token = await here.server.token(patient);
  const { json: all } = await here.server.ask("GET", `/lpu/${patient.lpu}/speciality`, { token });
  const { code } = all.find((one) => one.countFree === 0);
  const body = { lpuGuid: patient.lpu, specialityCode: code, dateStart: clinicDay(0), isAgree: 1 };
  const answer = await fetch(`${here.server.origin}/api/v3/waitinglist`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200);
}

/** Whether two boxes have a part in common. */
const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

for (const size of Object.keys(SIZES)) {
  for (const look of ["normal", "large"]) {
    test(`what destroys does not stand where the question's button stood, ${size}, ${look}`, async (t) => {
      const patient = here.server.patient();
      const cell = (await here.server.freeCells(patient, (doctor) => doctor.type === "doctor")).find((one) => hoursUntil(one) < 2);
      t.after(() => here.server.cancelAll(patient));
      await joinWaitingList(patient);
      const kiosk = await terminal(t, here, { size });
      if (look === "large") await kiosk.touch("Крупнее");
      await kiosk.identify(patient);
      await kiosk.choose(cell);
      const faults = [];
      const ask = async (name) => {
        const { asks, next, away } = QUESTIONS[name];
        const asking = kiosk.page.locator(asks).first();
        await inSight(asking);
        const before = await asking.boundingBox();
        await asking.tap();
        await kiosk.on(next);
        const after = await kiosk.page.locator(away).boundingBox();
        if (meet(before, after)) faults.push(`${name}: ${away} ${JSON.stringify([before, after])}`);
      };
      await ask("booking");
      await kiosk.touch("В начало");
      await kiosk.touch("Я уже здесь");
      await kiosk.on("arrival");
      await ask("arrival");
      await kiosk.touch("Мои записи");
      await kiosk.page.locator(".card").first().tap();
      await kiosk.on("visit");
      await ask("cancelling");
      await kiosk.touch("Нет");
      await kiosk.page.locator(".card", { hasText: "Лист ожидания" }).tap();
      await kiosk.on("entry");
      await ask("leaving");
      assert.deepEqual(faults, []);
    });
  }
}

test("the question for more time does not end all where the way on stood", async (t) => {
  const faults = [];
  for (const size of Object.keys(SIZES)) {
    const kiosk = await terminal(t, here, { size, clock: true });
    await kiosk.begin();
    const next = await kiosk.page.locator(".next").boundingBox();
    await kiosk.page.clock.fastForward(61_000);
    await kiosk.page.locator("#idle[open]").waitFor();
    if (meet(next, await kiosk.page.locator("#idle button", { hasText: "Закончить" }).boundingBox())) faults.push(size);
  }
  assert.deepEqual(faults, []);
});
