// Hashes as the ledger writes them: SHA-256 in lowercase hex, and RFC 6962's of a leaf.
import { PolicyLedgerError, quote } from "./error.ts";
import type { Hasher } from "./host.ts";
import { MAX_ENTRY_BYTES } from "./limits.ts";

const HEX = /^[0-9a-f]*$/;

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += (byte < 16 ? "0" : "") + byte.toString(16);
  return text;
}

/** Bytes of a lowercase hex text of exactly `length` bytes, or null when it is not that. */
export function fromHex(text: string, length: number): Uint8Array | null {
  if (typeof text !== "string" || text.length !== 2 * length || !HEX.test(text)) return null;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const UTF8 = new TextEncoder();
/** A leaf's bytes behind the 0x00; a UTF-16 unit takes at most three. */
const LEAF = new Uint8Array(1 + 3 * MAX_ENTRY_BYTES);
const LEAF_TEXT = LEAF.subarray(1);

/** RFC 6962, 2.1: H(0x00 ‖ leaf). The leaf is text, hashed as UTF-8. */
export function leafHash(host: Hasher, leaf: string): string {
  if (typeof leaf !== "string") {
    throw new PolicyLedgerError("invalid_entry", `Cannot hash a leaf: wanted a text, got ${quote(leaf)}`);
  }
  if (leaf.length > MAX_ENTRY_BYTES) return host.sha256(`\0${leaf}`);
  const { written } = UTF8.encodeInto(leaf, LEAF_TEXT);
  return host.sha256(LEAF.subarray(0, 1 + written));
}
