// The hashes of the tree (RFC 6962, 2.1). Outside of tiles a hash is lowercase hex, as everywhere in the core: an
// entry's `current_hash` is its leaf hash as it stands, JSON and evidence carry it, `===` compares it, and the host
// hands it out so. Only tiles are bytes. A node is hashed from 64 bytes that are decoded into one buffer, which costs
// a tenth of the hash itself, and proves in passing that both hashes are 32 bytes.
import { type ErrorCode, PolicyLedgerError, quote } from "../error.ts";
import { toHex } from "../hash.ts";
import type { Hasher } from "../host.ts";
import { MAX_ENTRY_BYTES } from "../limits.ts";
import { fromBase64, toBase64 } from "./base64.ts";

/** H(""), the root of the tree without leaves. */
export const EMPTY_ROOT = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** 0x01 ‖ left ‖ right. */
const NODE = new Uint8Array(65);
NODE[0] = 1;
/** 0x00 ‖ entry. */
const LEAF = new Uint8Array(1 + MAX_ENTRY_BYTES);

/** RFC 6962, 2.1: H(0x01 ‖ left ‖ right); refuses under the code given what is not 64 hex digits. */
export function nodeHash(
  host: Hasher,
  left: string,
  right: string,
  code: ErrorCode = "invalid_tree",
): string {
  if (!putHash(left, NODE, 1)) throw noHash(left, code);
  if (!putHash(right, NODE, 33)) throw noHash(right, code);
  return host.sha256(NODE);
}

/** The same of the 64 bytes at `at`. */
export function nodeHashOf(host: Hasher, bytes: Uint8Array, at: number): string {
  NODE.set(bytes.subarray(at, at + 64), 1);
  return host.sha256(NODE);
}

/** RFC 6962, 2.1: H(0x00 ‖ entry), of an entry's bytes as they stand in a bundle. */
export function leafHashOf(host: Hasher, entry: Uint8Array): string {
  LEAF.set(entry, 1);
  return host.sha256(LEAF.subarray(0, 1 + entry.length));
}

export function isHash(value: unknown): value is string {
  return typeof value === "string" && HASH.test(value);
}

const HASH = /^[0-9a-f]{64}$/;

function noHash(value: unknown, code: ErrorCode): PolicyLedgerError {
  return new PolicyLedgerError(code, `Cannot use a hash: wanted 64 hex digits, got ${quote(value)}`);
}

/** The value of each digit by its code; 0x100, which no value has, elsewhere. */
const VALUES = new Uint16Array(128).fill(0x100);
for (let i = 0; i < 16; i++) VALUES["0123456789abcdef".charCodeAt(i)] = i;

/** Decodes a hash in hex into 32 bytes; false when it is not one. */
export function putHash(hash: string, into: Uint8Array, at: number): boolean {
  if (typeof hash !== "string" || hash.length !== 64) return false;
  let seen = 0;
  let codes = 0;
  for (let i = 0; i < 32; i++) {
    const first = hash.charCodeAt(2 * i);
    const second = hash.charCodeAt(2 * i + 1);
    codes |= first | second;
    const value = (VALUES[first]! << 4) | VALUES[second]!;
    seen |= value;
    into[at + i] = value;
  }
  // 0x100 shows in either half, as 0x1000 or 0x100; a code beyond ASCII has no value at all.
  return seen < 0x100 && codes < 128;
}

/** The hash of the 32 bytes at `at`. */
export function hashAt(bytes: Uint8Array, at: number): string {
  return toHex(bytes.subarray(at, at + 32));
}

export function hashToBase64(hash: string): string {
  const bytes = new Uint8Array(32);
  if (!putHash(hash, bytes, 0)) throw noHash(hash, "invalid_tree");
  return toBase64(bytes);
}

/** The hash of a base64 text of exactly 32 bytes, or null. */
export function hashFromBase64(text: string): string | null {
  const bytes = text.length === 44 ? fromBase64(text) : null;
  return bytes?.length === 32 ? toHex(bytes) : null;
}
