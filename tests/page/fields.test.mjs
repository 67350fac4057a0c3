// What is typed: a telephone number as people write theirs, and the date whose missing digits can be read.

import test from "node:test";
import assert from "node:assert/strict";
import { clinic, SIZES, terminal } from "./kiosk.mjs";

const here = clinic();

/** Leads a new patient to the field for the telephone number. */
async function phoneField(t, options) {
  const patient = here.server.patient();
  const token = await here.server.token(patient);
  const { json: all } = await here.server.ask("GET", `/lpu/${patient.lpu}/speciality`, { token });
  const { name } = all.find((one) => one.countFree === 0);
  const kiosk = await terminal(t, here, options);
  await kiosk.identify(patient);
  await kiosk.touch("Записаться к врачу");
  await kiosk.on("speciality");
  await kiosk.page.locator(".card").filter({ has: kiosk.page.getByText(name, { exact: true }) }).tap();
  await kiosk.on("doctor");
  await kiosk.touch("Встать в лист ожидания");
  await kiosk.on("waiting");
  return kiosk;
}

const shown = async (kiosk) => (await kiosk.page.locator(".display").innerText()).replace(/\s/g, "");

test("a telephone number is shown grouped as it is typed, with or without the prefix, and stored so", async (t) => {
  for (const [typed, grouped, stored] of [
    ["89001112233", "+7900111-22-33", "+79001112233"],
    ["79001112233", "+7900111-22-33", "+79001112233"],
    ["9001112233", "+7900111-22-33", "+79001112233"],
    // Landlines: with the prefix, and without it where the area's code itself begins with 8.
    ["84951234567", "+7495123-45-67", "+74951234567"],
    ["8121234567", "+7812123-45-67", "+78121234567"],
    ["88121234567", "+7812123-45-67", "+78121234567"],
    ["88001234567", "+7800123-45-67", "+78001234567"],
    // A digit too many is not taken.
    ["812123456789", "+7812123-45-67", "+78121234567"],
    ["890011122339", "+7900111-22-33", "+79001112233"],
  ]) {
    const kiosk = await phoneField(t);
    await kiosk.page.keyboard.type(typed);
    assert.equal(await shown(kiosk), grouped, typed);
    const sent = kiosk.page.waitForRequest((request) => request.method() === "POST");
    await kiosk.page.locator(".next").tap();
    assert.equal((await sent).postDataJSON().phone, stored, typed);
    await kiosk.on("waited");
  }
});

test("a telephone number of a wrong length is told at the field, and none at all is taken", async (t) => {
  const kiosk = await phoneField(t);
  for (const [typed, n] of [["8", 1], ["8900111223", 9], ["900111223", 9], ["7900", 3]]) {
    await kiosk.page.keyboard.type(typed);
    await kiosk.page.locator(".next").tap();
    await kiosk.page.locator("#notice", { hasText: `После +7 нужно 10 цифр. Вы ввели ${n}.` }).waitFor();
    await kiosk.on("waiting");
    await kiosk.touch("Стереть всё");
  }
  const sent = kiosk.page.waitForRequest((request) => request.method() === "POST");
  await kiosk.page.locator(".next").tap();
  assert.equal((await sent).postDataJSON().phone, undefined);
  await kiosk.on("waited");
});

/** Signs of the display that reach out of their places, and places out of the display. */
function overlapping() {
  const display = document.querySelector(".display").getBoundingClientRect();
  return [...document.querySelectorAll(".digit")].flatMap((place) => {
    const range = document.createRange();
    range.selectNodeContents(place);
    const [sign, box] = [range.getBoundingClientRect(), place.getBoundingClientRect()];
    const fits = sign.width <= box.width + 0.5 && box.left >= display.left && box.right <= display.right && box.bottom <= display.bottom;
    return fits ? [] : [`${place.textContent}: ${sign.width} in ${box.width}`];
  });
}

for (const [size, { width, height }] of Object.entries(SIZES)) {
  for (const look of ["normal", "contrast", "large"]) {
    test(`the missing digits of a date do not overlap, ${width} x ${height}, ${look}`, async (t) => {
      const kiosk = await terminal(t, here, { size });
      if (look === "contrast") await kiosk.touch("Контраст");
      if (look === "large") await kiosk.touch("Крупнее");
      await kiosk.page.keyboard.type("9900000000000001");
      await kiosk.page.keyboard.press("Enter");
      await kiosk.on("birth");
      for (const language of ["English", "Русский"]) {
        await kiosk.touch(language);
        assert.deepEqual(await kiosk.page.evaluate(overlapping), []);
      }
      const pictures = process.env.INFOMAT_PICTURES;
      if (pictures) await kiosk.page.screenshot({ path: `${pictures}/date-${size}-${look}.png` });
    });
  }
}
