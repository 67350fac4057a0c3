// A keyboard alone, and a scanner that types.

import test from "node:test";
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { birthDigits, clinic, NETWORK_WORDS, terminal } from "./kiosk.mjs";
import { hoursUntil } from "./server.mjs";

const here = clinic();

/** Most presses of Tab until something has the focus. */
const TABS_MAX = 60;
/** A person's pace at a keyboard, so that what follows is no part of a scan. */
const SLOW_MS = 400;

/** Presses Tab until the focus is on what fits, sees that the focus can be seen, and presses Enter. */
async function enter(kiosk, selector) {
  const { page } = kiosk;
  const wanted = page.locator(selector).first();
  await wanted.waitFor();
  await kiosk.settled();
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
  await page.keyboard.type(patient.policyNumber);
  await pause(SLOW_MS);
  // One digit too many.
  await page.keyboard.type("9");
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
  await enter(kiosk, "#acts .button:has-text('В начало')");
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

/** Keys as a scanner sends them, one after the other: a sign or a named key, `Ctrl+KEY`, or a sign of the Russian layout. */
async function scan(kiosk, ...keys) {
  const browser = await kiosk.page.context().newCDPSession(kiosk.page);
  // Sent without waiting for the page: a scanner does not wait either.
  const sent = [];
  const key = (type, event) => sent.push(browser.send("Input.dispatchKeyEvent", { type, ...event }));
  for (const one of keys) {
    const [, held, name] = /^(?:(Ctrl|Alt|Shift)\+)?(.+)$/s.exec(one);
    const modifiers = { Alt: 1, Ctrl: 2, Shift: 8 }[held] ?? 0;
    const event = { ...placed(name), modifiers };
    key("rawKeyDown", event);
    key("keyUp", event);
  }
  await Promise.all(sent);
}

const NAMED = { Enter: 13, Tab: 9, Escape: 27, F1: 112, F3: 114, F5: 116, F6: 117, F10: 121, F11: 122, F12: 123, Backspace: 8, ContextMenu: 93, BrowserBack: 166, Meta: 91, Alt: 18 };

/** A key with its place on the keyboard: the Russian layout gives its letters for the places of Latin ones. */
function placed(name) {
  const RUSSIAN = { ъ: "]", с: "c", ь: "m", о: "j", й: "q" };
  const sign = RUSSIAN[name.toLowerCase()] ?? name;
  if (/^\d$/.test(name)) return { key: name, code: `Digit${name}`, windowsVirtualKeyCode: name.charCodeAt(0) };
  if (/^Numpad\d$/.test(name)) return { key: name.at(-1), code: name, windowsVirtualKeyCode: 96 + Number(name.at(-1)) };
  if (/^[a-z]$/i.test(sign)) return { key: name, code: `Key${sign.toUpperCase()}`, windowsVirtualKeyCode: sign.toUpperCase().charCodeAt(0) };
  if (sign === "]") return { key: name, code: "BracketRight", windowsVirtualKeyCode: 221 };
  if (sign === "-") return { key: name, code: "Minus", windowsVirtualKeyCode: 189 };
  if (sign === " ") return { key: name, code: "Space", windowsVirtualKeyCode: 32 };
  return { key: name, code: name, windowsVirtualKeyCode: NAMED[name] ?? 0 };
}

/** What is in the session, to see whose it is. */
const held = (kiosk) => kiosk.page.evaluate(async () => {
  const { session } = await import("/page/terminal/session.js");
  return { number: session.number, birthDigits: session.birthDigits, who: session.who };
});

/** The birth date is asked for, and this is the number, of nobody yet. */
async function isAskedFor(kiosk, number, what) {
  await kiosk.on("birth");
  assert.deepEqual(await held(kiosk), { number, birthDigits: "", who: null }, what);
}

test("a scanner types a policy into the greeting and into the number, and replaces what was typed before", async (t) => {
  const { policyNumber } = here.server.patient();
  const kiosk = await terminal(t, here);
  for (const typed of ["", "12", "9900000000000999"]) {
    if (typed) {
      await kiosk.begin();
      await kiosk.digits(typed);
      await pause(SLOW_MS);
    }
    await scan(kiosk, ...policyNumber, "Enter");
    await isAskedFor(kiosk, policyNumber, typed);
    await kiosk.finish();
  }
  await kiosk.page.keyboard.type("123");
  await kiosk.page.keyboard.press("Enter");
  await kiosk.on("number");
  assert.match(await kiosk.text("#notice"), /Вы ввели 3/);
});

test("whatever a scanner puts around the number, in either layout, it is the number", async (t) => {
  const { policyNumber: number } = here.server.patient();
  const kiosk = await terminal(t, here);
  const altDigit = (digit) => [...String(digit.charCodeAt(0)).padStart(3, "0")].map((one) => `Alt+Numpad${one}`);
  const scans = {
    "AIM prefix": ["]", "C", "0", ...number, "Enter"],
    "AIM prefix, Russian layout": ["Ъ", "С", "0", ...number, "Enter"],
    "AIM prefix of a QR code": ["]", "Q", "3", ...number, "Enter"],
    "line feed": [...number, "Ctrl+j"],
    "carriage return and line feed": [...number, "Enter", "Ctrl+j"],
    "both as control keys, Russian layout": [...number, "Ctrl+ь", "Ctrl+о"],
    "Tab": [...number, "Tab"],
    "Enter twice": [...number, "Enter", "Enter"],
    "group separator": ["Ctrl+]", ...number, "Enter"],
    "blanks": [...number.replace(/(.{4})/g, "$1 ").trim(), "Enter"],
    "digits of the number pad": [...[...number].map((one) => `Numpad${one}`), "Enter"],
  };
  for (const [what, keys] of Object.entries(scans)) {
    await scan(kiosk, ...keys);
    await isAskedFor(kiosk, number, what);
    assert.equal(await kiosk.page.evaluate(() => document.activeElement.id), "title", what);
    await kiosk.finish();
  }
  // Each sign as its decimal code while Alt is held.
  await kiosk.begin();
  for (const digit of number) {
    await kiosk.page.keyboard.down("Alt");
    await scan(kiosk, ...altDigit(digit));
    await kiosk.page.keyboard.up("Alt");
  }
  assert.equal((await held(kiosk)).number, number);
});

test("a scan where no number is wanted ends what is open and begins the next", async (t) => {
  const [patient, next] = [here.server.patient(), here.server.patient()];
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here, { clock: true, allowed: NETWORK_WORDS });
  const ways = {
    birth: () => kiosk.page.keyboard.type("0503"),
    menu: () => null,
    speciality: () => kiosk.touch("Записаться к врачу"),
    confirm: () => kiosk.choose(cell),
    tickets: () => kiosk.touch("Мои записи"),
    refusal: async () => {
      await kiosk.page.route("**/visit/**", (route) => route.fulfill({ status: 400, json: { message: "Нет", message_code: "5000" } }), { times: 1 });
      await kiosk.touch("Мои записи");
    },
    idle: () => kiosk.page.clock.fastForward(61_000),
  };
  for (const [screen, way] of Object.entries(ways)) {
    if (screen === "birth") await scan(kiosk, ...patient.policyNumber, "Enter");
    else await kiosk.identify(patient);
    await way();
    if (screen === "idle") await kiosk.page.locator("#idle[open]").waitFor();
    else await kiosk.on(screen);
    await pause(SLOW_MS);
    await scan(kiosk, ...next.policyNumber, "Enter");
    await isAskedFor(kiosk, next.policyNumber, screen);
    assert.equal(await kiosk.page.locator("#idle[open]").count(), 0);
    assert.equal(await kiosk.text("#patient"), "");
    // At once another, or the same one again.
    await scan(kiosk, ...patient.policyNumber, "Enter");
    await isAskedFor(kiosk, patient.policyNumber, `${screen}, at once`);
    await kiosk.touch("Закончить");
    await kiosk.on("welcome");
  }
});

test("what is scanned and is no policy is told as that, and nothing of it is kept", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  const codes = {
    "4601234567893": /не номер полиса/,
    "12345678901234567890": /не номер полиса/,
    "AB12345678901234": /не номер полиса/,
  };
  for (const [code, words] of Object.entries(codes)) {
    for (const from of ["welcome", "number", "menu"]) {
      if (from === "number") await kiosk.begin();
      if (from === "menu") await kiosk.identify(patient);
      await pause(SLOW_MS);
      await scan(kiosk, ...code, "Enter");
      await kiosk.on("number");
      assert.match(await kiosk.text("#notice"), words, `${code}, ${from}`);
      assert.deepEqual(await held(kiosk), { number: "", birthDigits: "", who: null }, `${code}, ${from}`);
      await kiosk.touch("Закончить");
      await kiosk.on("welcome");
    }
  }
});

test("the code on a ticket and the birth date lead to the visit; one changed digit leads nowhere", async (t) => {
  const patient = here.server.patient();
  t.after(() => here.server.cancelAll(patient));
  const cells = await here.server.freeCells(patient, (doctor) => doctor.type === "doctor");
  const { receipt, ticketGuid } = await here.server.book(patient, cells.find((one) => hoursUntil(one) < 2).guid);
  assert.match(receipt, /^\d{38}$/);
  const kiosk = await terminal(t, here, { allowed: NETWORK_WORDS });
  const show = async (code) => {
    await pause(SLOW_MS);
    await scan(kiosk, ...code, "Enter");
    await kiosk.on("birth");
    await pause(SLOW_MS);
    await kiosk.page.keyboard.type(birthDigits(patient));
    await kiosk.page.keyboard.press("Enter");
  };
  const last = String((Number(receipt.at(-1)) + 1) % 10);
  await show(receipt.slice(0, -1) + last);
  await kiosk.on("refusal");
  await kiosk.touch("Исправить номер");
  await kiosk.on("number");
  await kiosk.touch("Закончить");
  await kiosk.on("welcome");
  // Tickets of earlier versions bear the GUID.
  for (const code of [receipt, `]C1${receipt}`, ticketGuid]) {
    await show(code);
    await kiosk.on("arrival");
    await kiosk.page.locator(".card").first().tap();
    await kiosk.on("arrived");
    await kiosk.touch("Закончить");
    await kiosk.on("welcome");
  }
});

test("a person's digits, however slow or quick, are typed", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  await kiosk.page.keyboard.type(patient.policyNumber, { delay: 120 });
  await kiosk.page.keyboard.press("Enter");
  await kiosk.on("birth");
  await kiosk.page.keyboard.type(birthDigits(patient));
  await kiosk.page.keyboard.press("Enter");
  await kiosk.on("menu");
});

test("a key that means something to a browser alone does nothing", async (t) => {
  const kiosk = await terminal(t, here);
  await kiosk.page.evaluate(() => {
    window.through = [];
    addEventListener("keydown", (event) => event.defaultPrevented || window.through.push(event.key));
    // The last listener of all: what was stopped on its way does not come here, what was not must have been refused.
    document.addEventListener("keydown", (event) => event.defaultPrevented || window.through.push(event.key));
  });
  const letters = [..."abcdefghijklmnopqrstuvwxyz0-"].flatMap((one) => [`Ctrl+${one}`, `Alt+${one}`]);
  await scan(kiosk, ...letters, "Ctrl+о", "Ctrl+з", "F1", "F3", "F5", "F6", "F10", "F11", "F12", "ContextMenu", "BrowserBack", "Backspace", "Alt", "Meta", "Alt+ArrowLeft", "Alt+ArrowRight", "Shift+Escape", "a", "'", "/");
  assert.deepEqual(await kiosk.page.evaluate(() => window.through), []);
  await kiosk.on("welcome");
  assert.equal(kiosk.page.context().pages().length, 1);
  assert.equal(kiosk.page.url(), here.server.address());
});

test("nothing can be dropped on the page, and a mouse's other buttons and wheel do nothing", async (t) => {
  const kiosk = await terminal(t, here);
  const taken = await kiosk.page.evaluate(() => {
    const main = document.getElementById("main");
    const kinds = [
      new DragEvent("dragover", { cancelable: true, bubbles: true }),
      new DragEvent("drop", { cancelable: true, bubbles: true }),
      new MouseEvent("auxclick", { button: 1, cancelable: true, bubbles: true }),
      new MouseEvent("mouseup", { button: 3, cancelable: true, bubbles: true }),
      new MouseEvent("contextmenu", { cancelable: true, bubbles: true }),
      new WheelEvent("wheel", { ctrlKey: true, cancelable: true, bubbles: true }),
    ];
    return kinds.filter((event) => main.dispatchEvent(event)).map((event) => event.type);
  });
  assert.deepEqual(taken, []);
  assert.equal(await kiosk.page.evaluate(() => getComputedStyle(document.body).touchAction), "pan-x pan-y");
});

test("a scanner's Enter never presses the button that happens to have the focus", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  await kiosk.begin();
  await kiosk.page.locator("#finish").focus();
  await kiosk.scan(patient.policyNumber);
  await kiosk.page.locator("#finish").focus();
  const [year, month, day] = patient.birthDate.split("-");
  await kiosk.page.keyboard.type(day + month + year);
  await kiosk.page.keyboard.press("Enter");
  await kiosk.on("menu");
});
