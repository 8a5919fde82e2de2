// Hashes out of tiles that come from somebody who is not trusted, and whole trees out of their partial tiles.
import { PolicyLedgerError, quote, requireObject } from "../error.ts";
import type { Hasher } from "../host.ts";
import { readTile, type TileSource } from "./append.ts";
import { hashAt, isHash, nodeHashOf, putHash } from "./hashes.ts";
import { POWERS, requireSize } from "./size.ts";
import {
  formatTilePath,
  isNodeOf,
  parentOf,
  partialTiles,
  TILE_HEIGHT,
  TILE_WIDTH,
  type Tile,
  tileOf,
} from "./tiles.ts";
import { type HashReader, nodesOfRange, rootOf, type Tree } from "./tree.ts";

/** Tiles that a reader keeps: 16 KB each. */
const MAX_KEPT = 256;

/**
 * Hashes out of tiles that nobody vouches for. The partial tiles of the size must make up the root; every other tile is
 * full, and must hash to what stands for it in the tile above, up to one of those. So a hash that is given out is
 * the one that the root commits to, whatever the source did; and a fault is named by the tile that has it.
 */
export function verifiedTiles(
  host: Hasher,
  checkpoint: { readonly size: number; readonly root: string },
  source: TileSource,
): HashReader {
  requireObject(checkpoint, "invalid_tree", "Cannot read tiles");
  const { size, root } = checkpoint;
  requireSize(size, "Cannot read tiles: the tree's size");
  if (!isHash(root)) {
    throw new PolicyLedgerError("invalid_tree", `Cannot read tiles: ${quote(root)} is not 64 hex digits`);
  }
  const trusted = new Map<string, TileTree>();
  const partial = readPartial(host, size, source);
  const made = rootOf(host, treeOfTiles(size, partial));
  if (made !== root) {
    const names = partialTiles(size).map(formatTilePath).join(", ");
    throw wrong(
      `The root of ${size} leaves is ${root}, and not ${made}, which is that of ${names || "none"}`,
    );
  }

  function treeOf(tile: Tile): TileTree {
    if (tile.width < TILE_WIDTH) return partial.get(tile.level)!;
    const name = `${tile.level}/${tile.index}`;
    const known = trusted.get(name);
    if (known !== undefined) return known;
    const wanted = treeOf(parentOf(size, tile)).hash(0, tile.index % TILE_WIDTH);
    const found = new TileTree(host, readTile(source, tile));
    const is = found.hash(TILE_HEIGHT, 0);
    if (is !== wanted)
      throw wrong(`${formatTilePath(tile)} hashes to ${is}, the tile above it says ${wanted}`);
    if (trusted.size >= MAX_KEPT) trusted.delete(trusted.keys().next().value!);
    trusted.set(name, found);
    return found;
  }

  return {
    hash(level, index) {
      if (!isNodeOf(size, { level, index })) {
        const message = `there is no complete subtree (${quote(level)}, ${quote(index)}) of ${size} leaves`;
        throw new PolicyLedgerError("invalid_tree", `Cannot read a hash: ${message}`);
      }
      return treeOf(tileOf(size, { level, index })).at(level, index);
    },
  };
}

function wrong(message: string): PolicyLedgerError {
  return new PolicyLedgerError("wrong_tile", message);
}

/** A tree from its partial tiles, at most 255 hashes a level: to begin with, or to check what was kept. */
export function treeFromTiles(host: Hasher, size: number, source: TileSource): Tree {
  requireSize(size, "Cannot read a tree: its size");
  return treeOfTiles(size, readPartial(host, size, source));
}

function readPartial(host: Hasher, size: number, source: TileSource): ReadonlyMap<number, TileTree> {
  const read = (tile: Tile) => [tile.level, new TileTree(host, readTile(source, tile))] as const;
  return new Map(partialTiles(size).map(read));
}

/** Bit 8·L + h of the size is a peak at height h of the partial tile of level L. */
function treeOfTiles(size: number, partial: ReadonlyMap<number, TileTree>): Tree {
  const peaks = nodesOfRange(0, size).map(({ level, index }) =>
    partial.get(Math.floor(level / TILE_HEIGHT))!.at(level, index),
  );
  return { size, peaks };
}

/** A tile with the hashes between its own and its root's, as far as they are complete. */
class TileTree {
  private readonly heights: Uint8Array[];

  constructor(host: Hasher, bytes: Uint8Array) {
    this.heights = [bytes.slice()];
    for (let below = bytes; below.length >= 64; ) {
      const above = new Uint8Array(32 * Math.floor(below.length / 64));
      for (let at = 0; at < above.length; at += 32) putHash(nodeHashOf(host, below, 2 * at), above, at);
      this.heights.push(above);
      below = above;
    }
  }

  hash(height: number, index: number): string {
    return hashAt(this.heights[height]!, 32 * index);
  }

  /** The hash of a subtree of the whole tree that lies in this tile. */
  at(level: number, index: number): string {
    const height = level % TILE_HEIGHT;
    return this.hash(height, index % (TILE_WIDTH / POWERS[height]!));
  }
}
