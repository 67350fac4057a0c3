// An open page loads its new version after an upgrade of the server, at the greeting while nobody stands there.

import { keepTime } from "../shared/api.js";
import { terminal } from "./clinic.js";
import { place } from "./machine.js";

/** Interval of asking for the page's version. */
const CHECK_MS = 60_000;
/** Time without a touch after which nobody is about to begin. */
const UNTOUCHED_MS = 10_000;

/** Begins to look for a new page. */
export function startRenewal() {
  const version = document.documentElement.dataset.version;
  let touchedAt = 0;
  for (const sign of ["pointerdown", "keydown"]) {
    addEventListener(sign, () => { touchedAt = performance.now(); }, { capture: true, passive: true });
  }
  const isFree = () => place() === "welcome" && performance.now() - touchedAt >= UNTOUCHED_MS;
  setInterval(async () => {
    if (!isFree() || !(await isReplaced(version)) || !isFree()) return;
    // Which clinic this is may have been chosen by touch: the new page finds it here.
    history.replaceState({ lpu: terminal.lpu.guid }, "");
    location.reload();
  }, CHECK_MS);
}

/** Returns whether the server has another version. A server that is away, or a proxy in its place, names none. */
async function isReplaced(version) {
  try {
    const answer = await fetch("/", { method: "HEAD", cache: "no-store", credentials: "omit" });
    keepTime(answer);
    const tag = answer.headers.get("ETag");
    return answer.status === 200 && tag !== null && !tag.includes(version);
  } catch {
    return false;
  }
}
