// The forms that a value can have in an entry's text. Each says where a value that starts somewhere ends; a value
// that has one of these forms is canonical JSON already. Forms look at bytes: an entry is ASCII, and an engine reads
// bytes three times as fast as the characters of a string.
import { parseCanonicalJson } from "./json.ts";
import { MAX_CONFIG_BYTES } from "./limits.ts";

/** A text and its bytes; behind them stands a zero, which no form accepts. */
export interface Ascii {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Where a value that starts at `at` ends, or -1 when none of this form starts there. */
export type Form = (source: Ascii, at: number) => number;

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const BACKSLASH = 0x5c;

/** By byte: 1 for hex digits, 2 for decimal digits, 4 for what agent ids are made of, 8 for environment ids. */
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

/** Whether all of [start, end) is of a class. Without a branch a byte: hashes make those unpredictable. */
function allOf(bits: number, bytes: Uint8Array, start: number, end: number): boolean {
  let all = bits;
  for (let i = start; i < end; i++) all &= CLASS[bytes[i]!]!;
  return all === bits;
}

export function hex(length: number): Form {
  return ({ bytes }, at) => {
    const end = at + length + 1;
    if (bytes[at] !== QUOTE || bytes[end] !== QUOTE) return -1;
    return allOf(HEX, bytes, at + 1, end) ? end + 1 : -1;
  };
}

/** A string of 1 to 64 characters of a class. */
export function label(bits: number): Form {
  return ({ bytes }, at) => {
    if (bytes[at] !== QUOTE) return -1;
    let end = at + 1;
    while ((CLASS[bytes[end]!]! & bits) !== 0) end++;
    return bytes[end] === QUOTE && end > at + 1 && end <= at + 65 ? end + 1 : -1;
  };
}

export function literal(wanted: string): Form {
  const units = Uint8Array.from(wanted, (character) => character.charCodeAt(0));
  const words = new DataView(units.buffer);
  const inWords = units.length - (units.length % 4);
  // Four bytes at a time: a third of an entry is literal.
  return ({ bytes, view }, at) => {
    for (let i = 0; i < inWords; i += 4) if (view.getInt32(at + i) !== words.getInt32(i)) return -1;
    for (let i = inWords; i < units.length; i++) if (bytes[at + i] !== units[i]) return -1;
    return at + units.length;
  };
}

export const hash = hex(64);
const genesis = literal('"genesis"');

export const previousHash: Form = (source, at) => {
  const end = hash(source, at);
  return end < 0 ? genesis(source, at) : end;
};

export const natural: Form = ({ bytes, text }, at) => {
  let end = at;
  while ((CLASS[bytes[end]!]! & DECIMAL) !== 0) end++;
  const length = end - at;
  if (length === 0 || (length > 1 && bytes[at] === ZERO)) return -1;
  return length < 16 || Number(text.slice(at, end)) <= Number.MAX_SAFE_INTEGER ? end : -1;
};

export const integer: Form = (source, at) => {
  if (source.bytes[at] !== MINUS) return natural(source, at);
  return source.bytes[at + 1] === ZERO ? -1 : natural(source, at + 1);
};

const TIMESTAMP = /"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z"/y;
const TIMESTAMP_LENGTH = 26;

export const timestamp: Form = ({ text }, at) => {
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

/** Whether a text is a time as entries carry it: `YYYY-MM-DDTHH:MM:SS.mmmZ`, of a day that the calendar has. */
export function isTimestamp(text: unknown): text is string {
  return (
    typeof text === "string" &&
    timestamp({ text: `"${text}"`, bytes: CLASS, view: new DataView(CLASS.buffer) }, 0) === text.length + 2
  );
}

const MAX_KNOWN_CONFIGS = 64;
const knownConfigs = new Set<string>();

/** A canonical JSON object; the few that a ledger repeats are parsed once. */
export const config: Form = (source, at) => {
  const end = endOfObject(source, at);
  if (end < 0) return -1;
  const object = source.text.slice(at, end);
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

function endOfObject({ bytes, text }: Ascii, at: number): number {
  if (bytes[at] !== 0x7b) return -1;
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) {
      for (i++; bytes[i] !== QUOTE; i++) {
        if (i >= text.length) return -1;
        if (bytes[i] === BACKSLASH) i++;
      }
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return -1;
}
