// Nobody finds anything of the person before.

import test from "node:test";
import assert from "node:assert/strict";
import { clinic, terminal } from "./kiosk.mjs";

const here = clinic();

/** Everything that the document holds, seen or not, with the values of its attributes; and what the page remembers. */
const everything = (kiosk) =>
  kiosk.page.evaluate(async () => {
    const { session } = await import("/page/terminal/session.js");
    return document.documentElement.outerHTML + JSON.stringify(session);
  });

/** Looks for traces of the patient: names, number, date, ticket. */
async function holdsNothingOf(kiosk, patient, ...more) {
  const held = await everything(kiosk);
  for (const trace of [patient.family, `${patient.name} ${patient.family[0]}.`, patient.policyNumber, patient.birthDate, ...more]) {
    assert.ok(!held.includes(trace), `the page still holds ${trace}`);
  }
  const kept = await kiosk.page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
  assert.deepEqual(kept, [0, 0, ""]);
  assert.equal(new URL(kiosk.page.url()).hash, "");
}

test("after a minute the page asks, fifteen seconds later it has forgotten everything", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here, { clock: true });
  const { clock } = kiosk.page;
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  await kiosk.book();
  await clock.fastForward(1_000);
  const num = await kiosk.text(".slip .num b");
  await clock.fastForward(55_000);
  assert.equal(await kiosk.page.locator("#idle[open]").count(), 0, "not before its time");
  await clock.fastForward(5_000);
  await kiosk.page.locator("#idle[open]").waitFor({ timeout: 3_000 });
  assert.match(await kiosk.text("#idle"), /Нужно ещё время\?/);
  await clock.fastForward(10_000);
  const left = Number(await kiosk.text("#idle-left"));
  assert.ok(left >= 2 && left <= 5, `${left} seconds are shown`);
  await clock.fastForward(6_000);
  await kiosk.on("welcome");
  assert.equal(await kiosk.page.locator("#idle[open]").count(), 0);
  await holdsNothingOf(kiosk, patient, num);
  await kiosk.begin();
  assert.match(await kiosk.text(".unseen"), /ничего/);
});

test("a touch, a key, or the answer that one is there keeps everything", async (t) => {
  const kiosk = await terminal(t, here, { clock: true });
  const { clock } = kiosk.page;
  await kiosk.begin();
  await kiosk.digits("12345");
  await clock.fastForward(50_000);
  await kiosk.digits("6");
  await clock.fastForward(50_000);
  await kiosk.page.keyboard.press("7");
  await clock.fastForward(50_000);
  assert.equal(await kiosk.page.locator("#idle[open]").count(), 0);
  await clock.fastForward(11_000);
  await kiosk.touch("Да, продолжить");
  await kiosk.page.locator("#idle").waitFor({ state: "hidden" });
  assert.match(await kiosk.text(".unseen"), /1 2 3 4 5 6 7/);
  await clock.fastForward(61_000);
  await kiosk.page.keyboard.press("Escape");
  await kiosk.page.locator("#idle").waitFor({ state: "hidden" });
  assert.match(await kiosk.text(".unseen"), /1 2 3 4 5 6 7/);
});

test("the greeting never asks whether somebody is there", async (t) => {
  const kiosk = await terminal(t, here, { clock: true });
  await kiosk.page.clock.fastForward(300_000);
  assert.equal(await kiosk.page.locator("#idle[open]").count(), 0);
  await kiosk.on("welcome");
});

test("who finishes leaves nothing, and the browser's way back shows nothing", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here);
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  await kiosk.book();
  await kiosk.touch("Закончить");
  await kiosk.on("welcome");
  await holdsNothingOf(kiosk, patient);
  await kiosk.page.goBack();
  assert.doesNotMatch(await kiosk.page.content(), new RegExp(patient.family));
});

test("an answer that comes after the end finds nobody", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await kiosk.page.route("**/auth/**", async (route) => {
    const answer = await route.fetch();
    await held;
    await route.fulfill({ response: answer }).catch(() => null);
  });
  await kiosk.present(patient);
  await kiosk.touch("Закончить");
  await kiosk.on("welcome");
  release();
  await kiosk.begin();
  await kiosk.touch("Назад");
  await kiosk.on("welcome");
  await holdsNothingOf(kiosk, patient);
});

test("the screen shows name and patronymic, the address bar nothing", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  await kiosk.identify(patient);
  assert.equal(await kiosk.text("#patient"), "Иван Сергеевич");
  const held = await kiosk.page.content();
  assert.ok(!held.includes(patient.family) && !held.includes(patient.policyNumber));
  assert.equal(kiosk.page.url(), here.server.address());
});

test("a dialog that held the page for longer than its time is followed by the wipe at once", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here);
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  // Time goes on under a dialog, timers do not.
  await kiosk.page.evaluate(() => {
    const real = performance.now.bind(performance);
    let held = 0;
    performance.now = () => real() + held;
    window.print = () => { held += 80_000; };
  });
  await kiosk.book();
  await kiosk.on("welcome");
  await holdsNothingOf(kiosk, patient);
});

test("a touch that comes after the time has passed is the next person's", async (t) => {
  const kiosk = await terminal(t, here);
  await kiosk.begin();
  await kiosk.digits("123");
  await kiosk.page.evaluate(() => {
    const late = performance.now() + 80_000;
    performance.now = () => late;
    dispatchEvent(new PointerEvent("pointerdown"));
  });
  await kiosk.on("welcome");
});

/** Lets the server say that it has another page; counts how often the page is opened. */
async function upgrade(kiosk, status = 200) {
  const opened = { times: 0 };
  await kiosk.page.route((url) => url.pathname === "/", async (route) => {
    const request = route.request();
    if (request.isNavigationRequest()) opened.times += 1;
    if (request.method() === "HEAD") return route.fulfill({ status, headers: { ETag: opened.times ? `"${opened.version}"` : '"another"' } });
    const answer = await route.fetch();
    opened.version = answer.headers().etag.replaceAll('"', "");
    return route.fulfill({ response: answer });
  });
  return opened;
}

test("an open page takes the new one at the greeting, once, and stays in its clinic", async (t) => {
  const kiosk = await terminal(t, here, { clock: true, address: here.server.origin });
  await kiosk.page.locator(".card", { hasText: "детская" }).tap();
  await kiosk.on("welcome");
  const opened = await upgrade(kiosk);
  const again = kiosk.page.waitForEvent("load");
  await kiosk.page.clock.fastForward(120_000);
  await again;
  await kiosk.on("welcome");
  assert.match(await kiosk.text("#place"), /детская/);
  await kiosk.page.clock.fastForward(300_000);
  await kiosk.page.evaluate(() => new Promise((next) => setTimeout(next, 100)));
  assert.equal(opened.times, 1);
});

test("no new page is taken while somebody is there, nor from a server that is away", async (t) => {
  const kiosk = await terminal(t, here, { clock: true, allowed: /Failed to load resource/ });
  const opened = await upgrade(kiosk, 503);
  await kiosk.page.clock.fastForward(120_000);
  await kiosk.page.unroute((url) => url.pathname === "/");
  await kiosk.begin();
  await kiosk.digits("123");
  const there = await upgrade(kiosk);
  for (let minutes = 0; minutes < 3; minutes++) {
    await kiosk.page.clock.fastForward(59_000);
    await kiosk.page.keyboard.press("Shift");
  }
  assert.match(await kiosk.text(".unseen"), /1 2 3$/);
  assert.deepEqual([opened.times, there.times], [0, 0]);
});
