// Station 5, the log: the last checkpoint, tiles, bundles and proofs, from the documents that append has left. A proof
// is made from a few tiles, however many entries there are.
import {
  checkConsistency,
  checkInclusion,
  formatBundle,
  formatNote,
  type Host,
  nodesOfConsistency,
  nodesOfInclusion,
  parseNote,
  proveConsistency,
  proveInclusion,
  rootOf,
  TILE_WIDTH,
  type Tile,
  type TileSource,
  tilesFor,
  treeFromTiles,
  verifiedTiles,
  withSignatures,
} from "@policyledger/core";
import type { Consistency, Inclusion } from "@policyledger/core/api";
import type { Firestore } from "firebase-admin/firestore";
import { type CosignedCheckpoints, checkpointRef, cosignedRef, type StoredCheckpoint } from "./documents.ts";
import { openLedger } from "./kept-entries.ts";
import { Problem } from "./problem.ts";
import { textOf } from "./rank.ts";
import { readTiles } from "./tiles.ts";

export interface PublishedLog {
  /** Its note with all cosignatures that there are. */
  readonly checkpoint: StoredCheckpoint;
  readonly cosigned: CosignedCheckpoints["checkpoints"];
}

/** Null while no checkpoint was published. */
async function readLog(db: Firestore): Promise<PublishedLog | null> {
  const [last, others] = await db.getAll(checkpointRef(db), cosignedRef(db));
  const checkpoint = last!.data() as StoredCheckpoint | undefined;
  if (checkpoint === undefined) return null;
  const cosigned = (others!.data() as CosignedCheckpoints | undefined)?.checkpoints ?? [];
  const own = parseNote(checkpoint.note);
  const same = cosigned.map(({ note }) => parseNote(note)).find(({ text }) => text === own.text);
  if (same === undefined) return { checkpoint, cosigned };
  const note = formatNote(withSignatures(own, same.signatures));
  return { checkpoint: { ...checkpoint, note }, cosigned };
}

/** The same; refuses while there is none, which a checkpoint may end at any time. */
export async function requireLog(db: Firestore): Promise<PublishedLog> {
  const log = await readLog(db);
  if (log === null) throw notPublished();
  return log;
}

export function notPublished(): Problem {
  return notCovered("This log has published no checkpoint yet.");
}

export function notCovered(message: string): Problem {
  return new Problem("not_covered", message, { headers: { "retry-after": "1" } });
}

interface Readable {
  readonly db: Firestore;
  readonly host: Host;
}

/** Bytes of a tile; null where there is none so wide. */
export async function readTile({ db }: Readable, tile: Tile): Promise<Uint8Array | null> {
  return (await readTiles(db, [tile]))(tile);
}

/** The bundle that belongs to a tile of level 0; null where not so many entries are there. */
export async function readBundle({ db }: Readable, index: number, width: number): Promise<Uint8Array | null> {
  const { head, read } = await openLedger(db);
  const start = TILE_WIDTH * index;
  if (head === null || start + width > head.size) return null;
  const entries = await read(Array.from({ length: width }, (_, i) => start + i));
  return formatBundle(entries.map(textOf));
}

/** Of a tree that is no larger than the one published. */
export async function inclusionOf(
  { db, host }: Readable,
  index: number,
  size: number,
): Promise<Inclusion & { path: string[] }> {
  const leafNode = { level: 0, index };
  const source = await readTiles(db, tilesFor(size, [leafNode, ...nodesOfInclusion(index, size)]));
  const root = rootFrom(host, source, size);
  const reader = verifiedTiles(host, { size, root }, source);
  const [leaf, path] = [reader.hash(0, index), proveInclusion(host, reader, index, size)];
  checkInclusion(host, { index, size, leaf, root }, path);
  return { index, size, leaf, root, path };
}

export async function consistencyOf({ db, host }: Readable, from: number, to: number): Promise<Consistency> {
  const nodes = from === 0 ? [] : nodesOfConsistency(from, to);
  const source = await readTiles(db, [...tilesFor(from, []), ...tilesFor(to, nodes)]);
  const [from_root, to_root] = [rootFrom(host, source, from), rootFrom(host, source, to)];
  if (from === 0) return { from, to, from_root, to_root, path: [] };
  const reader = verifiedTiles(host, { size: to, root: to_root }, source);
  const path = proveConsistency(host, reader, from, to);
  checkConsistency(host, { oldSize: from, oldRoot: from_root, newSize: to, newRoot: to_root }, path);
  return { from, to, from_root, to_root, path };
}

/** What the log has at this size, which it must have reached. */
export async function rootAt({ db, host }: Readable, size: number): Promise<string> {
  return rootFrom(host, await readTiles(db, tilesFor(size, [])), size);
}

function rootFrom(host: Host, source: TileSource, size: number): string {
  return rootOf(host, treeFromTiles(host, size, source));
}
