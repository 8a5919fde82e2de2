// Goes through a whole log: its entries once, bundle by bundle, and everything that is made of them.
import { TILE_WIDTH } from "@policyledger/core";
import { fetchBundles, type LogClient, type View } from "../../log/index.ts";
import { replayEntries } from "../log/replaying.ts";
import { progress } from "../progress.ts";
import type { Pool } from "../replay/pool.ts";
import type { ServiceClient } from "../service.ts";
import type { Terminal } from "../terminal.ts";
import { Derivation, type Difference } from "./derive.ts";
import { entriesOf, pageOf } from "./entries.ts";
import { noteDifferences } from "./note.ts";

export interface Fsck {
  readonly client: ServiceClient;
  readonly log: LogClient;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  /** In which entries are run again; null where they are not. */
  readonly pool: Pool | null;
}

export interface FsckResult {
  readonly view: View;
  /** Entries that were read. */
  readonly entries: number;
  readonly tiles: number;
  readonly replayed: number | null;
  /** At most so many of them are kept; `found` counts all. */
  readonly differences: readonly Difference[];
  readonly found: number;
}

const MOST_DIFFERENCES = 200;

export async function fsckLog(fsck: Fsck): Promise<FsckResult> {
  const { client, log, signal, terminal, pool } = fsck;
  const view = await log.checkpoint({ signal });
  const derivation = new Derivation(log.wire, view.size, signal);
  const bar = progress(terminal, { label: "checking", total: view.size, unit: "entries" });
  const differences: Difference[] = [];
  let found = 0;
  const note = (more: readonly Difference[]) => {
    found += more.length;
    differences.push(...more.slice(0, MOST_DIFFERENCES - differences.length));
  };
  let entries = 0;
  try {
    const pages = pagesAhead(fsck, view.size);
    for await (const fetched of fetchBundles(log.wire, 0, view.size, signal)) {
      signal.throwIfAborted();
      const made = await entriesOf(fsck, fetched, await pages());
      note(made.differences);
      note(await derivation.add(made.leaves));
      entries += made.leaves.length;
      if (pool !== null)
        note(await wrongIn({ client, pool, signal }, made.texts, entries - made.texts.length));
      bar.set(entries, found === 0 ? "" : `${found} differences`);
      // Nothing behind an entry that is nowhere can be put in its place.
      if (made.leaves.length < fetched.bundle.width) break;
    }
    const { root, tiles, differences: last } = await derivation.finish();
    note(last);
    if (entries !== view.size || root !== view.root) note([rootDifference(view, entries, root)]);
    note(await noteDifferences(log, view, signal));
    return { view, entries, tiles, replayed: pool === null ? null : entries, differences, found };
  } finally {
    bar.end();
  }
}

const PAGES_AHEAD = 4;

/** The pages that belong to the bundles, one after another, some of them on their way. */
function pagesAhead(fsck: Fsck, size: number): () => ReturnType<typeof pageOf> {
  const coming: ReturnType<typeof pageOf>[] = [];
  let next = 0;
  return () => {
    for (; next < size && coming.length < PAGES_AHEAD; next += TILE_WIDTH) {
      const page = pageOf(fsck, next, Math.min(TILE_WIDTH, size - next));
      page.catch(() => {});
      coming.push(page);
    }
    return coming.shift()!;
  };
}

async function wrongIn(...args: Parameters<typeof replayEntries>): Promise<Difference[]> {
  const wrong = await replayEntries(...args);
  return wrong.map(({ index, code, message }) => ({
    where: `entry ${index}`,
    index,
    message: `${code}: ${message}`,
  }));
}

function rootDifference({ size, root: signed }: View, entries: number, root: string): Difference {
  const message =
    entries === size
      ? `it has signed the root ${signed}, and the entries make ${root}`
      : `it has signed for ${size} entries, and ${entries} can be read`;
  return { where: "/checkpoint", index: null, message };
}
