// What a lying service answers: one answer changed, everything else as it is.
import { canonicalJson, entryHash, type Json } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Tamper } from "./world.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are changed in whatever way
type Answer = any;

/** Changes an answer in its place, or gives the fields that are others. */
type Change = (answer: Answer) => unknown;

/** Of each answer whose path begins so. */
export function lying(start: string, change: Change): Tamper {
  return (path, text) => {
    if (!path.startsWith(start) || !text.startsWith("{")) return text;
    const answer = JSON.parse(text);
    Object.assign(answer, change(answer) as object);
    return JSON.stringify(answer);
  };
}

export function lyingOfClaim(id: string, change: Change): Tamper {
  return lying(`/api/v1/claims/${id}`, change);
}

/** Of an entry, alone or in a list. With `rehash` its hash is made to fit, so that the lie is one of the whole entry. */
export function lyingOfEntry(index: number, change: Change, { rehash = true } = {}): Tamper {
  return lying("/api/v1/ledger", (answer) => {
    const entries: Answer[] = answer.entries ?? [answer];
    for (const entry of entries.filter((each) => each.index === index)) {
      Object.assign(entry, change(entry) as object);
      if (rehash) entry.current_hash = hashOf(entry);
    }
  });
}

function hashOf({ current_hash: _, ...fields }: { current_hash: string }): string {
  return entryHash(nodeHost, canonicalJson(fields as unknown as Json));
}
