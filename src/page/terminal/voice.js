// The screen read aloud, for who asks for it. Only voices of this computer read: others would send a patient's words away. What is
// typed is not said: others may hear it.

import { session } from "./session.js";

/** Pieces of text that are read at most: a long list is read from its begin. */
const PIECES_MAX = 80;
/** What is seen and not read: digits, keys, the calendar, whose days are read as the one that is chosen, and buttons that scroll. */
const SILENT = "[aria-hidden='true'], .unseen, .keys, .calendar, #scroll";
const READABLE = /[\p{L}\p{N}]/u;

const synthesis = window.speechSynthesis;

/** A voice for each language: of several, the one for no country, which is the language as most speak it. */
let voices = new Map();

function learn() {
  voices = new Map();
  for (const one of synthesis?.getVoices() ?? []) {
    const language = one.lang.toLowerCase().split(/[-_]/)[0];
    if (one.localService && !(voices.get(language)?.lang.length <= one.lang.length)) voices.set(language, one);
  }
}

/** Returns whether this computer has a voice for the present language. */
export const hasVoice = () => voices.has(session.language);

/** Calls `listener()` when voices have come or gone. A browser learns of them after the page. */
export function startVoices(listener) {
  hush();
  learn();
  synthesis?.addEventListener("voiceschanged", () => {
    learn();
    listener();
  });
}

/** Says nothing any more. */
export function hush() {
  synthesis?.cancel();
}

/** Reads what is seen of an element, if the patient wants that. What was being read ends. */
export function read(root) {
  hush();
  if (!session.voice) return;
  for (const { text, language } of pieces(root)) {
    const voice = voices.get(language);
    if (!voice) continue;
    const spoken = new SpeechSynthesisUtterance(text);
    Object.assign(spoken, { voice, lang: voice.lang });
    synthesis.speak(spoken);
  }
}

/** The texts in their order, each with its language: names come in Russian, whatever the page's language is. */
function pieces(root) {
  const found = [];
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node && found.length < PIECES_MAX; node = texts.nextNode()) {
    const owner = node.parentElement;
    if (!READABLE.test(node.data) || owner.closest(SILENT) || !owner.checkVisibility()) continue;
    found.push({ text: node.data.trim(), language: owner.closest("[lang]").lang });
  }
  return found;
}
