// What must hold of the log whenever nothing is on its way: its tiles are those of the entries, by a model that shares
// nothing with the core, and its checkpoint covers them all.
import { formatTilePath, newTiles, openCheckpoint, parseVerifierKey } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { naiveRoot, naiveTile } from "../../core/test/log/naive-tree.ts";
import type { LedgerHead, StoredCheckpoint, StoredEntry, StoredTile } from "../../functions/src/documents.ts";
import { textOf } from "../../functions/src/rank.ts";

export interface LogDocuments {
  readonly entries: ReadonlyMap<string, StoredEntry>;
  readonly head: LedgerHead | null;
  readonly tiles: ReadonlyMap<string, StoredTile>;
  readonly checkpoint: StoredCheckpoint | null;
}

type Check = (holds: boolean, fault: string) => void;

export function checkLog({ entries, head, tiles, checkpoint }: LogDocuments, check: Check): void {
  const leaves = [...entries.values()].map((entry) => Buffer.from(textOf(entry)));
  const size = leaves.length;
  const wanted = [...newTiles(0, size)];
  check(tiles.size === wanted.length, `there are ${tiles.size} tiles, ${size} entries have ${wanted.length}`);
  for (const { level, index, width } of wanted) {
    const stored = tiles.get(`${level}-${String(index).padStart(12, "0")}`);
    const hashes = naiveTile(leaves, level, index, width);
    const holds =
      stored?.level === level && stored.index === index && Buffer.from(stored.hashes).equals(hashes);
    check(holds, `${formatTilePath({ level, index, width })} is not that of the entries`);
  }
  const peaks = head?.peaks ?? [];
  check(peaks.length === bits(size), `the head has ${peaks.length} peaks for ${size} entries`);
  // A ledger that nobody has signed yet is one, and is signed by whoever runs it next.
  if (checkpoint === null) return;
  check(checkpoint.size === size, `the checkpoint covers ${checkpoint.size} of ${size} entries`);
  check(checkpoint.root === naiveRoot(leaves.slice(0, checkpoint.size)), "the checkpoint has another root");
  const keys = checkpoint.keys.map((key) => parseVerifierKey(nodeHost, key));
  const opened = openCheckpoint(nodeHost, checkpoint.note, keys);
  check(
    opened.size === checkpoint.size && opened.root === checkpoint.root && opened.origin === checkpoint.origin,
    "the checkpoint's note says something else than its document",
  );
}

function bits(n: number): number {
  return n.toString(2).replaceAll("0", "").length;
}
