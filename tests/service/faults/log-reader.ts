// A reader who trusts nobody and looks all the time: each checkpoint that is published must continue all that it has seen
// before and never go back, and the tiles and entries that it covers must be there to be read at once.
import { setTimeout as sleep } from "node:timers/promises";
import {
  checkEntries,
  EMPTY_TREE,
  formatBundlePath,
  formatTilePath,
  growTree,
  openCheckpoint,
  parseBundle,
  rootOf,
  TILE_WIDTH,
  type Tile,
  tileAt,
  tilesFor,
  verifiedTiles,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Api } from "../../../functions/src/http/app.ts";
import type { Service } from "../../../functions/src/service.ts";

export interface LogReader {
  /** Ends it after a last look; says what it has seen, and what did not hold. */
  stop(): Promise<{ readonly seen: readonly number[]; readonly faults: readonly string[] }>;
}

const LOOKS_EVERY_MS = 5;

export function startLogReader(api: Api, { signers }: Pick<Service, "signers">): LogReader {
  const keys = signers.map(({ key }) => key);
  const roots = new Map<number, string>();
  const faults: string[] = [];
  let last = 0;
  let isOver = false;

  const look = async () => {
    const note = await read(api, "/checkpoint");
    if (note === null) return;
    const { size, root } = openCheckpoint(nodeHost, note, keys);
    if (size < last) faults.push(`the checkpoint of ${last} entries was followed by one of ${size}`);
    last = size;
    const known = roots.get(size);
    if (known === root) return;
    if (known !== undefined) faults.push(`two roots of ${size} entries: ${known} and ${root}`);
    roots.set(size, root);
    const leaves = await leavesOf(api, size, root);
    for (const [before, wanted] of roots) {
      if (before > size) continue;
      const is = rootOf(nodeHost, growTree(nodeHost, EMPTY_TREE, leaves.slice(0, before)));
      if (is !== wanted) faults.push(`the ${before} entries that were published are not those of ${size}`);
    }
  };
  const looking = (async () => {
    while (!isOver) {
      await look().catch((error) => void faults.push((error as Error).message));
      await sleep(LOOKS_EVERY_MS);
    }
    await look().catch((error) => void faults.push((error as Error).message));
  })();
  return {
    stop: async () => {
      isOver = true;
      await looking;
      return { seen: [...roots.keys()], faults };
    },
  };
}

/** The leaf hashes that a checkpoint commits to, out of tiles that make up its root; and its entries are theirs. */
async function leavesOf(api: Api, size: number, root: string): Promise<string[]> {
  if (size === 0) return [];
  const nodes = Array.from({ length: size }, (_, index) => ({ level: 0, index }));
  const tiles = new Map<string, Uint8Array>();
  for (const tile of tilesFor(size, nodes)) tiles.set(formatTilePath(tile), await readAll(api, tile));
  const reader = verifiedTiles(nodeHost, { size, root }, (tile) => tiles.get(formatTilePath(tile)) ?? null);
  const last = tileAt(size, 0, Math.floor((size - 1) / TILE_WIDTH))!;
  const bundle = await readBytes(api, `/${formatBundlePath(last)}`);
  checkEntries(nodeHost, reader, TILE_WIDTH * last.index, parseBundle(bundle, last.width));
  return nodes.map(({ level, index }) => reader.hash(level, index));
}

function readAll(api: Api, tile: Tile): Promise<Uint8Array> {
  return readBytes(api, `/${formatTilePath(tile)}`);
}

async function readBytes(api: Api, path: string): Promise<Uint8Array> {
  const bytes = await read(api, path);
  if (bytes === null) throw new Error(`a checkpoint covers ${path}, which is not there`);
  return bytes;
}

const TRIES = 50;

/** Null where the answer is 404; what fails for a fault of the database's is asked for again. */
async function read(api: Api, path: string): Promise<Uint8Array | null> {
  for (let i = 0; i < TRIES; i++) {
    const answer = await api.fetch(new Request(`http://local${path}`));
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (answer.status === 200) return bytes;
    if (answer.status === 404) return null;
    await sleep(LOOKS_EVERY_MS);
  }
  throw new Error(`${path} was not answered in ${TRIES} attempts`);
}
