// RFC 6962, 2.1, as it stands there: the recursive definitions over lists of entries, by Node's own hash. Shares
// nothing with the core.
import { createHash } from "node:crypto";

export type Entries = readonly Uint8Array[];

const H = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** k is the largest power of two smaller than n. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** MTH(D[n]) */
function MTH(D: Entries): Uint8Array {
  if (D.length === 0) return H();
  if (D.length === 1) return H(Uint8Array.of(0), D[0]!);
  const k = split(D.length);
  return H(Uint8Array.of(1), MTH(D.slice(0, k)), MTH(D.slice(k)));
}

/** PATH(m, D[n]) */
function PATH(m: number, D: Entries): Uint8Array[] {
  if (D.length === 1) return [];
  const k = split(D.length);
  if (m < k) return [...PATH(m, D.slice(0, k)), MTH(D.slice(k))];
  return [...PATH(m - k, D.slice(k)), MTH(D.slice(0, k))];
}

/** SUBPROOF(m, D[n], b) */
function SUBPROOF(m: number, D: Entries, b: boolean): Uint8Array[] {
  if (m === D.length) return b ? [] : [MTH(D)];
  const k = split(D.length);
  if (m <= k) return [...SUBPROOF(m, D.slice(0, k), b), MTH(D.slice(k))];
  return [...SUBPROOF(m - k, D.slice(k), false), MTH(D.slice(0, k))];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

export const naiveRoot = (D: Entries): string => hex(MTH(D));
export const naiveInclusion = (m: number, D: Entries): string[] => PATH(m, D).map(hex);
export const naiveConsistency = (m: number, D: Entries): string[] => SUBPROOF(m, D, true).map(hex);

/** The tile (level, index) of so many hashes: the definition of c2sp.org/tlog-tiles, taken at its word. */
export function naiveTile(D: Entries, level: number, index: number, width: number): Uint8Array {
  const span = 256 ** level;
  const hashes = Array.from({ length: width }, (_, i) => {
    const start = (256 * index + i) * span;
    return MTH(D.slice(start, start + span));
  });
  return Buffer.concat(hashes);
}
