// Runs entries again, as `audit --replay` does, from their texts and the policies and plans that the service gives for them.
import { PolicyLedgerError, readEntry } from "@policyledger/core";
import { subjectOf } from "../../check/index.ts";
import { textsOf } from "../audit/download.ts";
import type { Pool } from "../replay/pool.ts";
import { checkSpread } from "../replay/spread.ts";
import type { ServiceClient } from "../service.ts";

/** What is wrong with an entry. */
export interface WrongEntry {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

export interface Replaying {
  readonly client: ServiceClient;
  readonly pool: Pool;
  readonly signal: AbortSignal;
}

/** All that does not hold; the texts are of the entries from `first` on. */
export async function replayEntries(
  { client, pool, signal }: Replaying,
  texts: readonly string[],
  first: number,
): Promise<WrongEntry[]> {
  const wrong: WrongEntry[] = [];
  const entries = texts.flatMap((text, i) => {
    try {
      return { text, entry: readEntry(text) };
    } catch (error) {
      if (!(error instanceof PolicyLedgerError)) throw error;
      wrong.push({ index: first + i, code: "unreadable", message: error.message });
      return [];
    }
  });
  const found = await textsOf(client, [...new Set(entries.map(({ entry }) => subjectOf(entry)))], signal);
  const tasks = entries.map(({ text, entry }) => {
    const key = subjectOf(entry);
    const subject = found.get(key) ?? null;
    if (subject === null) {
      const message = `it names policy ${key}, which is not given`;
      wrong.push({ index: entry.index, code: "no_artifact", message });
    }
    return { kind: "entry" as const, text, subject };
  });
  const findings = await checkSpread(pool, tasks);
  for (const [i, { fault }] of findings.entries()) {
    if (fault !== null) wrong.push({ index: entries[i]!.entry.index, ...fault });
  }
  return wrong.sort((a, b) => a.index - b.index);
}
