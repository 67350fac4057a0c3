// What the page says of a printer without paper, as the terminal's helper tells it.

import test from "node:test";
import assert from "node:assert/strict";
import { clinic, NETWORK_WORDS, terminal } from "./kiosk.mjs";

const here = clinic();
const allowed = NETWORK_WORDS;
const NO_PAPER = "Бумаги нет: запишите номер или спросите в регистратуре.";

/** What the terminal's helper says. */
async function tell(state) {
  const { status, json } = await here.server.ask("POST", "/terminal/printer", { body: { state } });
  assert.equal(status, 200, JSON.stringify(json));
}

/** Waits until the greeting says this of the printer. */
const noticed = (kiosk, words) =>
  kiosk.page.waitForFunction((wanted) => document.getElementById("notice").innerText.trim() === wanted, words);

test("a printer without paper is told before anybody begins, and where the ticket is", async (t) => {
  await tell("noPaper");
  const kiosk = await terminal(t, here, { allowed, clock: true });
  await noticed(kiosk, NO_PAPER);
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  await kiosk.book();
  const num = await kiosk.text(".slip .num b");
  assert.match(await kiosk.text("#lead"), new RegExp(`^Бумаги нет. Запишите: талон ${num}, `));
  assert.equal(await kiosk.page.locator("#again").count(), 0);
  await kiosk.page.clock.fastForward(1_000);
  assert.equal(await kiosk.printed(), 0, "nothing waits in the printer for the next person");
  await kiosk.touch("Готово");
  await kiosk.on("welcome");
  // A roll is put in; the page hears of it by itself.
  for (const [state, words] of [["paperLow", ""], ["coverOpen", "Принтер не печатает: запишите номер или спросите в регистратуре."], ["offline", "Принтер не печатает: запишите номер или спросите в регистратуре."], ["ok", ""]]) {
    await tell(state);
    await kiosk.page.clock.fastForward(16_000);
    await noticed(kiosk, words);
  }
});

test("what is heard of the printer does not move what somebody reads", async (t) => {
  await tell("ok");
  const kiosk = await terminal(t, here, { allowed, clock: true });
  await kiosk.begin();
  await kiosk.digits("12");
  await tell("noPaper");
  const answered = kiosk.page.waitForResponse("**/api/v2/terminal");
  await kiosk.page.clock.fastForward(16_000);
  await answered;
  assert.equal(await kiosk.text("#notice"), "");
  await kiosk.finish();
  await noticed(kiosk, NO_PAPER);
  await tell("ok");
});

test("a terminal without a printer says nothing of paper", async (t) => {
  await tell("noPaper");
  const kiosk = await terminal(t, here, { allowed, address: `${here.server.address()}&printer=none` });
  await kiosk.page.waitForLoadState("networkidle");
  assert.equal(await kiosk.text("#notice"), "");
  await tell("ok");
});
