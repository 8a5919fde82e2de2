// Holds a service to what it showed before: a ledger only grows. What contradicts that is kept as evidence.
import { join } from "node:path";
import { entryHash, type Sealed } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { type Client, ClientError } from "../../sdk/index.ts";
import { replaceFile } from "../home.ts";
import type { History } from "./history.ts";
import type { Seen } from "./kept.ts";

export interface Contradiction {
  readonly code: "shortened" | "rewritten";
  readonly message: string;
  readonly evidence: Evidence;
}

interface Evidence {
  readonly kind: "policyledger-evidence";
  readonly v: 1;
  readonly endpoint: string;
  readonly found_at: string;
  readonly seen: Seen;
  /** What the service says now. */
  readonly now: { readonly size: number; readonly current_hash: string | null };
  /** The last entry that was seen, as the service shows it now: its canonical JSON, or null where it shows none. */
  readonly entry_now: string | null;
  /** The first entry that is another one now, as it was and as it is; null where what was seen is not kept. */
  readonly first: Difference | null;
}

interface Difference {
  readonly index: number;
  readonly was: string;
  readonly is: string;
}

export interface Remembered {
  readonly seen: Seen;
  readonly history: History;
}

/** Null where the service still shows what was seen. */
export async function contradictionOf(
  client: Client,
  remembered: Remembered | null,
  now: { readonly size: number; readonly current_hash: string | null },
  signal: AbortSignal,
): Promise<Contradiction | null> {
  if (remembered === null) return null;
  const { seen, history } = remembered;
  const evidence = (entry_now: string | null, first: Difference | null): Evidence => ({
    kind: "policyledger-evidence",
    v: 1,
    endpoint: client.endpoint,
    found_at: new Date().toISOString(),
    seen,
    now: { size: now.size, current_hash: now.current_hash },
    entry_now,
    first,
  });
  const since = `at ${seen.seen_at} it held ${seen.size} entries and ended in ${seen.current_hash}`;
  if (now.size < seen.size) {
    const message = `the ledger was shortened: ${since}, now it holds ${now.size}`;
    return { code: "shortened", message, evidence: evidence(null, null) };
  }
  const last = seen.size - 1;
  const entry = await entryAt(client, last, signal);
  if (entry?.current_hash === seen.current_hash) return null;
  const first = entry === null ? null : await firstDifference(client, history, last, signal);
  const shown =
    entry === null ? "the service shows no such entry" : `that entry hashes to ${entry.current_hash}`;
  const where =
    first === null ? `at or before entry ${last}` : `from entry ${first.index} on, ${told(first)}`;
  return {
    code: "rewritten",
    message: `the ledger was rewritten ${where}: ${since}, now ${shown}`,
    evidence: evidence(entry?.text ?? null, first),
  };
}

function told({ was, is }: Difference): string {
  return `which hashed to ${entryHash(nodeHost, was)} and now to ${entryHash(nodeHost, is)}`;
}

/** Where two histories part: each entry names the one before it, so that behind there all are others. */
async function firstDifference(
  client: Client,
  history: History,
  last: number,
  signal: AbortSignal,
): Promise<Difference | null> {
  let found: Difference | null = null;
  for (let [low, high] = [0, last]; low <= high; ) {
    const index = Math.floor((low + high) / 2);
    const [was, is] = [await history.textAt(index), await entryAt(client, index, signal)];
    if (was === null || is === null) return null;
    if (was === is.text) low = index + 1;
    else {
      found = { index, was, is: is.text };
      high = index - 1;
    }
  }
  return found;
}

async function entryAt(client: Client, index: number, signal: AbortSignal): Promise<Sealed | null> {
  try {
    return await client.entry(index, { signal });
  } catch (error) {
    if (error instanceof ClientError && error.problem?.status === 404) return null;
    throw error;
  }
}

/** Where it was written. */
export function keepEvidence(folder: string, { evidence }: Contradiction): string {
  const file = join(folder, `evidence-${evidence.found_at.replace(/[^0-9]/g, "")}.json`);
  replaceFile(file, `${JSON.stringify(evidence, null, 2)}\n`);
  return file;
}
