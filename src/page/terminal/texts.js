// The words of the terminal, a file a language. The server's own texts (names, refusals) are shown as they come.

import { vocabulary } from "../shared/words.js";
import { session } from "./session.js";
import en from "./texts/en.js";
import ru from "./texts/ru.js";

/** The languages that may be chosen, by code: the page's own, then those of the clinic. */
export const languages = { ru, en };

/** Adds the clinic's languages: files beside the configuration, which the server has found complete. */
export function addLanguages(more) {
  Object.assign(languages, more);
}

/** Returns the code of the language that comes after the present one. */
export function nextLanguage() {
  const codes = Object.keys(languages);
  return codes[(codes.indexOf(session.language) + 1) % codes.length];
}

export const t = vocabulary(languages, () => session.language);
