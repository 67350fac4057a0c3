// What is known about the person at the terminal, in these variables alone: no storage, no cookies, nothing in the address.

function nobody() {
  return {
    /** Language, contrast and size of text go with the person, too. */
    language: "ru",
    contrast: false,
    large: false,
    /** Whether each screen is read aloud. */
    voice: false,
    /** Document (`ticketNumber` where only paper is wanted) and birth date as typed: kept to renew a token that ran out. */
    document: "policy",
    number: "",
    /** The number that came from the scanner, if one did. */
    scanned: "",
    birthDigits: "",
    birth: "",
    /** Whether a ticket is shown to be printed again. */
    reprints: false,
    phone: "",
    /** Answer of the identification: token, expires, patient. */
    who: null,
    /** What the menu offers at one touch, until something is done. */
    likely: null,
    /** What has been chosen on the way to a ticket. */
    speciality: null,
    doctor: null,
    day: null,
    cell: null,
    key: null,
    /** The place that is held while the last question is asked: `hold`, its GUID, and `until`. */
    hold: null,
    /** Whether specialities are listed by letter; else those with the most use come first. */
    byLetter: false,
    /** Names of the screens that "back" returns through. */
    trail: [],
  };
}

export let session = nobody();

/** Returns whether the page looks or sounds otherwise than for who has just come. */
export function isAdjusted() {
  const first = nobody();
  return ["language", "contrast", "large", "voice"].some((what) => session[what] !== first[what]);
}

/** Forgets the person. The machine aborts calls under way. */
export function wipe() {
  session = nobody();
}

/** Chooses a cell, and the `Idempotency-Key` of all attempts to book it. */
export function choose(cell) {
  session.cell = cell;
  session.key = randomKey();
}

// `crypto.randomUUID` is missing on plain HTTP from another machine; `getRandomValues` is not.
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
