// Runs every new entry of a log again, up to a checkpoint: the entries must be those that it commits to, each must follow the
// one before it, and each must be what its policy earns.
import {
  ChainAudit,
  entryHash,
  growTree,
  type Head,
  PolicyLedgerError,
  parseBundle,
  readEntry,
  rootOf,
  TILE_WIDTH,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { fetchBundles, type LogClient, type View } from "../../log/index.ts";
import { broken } from "../exit.ts";
import { type Replaying, replayEntries, type WrongEntry } from "../log/replaying.ts";
import type { Replayed } from "./state.ts";

type Signed = Pick<View, "origin" | "size" | "root">;

export interface ReplayTo extends Replaying {
  readonly log: LogClient;
  readonly told: (size: number) => void;
  /** Keeps what was run, which is proven to be the beginning of the checkpoint. */
  readonly keep: (replayed: Replayed) => void;
}

/** Entries after which it is kept, so that an interruption costs no more than these. */
const KEEP_AFTER = 2_048;

/** What is wrong with the entries; none, and they were all run up to the checkpoint. */
export async function replayTo(by: ReplayTo, from: Replayed, target: Signed): Promise<readonly WrongEntry[]> {
  const { log, signal } = by;
  let at = from;
  let kept = from.size;
  const chain = new ChainAudit(nodeHost, headOf(from));
  await requireBeginning(by, from, target);
  for await (const { bundle, bytes } of fetchBundles(log.wire, from.size, target.size, signal)) {
    const start = TILE_WIDTH * bundle.index;
    if (bytes === null)
      throw broken(`${target.origin} gives no entries from ${start} on, and has signed for them`);
    const texts = textsOf(bytes, bundle.width).slice(at.size - start);
    const wrong = await wrongIn(by, chain, texts, at.size);
    if (wrong.length > 0) return wrong;
    at = grown(at, texts);
    by.told(at.size);
    if (at.size - kept < KEEP_AFTER && at.size < target.size) continue;
    // A link that does not fit is blamed when the next entry comes; here none does that could be waited for.
    const { fault } = chain.finish();
    if (fault !== null) return [fault];
    await requireBeginning(by, at, target);
    by.keep(at);
    kept = at.size;
  }
  return [];
}

async function requireBeginning({ log, signal }: ReplayTo, tree: Replayed, target: Signed): Promise<void> {
  await log.consistency({ size: tree.size, root: rootOf(nodeHost, tree) }, target, { signal });
}

function headOf({ size, last }: Replayed): { readonly from?: Head } {
  return last === null ? {} : { from: { index: size - 1, ...last } };
}

function textsOf(bytes: Uint8Array, width: number): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return parseBundle(bytes, width).map((entry) => decoder.decode(entry));
  } catch (error) {
    if (error instanceof PolicyLedgerError) throw error;
    throw broken("a bundle of entries is not UTF-8", error);
  }
}

async function wrongIn(
  by: Replaying,
  chain: ChainAudit,
  texts: readonly string[],
  first: number,
): Promise<readonly WrongEntry[]> {
  for (const [i, text] of texts.entries()) {
    if (chain.add(text)) continue;
    const { fault } = chain.finish();
    return [
      fault ?? { index: first + i, code: "unreadable", message: "it does not follow the one before it" },
    ];
  }
  return replayEntries(by, texts, first);
}

function grown({ size, peaks }: Replayed, texts: readonly string[]): Replayed {
  const hashes = texts.map((text) => entryHash(nodeHost, text));
  const tree = growTree(nodeHost, { size, peaks }, hashes);
  const { timestamp } = readEntry(texts.at(-1)!);
  return { ...tree, last: { current_hash: hashes.at(-1)!, timestamp } };
}
