// Words in the language of whoever reads the page.

/** The language whose words stand where another lacks some. */
const LAST = "ru";

/**
 * Returns a page's function for its texts: `t(key, values)` is the text with this key, `{name}` filled in; with plural
 * forms, the one for `values.n`. `texts` holds the keys of each language, `language()` is the reader's.
 */
export const vocabulary = (texts, language) => (key, values = {}) => {
  const found = texts[language()][key] ?? texts[LAST][key];
  const text = typeof found === "object" ? found[new Intl.PluralRules(language()).select(values.n)] ?? found.other : found;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
};
