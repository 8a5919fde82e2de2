// The checkpoint below the root of the site, where readers of tiles find it: it must be the log's, and of the same
// history as the one that the API shows.
import { setTimeout } from "node:timers/promises";
import { openCheckpoint, PolicyLedgerError } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { LogClient, View } from "../../log/index.ts";
import { ClientError } from "../../sdk/index.ts";
import type { Difference } from "./derive.ts";

/** Caches keep it for a second or so: one that lies back is looked at again. */
const PATIENCE = 2;
const STALE_MS = 1_200;

export async function noteDifferences(
  log: LogClient,
  view: View,
  signal: AbortSignal,
): Promise<readonly Difference[]> {
  for (let patience = PATIENCE; ; patience--) {
    const found = await noteFault(log, view, signal);
    if (found === null) return [];
    if (found.isBack && patience > 0) await setTimeout(STALE_MS, undefined, { signal });
    else return [{ where: "/checkpoint", index: null, message: found.message }];
  }
}

async function noteFault(
  log: LogClient,
  view: View,
  signal: AbortSignal,
): Promise<{ readonly message: string; readonly isBack: boolean } | null> {
  const bytes = await log.wire.note({ signal });
  if (bytes === null) return { message: "it is not served", isBack: false };
  try {
    const note = openCheckpoint(nodeHost, bytes, view.keys);
    if (note.size === view.size && note.root !== view.root) {
      return { message: `it has the root ${note.root}, and /api/v1/log ${view.root}`, isBack: false };
    }
    const [small, large] = note.size < view.size ? [note, view] : [view, note];
    await log.consistency(small, large, { signal });
    if (note.size >= view.size) return null;
    return { message: `it is of ${note.size} entries, and /api/v1/log of ${view.size}`, isBack: true };
  } catch (error) {
    const isFalse = error instanceof ClientError && error.code === "false_answer";
    if (!isFalse && !(error instanceof PolicyLedgerError)) throw error;
    return { message: error.message, isBack: false };
  }
}
