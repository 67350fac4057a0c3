// Keys: a person who types, and a bar-code scanner that types. Signs that come quickly and end with Enter, Tab or a
// line feed are one scan. Every key that means something to a browser, and nothing here, is swallowed.

import { enterTyped, erase, longestTyped, typeDigit } from "./pad.js";

/** Longest pause within a scan, and within a whole policy number on a slow machine. */
const SCAN_GAP_MS_MAX = 200;
const NUMBER_GAP_MS_MAX = 1_000;
/** Average pause that tells a scanner from a person. */
const SCAN_SIGN_MS_MAX = 60;
/** Fewer signs are a person's. */
const SCAN_SIGNS_MIN = 6;
/** A longer scan is no number. */
const SCAN_SIGNS_MAX = 200;
/** Keys that lead around the page. */
const LEADING = /^(?:Tab|Enter| |Escape|Arrow\w+|Page\w+|Home|End)$/;
/** Keys that may be held down. */
const HELD = /^(?:Tab|Backspace|Arrow\w+|Page\w+)$/;
/** Carriage return and line feed as some scanners type them: Ctrl+M, Ctrl+J. */
const LINE_END = /^Key[MJ]$/;
/** Signs by the key's place: with a Russian layout `]` comes as `ъ`. */
const PLACES = { BracketRight: "]", Minus: "-", NumpadSubtract: "-", Space: " " };
/** A scanner's prefix for the kind of code (ISO/IEC 15424), in either layout. */
const AIM_PREFIX = /^[\]ъ]\p{L}[\p{L}\d]/iu;
const POLICY = /^\d{16}$/;
/** The code on a ticket: a receipt's digits, or the GUID that tickets of earlier versions bear. */
const TICKET = /^(?:\d{38}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;

/** Returns the kind of a scan: `policy` or `ticket` with its number, or `other`. */
export function readScan(text) {
  const code = text.replace(AIM_PREFIX, "").trim();
  if (TICKET.test(code)) return { kind: "ticket", number: code };
  const number = code.replace(/[ -]/g, "");
  return POLICY.test(number) ? { kind: "policy", number } : { kind: "other" };
}

const isPolicy = (text) => readScan(text).kind === "policy";

/** Listens to keys. Calls `start(digit)` for a digit without a pad, and `scanned(text)` after a scan. */
export function startKeys({ start, scanned }) {
  /** Signs that came quickly, one after the other, and those that came without a longer pause. */
  let burst = "";
  let run = "";
  let firstAt = 0;
  let lastAt = -Infinity;
  let lastIsDigit = false;
  /** Whether the last thing was a scan's end: a second sign of the line's end belongs to it. */
  let hasEnded = false;
  /** Decimal code of a sign: some scanners type each as Alt with digits of the number pad. */
  let altCode = "";

  const isAsked = () => document.querySelector("dialog[open]") !== null;

  const hear = (sign) => {
    burst = (burst + sign).slice(0, SCAN_SIGNS_MAX);
    run = (run + sign).slice(0, SCAN_SIGNS_MAX);
    hasEnded = false;
    lastIsDigit = /^\d$/.test(sign);
    if (lastIsDigit && !isAsked() && !typeDigit(sign)) start(sign);
  };

  /** Takes the end of a line for a scan's, if it is one. */
  const endScan = () => {
    if (hasEnded) return true;
    const isQuick = lastAt - firstAt <= burst.length * SCAN_SIGN_MS_MAX;
    const isScan = isQuick && burst.length >= SCAN_SIGNS_MIN && burst.length > longestTyped();
    const text = [burst, run].find(isPolicy) ?? (isScan ? burst : "");
    hasEnded = text !== "";
    if (hasEnded) scanned(text);
    return hasEnded;
  };

  const endLine = () => {
    const wasDigit = lastIsDigit && !isAsked();
    const isHeard = endScan() || (wasDigit && enterTyped());
    burst = run = "";
    lastIsDigit = false;
    return isHeard;
  };

  /** Takes one key. Returns whether the browser may have the key, too. */
  const press = (event) => {
    const { key, code, ctrlKey, altKey, metaKey, shiftKey } = event;
    const gap = event.timeStamp - lastAt;
    if (gap > SCAN_GAP_MS_MAX) [burst, hasEnded] = ["", false];
    if (gap > NUMBER_GAP_MS_MAX) run = "";
    if (!burst) firstAt = event.timeStamp;
    lastAt = event.timeStamp;
    if (event.repeat && !HELD.test(key)) return false;
    if (ctrlKey && LINE_END.test(code)) endLine();
    if (altKey) altCode += /^Numpad(\d)$/.exec(code)?.[1] ?? "";
    // With Shift, Escape opens Chromium's task manager.
    if (ctrlKey || altKey || metaKey || (shiftKey && key === "Escape")) return false;
    if (key === "Enter") return !endLine();
    if (key === "Tab") return !endScan();
    const sign = signOf(event);
    // A blank of a code must not press what has the focus; a blank alone does.
    if (sign && (sign !== " " || burst)) hear(sign);
    else if (key !== "Shift") lastIsDigit = false;
    if (key === "Backspace") {
      if (!isAsked()) erase();
      burst = run = "";
    }
    return !(sign && burst) && LEADING.test(key);
  };

  const release = ({ key }) => {
    if (key !== "Alt" || !altCode) return;
    const sign = String.fromCharCode(Number(altCode));
    altCode = "";
    if (/[\r\n\t]/.test(sign)) endLine();
    else hear(sign);
  };

  addEventListener("keydown", (event) => press(event) || swallow(event), { capture: true });
  addEventListener("keyup", (event) => {
    release(event);
    if (!LEADING.test(event.key)) swallow(event);
  }, { capture: true });
}

function signOf({ key, code, shiftKey }) {
  if (/^\d$/.test(key)) return key;
  const place = /^(?:Digit|Numpad|Key)(.)$/.exec(code)?.[1];
  if (place && !(shiftKey && code.startsWith("Digit"))) return place;
  return PLACES[code] ?? (key.length === 1 ? key : "");
}

function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}
