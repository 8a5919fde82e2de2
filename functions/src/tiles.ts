// The tiles of the log, as the database holds them: one document a tile, which grows until it has 256 hashes. What once
// is in a tile stays, so a partial tile is the beginning of the document, whatever has come since.
import {
  appendToTiles,
  EMPTY_TREE,
  type Tile,
  type TileData,
  type TileSource,
  type Tree,
  tilesToAppend,
} from "@policyledger/core";
import type { DocumentReference, DocumentSnapshot, Firestore, Transaction } from "firebase-admin/firestore";
import { type LedgerHead, type StoredTile, tileRef } from "./documents.ts";
import type { Service } from "./service.ts";

const HASH_BYTES = 32;

/** Of the database, or of a transaction. */
interface Reader {
  getAll(...refs: DocumentReference[]): Promise<DocumentSnapshot[]>;
}

/** These tiles, read at once; the source holds no others, and none of which not so much is there. */
export async function readTiles(
  db: Firestore,
  tiles: readonly Tile[],
  reader: Reader = db,
): Promise<TileSource> {
  const refs = [...new Map(tiles.map((tile) => [nameOf(tile), tileRef(db, tile)])).values()];
  const found = new Map<string, Uint8Array>();
  for (const snapshot of refs.length === 0 ? [] : await reader.getAll(...refs)) {
    const stored = snapshot.data() as StoredTile | undefined;
    if (stored !== undefined) found.set(nameOf(stored), stored.hashes);
  }
  return (tile) => {
    const hashes = found.get(nameOf(tile));
    const wanted = HASH_BYTES * tile.width;
    return hashes !== undefined && hashes.length >= wanted ? hashes.subarray(0, wanted) : null;
  };
}

export function treeOf(head: Pick<LedgerHead, "size" | "peaks"> | null): Tree {
  return head === null ? EMPTY_TREE : { size: head.size, peaks: head.peaks };
}

/** The tree with these leaves behind it, and what this writes; all that it reads, it reads in the transaction. */
export async function growLog(
  { db, host }: Pick<Service, "db" | "host">,
  transaction: Transaction,
  tree: Tree,
  leaves: readonly string[],
): Promise<{ readonly tree: Tree; readonly tiles: readonly TileData[] }> {
  const begun = tilesToAppend(tree.size, tree.size + leaves.length);
  return appendToTiles(host, tree, leaves, await readTiles(db, begun, transaction));
}

export function writeTiles(db: Firestore, transaction: Transaction, tiles: readonly TileData[]): void {
  for (const { tile, bytes } of tiles) {
    const { level, index } = tile;
    transaction.set(tileRef(db, tile), { level, index, hashes: Buffer.from(bytes) } satisfies StoredTile);
  }
}

function nameOf({ level, index }: Pick<Tile, "level" | "index">): string {
  return `${level}/${index}`;
}
