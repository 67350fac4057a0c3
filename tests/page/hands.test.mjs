// A keyboard alone, and a scanner that types.

import test from "node:test";
import assert from "node:assert/strict";
import { clinic, terminal } from "./kiosk.mjs";

const here = clinic();

/** Most presses of Tab until something has the focus. */
const TABS_MAX = 60;

/** Presses Tab until the focus is on what fits, sees that the focus can be seen, and presses Enter. */
async function enter(kiosk, selector) {
  const { page } = kiosk;
  const wanted = page.locator(selector).first();
  await wanted.waitFor();
  for (let presses = 0; presses < TABS_MAX; presses++) {
    await page.keyboard.press("Tab");
    if (await wanted.evaluate((node) => node === document.activeElement)) {
      const outline = await wanted.evaluate((node) => getComputedStyle(node).outlineStyle);
      assert.equal(outline, "solid", `${selector}: the focus can be seen`);
      const seen = await wanted.evaluate((node) => {
        const box = node.getBoundingClientRect();
        return node.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
      });
      assert.ok(seen, `${selector}: what has the focus is in sight`);
      return page.keyboard.press("Enter");
    }
  }
  throw new Error(`${selector} is not reached with Tab`);
}

test("a visit is booked, and cancelled, with the keyboard alone", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here, { size: "small" });
  const { page } = kiosk;
  await enter(kiosk, "#begin");
  await kiosk.on("number");
  await page.keyboard.type(`${patient.policyNumber}9`);
  await page.keyboard.press("Enter");
  await kiosk.on("birth");
  const [year, month, day] = patient.birthDate.split("-");
  await page.keyboard.type(`${day}9`);
  await page.keyboard.press("Backspace");
  await page.keyboard.type(month + year);
  await enter(kiosk, ".next");
  await kiosk.on("menu");
  await enter(kiosk, ".card.first");
  await kiosk.on("speciality");
  await enter(kiosk, ".card:not(.empty)");
  await kiosk.on("doctor");
  await enter(kiosk, ".card:not(.empty)");
  await kiosk.on("time");
  await enter(kiosk, "button.day:not(:disabled) >> nth=1");
  await enter(kiosk, ".slot");
  await kiosk.on("confirm");
  await enter(kiosk, "#book");
  await kiosk.on("ticket");
  assert.equal((await here.server.tickets(patient)).length, 1);
  await enter(kiosk, "#work .button:has-text('На главную')");
  await kiosk.on("menu");
  await enter(kiosk, ".card:has-text('Мои записи')");
  await kiosk.on("tickets");
  await enter(kiosk, ".card");
  await enter(kiosk, ".button.danger");
  await kiosk.on("cancelling");
  await enter(kiosk, "#cancel");
  await kiosk.on("tickets");
  assert.equal((await here.server.tickets(patient)).length, 0);
  await enter(kiosk, "#finish");
  await kiosk.on("welcome");
});

test("a new screen has the focus on its title, so that a screen reader reads it", async (t) => {
  const kiosk = await terminal(t, here);
  const focused = () => kiosk.page.evaluate(() => document.activeElement.id);
  await kiosk.begin();
  assert.equal(await focused(), "title");
  await kiosk.touch("Контраст");
  assert.equal(await focused(), "contrast", "a switch keeps the focus");
});

test("a scanner types a policy into the greeting and into the number", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  for (const from of ["welcome", "number"]) {
    if (from === "number") await kiosk.begin();
    await kiosk.page.keyboard.type(patient.policyNumber);
    await kiosk.page.keyboard.press("Enter");
    await kiosk.on("birth");
    await kiosk.touch("Закончить");
    await kiosk.on("welcome");
  }
  await kiosk.page.keyboard.type("123");
  await kiosk.page.keyboard.press("Enter");
  await kiosk.on("number");
  assert.match(await kiosk.text("#notice"), /Вы ввели 3/);
});

test("a scanner's Enter never presses the button that happens to have the focus", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  await kiosk.begin();
  await kiosk.page.locator("#finish").focus();
  await kiosk.page.keyboard.type(patient.policyNumber);
  await kiosk.page.keyboard.press("Enter");
  await kiosk.on("birth");
  await kiosk.page.locator("#finish").focus();
  const [year, month, day] = patient.birthDate.split("-");
  await kiosk.page.keyboard.type(day + month + year);
  await kiosk.page.keyboard.press("Enter");
  await kiosk.on("menu");
});
