// A press counts only on something that has stood there for a while. The second tap of a hasty finger, or one under way when
// the screen changed, was meant for what stood there before.

/** Time after a change in which nothing can be pressed. */
const SETTLE_MS = 500;
/** The same for a press that the page hears of late, judged by its begin. Frames are no exact clock. */
const SETTLED_AFTER_MS = SETTLE_MS - 100;
/** A browser's own actions for a mouse, a long press, or something dragged onto it. */
const FOREIGN = ["contextmenu", "auxclick", "dragstart", "dragover", "drop"];

/** When each part of the document changed last. */
const changed = new Map();
let press = null;

/** Notes that this part of the document has changed: presses on it do not count, or look pressed, for a while. */
export function unsettle(part = document.body) {
  changed.set(part, performance.now());
  for (const child of part.children) child.animate({ pointerEvents: ["none", "none"] }, SETTLE_MS);
}

/** Begins to judge presses. */
export function startTouch() {
  addEventListener("pointerdown", begin, { capture: true });
  addEventListener("pointercancel", () => { press = null; }, { capture: true });
  addEventListener("click", judge, { capture: true });
  for (const name of FOREIGN) addEventListener(name, refuse, { capture: true });
  // Buttons on a mouse's side lead back and forward; a wheel with Ctrl, or two fingers on a touch pad, change the size.
  for (const name of ["mousedown", "mouseup"]) addEventListener(name, (event) => event.button > 0 && refuse(event), { capture: true });
  addEventListener("wheel", (event) => event.ctrlKey && refuse(event), { capture: true, passive: false });
}

function refuse(event) {
  event.preventDefault();
}

function begin(event) {
  // With a second finger it is a hand that leans on the screen.
  press = event.isPrimary ? { at: event.timeStamp, button: event.target.closest("button") } : null;
}

function judge(event) {
  // A keyboard and a screen reader press without a finger.
  if (event.detail === 0) return;
  const isMeant = press?.button === event.target.closest("button") && [...changed].every(isSettledFor(event.target));
  press = null;
  if (isMeant) return;
  event.stopImmediatePropagation();
  event.preventDefault();
}

const isSettledFor = (target) => ([part, at]) => !part.contains(target) || press.at - at >= SETTLED_AFTER_MS;
