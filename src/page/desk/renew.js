// An open page loads its new version after an upgrade of the server: when nothing has been typed, and nobody has touched it for
// a while.

/** Interval of asking for the page's version. */
const CHECK_MS = 60_000;
/** Time without a touch after which nobody is in the middle of something. */
const UNTOUCHED_MS = 20_000;

/** Begins to look for a new page. `isFree` tells whether nothing would be lost; `place` is what the new page begins with. */
export function startRenewal(isFree, place) {
  const version = document.documentElement.dataset.version;
  let touchedAt = performance.now();
  for (const sign of ["pointerdown", "keydown"]) {
    addEventListener(sign, () => { touchedAt = performance.now(); }, { capture: true, passive: true });
  }
  const isQuiet = () => performance.now() - touchedAt >= UNTOUCHED_MS && isFree();
  setInterval(async () => {
    if (!isQuiet() || !(await isReplaced(version)) || !isQuiet()) return;
    history.replaceState(place(), "");
    location.reload();
  }, CHECK_MS);
}

async function isReplaced(version) {
  try {
    const answer = await fetch("/desk", { method: "HEAD", cache: "no-store", credentials: "omit" });
    const tag = answer.headers.get("ETag");
    return answer.status === 200 && tag !== null && !tag.includes(version);
  } catch {
    return false;
  }
}
