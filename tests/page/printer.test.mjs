// `printer-state`: what a printer that speaks ESC/POS, or a queue of CUPS, says of itself comes to the server, and nothing hangs.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server } from "./server.mjs";

const HELPER = new URL("../../packaging/kiosk/printer-state", import.meta.url).pathname;
const FAKE = new URL("fake_printer.py", import.meta.url).pathname;
/** The helper's own limits end it sooner; a machine that does other things takes its time. */
const HELPER_MS_MAX = 30_000;
/** Answers to DLE EOT 1 to 4 of a printer that prints. */
const GOOD = ["12", "12", "12", "12"];

let server;
const folder = mkdtempSync(join(tmpdir(), "infomat-printer-"));

before(async () => {
  server = await Server.start();
});
after(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true });
});

const told = async () => (await server.ask("GET", "/terminal")).json.printer;

/** Lets the server hear something else first. */
async function tell(state) {
  const { status } = await server.ask("POST", "/terminal/printer", { body: { state } });
  assert.equal(status, 200);
}

/** Runs the helper as its unit does. */
async function help(environment) {
  const helper = spawn("python3", [HELPER], {
    env: { PATH: process.env.PATH, INFOMAT_KIOSK_ADDRESS: `${server.origin}/?lpu=1`, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
    timeout: HELPER_MS_MAX,
  });
  let words = "";
  helper.stderr.on("data", (data) => { words += data; });
  const [code, signal] = await once(helper, "close");
  assert.equal(signal, null, "the helper hangs");
  return { code, words };
}

/** A printer on a pseudo-terminal, and its device. */
async function printer(t, answers) {
  const fake = spawn("python3", [FAKE, ...answers], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => fake.kill("SIGKILL"));
  const [path] = await once(fake.stdout, "data");
  return { fake, device: path.toString().trim() };
}

/** The answers of a good printer, but for that to one question. */
const but = (number, answer) => GOOD.with(number - 1, answer);

const SAID = [
  ["that it prints", GOOD, "ok"],
  ["that the drawer is open, which is nobody's matter", but(1, "16"), "ok"],
  ["that the roll's end is near", but(4, "1e"), "paperLow"],
  ["that the paper is at its end", ["1a", "32", "12", "7e"], "noPaper"],
  ["that it stopped for want of paper", ["1a", "32", "12", "12"], "noPaper"],
  ["that its cover is open, and no paper seen", ["1a", "16", "12", "72"], "coverOpen"],
  ["that it is offline", but(1, "1a"), "offline"],
  ["that somebody feeds paper", ["1a", "1a", "12", "12"], "ok"],
  ["that its cutter is stuck", ["1a", "52", "1a", "12"], "offline"],
  ["that its head is too hot", ["1a", "52", "52", "12"], "offline"],
  ["nothing", ["-", "-", "-", "-"], "offline"],
  ["one thing, and then nothing", ["12", "-", "-", "-"], "offline"],
  ["what makes no sense", ["ff", "00", "41", "42"], "offline"],
  ["what is no status, at last", but(4, "60"), "offline"],
  ["more than it is asked for", but(1, "121212"), "ok"],
];

for (const [what, answers, state] of SAID) {
  test(`a printer says ${what}: ${state}`, async (t) => {
    const { device } = await printer(t, answers);
    await tell(state === "ok" ? "noPaper" : "ok");
    const { code, words } = await help({ INFOMAT_PRINTER: device });
    assert.equal(code, 0, words);
    assert.equal(await told(), state);
  });
}

test("a device that is not there, goes away, or is no printer", async (t) => {
  const { fake, device } = await printer(t, ["12", "x"]);
  for (const path of [device, "/dev/infomat-no-such", "/dev/null", "/dev/zero", folder]) {
    await tell("ok");
    const { code, words } = await help({ INFOMAT_PRINTER: path });
    assert.equal(code, 0, words);
    assert.equal(await told(), "offline", path);
    assert.match(words, new RegExp(`^${path}: `));
  }
  assert.ok(fake.exitCode === 0 || (await once(fake, "exit")));
});

/** `lpstat` of CUPS 2.4 as it prints in English, with these lines for the queue. */
function cups(lines, defaults = "system default destination: TM-T20") {
  const script = `#!/bin/sh
[ "$LC_ALL" = C ] || exit 9
case "$*" in
"-d") echo "${defaults}" ;;
"-l -p TM-T20") cat <<'END'
${lines}
END
;;
*) echo 'lpstat: Invalid destination name in list "x".' >&2; exit 1 ;;
esac
`;
  const path = join(folder, "lpstat");
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return { PATH: `${folder}:${process.env.PATH}` };
}

/** A queue with these reasons of its state. */
const queue = (reasons, first = "is idle.  enabled since Sun Nov 29 10:00:00 2026") =>
  `printer TM-T20 ${first}\n\tForm mounted:\n\tContent types: any\n\tPrinter types: unknown\n\tDescription: cover-open\n\tAlerts: ${reasons}\n\tLocation: hall`;

const QUEUES = [
  [queue("none"), "ok"],
  [queue("none", "now printing TM-T20-7.  enabled since Sun Nov 29 10:00:00 2026"), "ok"],
  [queue("media-low-report"), "paperLow"],
  [queue("media-low-warning media-empty-error"), "noPaper"],
  [queue("media-needed"), "noPaper"],
  [queue("media-empty cover-open-warning"), "coverOpen"],
  [queue("offline-report"), "offline"],
  [queue("paused", "disabled since Sun Nov 29 10:00:00 2026 -\n\treason unknown"), "offline"],
  [queue("none", "disabled since Sun Nov 29 10:00:00 2026 -\n\tUnable to locate printer"), "offline"],
  ["", "offline"],
];

for (const [lines, state] of QUEUES) {
  test(`a queue with ${/Alerts: (.*)/.exec(lines)?.[1] ?? "nothing to say"}: ${state}`, async () => {
    await tell(state === "ok" ? "noPaper" : "ok");
    const { code, words } = await help(cups(lines));
    assert.equal(code, 0, words);
    assert.equal(await told(), state);
  });
}

test("a queue by its name, an lpstat that hangs, and a terminal without a printer", async () => {
  await tell("ok");
  await help({ ...cups(queue("media-empty")), INFOMAT_PRINTER: "TM-T20" });
  assert.equal(await told(), "noPaper");
  await help({ ...cups(queue("none")), INFOMAT_PRINTER: "TM" });
  assert.equal(await told(), "offline");
  await tell("paperLow");
  const { code } = await help(cups(queue("media-empty"), "no system default destination"));
  assert.deepEqual([code, await told()], [0, "paperLow"]);
  writeFileSync(join(folder, "lpstat"), "#!/bin/sh\nexec sleep 600\n");
  await help({ PATH: `${folder}:${process.env.PATH}`, INFOMAT_PRINTER: "TM-T20" });
  assert.equal(await told(), "offline");
});

test("a server that is away, or that does not know the terminal, is told in the journal", async (t) => {
  const { device } = await printer(t, GOOD);
  for (const [address, told] of [["http://127.0.0.1:9/", "refused"], [`${server.origin}/no/such`, ""]]) {
    const { code, words } = await help({ INFOMAT_PRINTER: device, INFOMAT_KIOSK_ADDRESS: address });
    assert.equal(code, told ? 1 : 0, words);
    assert.match(words, told ? /^the server did not take it: / : /^$/);
  }
});
