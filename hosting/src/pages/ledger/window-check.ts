// Checks the entries that are shown: each against its own hash, and each link against the entry before it.
import { checkEntry, entryHash, type Host, portableHasher } from "@policyledger/core";
import type { LedgerPage } from "@policyledger/core/api";
import { takenApart } from "../../entry-text.ts";

export type Entry = LedgerPage["entries"][number];

export interface Checked {
  readonly entry: Entry;
  /** Computed here. */
  readonly hash: string;
  /** Why the entry itself does not hold; null where it does. */
  readonly fault: string | null;
  /** To the entry before: whether this one names its hash; null where that one is not shown. */
  readonly link: { readonly holds: boolean; readonly message: string } | null;
}

/** Links take hashes alone: the curve, which signatures take, is loaded where they are checked. */
const host: Host = {
  ...portableHasher,
  verifyEd25519: () => {
    throw new Error("bug: no signature is checked here");
  },
};

interface Hashed {
  readonly text: string;
  readonly hash: string;
}

/** Of entries in the order of the ledger. */
export function checkWindow(entries: readonly Entry[]): Checked[] {
  const hashed = entries.map(hashedOf);
  return entries.map((entry, i) => ({
    entry,
    hash: hashed[i]!.hash,
    fault: faultOf(entry, hashed[i]!),
    link: linkOf(entry, hashed[i]!, entries[i - 1], hashed[i - 1]),
  }));
}

function hashedOf(entry: Entry): Hashed {
  const { text } = takenApart(entry);
  return { text, hash: entryHash(host, text) };
}

function faultOf({ current_hash }: Entry, { hash }: Hashed): string | null {
  if (hash === current_hash) return null;
  return `It hashes to ${hash}, and the service says ${current_hash}: one of them was changed.`;
}

function linkOf(
  entry: Entry,
  { text }: Hashed,
  before: Entry | undefined,
  hashedBefore: Hashed | undefined,
): Checked["link"] {
  if (before === undefined || hashedBefore === undefined) {
    if (entry.index !== 0) return null;
    const holds = entry.previous_hash === "genesis";
    return { holds, message: holds ? "It is the first." : "The first entry names another one before it." };
  }
  const { index, timestamp } = before;
  try {
    checkEntry(host, { index, current_hash: hashedBefore.hash, timestamp }, text);
    return { holds: true, message: `It names the hash of entry ${index}.` };
  } catch (error) {
    return { holds: false, message: (error as Error).message };
  }
}
