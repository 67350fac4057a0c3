// How the terminal starts: `packaging/kiosk/kiosk-browser`, with programs in the browser's and the printers' places.

import test from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";

const SCRIPT = new URL("../../packaging/kiosk/kiosk-browser", import.meta.url).pathname;
const OUR_PAGE = readFileSync(new URL("../../src/page/terminal/index.html", import.meta.url), "utf8");

const START_PAGE = new URL("../../packaging/kiosk/start.html", import.meta.url).pathname;

/** Starts the script; the answer is the address to which the start page would lead the browser. */
async function start(t, address, printers) {
  const folder = mkdtempSync(join(tmpdir(), "infomat-kiosk-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = (name, text) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  program("chromium", 'for last; do :; done; echo "$last"');
  program("lpstat", printers);
  const env = { PATH: `${folder}:${process.env.PATH}`, XDG_RUNTIME_DIR: folder, INFOMAT_KIOSK_ADDRESS: address, INFOMAT_KIOSK_START: START_PAGE };
  const child = spawn("bash", [SCRIPT], { env, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill());
  const [words] = await once(child.stdout, "data");
  assert.equal(String(words).trim(), `file://${folder}/infomat-start/start.html`, "the browser opens the start page at once");
  return readyAddress(folder);
}

/** The address in the script that the start page waits for. */
async function readyAddress(folder) {
  for (;;) {
    try {
      return /^ready\("(.*)"\);\n$/.exec(readFileSync(join(folder, "infomat-start/ready.js"), "utf8"))[1];
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
      await pause(100);
    }
  }
}

/** A server that gives one answer after the other, the last one again and again. */
async function server(t, host, ...answers) {
  let asked = 0;
  const listener = createServer((_, response) => {
    const [status, body] = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    response.writeHead(status, { "Content-Type": "text/html" });
    response.end(body);
  });
  listener.listen(0, host);
  await once(listener, "listening");
  t.after(() => listener.close());
  return { port: listener.address().port, asked: () => asked };
}

const PRINTER = 'echo "system default destination: receipt"';

test("the browser starts when the page itself is there, not a proxy's or somebody else's", async (t) => {
  const answers = [[503, OUR_PAGE], [200, "<title>Welcome to nginx</title>"], [200, OUR_PAGE]];
  const { port, asked } = await server(t, "127.0.0.1", ...answers);
  const address = `http://127.0.0.1:${port}/`;
  assert.equal(await start(t, address, PRINTER), address);
  assert.equal(asked(), answers.length);
});

test("the start page waits in sight, and leads on when the server's page is there", async (t) => {
  const { port } = await server(t, "127.0.0.1", [200, "<title>Ours</title>"]);
  const folder = mkdtempSync(join(tmpdir(), "infomat-start-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "start.html"), readFileSync(START_PAGE));
  const browser = await chromium.launch({ executablePath: process.env.INFOMAT_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`file://${folder}/start.html`);
  assert.match(await page.innerText("body"), /Терминал запускается/);
  writeFileSync(join(folder, "ready.js"), `ready("http://127.0.0.1:${port}/");\n`);
  await page.waitForURL(`http://127.0.0.1:${port}/`);
});

test("an IPv6 address, with path and query", async (t) => {
  const { port } = await server(t, "::1", [200, OUR_PAGE]);
  const address = `http://[::1]:${port}/?lpu=10000000-0000-4000-8000-000000000001`;
  assert.equal(await start(t, address, PRINTER), address);
});

test("without a default printer the page is told so", async (t) => {
  const { port } = await server(t, "127.0.0.1", [200, OUR_PAGE]);
  const address = `http://127.0.0.1:${port}/`;
  for (const none of ['echo "no system default destination"', 'echo "lpstat: Bad file descriptor" >&2; exit 1']) {
    assert.equal(await start(t, address, none), `${address}?printer=none`);
    assert.equal(await start(t, `${address}?lpu=1`, none), `${address}?lpu=1&printer=none`);
  }
});
