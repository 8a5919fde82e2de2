// The forms that a value can have in an entry's text. Each says where a value that starts somewhere ends; a value
// that has one of these forms is canonical JSON already.
import { parseCanonicalJson } from "./json.ts";
import { MAX_CONFIG_BYTES } from "./limits.ts";

/** Where a value that starts at `at` ends, or -1 when none of this form starts there. */
export type Form = (text: string, at: number) => number;

const QUOTE = 0x22;

/** By character: 1 for hex digits, 2 for decimal digits, 4 for what agent ids are made of, 8 for environment ids. */
const CLASS = new Uint8Array(256);
for (const [members, bits] of [
  ["0123456789", 1 | 2 | 4 | 8],
  ["abcdef", 1 | 4 | 8],
  ["ghijklmnopqrstuvwxyz", 4 | 8],
  ["ABCDEFGHIJKLMNOPQRSTUVWXYZ._/", 4],
  ["-", 4 | 8],
] as const) {
  for (const member of members) CLASS[member.charCodeAt(0)] = bits;
}
const HEX = 1;
const DECIMAL = 2;
export const AGENT = 4;
export const ENVIRONMENT = 8;

/** Whether all of text[start, end) is of a class. Without a branch a character: hashes make those unpredictable. */
function allOf(bits: number, text: string, start: number, end: number): boolean {
  let all = bits;
  let beyond = 0;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    all &= CLASS[unit & 0xff]!;
    beyond |= unit >> 8;
  }
  return all === bits && beyond === 0;
}

export function hex(length: number): Form {
  return (text, at) => {
    const end = at + length + 1;
    if (text.charCodeAt(at) !== QUOTE || text.charCodeAt(end) !== QUOTE) return -1;
    return allOf(HEX, text, at + 1, end) ? end + 1 : -1;
  };
}

export function label(bits: number): Form {
  return (text, at) => {
    if (text.charCodeAt(at) !== QUOTE) return -1;
    const end = text.indexOf('"', at + 1);
    if (end < at + 2 || end > at + 65) return -1;
    return allOf(bits, text, at + 1, end) ? end + 1 : -1;
  };
}

export function literal(wanted: string): Form {
  return (text, at) => (text.startsWith(wanted, at) ? at + wanted.length : -1);
}

export const hash = hex(64);
const genesis = literal('"genesis"');

export const previousHash: Form = (text, at) => {
  const end = hash(text, at);
  return end < 0 ? genesis(text, at) : end;
};

export const natural: Form = (text, at) => {
  let end = at;
  while (
    end < text.length &&
    (CLASS[text.charCodeAt(end) & 0xff]! & DECIMAL) !== 0 &&
    text.charCodeAt(end) < 0x80
  )
    end++;
  const length = end - at;
  if (length === 0 || (length > 1 && text.charCodeAt(at) === 0x30)) return -1;
  return length < 16 || Number(text.slice(at, end)) <= Number.MAX_SAFE_INTEGER ? end : -1;
};

export const integer: Form = (text, at) => {
  if (text.charCodeAt(at) !== 0x2d) return natural(text, at);
  return text.charCodeAt(at + 1) === 0x30 ? -1 : natural(text, at + 1);
};

const TIMESTAMP = /"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z"/y;
const TIMESTAMP_LENGTH = 26;

export const timestamp: Form = (text, at) => {
  TIMESTAMP.lastIndex = at;
  if (!TIMESTAMP.test(text)) return -1;
  const day = Number(text.slice(at + 9, at + 11));
  const real =
    day <= 28 || day <= daysIn(Number(text.slice(at + 1, at + 5)), Number(text.slice(at + 6, at + 8)));
  return real ? at + TIMESTAMP_LENGTH : -1;
};

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Whether a text is a time as entries carry it: `YYYY-MM-DDTHH:MM:SS.mmmZ`, a day that the calendar has. */
export function isTimestamp(text: string): boolean {
  return timestamp(`"${text}"`, 0) === text.length + 2;
}

const MAX_KNOWN_CONFIGS = 64;
const knownConfigs = new Set<string>();

/** A canonical JSON object; the few that a ledger repeats are parsed once. */
export const config: Form = (text, at) => {
  const end = endOfObject(text, at);
  if (end < 0) return -1;
  const object = text.slice(at, end);
  if (knownConfigs.has(object)) return end;
  try {
    parseCanonicalJson(object, { maxBytes: MAX_CONFIG_BYTES });
  } catch {
    return -1;
  }
  if (knownConfigs.size >= MAX_KNOWN_CONFIGS) knownConfigs.clear();
  knownConfigs.add(object);
  return end;
};

function endOfObject(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x7b) return -1;
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) {
      for (i++; text.charCodeAt(i) !== QUOTE; i++) {
        if (i >= text.length) return -1;
        if (text.charCodeAt(i) === 0x5c) i++;
      }
    } else if (unit === 0x7b || unit === 0x5b) depth++;
    else if (unit === 0x7d || unit === 0x5d) {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return -1;
}
