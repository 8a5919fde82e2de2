// Tiles (c2sp.org/tlog-tiles): which there are, what they are called, and how long they are. Hash i of the tile (L, N)
// is the root of the leaves from (256N + i)·256^L to (256N + i + 1)·256^L. A bundle holds the entries of the tile (0, N).
//
//   tile/<L>/<N>[.p/<W>]   tile/entries/<N>[.p/<W>]
//
// N stands in groups of three digits, all but the last with an x before them: 1234067 is x001/x234/067. A full tile
// is 256 hashes = 8,192 bytes; one of W < 256 is partial. A tree of 70,000 leaves has 273 full tiles of level 0 and
// one of 112, one full tile of level 1 and one of 17, and one of level 2 with 1.
import { PolicyLedgerError, quote, requireIterable, requireObject } from "../error.ts";
import { isSize, MAX_SIZE, POWERS, parseDecimal, requireSize } from "./size.ts";
import type { TreeNode } from "./tree.ts";

export const TILE_WIDTH = 256;
export const TILE_BYTES = 32 * TILE_WIDTH;
/** A tile is eight levels of the tree; a tree of fewer than 2^53 leaves ends on the seventh of these, level 6. */
export const TILE_HEIGHT = 8;
export const TILE_LEVELS = 7;

export interface Tile {
  readonly level: number;
  readonly index: number;
  /** Hashes, 1 to 256. */
  readonly width: number;
}

export type Bundle = Omit<Tile, "level">;

export function formatTilePath(tile: Tile): string {
  requireTile(tile);
  return `tile/${tile.level}/${formatPlace(tile)}`;
}

export function formatBundlePath(bundle: Bundle): string {
  requireObject(bundle, "invalid_tile", "Cannot name a bundle");
  requireTile({ level: 0, index: bundle.index, width: bundle.width });
  return `tile/entries/${formatPlace(bundle)}`;
}

function formatPlace({ index, width }: Bundle): string {
  let path = lastDigits(index);
  for (let rest = Math.floor(index / 1_000); rest > 0; rest = Math.floor(rest / 1_000)) {
    path = `x${lastDigits(rest)}/${path}`;
  }
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

function lastDigits(n: number): string {
  return String(n % 1_000).padStart(3, "0");
}

/** The tile of a path, which has one spelling only. */
export function parseTilePath(path: string): Tile {
  const match = matched(path, /^tile\/(0|[1-9][0-9]?)\/([^.]+)(?:\.p\/(.+))?$/, "a tile");
  const tile = { level: Number(match[1]), ...parsePlace(match[2]!, match[3]) };
  if (!isTile(tile)) throw noTile(`there is no tile ${quote(path)} in a tree of fewer than 2^53 leaves`);
  return tile;
}

export function parseBundlePath(path: string): Bundle {
  const match = matched(path, /^tile\/entries\/([^.]+)(?:\.p\/(.+))?$/, "an entry bundle");
  const bundle = parsePlace(match[1]!, match[2]);
  if (!isTile({ level: 0, ...bundle })) {
    throw noTile(`there is no bundle ${quote(path)} in a tree of fewer than 2^53 leaves`);
  }
  return bundle;
}

/** Six groups reach 2^53 / 256; nothing longer is even looked at. */
const MAX_PATH = 64;

function matched(path: string, form: RegExp, what: string): RegExpExecArray {
  const match = typeof path === "string" && path.length <= MAX_PATH ? form.exec(path) : null;
  if (match === null) throw noTile(`wanted the path of ${what}, got ${quote(path)}`);
  return match;
}

function parsePlace(groups: string, width: string | undefined): Bundle {
  const shaped = /^(?:x[0-9]{3}\/)*[0-9]{3}$/.test(groups);
  // Leading zeros pad one group; a first group of zeros leaves one in front, which no decimal has.
  const index = shaped ? parseDecimal(groups.replace(/[x/]/g, "").replace(/^0{1,2}(?=[0-9])/, "")) : null;
  const hashes = width === undefined ? TILE_WIDTH : parseDecimal(width);
  if (index === null) throw noTile(`wanted an index as x001/x234/067, got ${quote(groups)}`);
  if (hashes === null || (width !== undefined && hashes >= TILE_WIDTH)) {
    throw noTile(`wanted the width of a partial tile, 1 to 255, got ${quote(width)}`);
  }
  return { index, width: hashes };
}

function noTile(message: string): PolicyLedgerError {
  return new PolicyLedgerError("invalid_tile", `Cannot accept a path: ${message}`);
}

function isTile({ level, index, width }: Tile): boolean {
  if (!isSize(level) || level >= TILE_LEVELS || !isSize(index) || !isSize(width)) return false;
  // (256·index + width)·256^level ≤ 2^53 − 1, without a product that is rounded.
  return width >= 1 && width <= TILE_WIDTH && index <= (hashesAt(MAX_SIZE, level) - width) / TILE_WIDTH;
}

function requireTile(tile: Tile): void {
  requireObject(tile, "invalid_tile", "Cannot name a tile");
  if (isTile(tile)) return;
  const shown = [tile.level, tile.index, tile.width].map((part) => quote(part)).join(", ");
  throw new PolicyLedgerError("invalid_tile", `There is no tile of level, index and width ${shown}`);
}

/** floor(size / 256^level): how many hashes a tree of this size has on a tile level. */
export function hashesAt(size: number, level: number): number {
  return Math.floor(size / POWERS[TILE_HEIGHT * level]!);
}

/** The tile (level, index) as it is in a tree of this size, or null where there is none. */
export function tileAt(size: number, level: number, index: number): Tile | null {
  if (!isSize(size) || !isSize(level) || level >= TILE_LEVELS || !isSize(index)) return null;
  const hashes = hashesAt(size, level);
  if (index > hashes / TILE_WIDTH) return null;
  const width = Math.min(TILE_WIDTH, hashes - TILE_WIDTH * index);
  return width > 0 ? { level, index, width } : null;
}

/** Whether a tree of this size has this subtree, all of it. */
export function isNodeOf(size: number, node: TreeNode): boolean {
  const width = isSize(node?.level) ? POWERS[node.level] : undefined;
  return width !== undefined && isSize(node.index) && node.index < Math.floor(size / width);
}

/** The tile that holds what a subtree is made of, in a tree of this size that has this subtree. */
export function tileOf(size: number, { level, index }: TreeNode): Tile {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const first = index * POWERS[level % TILE_HEIGHT]!;
  const tile = tileAt(size, tileLevel, Math.floor(first / TILE_WIDTH));
  if (tile === null) throw new Error(`bug: no tile holds the subtree (${level}, ${index}) of ${size} leaves`);
  return tile;
}

/**
 * The tiles that growing from one size to another writes: those that become full and the partial ones that are new,
 * level after level. From 0 they are all that a tree of size `to` has, without the partial ones of smaller sizes.
 * One by one, as there may be very many.
 */
export function* newTiles(from: number, to: number): Generator<Tile> {
  requireGrowth(from, to);
  for (let level = 0; level < TILE_LEVELS; level++) yield* newOnLevel(from, to, level);
}

/** The entry bundles likewise. */
export function* newBundles(from: number, to: number): Generator<Bundle> {
  requireGrowth(from, to);
  for (const { index, width } of newOnLevel(from, to, 0)) yield { index, width };
}

function* newOnLevel(from: number, to: number, level: number): Generator<Tile> {
  const [before, after] = [hashesAt(from, level), hashesAt(to, level)];
  if (before === after) return;
  for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < after; index++) {
    yield { level, index, width: Math.min(TILE_WIDTH, after - TILE_WIDTH * index) };
  }
}

export function requireGrowth(from: number, to: number): void {
  if (isSize(from) && isSize(to) && from <= to) return;
  const message = `wanted sizes from ≤ to, got ${quote(from)} and ${quote(to)}`;
  throw new PolicyLedgerError("invalid_tree", `Cannot name new tiles: ${message}`);
}

/** The partial tiles of a tree, at most one a level: all that is not under a full tile of the next level. */
export function partialTiles(size: number): Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0; level < TILE_LEVELS; level++) {
    const hashes = hashesAt(size, level);
    const width = hashes % TILE_WIDTH;
    if (width > 0) tiles.push({ level, index: Math.floor(hashes / TILE_WIDTH), width });
  }
  return tiles;
}

/**
 * The tiles by which these subtrees can be read and checked against the root of a tree of this size: the partial
 * ones, which make up the root, and for each subtree the way from its tile up to one of those.
 */
export function tilesFor(size: number, nodes: readonly TreeNode[]): Tile[] {
  requireSize(size, "Cannot name tiles: the tree's size");
  requireIterable(nodes, "invalid_tree", "Cannot name tiles");
  const found = new Map<string, Tile>();
  const add = (tile: Tile): boolean => {
    const name = `${tile.level}/${tile.index}`;
    if (found.has(name)) return false;
    found.set(name, tile);
    return true;
  };
  for (const tile of partialTiles(size)) add(tile);
  for (const node of nodes) {
    if (!isNodeOf(size, node)) {
      const message = `there is no subtree (${quote(node?.level)}, ${quote(node?.index)}) of ${quote(size)} leaves`;
      throw new PolicyLedgerError("invalid_tree", `Cannot name tiles: ${message}`);
    }
    for (let tile = tileOf(size, node); add(tile); ) tile = parentOf(size, tile);
  }
  return [...found.values()];
}

/** The tile that holds the root of a full one: there is one, since the full tile's root is a hash of its level. */
export function parentOf(size: number, { level, index }: Tile): Tile {
  const parent = tileAt(size, level + 1, Math.floor(index / TILE_WIDTH));
  if (parent === null)
    throw new Error(`bug: nothing is above the tile (${level}, ${index}) of ${size} leaves`);
  return parent;
}
