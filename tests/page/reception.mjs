// The reception: Debian's Chromium on its page, with a mouse or the keyboard alone, and what is asked of the server beside it.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NETWORK_WORDS, showFolder } from "./kiosk.mjs";

const PATIENCE_MS = 30_000;
/** More presses of Tab than any screen of a few rows needs. */
const TABS_MAX = 80;

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** Where pictures of the screens go, if anybody wants to see them. */
const PICTURES = process.env.INFOMAT_PICTURES;

/** Somebody of this role, added to the staff: login and password. */
export function colleague(server, login, role = "registrar") {
  const password = server.staff("add", login, "--name", `Коллега ${login}`, "--role", role);
  return { login, password };
}

/**
 * The page with the sign-in on it; `clock`: its time is the test's. When the test `t` ends, it has asked no other host and left no message in the console but what the
 * browser itself says of refusals and lost answers.
 */
export async function desk(t, { server, browser }, { clock = false } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "ru-RU", reducedMotion: "reduce", acceptDownloads: true });
  context.setDefaultTimeout(PATIENCE_MS);
  await showFolder(context);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => NETWORK_WORDS.test(message.text()) || complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith("blob:") && new URL(request.url()).origin !== server.origin) complaints.push(`asks ${request.url()}`);
  });
  await page.addInitScript(() => {
    window.printed = 0;
    window.print = () => {
      window.printed += 1;
      window.paper = document.getElementById("paper")?.textContent;
      dispatchEvent(new Event("afterprint"));
    };
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, [], "what the browser complained of");
  });
  if (clock) await page.clock.install();
  await page.goto(`${server.origin}/desk`);
  await page.locator("#signin[open]").waitFor();
  return new Desk(page, server);
}

/** Looks at the screen: nothing that keeps anybody out. */
export async function look({ page }, name, { rules = RULES } = {}) {
  const faults = rules.length === 0 ? [] : await page.evaluate(async ([source, rules]) => {
    if (!window.axe) (0, eval)(source);
    const { violations } = await window.axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
  }, [AXE, rules]);
  if (PICTURES) {
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: join(PICTURES, `desk-${name}.png`), fullPage: name.startsWith("status") });
  }
  assert.deepEqual(faults, [], name);
}

/** What a person at the reception does and sees. */
export class Desk {
  constructor(page, server) {
    this.page = page;
    this.server = server;
  }

  async signIn({ login, password }) {
    await this.page.getByLabel("Логин").fill(login);
    await this.page.getByLabel("Пароль").fill(password);
    await this.page.getByRole("button", { name: "Войти" }).click();
    await this.page.locator("#signin:not([open])").waitFor({ state: "attached" });
  }

  press(name) {
    return this.page.getByRole("button", { name, exact: true }).first();
  }

  /** Opens a patient's card by the number of the policy. */
  async card(patient) {
    await this.press("Пациенты").click();
    await this.page.getByRole("searchbox").fill(patient.policyNumber);
    await this.page.getByRole("searchbox").press("Enter");
    await this.title(patient.family);
  }

  /** Waits for a title with these words. */
  async title(words) {
    await this.page.locator("h1", { hasText: words }).waitFor();
  }

  /** From a card to the first free time that is shown, booked; the ticket is not printed. */
  async bookFirst() {
    await this.press("Записать").click();
    await this.firstTime().click();
    await this.question("Записать").click();
    await this.question("Не надо").click();
    await this.page.getByRole("heading", { name: "Записи", exact: true }).waitFor();
  }

  firstTime() {
    return this.page.locator(".times .button:not(.refused)").first();
  }

  /** A button of the open question. */
  question(name) {
    return this.page.locator("#question[open]").getByRole("button", { name, exact: true });
  }

  /** A button of a visit in the card: all begin with what they do. */
  visit(label) {
    return this.page.getByRole("button", { name: new RegExp(`^${label}: `) }).first();
  }

  /** Goes on with Tab until what is meant has the focus: whatever a mouse reaches, the keyboard does. */
  async tabTo(name) {
    const seen = [];
    for (let presses = 0; presses < TABS_MAX; presses++) {
      await this.page.keyboard.press("Tab");
      const focused = await this.page.evaluate(() => {
        const node = document.activeElement;
        return node === document.body ? "" : node.ariaLabel || node.labels?.[0]?.innerText || node.innerText || node.name;
      });
      if (focused === name || (name instanceof RegExp && name.test(focused))) return;
      seen.push(focused);
    }
    throw new Error(`${name} is not reached: ${seen.join(" | ")}`);
  }

  /** Asks a method of the page with its own session. */
  ask(method, path, body) {
    return this.page.evaluate(async ([method, path, text]) => {
      const headers = text && { "Content-Type": "application/json" };
      const answer = await fetch(path, { method, headers, body: text });
      return { status: answer.status, json: await answer.json() };
    }, [method, path, body && JSON.stringify(body)]);
  }
}
