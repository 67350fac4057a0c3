// Calls to the server. A call that meets the end of the session waits until somebody has signed in again, and is then made once
// more: what is on the screen, and in its fields, stays.

import { withQuery } from "../shared/api.js";

/** Timeout of one call. */
const CALL_MS_MAX = 15_000;
/** Pauses between two tries of a reading; the last one repeats. */
const PAUSES_MS = [500, 1_000, 2_000];
/** How often a piece of a file is tried: the server waits a minute for it. */
const PIECE_TRIES_MAX = 20;
/** The code of the end of a session. */
const NOT_SIGNED_IN = "5401";

/** A refusal of the server: its text is for the person. */
export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

/** The line was lost while a change was under way: nobody knows whether it was made. */
export class Unknown extends Error {
  constructor() {
    super("Связь с сервером прервалась. Проверьте, выполнено ли действие, и повторите, если нет.");
  }
}

let tellLine = () => {};
let signIn = async () => {};

/** Names who is told about the state of the line: "" or words. */
export function onLine(listener) {
  tellLine = listener;
}

/** Names who lets somebody sign in again: a promise that ends when that is done. */
export function onSessionEnd(listener) {
  signIn = listener;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Reads; tries until an answer comes. `unattended`: nobody has asked, and the session does not last longer for it. */
export async function read(path, { query = {}, unattended = false, known, once = false } = {}) {
  const address = withQuery(path, query);
  for (let attempt = 0; ; attempt++) {
    try {
      const headers = { ...(unattended && { "X-Unattended": "1" }), ...(known && { "If-None-Match": known }) };
      return await ask("GET", address, headers, undefined, once);
    } catch (error) {
      if (error instanceof Refused && error.status < 500) throw error;
      if (once) throw error;
      tellLine(error instanceof Refused ? error.message : "Нет связи с сервером. Страница ждет…");
      await pause(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)]);
    }
  }
}

const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Today, with the visits of nobody: the clinic's date, and the names of all doctors, rooms and equipment. */
export const noDay = () => read("/desk/api/day", { query: { resource: NOBODY } });

/** Changes something, once. `once`: the end of the session is a refusal like others. */
export async function change(method, path, body = {}, { once = false } = {}) {
  try {
    return await ask(method, path, { "Content-Type": "application/json" }, JSON.stringify(body), once);
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Unknown();
  }
}

/** Sends a piece of a file; tries until an answer comes. A piece that has come before is taken once. */
export async function send(path, piece) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask("POST", path, { "Content-Type": "application/octet-stream" }, piece, false);
    } catch (error) {
      if (error instanceof Refused && error.status !== 503) throw error;
      if (attempt >= PIECE_TRIES_MAX) throw new Unknown();
      await pause(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)]);
    }
  }
}

/** Makes a call; the answer's JSON, with its tag where it has one. */
async function ask(method, address, headers, body, once) {
  const request = { method, headers, body, cache: "no-store", credentials: "same-origin" };
  for (;;) {
    const answer = await fetch(address, { ...request, signal: AbortSignal.timeout(CALL_MS_MAX) });
    if (answer.status === 304) return { unchanged: true };
    const json = await answer.json();
    tellLine("");
    if (answer.ok) return answer.headers.get("ETag") ? { ...json, tag: answer.headers.get("ETag") } : json;
    if (json.message_code !== NOT_SIGNED_IN || once) throw new Refused(answer.status, json.message_code, json.message);
    await signIn(json.message);
  }
}
