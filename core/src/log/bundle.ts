// Entry bundles (c2sp.org/tlog-tiles, "Log entries"): for each entry its length as two bytes, the larger one first,
// then the entry. A bundle belongs to the tile of level 0 with its index and width, whose hashes are its leaf hashes.
import { PolicyLedgerError, quote } from "../error.ts";
import type { Hasher } from "../host.ts";
import { utf8 } from "../json.ts";
import { MAX_ENTRY_BYTES } from "../limits.ts";
import { leafHashOf } from "./hashes.ts";
import { requireSize } from "./size.ts";
import { TILE_WIDTH } from "./tiles.ts";
import type { HashReader } from "./tree.ts";

/** A bundle of 1 to 256 entries, given as text or as bytes. */
export function formatBundle(entries: readonly (string | Uint8Array)[]): Uint8Array {
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > TILE_WIDTH) {
    throw invalid(`Cannot make a bundle: wanted a list of 1 to ${TILE_WIDTH} entries, got ${quote(entries)}`);
  }
  const parts = entries.map((entry: unknown, i) => {
    const bytes = typeof entry === "string" ? utf8(entry) : entry;
    if (bytes instanceof Uint8Array && bytes.length <= MAX_ENTRY_BYTES) return bytes;
    throw invalid(
      `Cannot make a bundle: entry ${i} is not a text or bytes of at most ${MAX_ENTRY_BYTES} bytes`,
    );
  });
  const bundle = new Uint8Array(parts.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const part of parts) {
    bundle[at] = part.length >> 8;
    bundle[at + 1] = part.length & 0xff;
    bundle.set(part, at + 2);
    at += 2 + part.length;
  }
  return bundle;
}

/** Exactly `width` entries, each a view of the bundle's bytes, with nothing behind them. */
export function parseBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  if (!(bytes instanceof Uint8Array))
    throw invalid(`Cannot read a bundle: wanted bytes, got ${quote(bytes)}`);
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) {
    throw invalid(`Cannot read a bundle: wanted a width of 1 to ${TILE_WIDTH}, got ${quote(width)}`);
  }
  const entries: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; i < width; i++) {
    if (at + 2 > bytes.length) throw invalid(`Cannot read a bundle: it ends before entry ${i} of ${width}`);
    const end = at + 2 + bytes[at]! * 256 + bytes[at + 1]!;
    if (end > bytes.length) throw invalid(`Cannot read a bundle: it ends within entry ${i} of ${width}`);
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  const surplus = bytes.length - at;
  if (surplus > 0) throw invalid(`Cannot read a bundle: ${surplus} bytes stand behind its ${width} entries`);
  return entries;
}

/** Returns when every entry is the leaf at its place, `start` being the first one's; names the first that is not. */
export function checkEntries(
  host: Hasher,
  reader: HashReader,
  start: number,
  entries: readonly Uint8Array[],
): void {
  if (!Array.isArray(entries)) throw invalid(`Cannot check entries: wanted a list, got ${quote(entries)}`);
  requireSize(start, "Cannot check entries: the first one's index");
  for (const [i, entry] of entries.entries()) {
    if (!(entry instanceof Uint8Array) || entry.length > MAX_ENTRY_BYTES) {
      throw invalid(`Cannot check entry ${start + i}: wanted at most ${MAX_ENTRY_BYTES} bytes`);
    }
    const [is, wanted] = [leafHashOf(host, entry), reader.hash(0, start + i)];
    if (is === wanted) continue;
    const message = `Entry ${start + i} is not what the log committed to: it hashes to ${is}, not ${wanted}`;
    throw new PolicyLedgerError("wrong_entry", message);
  }
}

function invalid(message: string): PolicyLedgerError {
  return new PolicyLedgerError("invalid_bundle", message);
}
