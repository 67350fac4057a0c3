// The ticket on 80 mm paper, and its code.

import test from "node:test";
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import jsQR from "jsqr";
import { PNG } from "pngjs";
import { clinic, terminal } from "./kiosk.mjs";

const here = clinic();
const POINTS_PER_MM = 72 / 25.4;

/** Books a cell and shows the ticket. */
async function ticketOf(t, patient, cell, options) {
  const kiosk = await terminal(t, here, options);
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  await kiosk.book();
  await kiosk.page.waitForFunction(() => window.printed === 1);
  return kiosk;
}

/** Widths, heights and number of the pages of a PDF of Chromium's. */
function pages(pdf) {
  const text = pdf.toString("latin1");
  const boxes = [...text.matchAll(/\/MediaBox\s*\[\s*([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s*\]/g)];
  return boxes.map(([, left, bottom, right, top]) => ({
    width_mm: (right - left) / POINTS_PER_MM,
    height_mm: (top - bottom) / POINTS_PER_MM,
  }));
}

/** What the pixels of a picture say to a decoder that knows nothing of ours. */
function decode(picture) {
  const { data, width, height } = PNG.sync.read(picture);
  return jsQR(new Uint8ClampedArray(data), width, height)?.data;
}

test("one page, 80 mm wide, whatever the size of the screen and its text", async (t) => {
  for (const size of ["portrait", "small"]) {
    const patient = here.server.patient();
    const [cell] = await here.server.freeCells(patient);
    const kiosk = await ticketOf(t, patient, cell, { size });
    await kiosk.touch("Крупнее");
    const found = pages(await kiosk.page.pdf({ preferCSSPageSize: true }));
    assert.equal(found.length, 1);
    assert.ok(Math.abs(found[0].width_mm - 80) < 0.5, `${found[0].width_mm} mm`);
  }
});

test("one page with the longest names", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const long = (words) => words.repeat(20).trim();
  const { json: lpu } = await here.server.ask("GET", `/lpu/${patient.lpu}`);
  const kiosk = await terminal(t, here);
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  // A model of the clinic and of the ticket as long as they can get.
  await kiosk.page.route("**/visit/**", async (route) => {
    const answer = await route.fetch();
    const ticket = await answer.json();
    const more = { lpu: { ...lpu, name: long("Поликлиника имени всех врачей "), address: long("улица Длинная, "), phone: "+7 (4822) 12-34-56, доб. 123456" }, docFio: long("Длиннофамильная "), speciality: long("Специальность "), room: long("12345 ") };
    await route.fulfill({ response: answer, json: { ...ticket, ...more } });
  });
  await kiosk.page.locator("#book").tap();
  await kiosk.on("otherwise");
  await kiosk.page.locator("#keep").tap();
  await kiosk.page.waitForFunction(() => window.printed === 1);
  assert.equal(pages(await kiosk.page.pdf({ preferCSSPageSize: true })).length, 1);
  await kiosk.page.emulateMedia({ media: "print" });
  const paper = await kiosk.page.locator("#paper").boundingBox();
  for (const part of [".qr", ".bars", ".paper-code", ".paper-note:last-child"]) {
    const { y, height } = await kiosk.page.locator(`#paper ${part}`).boundingBox();
    assert.ok(y + height <= paper.y + paper.height, `${part} is on the paper`);
  }
});

test("the paper bears what the patient needs, initials instead of a name, and nothing of the screen", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await ticketOf(t, patient, cell);
  const [ticket] = await here.server.tickets(patient);
  await kiosk.page.emulateMedia({ media: "print" });
  const paper = await kiosk.text("#paper");
  for (const fact of [ticket.lpu.name, ticket.num, ticket.beginTime.slice(11, 16), ticket.docFio, ticket.speciality, `кабинет ${ticket.room}`, `${ticket.flat}\u00a0этаж`, "П. И. С.", `${ticket.beginTime.slice(0, 4)}\u00a0г.`, ticket.lpu.address, ticket.lpu.phone, "Напечатано"]) {
    assert.ok(paper.includes(fact), fact);
  }
  assert.doesNotMatch(paper, /Петров|Иван/);
  assert.equal(await kiosk.page.locator("#screen").isVisible(), false);
});

test("the code is the ticket's receipt, on the screen in both contrasts and on paper", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await ticketOf(t, patient, cell);
  const [{ receipt }] = await here.server.tickets(patient);
  const read = async (selector) => decode(await kiosk.page.locator(selector).screenshot());
  assert.equal(await read(".slip .qr"), receipt);
  await kiosk.touch("Контраст");
  assert.equal(await read(".slip .qr"), receipt);
  await kiosk.page.emulateMedia({ media: "print" });
  assert.equal(await read("#paper .qr"), receipt);
});

/** The format bits of level M, mask 0 to 7 (ISO/IEC 18004, annex C). */
const FORMATS = [
  "101010000010010", "101000100100101", "101111001111100", "101101101001011",
  "100010111111001", "100000011001110", "100111110010111", "100101010100000",
];

/** Both copies of the format bits, read off the drawing. */
function formats(path) {
  const dark = new Set([...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x - 4},${y - 4}`));
  const bit = (x, y) => (dark.has(`${x},${y}`) ? "1" : "0");
  const first = [...[0, 1, 2, 3, 4, 5, 7].map((x) => bit(x, 8)), ...[8, 7, 5, 4, 3, 2, 1, 0].map((y) => bit(8, y))];
  const second = [...[28, 27, 26, 25, 24, 23, 22].map((y) => bit(8, y)), ...[21, 22, 23, 24, 25, 26, 27, 28].map((x) => bit(x, 8))];
  return [first.join(""), second.join("")];
}

test("the bars say the ticket's receipt to scanners that read no QR code", async (t) => {
  const kiosk = await terminal(t, here);
  const signs = await kiosk.page.evaluate(async () => {
    const { code128 } = await import("/page/shared/code128.js");
    return [..."0123456789"].map((digit) => code128(digit.repeat(4), "code").querySelector("path").getAttribute("d"));
  });
  const seen = new Set();
  for (const path of signs) {
    // Widths of bars and gaps in turn, from the places of the bars.
    const bars = [...path.matchAll(/M(\d+) 0h(\d+)/g)].map(([, x, width]) => [Number(x), Number(width)]);
    const widths = bars.flatMap(([x, width], at) => (at + 1 < bars.length ? [width, bars[at + 1][0] - x - width] : [width])).join("");
    // Start of code set C, two signs of two digits each, a check sign, the stop (ISO/IEC 15417).
    assert.match(widths, /^211232(\d{6})\1\d{6}2331112$/);
    const inner = widths.slice(6, -7).match(/.{6}/g);
    for (const sign of inner) {
      const parts = [...sign].map(Number);
      assert.equal(parts.reduce((sum, part) => sum + part), 11, sign);
      assert.equal((parts[0] + parts[2] + parts[4]) % 2, 0, sign);
    }
    seen.add(inner[0]);
  }
  assert.equal(seen.size, 10);
  // The standard's own signs of 00, 11, 22 and 99.
  for (const sign of ["212222", "231212", "223112", "113141"]) assert.ok(seen.has(sign), sign);
});

test("codes of many receipts are read back, and say their format as the standard does", async (t) => {
  const kiosk = await terminal(t, here);
  const masks = new Set();
  for (let round = 0; round < 24; round++) {
    const digits = Array.from({ length: 38 }, () => randomInt(10)).join("");
    const path = await kiosk.page.evaluate(async (text) => {
      const { qr } = await import("/page/shared/qr.js");
      const code = qr(text, "code");
      code.style.width = "300px";
      code.id = "trial";
      document.getElementById("work").replaceChildren(code);
      return code.querySelector("path").getAttribute("d");
    }, digits);
    assert.equal(decode(await kiosk.page.locator("#trial").screenshot()), digits);
    const [first, second] = formats(path);
    assert.ok(FORMATS.includes(first), first);
    assert.equal(second, first);
    masks.add(first);
  }
  assert.ok(masks.size > 1, "the mask is chosen, not fixed");
});

test("a terminal without a printer is asked for no paper, and says what to write down", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here, { address: `${here.server.address()}&printer=none` });
  await kiosk.identify(patient);
  await kiosk.choose(cell);
  await kiosk.book();
  const num = await kiosk.text(".slip .num b");
  assert.match(await kiosk.text("#lead"), new RegExp(`не печатает. Запишите: талон ${num},`));
  assert.equal(await kiosk.page.getByRole("button", { name: /апечатать/ }).count(), 0);
  await kiosk.touch("В начало");
  await kiosk.touch("Мои записи");
  await kiosk.page.locator(".card").first().tap();
  await kiosk.on("visit");
  assert.equal(await kiosk.page.getByRole("button", { name: /апечатать/ }).count(), 0);
  assert.equal(await kiosk.printed(), 0);
});
