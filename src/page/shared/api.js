// Calls to the server that do not give up: they wait, in sight, for a lost line, a restart or a busy server. Every call may be
// repeated without harm: reading, a booking with its key, cancelling, checking in.

/** Timeout of one attempt. */
const ATTEMPT_MS_MAX = 10_000;
/** Time before the patient is told that it takes a moment. */
const SLOW_MS = 1_500;
/** Pauses between attempts; the last one repeats. */
const PAUSES_MS = [500, 1_000, 2_000, 3_000];
/** Timeout of what is said once. */
const ONCE_MS_MAX = 3_000;
/** A longer `Retry-After` is a refusal for the patient. */
const RETRY_AFTER_S_MAX = 10;

/** A refusal of the server: its text is for the patient. */
export class Refused extends Error {
  constructor(status, code, message, retryAfterSeconds) {
    super(message);
    Object.assign(this, { status, code, retryAfterSeconds });
  }
}

let tell = () => {};
/** The server's time at zero of the browser's monotonic clock. */
let zeroMs = Date.now() - performance.now();

/** Names the listener for the state of the line: `good`, `slow`, `lost`, or `busy` with the server's own words. */
export function onLine(listener) {
  tell = listener;
}

/** Returns the server's time in milliseconds since 1970: the server's clock decides what is past. */
export function serverNow() {
  return zeroMs + performance.now();
}

/** Calls until an answer comes or `signal` aborts. Returns the answer's JSON or throws `Refused`. */
export async function call(method, path, { query = {}, headers = {}, body, signal } = {}) {
  const address = withQuery(path, query);
  const request = { method, headers: { ...headers }, cache: "no-store", credentials: "omit" };
  if (body) {
    request.body = JSON.stringify(body);
    request.headers["Content-Type"] = "application/json";
  }
  for (let attempt = 0; ; attempt++) {
    const outcome = await tryOnce(address, request, signal);
    if (!outcome.again) {
      tell("good");
      if (outcome.refused) throw outcome.refused;
      return outcome.json;
    }
    tell(outcome.words ? "busy" : "lost", outcome.words);
    const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)];
    await wait(Math.max(pause, outcome.pauseMs ?? 0), signal);
  }
}

/** Says something once that may get lost without harm. Returns when it was heard, or was not. */
export async function sayOnce(method, path, headers) {
  const request = { method, headers, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(ONCE_MS_MAX) };
  await fetch(path, request).catch(() => {});
}

/** Returns the address of a path with these parameters, those that have a value. */
export function withQuery(path, query) {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return pairs.length ? `${path}?${new URLSearchParams(pairs)}` : path;
}

async function tryOnce(address, request, signal) {
  const limit = new AbortController();
  const timeout = setTimeout(() => limit.abort(), ATTEMPT_MS_MAX);
  const slow = setTimeout(() => tell("slow"), SLOW_MS);
  const give = () => limit.abort();
  signal?.addEventListener("abort", give);
  try {
    signal?.throwIfAborted();
    const answer = await fetch(address, { ...request, signal: limit.signal });
    return judge(answer, await answer.json());
  } catch (error) {
    signal?.throwIfAborted();
    // What `fetch` throws for a lost line, our own time limit, and an answer cut off in the middle.
    if (error instanceof TypeError || error instanceof SyntaxError || error.name === "AbortError") return { again: true };
    throw error;
  } finally {
    clearTimeout(timeout);
    clearTimeout(slow);
    signal?.removeEventListener("abort", give);
  }
}

/** Learns the server's time from an answer. */
export function keepTime(answer) {
  const date = Date.parse(answer.headers.get("Date") ?? "");
  if (!Number.isNaN(date)) zeroMs = date - performance.now();
}

function judge(answer, json) {
  keepTime(answer);
  if (answer.ok) return { json };
  const retryAfterSeconds = Number(answer.headers.get("Retry-After") ?? 0);
  const soon = answer.status === 429 && retryAfterSeconds <= RETRY_AFTER_S_MAX;
  if (answer.status >= 500 || answer.status === 408 || soon) {
    const words = answer.status === 503 ? json.message : undefined;
    return { again: true, words, pauseMs: Math.min(retryAfterSeconds, RETRY_AFTER_S_MAX) * 1000 };
  }
  return { refused: new Refused(answer.status, json.message_code, json.message, retryAfterSeconds) };
}

function wait(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
