// A terminal: Debian's Chromium on the page, and fingers.

import { after, before } from "node:test";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { Server } from "./server.mjs";

/** How often, and for how long each time, the end of what is open is tried. */
const FINISH_TRIES = 5;
const FINISH_WAIT_MS = 8_000;
const CHROMIUM = process.env.INFOMAT_CHROMIUM ?? "/usr/bin/chromium";

/** A folder whose page is shown instead of the program's, for who looks at a change without a build: `src/page`. */
const PAGE_FOLDER = process.env.INFOMAT_PAGE;
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html", ".woff2": "font/woff2" };

/** Pictures for a document are made smaller than the screen. */
const PICTURE_SCALE = Number(process.env.INFOMAT_PICTURE_SCALE ?? 1);

/** Screens of terminals. */
export const SIZES = {
  portrait: { width: 1080, height: 1920 },
  wide: { width: 1920, height: 1080 },
  laptop: { width: 1280, height: 800 },
  small: { width: 1024, height: 768 },
};

/** The largest screen, and telephones. */
export const MORE_SIZES = {
  huge: { width: 3840, height: 2160 },
  phone: { width: 390, height: 844 },
  narrow: { width: 320, height: 568 },
};

/** What the browser itself says when an answer is an error or does not come; the page cannot keep it from that. */
export const NETWORK_WORDS = /Failed to load resource/;

/** A name whose owner has pointed it at this machine. */
export const REBOUND_HOST = "rebound.example";

/** A machine that does other things too takes its time. */
const PATIENCE_MS = 60_000;

/**
 * Makes every tap of these tests that of a person who looks first. The page takes no press for a moment after something
 * moved on the screen, and playwright moves it at each of its tries: so it tries only when all stands still.
 */
function lookBeforeTaps(page) {
  const locators = Object.getPrototypeOf(page.locator("body"));
  if (locators.tapAtOnce) return;
  locators.tapAtOnce = locators.tap;
  locators.tap = async function tap() {
    await inSight(this);
    await this.tapAtOnce();
  };
}

/** Scrolls to what is wanted, and waits until presses count. */
export async function inSight(locator) {
  await locator.evaluate((node) => {
    node.scrollIntoView({ block: "nearest" });
    // The page hears of a scroll in the next frame.
    return new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
  });
  await settled(locator.page());
}

/** Waits until presses count: before, they go past the buttons. */
const settled = (page) =>
  page.waitForFunction(() => [...document.querySelectorAll("button")].every((node) => getComputedStyle(node).pointerEvents !== "none"));

/** One server and one browser, with more arguments, for the tests of a file. */
export function clinic(more = []) {
  const here = {};
  before(async () => {
    here.server = await Server.start();
    here.browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        `--host-resolver-rules=MAP ${REBOUND_HOST} 127.0.0.1`,
        ...more,
      ],
    });
  });
  after(async () => {
    await here.browser?.close();
    await here.server?.stop();
  });
  return here;
}

/** The addresses of the pages, and their files. */
const PAGES = { "/": "terminal/index.html", "/desk": "desk/index.html" };

/** Shows the page of the folder, if one is named. */
export async function showFolder(context) {
  if (PAGE_FOLDER) await context.route(({ pathname }) => pathname in PAGES || pathname.startsWith("/page/"), fromFolder);
}

async function fromFolder(route) {
  const { pathname } = new URL(route.request().url());
  const path = PAGES[pathname] ?? pathname.replace("/page/", "");
  // What is no file there, the program makes: the clinic's languages.
  const body = await readFile(join(PAGE_FOLDER, path)).catch(() => null);
  if (!body || route.request().method() !== "GET") return route.fallback();
  if (extname(path) !== ".html") return route.fulfill({ body, contentType: TYPES[extname(path)] });
  // The page is of the program's version, so that it does not load itself anew.
  const response = await route.fetch();
  const [, version] = /data-version="(.+?)"/.exec(await response.text());
  await route.fulfill({ response, body: body.toString().replace("{version}", version) });
}

/**
 * A terminal with its greeting on the screen. When the test `t` ends, it has asked no other host and left no message
 * in the console, but for those that fit `allowed`.
 */
export async function terminal(t, { server, browser }, { size = "portrait", address, allowed, clock = false } = {}) {
  const context = await browser.newContext({
    viewport: SIZES[size],
    deviceScaleFactor: PICTURE_SCALE,
    hasTouch: true,
    locale: "ru-RU",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  await showFolder(context);
  const page = await context.newPage();
  lookBeforeTaps(page);
  if (clock) await page.clock.install();
  const complaints = [];
  page.on("console", (message) => allowed?.test(message.text()) || complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== server.origin) complaints.push(`asks ${request.url()}`);
  });
  await page.addInitScript(() => {
    // A browser without a screen has no voice. The computer has one for each language here, as well as one of somebody's on the net.
    window.spoken = [];
    window.voices = ["ru-RU", "en-GB", "tg"].flatMap((lang) => [{ lang, localService: false }, { lang, localService: true }]);
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    Object.defineProperty(window, "speechSynthesis", { value: Object.assign(new EventTarget(), {
      getVoices: () => window.voices,
      speak: (spoken) => window.spoken.push(spoken),
      cancel: () => { window.spoken = []; },
    }) });
    window.printed = 0;
    window.print = () => { window.printed += 1; };
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, [], "what the browser complained of");
  });
  await page.goto(address ?? server.address());
  await page.locator("#begin, [data-screen=choice] .card").first().waitFor();
  return new Terminal(page);
}

/** The birth date as it is typed: `05031950`. */
export function birthDigits({ birthDate }) {
  const [year, month, day] = birthDate.split("-");
  return day + month + year;
}

/** What a person does and sees. */
export class Terminal {
  constructor(page) {
    this.page = page;
  }

  /** Waits for a screen. */
  async on(screen) {
    await this.page.locator(`body[data-screen="${screen}"]`).waitFor();
  }

  /** Waits until presses count: before, they go past the buttons. */
  async settled() {
    await settled(this.page);
  }

  /** Touches what has these words. */
  async touch(words) {
    await this.page.getByRole("button", { name: words }).first().tap();
  }

  /** Touches digits on the screen. */
  async digits(digits) {
    for (const digit of digits) await this.page.locator(".key", { hasText: digit }).tap();
  }

  /** The words of a part of the page. */
  text(selector = "#screen") {
    return this.page.locator(selector).innerText();
  }

  async begin() {
    await this.page.locator("#begin").tap();
    await this.on("number");
  }

  /** Ends what is open. A press right after a scanner's last sign may not count, as a person's: it is repeated. */
  async finish() {
    for (let tries = 0; tries < FINISH_TRIES; tries++) {
      await this.touch("Закончить");
      const greeted = this.page.locator('body[data-screen="welcome"]').waitFor({ timeout: FINISH_WAIT_MS });
      if (await greeted.then(() => true, () => false)) return;
    }
    await this.on("welcome");
  }

  /** From the greeting to the question for the birth date answered, by touch alone. */
  async presentByTouch(patient) {
    await this.begin();
    await this.digits(patient.policyNumber);
    await this.page.locator(".next").tap();
    await this.on("birth");
    await this.touchBirth(patient);
  }

  /** Answers the question for the birth date by touch. After a scan the last digit goes on. */
  async touchBirth(patient, { isScanned = false } = {}) {
    await this.digits(birthDigits(patient));
    if (!isScanned) await this.page.locator(".next").tap();
  }

  /** What a scanner types: a policy's number or a ticket's code, up to the question for the birth date. */
  async scan(code) {
    await this.page.keyboard.type(code);
    await this.page.keyboard.press("Enter");
    await this.on("birth");
  }

  /** As by touch, and quicker: a scanner types the policy, and the date comes from a keyboard. */
  async present(patient) {
    await this.scan(patient.policyNumber);
    await this.page.keyboard.type(birthDigits(patient));
    await this.page.keyboard.press("Enter");
  }

  /** From the greeting to the menu. */
  async identify(patient) {
    await this.present(patient);
    await this.on("menu");
  }

  /** From the menu to the doctors of the speciality of this cell. */
  async findDoctors(cell) {
    await this.touch("Записаться к врачу");
    await this.on("speciality");
    await this.page.locator(".card").filter({ has: this.page.getByText(cell.doctor.speciality, { exact: true }) }).tap();
    await this.on("doctor");
  }

  /** The doctor of this cell in the list, with the nearest times. */
  doctorCard(cell) {
    return this.page.locator(".cards > li").filter({ has: this.page.getByText(cell.doctor.docFio, { exact: true }) });
  }

  /** From the menu to the times of the doctor of this cell. */
  async findTimes(cell) {
    await this.findDoctors(cell);
    await this.doctorCard(cell).locator(".card").tap();
    await this.on("time");
  }

  /** From the menu to the last question about this cell. */
  async choose(cell) {
    await this.findTimes(cell);
    await this.page.locator(`[data-day="${cell.beginTime.slice(0, 10)}"]`).tap();
    await this.page.locator(".slot", { hasText: cell.beginTime.slice(11, 16) }).tap();
    await this.on("confirm");
  }

  /** Touches "book" and waits for the ticket. */
  async book() {
    await this.page.locator("#book").tap();
    await this.on("ticket");
  }

  printed() {
    return this.page.evaluate(() => window.printed);
  }
}
