// Cosignatures of witnesses, version 1 (c2sp.org/tlog-cosignature): what is signed is
//
//   cosignature/v1 LF  time <seconds since 1970> LF  the whole text of the checkpoint
//
// and a line's payload is the time as 8 bytes, the largest first, and the 64 of the signature. The signed bytes do not
// name the witness: a public key that served under two names could say under one what it said under the other, so
// that quorums refuse such keys.
import { PolicyLedgerError, quote } from "../error.ts";
import { fromHex } from "../hash.ts";
import { utf8 } from "../json.ts";
import { isSize } from "./size.ts";

/** Of a checkpoint's text. */
export function cosignedBytes(text: string, time: number): Uint8Array {
  if (!isSize(time)) {
    const message = `wanted a time in whole seconds since 1970, got ${quote(time)}`;
    throw new PolicyLedgerError("invalid_note", `Cannot cosign: ${message}`);
  }
  return utf8(`cosignature/v1\ntime ${time}\n${text}`);
}

export function formatCosignature(time: number, signature: string): string {
  return time.toString(16).padStart(16, "0") + signature;
}

/** The parts of a payload in hex, or null when it is not one; a time from 2^53 on is none that ever was. */
export function readCosignature(
  payload: string,
): { readonly time: number; readonly signature: Uint8Array } | null {
  const bytes = fromHex(payload, 72);
  if (bytes === null) return null;
  let time = 0;
  for (const byte of bytes.subarray(0, 8)) time = time * 256 + byte;
  return isSize(time) ? { time, signature: bytes.subarray(8) } : null;
}
