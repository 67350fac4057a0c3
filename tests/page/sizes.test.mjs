// Every screen in every size and mode, measured: larger text is larger, and what decides is in sight.

import test from "node:test";
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { clinic, MORE_SIZES, NETWORK_WORDS, SIZES, terminal } from "./kiosk.mjs";
import { dress, LOOKS, tour } from "./tour.mjs";

const here = clinic();

/** Where pictures of every screen go, in every size and mode, if anybody wants to see them. */
const PICTURES = process.env.INFOMAT_PICTURES;
/** Only these screens, by name, for a quick look. */
const SCREENS = process.env.INFOMAT_SCREENS?.split(",");

const ALL_SIZES = { ...SIZES, ...MORE_SIZES };

/** How much larger each text is in the mode of larger text. */
const LARGER_MIN = 1.3;
/** A touch on a telephone, where seven days stand side by side; terminals have their own bound in `everyone.test.mjs`. */
const PHONE_TARGET_PX_MIN = 36;
/** Times, and cards of a list, that are wholly in sight before anything is scrolled, or all there are. */
const SLOTS_MIN = 3;
const CARDS_MIN = 2;
/** Cards of the menu that are wholly in sight before anything is scrolled: all that there can be; a finger scrolls a telephone. */
const MENU_MIN = 5;
/** Part of the screen that the title and what is above it may take, but at the greeting. */
const HEAD_PART_MAX = 0.2;

/** What of the present screen is out of sight, cut or too small. */
function measure([slotsMin, cardsMin, menuMin, targetMin, headMax]) {
  const faults = [];
  const view = { top: 0, left: 0, right: innerWidth, bottom: innerHeight };
  const work = document.getElementById("work");
  const isWithin = (box, frame) =>
    box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1 && box.left >= frame.left - 1 && box.right <= frame.right + 1;
  const nameOf = (node) => node.innerText?.trim().replace(/\s+/g, " ") || node.ariaLabel || node.id || node.className;
  const boxOf = (node) => node.getBoundingClientRect();
  const seen = (nodes) => [...nodes].filter((node) => node.checkVisibility({ visibilityProperty: true }));
  for (const node of seen(document.querySelectorAll("dialog[open] > *, #acts button, #bar button, #scroll button, .key, .display, h1, #lead, #notice, #begin"))) {
    if (!isWithin(boxOf(node), view)) faults.push(`${nameOf(node)}: beyond the edge`);
    if (node.closest("#work") && !isWithin(boxOf(node), boxOf(work))) faults.push(`${nameOf(node)}: out of sight`);
  }
  for (const node of seen(document.querySelectorAll("button"))) {
    const box = boxOf(node);
    if (Math.min(box.width, box.height) < targetMin) faults.push(`${nameOf(node)}: ${Math.round(box.width)} x ${Math.round(box.height)}`);
    if (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 2) faults.push(`${nameOf(node)}: its words do not fit`);
  }
  for (const [selector, least] of [[".slot", slotsMin], ["#work .card", cardsMin], ["#work .tall .card", menuMin]]) {
    const all = seen(document.querySelectorAll(selector));
    const inSight = all.filter((node) => isWithin(boxOf(node), boxOf(work)));
    if (inSight.length < Math.min(least, all.length)) faults.push(`${inSight.length} of ${all.length} ${selector} in sight`);
  }
  if (document.documentElement.scrollWidth > innerWidth || work.scrollWidth > work.clientWidth + 1) faults.push("scrolls sideways");
  const head = boxOf(document.getElementById("title"));
  if (document.body.dataset.screen !== "welcome" && head.bottom > headMax * innerHeight) faults.push(`the head takes ${Math.round((100 * head.bottom) / innerHeight)} %`);
  return faults;
}

/** Size of each text in sight, by its place and words. */
function textSizes() {
  const sizes = {};
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const owner = node.parentElement;
    if (!node.data.trim() || !owner.checkVisibility({ visibilityProperty: true }) || owner.closest(".unseen")) continue;
    let path = "";
    for (let at = owner; at !== document.body; at = at.parentElement) path = `${[...at.parentElement.children].indexOf(at)}/${path}`;
    sizes[`${node.data.trim()} (${path})`] = parseFloat(getComputedStyle(owner).fontSize);
  }
  return sizes;
}

/** Texts that are not larger by as much as they should, of those that both modes show. */
const notLarger = (normal, large) =>
  Object.entries(normal)
    .filter(([text, size]) => large[text] < size * LARGER_MIN - 0.01)
    .map(([text, size]) => `${text}: ${size} px, larger: ${large[text]} px`);

test("every screen, in every size and mode: nothing that decides is out of sight, and larger text is larger", async (t) => {
  const kiosk = await terminal(t, here, { allowed: NETWORK_WORDS });
  const { page } = kiosk;
  const faults = [];
  const seen = new Set();
  await tour(here.server, kiosk, async (name) => {
    if (SCREENS && !SCREENS.includes(name)) return;
    seen.add(name);
    for (const size of Object.keys(ALL_SIZES)) {
      let normal;
      for (const look of Object.keys(LOOKS)) {
        await dress(page, ALL_SIZES[size], look);
        const isLarge = LOOKS[look].includes("large");
        const { width } = ALL_SIZES[size];
        const isPhone = width < 480;
        const least = [SLOTS_MIN, size === "narrow" ? 1 : CARDS_MIN, isPhone ? 1 : MENU_MIN];
        const found = await page.evaluate(measure, [...least, isPhone ? PHONE_TARGET_PX_MIN : 0, HEAD_PART_MAX]);
        const sizes = await page.evaluate(textSizes);
        if (look === "normal") normal = sizes;
        if (isLarge) found.push(...notLarger(normal, sizes));
        faults.push(...found.map((fault) => `${size}, ${look}, ${name}: ${fault}`));
        if (PICTURES) {
          mkdirSync(PICTURES, { recursive: true });
          await page.screenshot({ path: join(PICTURES, `${size}-${look}-${name}.png`) });
        }
      }
    }
    await dress(page, SIZES.portrait, "normal");
  });
  t.diagnostic(`${seen.size} screens in ${Object.keys(ALL_SIZES).length} sizes and ${Object.keys(LOOKS).length} modes`);
  for (const fault of faults) t.diagnostic(fault);
  assert.deepEqual(faults, []);
  assert.ok(SCREENS || seen.size > 32, `${seen.size} screens`);
});
