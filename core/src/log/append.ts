// Appending to tiles: those that new leaves write, made from those that are there.
import { PolicyLedgerError, quote } from "../error.ts";
import type { Hasher } from "../host.ts";
import { putHash } from "./hashes.ts";
import {
  formatTilePath,
  hashesAt,
  partialTiles,
  requireGrowth,
  TILE_BYTES,
  TILE_HEIGHT,
  TILE_LEVELS,
  TILE_WIDTH,
  type Tile,
} from "./tiles.ts";
import { growTree, requireTree, type Tree } from "./tree.ts";

/**
 * The bytes of a tile, or null where there are none. In place of a partial tile it MAY give the full one, as
 * c2sp.org/tlog-tiles lets a log do: what is too much is cut off. Nothing that it gives is trusted by `verifiedTiles`.
 */
export type TileSource = (tile: Tile) => Uint8Array | null;

export interface TileData {
  readonly tile: Tile;
  readonly bytes: Uint8Array;
}

/** The partial tiles that `appendToTiles` reads to grow a tree from one size to another. */
export function tilesToAppend(from: number, to: number): Tile[] {
  requireGrowth(from, to);
  return partialTiles(from).filter(({ level }) => hashesAt(to, level) > hashesAt(from, level));
}

/**
 * Adds leaves and makes the tiles that this writes: exactly `newTiles(before, after)`, in its order. An entry costs two
 * hashes and its place in a tile, however large the tree is: what stands in the tiles that are there is copied,
 * never hashed, so `source` is trusted here, as is the tree (`treeFromTiles` makes one, where none is kept).
 */
export function appendToTiles(
  host: Hasher,
  tree: Tree,
  leaves: readonly string[],
  source: TileSource,
): { readonly tree: Tree; readonly tiles: TileData[] } {
  requireTree(tree);
  const levels = Array.from(
    { length: TILE_LEVELS },
    (_, level) => new GrowingLevel(tree.size, level, source),
  );
  const grown = growTree(host, tree, leaves, (level, _, hash) => {
    if (level % TILE_HEIGHT === 0) levels[level / TILE_HEIGHT]!.add(hash);
  });
  return { tree: grown, tiles: levels.flatMap((level) => level.written()) };
}

/** The right end of one level of tiles. */
class GrowingLevel {
  private readonly full: TileData[] = [];
  /** Made when the first hash comes: most appends touch one level. */
  private bytes: Uint8Array | null = null;
  private index: number;
  private width: number;
  private readonly level: number;
  private readonly source: TileSource;

  constructor(size: number, level: number, source: TileSource) {
    const hashes = hashesAt(size, level);
    this.index = Math.floor(hashes / TILE_WIDTH);
    this.width = hashes % TILE_WIDTH;
    this.level = level;
    this.source = source;
  }

  add(hash: string): void {
    this.bytes ??= this.begun();
    if (!putHash(hash, this.bytes, 32 * this.width)) throw new Error(`bug: ${quote(hash)} was hashed`);
    this.width += 1;
    if (this.width < TILE_WIDTH) return;
    this.full.push(this.data(this.bytes));
    this.index += 1;
    this.width = 0;
  }

  written(): TileData[] {
    return this.bytes !== null && this.width > 0 ? [...this.full, this.data(this.bytes)] : this.full;
  }

  private begun(): Uint8Array {
    const { level, index, width } = this;
    const bytes = new Uint8Array(TILE_BYTES);
    if (width > 0) bytes.set(readTile(this.source, { level, index, width }));
    return bytes;
  }

  private data(bytes: Uint8Array): TileData {
    const { level, index, width } = this;
    return { tile: { level, index, width }, bytes: bytes.slice(0, 32 * width) };
  }
}

/** The bytes of exactly this tile. */
export function readTile(source: TileSource, tile: Tile): Uint8Array {
  const bytes: unknown = source(tile);
  if (bytes === null || bytes === undefined) {
    throw new PolicyLedgerError("missing_tile", `There is no ${formatTilePath(tile)}`);
  }
  const wanted = 32 * tile.width;
  if (bytes instanceof Uint8Array && (bytes.length === wanted || bytes.length === TILE_BYTES)) {
    return bytes.subarray(0, wanted);
  }
  const got = bytes instanceof Uint8Array ? `${bytes.length} bytes` : quote(bytes);
  const message = `wanted ${wanted} bytes, got ${got}`;
  throw new PolicyLedgerError("invalid_tile", `Cannot read ${formatTilePath(tile)}: ${message}`);
}
