// Opens the page anew, as soon as the server answers, when a script or style did not come: nothing else could try again then.
// Loaded before everything else, and no module.

const AGAIN_MS = 3_000;

addEventListener("error", ({ target }) => target instanceof Element && openAnew(), { capture: true, once: true });

async function openAnew() {
  const answer = await fetch("/", { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
  else setTimeout(openAnew, AGAIN_MS);
}
