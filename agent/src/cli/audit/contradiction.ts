// Holds a service to what it showed before: a ledger only grows. What contradicts that is kept as evidence.
import { join } from "node:path";
import { type Client, ClientError } from "../../sdk/index.ts";
import { replaceFile } from "../home.ts";
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
}

/** Null where the service still shows what was seen. */
export async function contradictionOf(
  client: Client,
  seen: Seen | null,
  now: { readonly size: number; readonly current_hash: string | null },
  signal: AbortSignal,
): Promise<Contradiction | null> {
  if (seen === null) return null;
  const last = seen.size - 1;
  const evidence = (entry_now: string | null): Evidence => ({
    kind: "policyledger-evidence",
    v: 1,
    endpoint: client.endpoint,
    found_at: new Date().toISOString(),
    seen,
    now,
    entry_now,
  });
  const since = `at ${seen.seen_at} it held ${seen.size} entries and ended in ${seen.current_hash}`;
  if (now.size < seen.size) {
    const message = `the ledger was shortened: ${since}, now it holds ${now.size}`;
    return { code: "shortened", message, evidence: evidence(null) };
  }
  const entry = await entryAt(client, last, signal);
  if (entry?.current_hash === seen.current_hash) return null;
  const shown =
    entry === null ? "the service shows no such entry" : `that entry hashes to ${entry.current_hash}`;
  return {
    code: "rewritten",
    message: `the ledger was rewritten at or before entry ${last}: ${since}, now ${shown}`,
    evidence: evidence(entry?.text ?? null),
  };
}

async function entryAt(client: Client, index: number, signal: AbortSignal) {
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
