// Whether the terminal's printer prints, as the server has it from the terminal's helper. It is asked again and again, so that who comes
// is told before beginning.

/** Interval of asking. The helper that looks at the printer speaks as often. */
const ASK_MS = 15_000;
/** Timeout of one question. */
const ASK_MS_MAX = 5_000;
const PATH = "/api/v2/terminal";
/** The states in which nothing is printed, with the key of what the patient is told. */
const STOPPED = { noPaper: "paperNone", coverOpen: "paperStopped", offline: "paperStopped" };
/** `?printer=none` says that the terminal has no printer. */
const hasPrinter = new URLSearchParams(location.search).get("printer") !== "none";

let printer = "";

/** Returns whether a ticket can be printed now. */
export const prints = () => hasPrinter && !STOPPED[printer];

/** Returns whether the printer would print, and has no paper. */
export const lacksPaper = () => hasPrinter && printer === "noPaper";

/** Returns the key of what to say of a printer that does not print, or nothing. */
export const stopped = () => (hasPrinter ? STOPPED[printer] : undefined);

let changed = () => {};

/** Begins to ask. Calls `listener()` when there is something new. */
export function startAsking(listener) {
  changed = listener;
  setInterval(look, ASK_MS);
  look();
}

async function look() {
  const before = printer;
  printer = (await ask()) ?? printer;
  if (printer !== before) changed();
}

/** Returns what the server says, or nothing: a lost line is told where something waits for it. */
async function ask() {
  try {
    const answer = await fetch(PATH, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(ASK_MS_MAX) });
    return answer.ok ? (await answer.json()).printer : null;
  } catch {
    return null;
  }
}
