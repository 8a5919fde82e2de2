// Derives every tile of a log from its entries, and compares bytes with what is served: full tiles as soon as they are
// full, partial ones at the end. Of what is derived no more is kept than the right end of each level.
import {
  appendToTiles,
  EMPTY_TREE,
  formatTilePath,
  newTiles,
  rootOf,
  TILE_WIDTH,
  type Tile,
  type TileData,
  type Tree,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Wire } from "../../log/index.ts";

/** Something that is served and is not what the entries make. */
export interface Difference {
  /** What it is in: a path below the site, or of the API. */
  readonly where: string;
  /** The first entry that it is about; null where it is about all. */
  readonly index: number | null;
  readonly message: string;
}

const HASH_BYTES = 32;

export class Derivation {
  private readonly wire: Wire;
  private readonly size: number;
  private readonly signal: AbortSignal;
  private tree: Tree = EMPTY_TREE;
  /** The partial tile of each level, as it is after what was added. */
  private readonly partial = new Map<number, TileData>();

  constructor(wire: Wire, size: number, signal: AbortSignal) {
    this.wire = wire;
    this.size = size;
    this.signal = signal;
  }

  /** Adds the leaves of one bundle; what they make full is compared. */
  async add(leaves: readonly string[]): Promise<Difference[]> {
    const { tree, tiles } = appendToTiles(nodeHost, this.tree, leaves, ({ level }) => {
      return this.partial.get(level)?.bytes ?? null;
    });
    this.tree = tree;
    const full: TileData[] = [];
    for (const data of tiles) {
      const { level, width } = data.tile;
      if (width < TILE_WIDTH) this.partial.set(level, data);
      else {
        full.push(data);
        this.partial.delete(level);
      }
    }
    return this.compareAll(full);
  }

  /** The tiles that stay partial, and how many tiles there are in all. */
  async finish(): Promise<{
    readonly root: string;
    readonly tiles: number;
    readonly differences: Difference[];
  }> {
    const differences = await this.compareAll([...this.partial.values()]);
    let tiles = 0;
    for (const _ of newTiles(0, this.size)) tiles += 1;
    return { root: rootOf(nodeHost, this.tree), tiles, differences };
  }

  private async compareAll(all: readonly TileData[]): Promise<Difference[]> {
    return (await Promise.all(all.map((data) => this.compare(data)))).flatMap((found) => found ?? []);
  }

  private async compare({ tile, bytes }: TileData): Promise<Difference | null> {
    const served = await this.wire.tile(tile, { signal: this.signal });
    const where = formatTilePath(tile);
    const index = firstOf(tile, 0);
    if (served === null) return { where, index, message: "it is not served" };
    // A full tile may stand in for a partial one, and begins with it.
    const isFull = served.length === TILE_WIDTH * HASH_BYTES;
    if (served.length !== bytes.length && !isFull) {
      return { where, index, message: `it has ${served.length} bytes, and ${bytes.length} belong there` };
    }
    const at = bytes.findIndex((byte, i) => byte !== served[i]);
    if (at < 0) return null;
    const hash = Math.floor(at / HASH_BYTES);
    const hex = (from: Uint8Array) =>
      Buffer.from(from.subarray(HASH_BYTES * hash, HASH_BYTES * (hash + 1))).toString("hex");
    const message = `hash ${hash} is ${hex(served)}, and the entries make ${hex(bytes)}`;
    return { where, index: firstOf(tile, hash), message };
  }
}

/** The first entry below a hash of a tile. */
function firstOf({ level, index }: Tile, hash: number): number {
  let first = TILE_WIDTH * index + hash;
  for (let i = 0; i < level; i++) first *= TILE_WIDTH;
  return first;
}
