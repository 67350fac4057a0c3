// pa11y, with its own settings and both of its sets of rules, judges every screen of the terminal and the reception's day, in the browser's own tab.

import test from "node:test";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { once } from "node:events";
import { clinic, NETWORK_WORDS, SIZES, terminal } from "./kiosk.mjs";
import { colleague, desk } from "./reception.mjs";
import { tour } from "./tour.mjs";

const others = createRequire(new URL("../others/package.json", import.meta.url));
const pa11y = others("pa11y");
const puppeteer = others("puppeteer");

const SCREENS_MIN = 20;

const BOTH = ["axe", "htmlcs"];
/** What axe leaves to a person, because it cannot see it, is an error to pa11y. html_codesniffer judges contrast too. */
const FOR_PERSONS = ["color-contrast", "scrollable-region-focusable"];
/** html_codesniffer breaks at colours of the reception that the browser has mixed. */
const AXE = ["axe"];

/** A port that was free a moment ago. */
async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}

const port = await freePort();
const here = clinic([`--remote-debugging-port=${port}`]);

/** Finds the errors on what a tab of the browser shows. */
async function judge(page, viewport, runners) {
  const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${port}`, defaultViewport: null });
  try {
    const mark = `${Math.random()}`;
    // axe does not come a second time into a page that has it.
    await page.evaluate((mark) => { window.judged = mark; delete window.axe; }, mark);
    for (const tab of await browser.pages()) {
      if ((await tab.evaluate(() => window.judged).catch(() => null)) !== mark) continue;
      const { issues } = await pa11y(page.url(), { browser, page: tab, ignoreUrl: true, runners, ignore: FOR_PERSONS, viewport, timeout: 60_000 });
      return issues.map(({ code, selector }) => `${code}: ${selector}`);
    }
    throw new Error("the tab is not found");
  } finally {
    await browser.disconnect();
  }
}

test("pa11y finds nothing on the screens, and sees what is wrong", async (t) => {
  const faults = [];
  let screens = 0;
  const kiosk = await terminal(t, here, { size: "small", allowed: NETWORK_WORDS });
  const see = async (page, name, size, runners) => {
    screens++;
    const found = await judge(page, size, runners).catch((error) => { throw new Error(name, { cause: error }); });
    faults.push(...found.map((fault) => `${name}: ${fault}`));
  };
  await tour(here.server, kiosk, (name) => see(kiosk.page, name, SIZES.small, BOTH));
  const reception = await desk(t, here);
  await see(reception.page, "sign-in", SIZES.laptop, AXE);
  await reception.signIn(colleague(here.server, "judge"));
  await see(reception.page, "day", SIZES.laptop, AXE);
  assert.deepEqual(faults, []);
  assert.ok(screens >= SCREENS_MIN, `${screens} screens`);

  // The control: each of these on the greeting is seen.
  const wrong = [
    (document, put) => put("button", {}),
    (document, put) => put("input", { type: "text" }),
    (document, put) => put("p", { textContent: "Бледные слова", style: "color: #fdfdfd; background: #fff" }),
    (document) => document.documentElement.removeAttribute("lang"),
    (document) => { document.title = ""; },
  ];
  const unseen = [];
  for (const spoil of wrong) {
    const { page } = await terminal(t, here, { size: "small", allowed: NETWORK_WORDS });
    await page.evaluate(`(${spoil})(document, (name, values) => document.body.append(Object.assign(document.createElement(name), values)))`);
    if ((await judge(page, SIZES.small, BOTH)).length === 0) unseen.push(String(spoil));
  }
  assert.deepEqual(unseen, []);
  console.log(`TRIED | screens of both pages that pa11y judges, by axe and html_codesniffer | ${screens} | nothing is found | ${wrong.length} faults put into the greeting, each seen`);
});
