// What is known about the person at the terminal. It lives in these variables alone: no storage, no cookies,
// nothing in the address. `wipe` forgets all of it at once.

function nobody() {
  return {
    /** Language, contrast and size of text go with the person, too. */
    language: "ru",
    contrast: false,
    large: false,
    /** Document and birth date as typed: kept to renew a token that ran out. */
    document: "policy",
    number: "",
    birthDigits: "",
    birth: "",
    phone: "",
    /** Answer of the identification: token, expires, patient. */
    who: null,
    /** What has been chosen on the way to a ticket. */
    speciality: null,
    doctor: null,
    day: null,
    cell: null,
    key: null,
    /** Names of the screens that "back" returns through. */
    trail: [],
  };
}

export let session = nobody();

/** Forgets the person. Answers that are still under way find nobody to go to: the machine abandons them. */
export function wipe() {
  session = nobody();
}

/** Chooses a cell, and with it the one `Idempotency-Key` that all attempts to book it carry. */
export function choose(cell) {
  session.cell = cell;
  session.key = randomKey();
}

// `crypto.randomUUID` is missing on plain HTTP from another machine; `getRandomValues` is not.
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
