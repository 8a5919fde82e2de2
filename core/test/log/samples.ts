// What the tests of the log share: small logs, their stored hashes and tiles, and keys with known secrets.
import { nodeHost, publicKeyOf, sign } from "../../node/index.ts";
import { utf8 } from "../../src/json.ts";
import { appendToTiles, type TileData, type TileSource } from "../../src/log/append.ts";
import { leafHashOf } from "../../src/log/hashes.ts";
import { type KeyType, type VerifierKey, verifierKey } from "../../src/log/key.ts";
import type { NoteSigner } from "../../src/log/sign.ts";
import { formatTilePath, type Tile } from "../../src/log/tiles.ts";
import { EMPTY_TREE, growTree, type HashReader, type Tree } from "../../src/log/tree.ts";

export const host = nodeHost;
export const ORIGIN = "log.example/ledger";

/** Entries of different lengths, an empty one among them. */
export function entriesOf(count: number, name = "entry"): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => utf8(i === 3 ? "" : `${name} ${i}${"·".repeat(i % 7)}`));
}

export const leavesOf = (entries: readonly Uint8Array[]): string[] =>
  entries.map((entry) => leafHashOf(host, entry));

/** A tree and a reader of all its stored hashes. */
export function grown(leaves: readonly string[]): { readonly tree: Tree; readonly reader: HashReader } {
  const stored = new Map<string, string>();
  const tree = growTree(host, EMPTY_TREE, leaves, (level, index, hash) => {
    const name = `${level}/${index}`;
    if (stored.has(name)) throw new Error(`${name} is kept twice`);
    stored.set(name, hash);
  });
  return { tree, reader: { hash: (level, index) => stored.get(`${level}/${index}`)! } };
}

/** Files by path, as a log has them. */
export class TileStore {
  readonly files = new Map<string, Uint8Array>();
  readonly source: TileSource = (tile: Tile) => this.files.get(formatTilePath(tile)) ?? null;

  append(tree: Tree, leaves: readonly string[]): { readonly tree: Tree; readonly tiles: TileData[] } {
    const appended = appendToTiles(host, tree, leaves, this.source);
    for (const { tile, bytes } of appended.tiles) this.files.set(formatTilePath(tile), bytes);
    return appended;
  }
}

export interface Secret {
  readonly key: VerifierKey;
  readonly signer: NoteSigner;
}

/** A key whose secret is its number, over and over. */
export function secretOf(type: KeyType, name: string, number: number): Secret {
  const secret = number.toString(16).padStart(2, "0").repeat(32);
  const key = verifierKey(host, type, name, publicKeyOf(secret));
  return { key, signer: { key, sign: (message) => sign(secret, message) } };
}

export const LOG = secretOf("log", ORIGIN, 0x10);
export const WITNESSES = [
  secretOf("witness", "witness.example/a/consistent", 0x21),
  secretOf("witness", "witness.example/a/replayed", 0x22),
  secretOf("witness", "other.example/w", 0x23),
  secretOf("witness", "third.example/w", 0x24),
] as const;

/** Every copy of the bytes with one bit flipped. */
export function* flips(bytes: Uint8Array): Generator<{ readonly bit: number; readonly bytes: Uint8Array }> {
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    yield { bit, bytes: changed };
  }
}
