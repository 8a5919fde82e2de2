// Strict JSON in, canonical JSON (RFC 8785) out: what is hashed or signed passes through here, and only here.
// Strict: valid UTF-8 without a byte order mark, one value, no duplicate keys, no "__proto__", no lone surrogates, no
// number beyond a double or of more than 20 significant digits, bounded size and depth.
import encode from "canonicalize";
import { cut, type Fault, PolicyLedgerError, quote, refuseFaults } from "./error.ts";
import { readWithEscapes, repeatedKeys, shapeOf } from "./json-text.ts";
import { MAX_FAULTS, MAX_JSON_DEPTH, MAX_PLAN_JSON_DEPTH } from "./limits.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface JsonLimits {
  readonly maxBytes: number;
  readonly maxDepth?: number;
}

/** ECMAScript leaves it to the engine how digits behind the 20th significant one are rounded (7.1.4.1.2). */
const MAX_DIGITS = 20;

/** Parses strict JSON from text or UTF-8 bytes. */
export function parseJson(input: string | Uint8Array, limits: JsonLimits): Json {
  const text = decode(input, limits.maxBytes);
  const shape = shapeOf(text);
  const most = limits.maxDepth ?? MAX_JSON_DEPTH;
  if (shape.depth > most) throw invalid(`Cannot accept JSON: nested deeper than ${most} levels`, []);
  if (shape.digits > MAX_DIGITS) {
    throw invalid(`Cannot accept JSON: a number has more than ${MAX_DIGITS} significant digits`, []);
  }
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
    if (shape.escapedKeys) value = readWithEscapes(text) as Json;
  } catch (cause) {
    throw invalid(`Cannot parse JSON: ${syntaxMessage(cause)}`, [], cause);
  }
  const faults: Fault[] = [];
  const keys = walk(value, "", faults);
  refuseFaults("invalid_json", "Cannot accept JSON", faults);
  // JSON.parse keeps the last of duplicate keys, so the value then has fewer keys than the text.
  if (keys !== shape.keys) {
    const twice = repeatedKeys(text, MAX_FAULTS).map((path) => ({
      path: pointer(path),
      message: "the object names the same key twice",
    }));
    refuseFaults("invalid_json", "Cannot accept JSON", twice);
  }
  return value;
}

/** Parses text that must be canonical already: it has to re-encode to itself, byte for byte. */
export function parseCanonicalJson(input: string | Uint8Array, limits: JsonLimits): Json {
  const text = decode(input, limits.maxBytes);
  const value = parseJson(text, limits);
  if (canonicalJson(value) !== text) {
    throw new PolicyLedgerError("not_canonical", "Cannot accept JSON: it is not canonical (RFC 8785)");
  }
  return value;
}

/** The canonical JSON of a value; what is no plain JSON is refused, not dropped or converted. */
export function canonicalJson(value: Json): string {
  try {
    return encode(plainCopy(value, 0)) as string;
  } catch (cause) {
    // Whatever a getter or a proxy throws is the value's fault, too.
    if (cause instanceof PolicyLedgerError) throw cause;
    throw invalid(`Cannot write canonical JSON: ${syntaxMessage(cause)}`, [], cause);
  }
}

/** No value that we write nests deeper; it also ends a walk in circles. */
const MAX_WRITTEN_DEPTH = MAX_PLAN_JSON_DEPTH;

/**
 * A copy of plain JSON, made in one reading: each length, key and item is asked for once, so what is checked is what
 * is written, whatever getters and proxies would say the next time.
 */
function plainCopy(value: unknown, depth: number): unknown {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number") {
    if (Number.isFinite(value)) return value;
  } else if (typeof value === "object" && depth < MAX_WRITTEN_DEPTH) {
    if (Array.isArray(value)) return copyOfList(value, depth + 1);
    if (isPlainObject(value)) return copyOfObject(value, depth + 1);
  }
  throw unwritable(value);
}

function copyOfList(list: readonly unknown[], depth: number): unknown[] {
  const copy: unknown[] = [];
  const { length } = list;
  // By index, so that a hole counts as the undefined that it is.
  for (let i = 0; i < length; i++) copy.push(plainCopy(list[i], depth));
  return copy;
}

function copyOfObject(object: object, depth: number): object {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(object)) {
    const value = plainCopy((object as Record<string, unknown>)[key], depth);
    // To set this key would set the copy's prototype.
    if (key === "__proto__") Object.defineProperty(copy, key, { value, enumerable: true });
    else copy[key] = value;
  }
  // As a key that is written, it was seen to be no function; one that is hidden or inherited would write itself.
  if (!Object.hasOwn(copy, "toJSON") && typeof (object as { toJSON?: unknown }).toJSON === "function") {
    throw unwritable(object);
  }
  return copy;
}

/** An object literal or its like, from any realm: nothing above its prototype. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unwritable(value: unknown): PolicyLedgerError {
  return invalid(`Cannot write canonical JSON: it has no way to write ${quote(value)}`, []);
}

const UTF8 = new TextEncoder();
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
  return UTF8.encode(text);
}

/** How many bytes a text takes in UTF-8, counted no further than `limit`. */
export function utf8Length(text: string, limit: number): number {
  if (text.length > limit) return text.length;
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // Each half of a surrogate pair counts two bytes, four together.
    length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return length;
}

/** What a path carries of one key. */
const MAX_KEY = 64;

/** A path into JSON as a JSON Pointer (RFC 6901), long keys cut: a hundred faults may lie under one of them. */
export function pointer(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${cut(String(part), MAX_KEY).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

function decode(input: string | Uint8Array, maxBytes: number): string {
  if (typeof input !== "string" && !(input instanceof Uint8Array)) {
    throw invalid(`Cannot parse JSON: wanted a text or bytes, got ${quote(input)}`, []);
  }
  const size = typeof input === "string" ? utf8Length(input, maxBytes) : input.length;
  if (size > maxBytes) {
    throw new PolicyLedgerError(
      "too_large",
      `Cannot accept JSON: ${size} bytes or more, at most ${maxBytes} are allowed`,
    );
  }
  if (typeof input === "string") return input;
  // Not every engine's decoder leaves the mark in place for JSON.parse to refuse.
  if (input[0] === 0xef && input[1] === 0xbb && input[2] === 0xbf) {
    throw invalid("Cannot parse JSON: it starts with a byte order mark", []);
  }
  try {
    return STRICT_UTF8.decode(input);
  } catch (cause) {
    throw invalid("Cannot parse JSON: the bytes are not valid UTF-8", [], cause);
  }
}

/** Counts the keys of a parsed value and collects what JSON.parse lets through. Its depth is bounded already. */
function walk(value: Json, path: string, faults: Fault[]): number {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) note(faults, path, "the number is beyond a double");
    return 0;
  }
  if (typeof value === "string") {
    if (!isWellFormed(value)) note(faults, path, "the string holds half of a surrogate pair");
    return 0;
  }
  if (value === null || typeof value !== "object") return 0;
  if (Array.isArray(value)) {
    let keys = 0;
    for (let i = 0; i < value.length; i++) {
      const item = value[i] as Json;
      if (typeof item === "number" && Number.isFinite(item)) continue;
      keys += walk(item, `${path}/${i}`, faults);
    }
    return keys;
  }
  let keys = 0;
  for (const key of Object.keys(value)) {
    keys += 1;
    const at = path + pointer([key]);
    if (key === "__proto__") note(faults, at, 'the key "__proto__" is not allowed');
    else if (!isWellFormed(key)) note(faults, path, "a key holds half of a surrogate pair");
    else keys += walk((value as JsonObject)[key]!, at, faults);
  }
  return keys;
}

/** How deep a value nests; the outermost container is 1. */
export function depthOf(value: Json): number {
  if (value === null || typeof value !== "object") return 0;
  return (
    1 + Object.values(value).reduce<number>((deepest, one) => Math.max(deepest, depthOf(one as Json)), 0)
  );
}

function note(faults: Fault[], path: string, message: string): void {
  if (faults.length < MAX_FAULTS) faults.push({ path, message });
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** V8's messages quote the input; engines word theirs differently. Nothing of it may reach a terminal unquoted. */
function syntaxMessage(cause: unknown): string {
  return quote(cause instanceof Error ? cause.message : cause);
}

function invalid(message: string, faults: readonly Fault[], cause?: unknown): PolicyLedgerError {
  return new PolicyLedgerError("invalid_json", message, faults, cause);
}
