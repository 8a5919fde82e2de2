// Hashes as the ledger writes them: SHA-256 in lowercase hex, and RFC 6962's of a leaf.
import type { Host } from "./host.ts";

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

/** RFC 6962, 2.1: H(0x00 ‖ leaf). The leaf is text, hashed as UTF-8. */
export function leafHash(host: Host, leaf: string): string {
  return host.sha256(`\0${leaf}`);
}
