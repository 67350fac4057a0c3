// An open page loads its new version after an upgrade of the server, while nobody would lose anything.

/** Interval of asking for the page's version. */
const CHECK_MS = 60_000;

/**
 * Begins to look for a new page at `path`. It is loaded when nobody has touched the present one for `untouchedMs` and `isFree` says
 * that nothing would be lost; it finds what `state` returns in the history. `heard` gets each answer of the server.
 */
export function startRenewal({ path, untouchedMs, isFree, state, heard = () => {} }) {
  const version = document.documentElement.dataset.version;
  let touchedAt = 0;
  for (const sign of ["pointerdown", "keydown"]) {
    addEventListener(sign, () => { touchedAt = performance.now(); }, { capture: true, passive: true });
  }
  const isQuiet = () => performance.now() - touchedAt >= untouchedMs && isFree();
  setInterval(async () => {
    if (!isQuiet() || !(await isReplaced(path, version, heard)) || !isQuiet()) return;
    history.replaceState(state(), "");
    location.reload();
  }, CHECK_MS);
}

/** Returns whether the server has another version. A server that is away, or a proxy in its place, names none. */
async function isReplaced(path, version, heard) {
  try {
    const answer = await fetch(path, { method: "HEAD", cache: "no-store", credentials: "omit" });
    heard(answer);
    const tag = answer.headers.get("ETag");
    return answer.status === 200 && tag !== null && !tag.includes(version);
  } catch {
    return false;
  }
}
