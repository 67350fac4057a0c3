// The server's methods that the terminal calls, and what outlives a session: the clinic and the client application.

import { call, Refused, sayOnce, serverNow } from "../shared/api.js";
import { session } from "./session.js";
import { addLanguages } from "./texts.js";

const BASE = "/api/v2";
const LANGUAGES = "/page/terminal/languages.json";
const NO_GUID = "00000000-0000-0000-0000-000000000000";
/** Bit of `access` that marks a terminal's application. */
const ACCESS_INFOMAT = 32;
/** Fields that an answer of the identification may leave out. */
const NOT_TOLD = { greeting: "", uchastokNum: "" };
/** A token that ends so soon is renewed before the call. */
const TOKEN_REST_MS = 20_000;

export const terminal = {
  /** All clinics of this server. */
  clinics: [],
  /** The chosen one: the `lpu` model. */
  lpu: null,
  /** Whether the address or the server leaves no choice. */
  settled: false,
  /** GUID of the client application, `null` when the server has none for terminals. */
  application: null,
};

/** Learns which clinics there are and what this terminal is. `?lpu=GUID` in the address settles the clinic. */
export async function learn(signal) {
  const [applications, clinics, more] = await Promise.all([
    call("GET", `${BASE}/settings/clientApplication/${NO_GUID}`, { signal }),
    call("GET", `${BASE}/lpu`, { signal }),
    call("GET", LANGUAGES, { signal }),
  ]);
  addLanguages(more);
  const mine = applications
    .filter((one) => one.clientApplicationGuid && one.access & ACCESS_INFOMAT)
    // Of several, the one with the fewest rights.
    .sort((a, b) => a.access - b.access)[0];
  terminal.application = mine?.clientApplicationGuid ?? null;
  terminal.clinics = clinics;
  const wanted = new URLSearchParams(location.search).get("lpu")?.toLowerCase();
  // Chosen by touch before the page took a new version.
  const chosen = history.state?.lpu;
  const only = terminal.clinics.length === 1 ? terminal.clinics[0] : null;
  const settled = terminal.clinics.find((one) => one.guid === wanted) ?? only;
  terminal.settled = settled !== null;
  terminal.lpu = settled ?? terminal.clinics.find((one) => one.guid === chosen) ?? null;
}

/** Asks for a token for the typed document and birth date. */
export async function identify(signal) {
  const name = { policy: "n_pol", snils: "snils", ticket: "ticket" }[session.document];
  const headers = terminal.application ? { ClientApplication: terminal.application } : {};
  const query = { [name]: session.number, Birthday: session.birth };
  const answer = await call("GET", `${BASE}/auth/${terminal.lpu.guid}/token`, { query, headers, signal });
  session.who = { ...NOT_TOLD, ...answer };
}

/** Returns what the paper of a ticket bears, for its typed number and the birth date. */
export const reprint = (signal) =>
  call("GET", visit("/reprint"), { query: { num: session.number, Birthday: session.birth }, signal });

/** A token that ran out, or whose key was retired. */
const TOKEN_OVER = ["5007", "5008", "5009"];

/** Identifies the patient again. A refusal of that ends the session. */
async function renew(signal) {
  try {
    await identify(signal);
  } catch (error) {
    throw Object.assign(error, { isFinal: true });
  }
}

/** Ends when the place that was given back last is free again, or nobody could be told. */
let givenBack = Promise.resolve();

/** Calls with the patient's token. A token that is over is renewed unseen. What is read next sees a place given back as free. */
async function personal(method, path, options = {}) {
  await givenBack;
  if (Date.parse(session.who.expires) - serverNow() < TOKEN_REST_MS) await renew(options.signal);
  const send = () =>
    call(method, path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${session.who.token}` } });
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof Refused && TOKEN_OVER.includes(error.code))) throw error;
    await renew(options.signal);
    return send();
  }
}

const lpu = (path) => `${BASE}/lpu/${terminal.lpu.guid}/${path}`;
const visit = (path = "") => `${BASE}/visit/${terminal.lpu.guid}${path}`;
const WAITING = "/api/v3/waitinglist";

export const specialities = (signal) => personal("GET", lpu("speciality"), { signal });

export const doctors = (speciality, signal) => personal("GET", lpu("doctor"), { query: { speciality }, signal });

/** Cells of one doctor, both days included. */
export const schedule = (doctor, from, to, signal) =>
  personal("GET", lpu(`doctor/${doctor}/schedule/${from}/${to}`), { signal });

/** Cells of a whole speciality, both days included. */
export const specialitySchedule = (code, from, to, signal) =>
  personal("GET", lpu(`speciality/${encodeURIComponent(code)}/schedule/${from}/${to}`), { signal });

/** Changes something of the patient's: what was likely before is not known any more. */
function change(method, path, options) {
  session.likely = null;
  return personal(method, path, options);
}

/** Holds a place of the chosen cell while the patient confirms. The place held before is free again. */
export async function hold(signal) {
  session.hold = await personal("POST", visit("/hold"), { query: { timeTable: session.cell.guid }, signal });
}

/** Gives the held place back. A terminal that cannot say so leaves it to the hold's own end. */
export function giveBack() {
  const { hold: held, who } = session;
  session.hold = null;
  if (held) givenBack = sayOnce("DELETE", visit(`/hold/${held.hold}`), { Authorization: `Bearer ${who.token}` });
}

/** Books the chosen cell, which uses the hold up. Its key makes repeated calls one booking. */
export async function book(signal) {
  const ticket = await change("POST", visit(), {
    query: { timeTable: session.cell.guid },
    headers: { "Idempotency-Key": session.key },
    signal,
  });
  session.hold = null;
  return ticket;
}

/** Returns whether a visit's history says that it was cancelled. */
export const isCancelled = ({ history }) => history.some((entry) => entry.element === "status" && entry.newValue === "cancelled");

/** Returns whether a visit's history says that the patient has come. */
export const isArrived = ({ history }) => history.some((entry) => entry.element === "checkin");

/** Returns active tickets from now on, or of these dates. */
export async function tickets(signal, dates = {}) {
  const all = await personal("GET", visit(), { query: dates, signal });
  return all.filter((ticket) => !isCancelled(ticket));
}

/** A ticket as it is now. */
export const ticketNow = ({ ticketGuid }, signal) => personal("GET", visit(`/${ticketGuid}`), { signal });

/** Cancels, and returns the ticket. "Not active" is a success: the first answer may have been lost. */
export async function cancel(ticket, signal) {
  try {
    await change("DELETE", visit(`/${ticket.ticketGuid}`), { signal });
  } catch (error) {
    if (error.code !== "4022") throw error;
  }
  return ticketNow(ticket, signal);
}

export const checkIn = (ticket, signal) => change("POST", visit(`/${ticket.ticketGuid}/checkin`), { signal });

/** Entries of the waiting list that have not ended. */
export async function waitingList(signal) {
  const all = await personal("GET", WAITING, { signal });
  return all.filter((entry) => entry.status === "Active");
}

/** The patient's entry for a speciality, if there is one. */
export const waitingFor = async ({ code }, signal) => (await waitingList(signal)).find((entry) => entry.specialityCode === code);

export const stopWaiting = (entry, signal) => personal("DELETE", `${WAITING}/${entry.guid}`, { signal });

/** Enters the waiting list of the chosen speciality from `dateStart` on. */
export const startWaiting = (dateStart, phone, signal) =>
  personal("POST", WAITING, {
    body: {
      lpuGuid: terminal.lpu.guid,
      specialityCode: session.speciality.code,
      doctorGuid: session.doctor?.guid,
      phone: phone || undefined,
      dateStart,
      isAgree: 1,
    },
    signal,
  });
