// What helps beside the screens: a voice that reads them, and where to find somebody.

import test from "node:test";
import assert from "node:assert/strict";
import { birthDigits, clinic, terminal } from "./kiosk.mjs";

const here = clinic();
const RECEPTION = "1 этаж, окно 3, слева от входа";

/** What is being said, each piece with its voice. */
const spoken = (kiosk) => kiosk.page.evaluate(() => window.spoken.map(({ text, lang, voice }) => ({ text, lang, isLocal: voice.localService })));

/** The same as one text. */
const said = async (kiosk) => (await spoken(kiosk)).map(({ text }) => text).join(" | ");

test("each screen is read to who asks for it, by a voice of this computer, and nothing that was typed", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  assert.deepEqual(await spoken(kiosk), [], "nobody has asked");
  await kiosk.touch("Вслух");
  assert.match(await said(kiosk), /^Здравствуйте! \| Здесь можно записаться к врачу.*Начать/);
  await kiosk.begin();
  assert.match(await said(kiosk), /^Номер полиса \| Введите 16 цифр/);
  await kiosk.digits(patient.policyNumber);
  await kiosk.page.locator(".next").tap();
  await kiosk.on("birth");
  await kiosk.page.locator(".next").tap();
  assert.match(await said(kiosk), /восемь цифр/, "a notice is read, too");
  await kiosk.touch("Назад");
  await kiosk.on("number");
  assert.doesNotMatch(await said(kiosk), /99|9 9/, "what stands on the display is not said");
  await kiosk.page.locator(".next").tap();
  await kiosk.on("birth");
  await kiosk.digits(birthDigits(patient));
  await kiosk.page.locator(".next").tap();
  await kiosk.on("menu");
  assert.match(await said(kiosk), /^Здравствуйте, Иван Сергеевич! .*Записаться к врачу \| Выбрать врача/);
  await kiosk.touch("English");
  const pieces = await spoken(kiosk);
  assert.ok(pieces.every(({ isLocal }) => isLocal), "no word goes to a voice on the net");
  assert.ok(pieces.some(({ text, lang }) => text === "Book an appointment" && lang === "en-GB"));
  await kiosk.touch("Stop reading");
  assert.deepEqual(await spoken(kiosk), []);
});

test("the voice ends with the screen and with the session, and the next patient starts without it", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here, { clock: true });
  await kiosk.identify(patient);
  await kiosk.touch("Вслух");
  assert.match(await said(kiosk), /Записаться к врачу/);
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await kiosk.page.route("**/speciality", async (route) => {
    await held;
    await route.continue();
  });
  await kiosk.touch("Записаться к врачу");
  await kiosk.on("loading");
  assert.deepEqual(await spoken(kiosk), [], "what is gone is not read on");
  release();
  await kiosk.on("speciality");
  assert.match(await said(kiosk), /^Шаг 1 из 4 \| К какому врачу\?/);
  await kiosk.page.clock.fastForward(61_000);
  await kiosk.page.locator("#idle[open]").waitFor();
  assert.match(await said(kiosk), /^Нужно ещё время\?/);
  await kiosk.page.clock.fastForward(16_000);
  await kiosk.on("welcome");
  assert.deepEqual(await spoken(kiosk), []);
  await kiosk.touch("Вслух");
  await kiosk.touch("Контраст");
  await kiosk.touch("English");
  assert.match(await said(kiosk), /^Welcome/);
  // Who turned it on at the greeting and went away leaves it off.
  await kiosk.page.clock.fastForward(61_000);
  await kiosk.page.getByRole("button", { name: "Вслух" }).waitFor();
  assert.deepEqual(await spoken(kiosk), []);
  assert.equal(await kiosk.text("#title"), "Здравствуйте!");
  assert.equal(await kiosk.page.locator("html").getAttribute("class"), "");
});

test("without a voice for the language there is no button; voices may come later", async (t) => {
  const kiosk = await terminal(t, here);
  const voice = kiosk.page.locator("#voice");
  const speakAll = (langs) => kiosk.page.evaluate((all) => {
    window.voices = all.map(([lang, localService]) => ({ lang, localService }));
    window.speechSynthesis.dispatchEvent(new Event("voiceschanged"));
  }, langs);
  await speakAll([["en-US", true], ["ru-RU", false]]);
  await voice.waitFor({ state: "detached" });
  await kiosk.touch("English");
  assert.equal(await voice.innerText(), "Read aloud");
  await kiosk.touch("Русский");
  assert.equal(await voice.count(), 0);
  await speakAll([["ru_RU", true]]);
  await voice.waitFor();
});

test("help says where the reception is, over a screen of which nothing is lost", async (t) => {
  const patient = here.server.patient();
  await here.server.configure({ reception: `"${RECEPTION}"` });
  t.after(() => here.server.configure({ reception: '""' }));
  const kiosk = await terminal(t, here, { clock: true });
  const help = kiosk.page.locator("#help-dialog");
  await kiosk.page.waitForFunction(async () => (await import("/page/terminal/printer.js")).reception());
  await kiosk.touch("Помощь");
  assert.match(await help.innerText(), new RegExp(`Вам помогут в регистратуре\\s+${RECEPTION}\\s+Телефон: 8-000`));
  await kiosk.touch("Понятно");
  await help.waitFor({ state: "hidden" });
  await kiosk.begin();
  await kiosk.digits("123");
  await kiosk.touch("Помощь");
  assert.match(await help.innerText(), /Прежде чем отойти, нажмите «Закончить»/);
  // Keys do not go through to what stands behind.
  await kiosk.page.keyboard.press("Backspace");
  await kiosk.page.keyboard.press("4");
  await kiosk.page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  assert.match(await kiosk.text(".unseen"), /1 2 3$/);
  assert.equal(await kiosk.page.evaluate(() => document.activeElement.id), "help");
  // A ticket behind the help is not printed again.
  await kiosk.finish();
  const [cell] = await here.server.freeCells(patient);
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  await kiosk.book();
  await kiosk.page.clock.fastForward(1_000);
  await kiosk.touch("Помощь");
  await kiosk.page.locator("#help-dialog .button").tap();
  await kiosk.page.clock.fastForward(1_000);
  assert.equal(await kiosk.printed(), 1);
});

test("help goes with the session, and with a minute at the greeting", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here, { clock: true });
  const help = kiosk.page.locator("#help-dialog");
  await kiosk.touch("Помощь");
  assert.doesNotMatch(await help.innerText(), /этаж/, "the configuration says nothing of the place");
  await kiosk.page.clock.fastForward(61_000);
  await help.waitFor({ state: "hidden" });
  await kiosk.identify(patient);
  await kiosk.touch("Помощь");
  await kiosk.page.clock.fastForward(61_000);
  await kiosk.page.locator("#idle[open]").waitFor();
  await kiosk.page.clock.fastForward(16_000);
  await kiosk.on("welcome");
  assert.equal(await help.isVisible(), false);
  await kiosk.identify(patient);
  await kiosk.touch("Помощь");
  await kiosk.present(here.server.patient());
  await kiosk.on("menu");
  assert.equal(await help.isVisible(), false, "a scan behind the help begins the next session");
});
