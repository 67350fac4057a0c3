// Before everything else, and no module: a script or style that does not come leaves nothing on the screen that could try
// again. So the page is opened anew as soon as the server answers.

const AGAIN_MS = 3_000;

addEventListener("error", ({ target }) => target instanceof Element && openAnew(), { capture: true, once: true });

async function openAnew() {
  const answer = await fetch("/", { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
  else setTimeout(openAnew, AGAIN_MS);
}
