// The real binary with its demo clinic in a folder of its own, and patients made up for one test each.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createHmac } from "node:crypto";

/** The program under test; `cargo test` says where it is. */
const BINARY = process.env.INFOMAT_BINARY;
if (!BINARY) throw new Error("INFOMAT_BINARY: path of the program to test");

/** What the package brings beside the page's own languages. */
const LANGUAGES = new URL("../../packaging/languages", import.meta.url).pathname;

export const POLYCLINIC = "10000000-0000-4000-8000-000000000001";
export const CHILDREN = "10000000-0000-4000-8000-000000000002";
const KIOSK = "50000000-0000-4000-8000-000000000001";

/** Years before today of a grown-up's birth. */
const GROWN_UP_YEARS = 50;

const HOUR_MS = 3_600_000;
/** The clinic lies where it is ten in the morning now, so that a day has cells before and after every test. */
const OFFSET_HOURS = offsetWhereItIs(10);

function offsetWhereItIs(hour) {
  const offset = hour - new Date().getUTCHours();
  return offset < -12 ? offset + 24 : offset;
}

/** A cell that begins sooner would begin while a test is at it. */
const AHEAD_HOURS_MIN = 0.2;

/** That offset as POSIX writes a time zone: its sign says what to add to get to UTC. */
const TIME_ZONE = `<clinic>${-OFFSET_HOURS}`;

/** The day so many days after today, in the clinic. */
export const clinicDay = (ahead) => new Date(Date.now() + (OFFSET_HOURS + ahead * 24) * HOUR_MS).toISOString().slice(0, 10);

/** A time of the day, such as `09:00`, of the day so many days after today, in the clinic. */
export const clinicMoment = (ahead, time) =>
  new Date(Date.parse(`${clinicDay(ahead)}T${time}:00Z`) - OFFSET_HOURS * HOUR_MS).toISOString().replace(/\.\d+/, "");

/** So many hours from now to the begin of a cell or ticket. */
export const hoursUntil = ({ beginTime }) => (Date.parse(beginTime) - Date.now()) / HOUR_MS;

export class Server {
  #child;
  #folder = mkdtempSync(join(tmpdir(), "infomat-page-"));
  #config = join(this.#folder, "infomat.toml");
  #patients = 0;
  port = 0;

  static async start() {
    const server = new Server();
    await server.up();
    return server;
  }

  /** `http://127.0.0.1:PORT` */
  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The terminal's address in one clinic. */
  address(lpu = POLYCLINIC) {
    return `${this.origin}/?lpu=${lpu}`;
  }

  /** Makes the demo clinic and serves it; later serves what is there, on the same port as before. */
  async up() {
    let args = ["demo", "--listen", "127.0.0.1:0", "--data", this.#folder];
    if (this.port) {
      const config = readFileSync(this.#config, "utf8");
      writeFileSync(this.#config, config.replace(/^listen = .*$/m, `listen = "127.0.0.1:${this.port}"`));
      args = ["serve", "--config", this.#config];
    }
    const log = openSync(join(this.#folder, "server.log"), "a");
    this.#child = spawn(BINARY, args, { stdio: ["ignore", "pipe", log], env: { ...process.env, TZ: TIME_ZONE } });
    const lines = createInterface(this.#child.stdout);
    for await (const line of lines) {
      const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(line);
      if (found) {
        this.port = Number(found[1]);
        this.#child.stdout.resume();
        return;
      }
    }
    throw new Error(`the server did not start: ${readFileSync(join(this.#folder, "server.log"))}`);
  }

  /** Pulls the plug. */
  async kill() {
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }

  /** Serves on with other settings: keys of the configuration, each of which it has, and their values. */
  async configure(settings) {
    await this.kill();
    for (const [key, value] of Object.entries(settings)) {
      const config = readFileSync(this.#config, "utf8");
      const line = new RegExp(`^${key} = .*$`, "m");
      if (!line.test(config)) throw new Error(`no ${key} in the configuration`);
      writeFileSync(this.#config, config.replace(line, `${key} = ${value}`));
    }
    await this.up();
  }

  /** Serves on with a language of the package beside the configuration; without a code with none. */
  async speak(code) {
    for (const name of readdirSync(this.#folder)) if (name.startsWith("texts.")) rmSync(join(this.#folder, name));
    if (code) copyFileSync(join(LANGUAGES, `texts.${code}.json`), join(this.#folder, `texts.${code}.json`));
    await this.kill();
    await this.up();
  }

  /** Lets the terminals' client application book so many days ahead. */
  scheduleDays(days) {
    this.import({ kind: "clientApplication", mnem: "Infomat", guid: KIOSK, source: 1, name: "Инфомат", access: 36, scheduleDays: days });
  }

  /** Makes a free cell of this doctor so many days ahead, one a doctor; says its day. */
  farCell({ guid }, ahead) {
    const [begin, end] = ["09:00", "09:15"].map((time) => clinicMoment(ahead, time));
    this.import({ kind: "slot", guid: `69${guid.slice(2)}`, resource: guid, begin, end });
    return clinicDay(ahead);
  }

  /** Takes the database's write lock, as another program may; the function returned lets it go. */
  async lock() {
    const program = [
      "import sqlite3, sys",
      "db = sqlite3.connect(sys.argv[1], isolation_level=None)",
      "db.execute('BEGIN IMMEDIATE')",
      "print('held', flush=True)",
      "sys.stdin.read()",
    ].join("\n");
    const holder = spawn("python3", ["-c", program, join(this.#folder, "infomat.db")], { stdio: ["pipe", "pipe", "inherit"] });
    await once(holder.stdout, "data");
    return async () => {
      holder.stdin.end();
      await once(holder, "exit");
    };
  }

  /** Dates what has happened so many days later, as if the clock had gone back since. */
  shiftJournal(days) {
    this.#write(`UPDATE journal SET at = at + ${days * 86_400}`);
  }

  /** Lets an exchange leave somebody's visit to a person. */
  displace({ guid, phone }) {
    this.#write(
      "INSERT INTO exchange (id) VALUES (1)",
      `INSERT INTO issue (kind, at, patient_guid, phone, reason)
       VALUES ('displaced', strftime('%s'), X'${guid.replaceAll("-", "")}', '${phone}', '')`,
    );
  }

  /** Changes the database as another program may: each statement changes something. */
  #write(...statements) {
    const program = [
      "import sqlite3, sys",
      "db = sqlite3.connect(sys.argv[1])",
      "assert all(db.execute(one).rowcount > 0 for one in sys.argv[2:])",
      "db.commit()",
    ].join("\n");
    const done = spawnSync("python3", ["-c", program, join(this.#folder, "infomat.db"), ...statements], { encoding: "utf8" });
    if (done.status !== 0) throw new Error(done.stderr);
  }

  /** Lets it hang, and go on. */
  freeze() {
    this.#child.kill("SIGSTOP");
  }

  thaw() {
    this.#child.kill("SIGCONT");
  }

  async stop() {
    this.#child.kill("SIGCONT");
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
    rmSync(this.#folder, { recursive: true });
  }

  /** Imports lines of clinic data beside the serving server. */
  import(...lines) {
    const input = lines.map((line) => JSON.stringify(line)).join("\n");
    const done = spawnSync(BINARY, ["import", "-", "--config", this.#config], { input, encoding: "utf8" });
    if (done.status !== 0) throw new Error(done.stderr);
  }

  /** Runs `infomat staff`; the password that it prints. */
  staff(...args) {
    const done = spawnSync(BINARY, ["staff", ...args, "--config", this.#config], { encoding: "utf8" });
    if (done.status !== 0) throw new Error(done.stderr);
    return /: (\S+)\s*$/.exec(done.stdout)?.[1];
  }

  /** A new patient: Иван Петров, made up. `more` replaces fields of the card. */
  patient(more = {}) {
    this.#patients += 1;
    const number = String(this.#patients).padStart(6, "0");
    const year = new Date().getFullYear() - GROWN_UP_YEARS;
    const card = {
      kind: "patient",
      guid: `39000000-0000-4000-8000-000000${number}`,
      lpu: POLYCLINIC,
      family: "Петров",
      name: "Иван",
      patronymic: "Сергеевич",
      birthDate: `${year}-03-05`,
      sex: "m",
      policyNumber: `9900000000${number}`,
      snils: `99000${number}`,
      ...more,
    };
    this.import(card);
    return card;
  }

  /** Asks a method; the JSON of its answer, with its status. */
  async ask(method, path, { token, body } = {}) {
    const headers = { ClientApplication: KIOSK };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(`${this.origin}/api/v2${path}`, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, json: await answer.json() };
  }

  /** A token as the terminal gets it. */
  async token(patient) {
    const query = new URLSearchParams({ Birthday: patient.birthDate, n_pol: patient.policyNumber });
    const { status, json } = await this.ask("GET", `/auth/${patient.lpu}/token?${query}`);
    if (status !== 200) throw new Error(JSON.stringify(json));
    return json.token;
  }

  /** A token that has run out, signed with the demo clinic's key, or with another one. */
  expiredToken(patient, otherKey) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = [
      part({ alg: "HS256", typ: "JWT" }),
      part({
        Patient: { Lpu: patient.lpu, Mkab: patient.guid, IsClosed: false },
        TokenBeginLifeTime: "2020-01-01T00:00:00.0000000+03:00",
        TokenEndLifeTime: "2020-01-01T00:10:00.0000000+03:00",
        login: "",
        authSource: "Infomat",
        privilege: false,
        tokenType: "LpuToken",
      }),
    ].join(".");
    const key = otherKey ?? readFileSync(join(this.#folder, "hmac.key"), "utf8").replace(/\n$/, "");
    return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
  }

  /** The patient's active tickets, as the server has them. */
  async tickets(patient) {
    const { json } = await this.ask("GET", `/visit/${patient.lpu}`, { token: await this.token(patient) });
    return json;
  }

  /** Free cells that this patient may book and that do not begin at once, with their doctors, of doctors of whom `which` is true. */
  async freeCells(patient, which = () => true) {
    const token = await this.token(patient);
    const { json: doctors } = await this.ask("GET", `/lpu/${patient.lpu}/doctor`, { token });
    const found = [];
    for (const doctor of doctors.filter((one) => one.nearestSlot && which(one))) {
      const path = `/lpu/${patient.lpu}/doctor/${doctor.guid}/schedule/${clinicDay(0)}/${clinicDay(13)}`;
      const { json: cells } = await this.ask("GET", path, { token });
      for (const cell of cells) {
        if (cell.status === "Available" && hoursUntil(cell) > AHEAD_HOURS_MIN) found.push({ ...cell, doctor });
      }
    }
    return found;
  }

  /** Frees this patient's places again, so that as many tests as there are find one that begins soon. */
  async cancelAll(patient) {
    const token = await this.token(patient);
    for (const { ticketGuid } of await this.tickets(patient)) {
      const { status, json } = await this.ask("DELETE", `/visit/${patient.lpu}/${ticketGuid}`, { token });
      if (status !== 200) throw new Error(JSON.stringify(json));
    }
  }

  /** Books, for whoever the test says was quicker. */
  async book(patient, cell) {
    const token = await this.token(patient);
    const { status, json } = await this.ask("POST", `/visit/${patient.lpu}?timeTable=${cell}`, { token });
    if (status !== 200) throw new Error(JSON.stringify(json));
    return json;
  }
}
