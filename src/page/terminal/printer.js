// What the server knows of this terminal: whether its printer prints, as the terminal's helper says, and where the reception is. It is
// asked again and again, so that who comes is told before beginning.

/** Interval of asking. The helper that looks at the printer speaks as often. */
const ASK_MS = 15_000;
/** Timeout of one question. */
const ASK_MS_MAX = 5_000;
const PATH = "/api/v2/terminal";
/** The states in which nothing is printed, with the key of what the patient is told. */
const STOPPED = { noPaper: "paperNone", coverOpen: "paperStopped", offline: "paperStopped" };
/** `?printer=none` says that the terminal has no printer. */
const hasPrinter = new URLSearchParams(location.search).get("printer") !== "none";

let known = { printer: "", reception: "" };

/** Returns whether a ticket can be printed now. */
export const prints = () => hasPrinter && !STOPPED[known.printer];

/** Returns whether the printer would print, and has no paper. */
export const lacksPaper = () => hasPrinter && known.printer === "noPaper";

/** Returns the key of what to say of a printer that does not print, or nothing. */
export const stopped = () => (hasPrinter ? STOPPED[known.printer] : undefined);

/** Returns where the reception is, in the clinic's words, or nothing. */
export const reception = () => known.reception;

let changed = () => {};

/** Begins to ask. Calls `listener()` when there is something new. */
export function startAsking(listener) {
  changed = listener;
  setInterval(look, ASK_MS);
  look();
}

async function look() {
  const before = known;
  known = (await ask()) ?? before;
  if (known.printer !== before.printer) changed();
}

/** Returns what the server says, or nothing: a lost line is told where something waits for it. */
async function ask() {
  try {
    const answer = await fetch(PATH, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(ASK_MS_MAX) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
