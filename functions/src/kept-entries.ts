// Entries never change, so an instance keeps those that it has read: a page costs one look-up of the head, and the
// entries that no reader asked for before. Which ledger they are of is told by the hash of its first entry.
import type { Firestore } from "firebase-admin/firestore";
import { entryRef, headRef, type LedgerHead, type StoredEntry } from "./documents.ts";

/** About 15 MB. */
const MOST = 5_000;

interface Kept {
  /** The hash of entry 0; null while there is none. */
  readonly ledger: string | null;
  readonly entries: Map<number, StoredEntry>;
}

const byDatabase = new WeakMap<Firestore, Kept>();

export interface Ledger {
  readonly head: LedgerHead | null;
  /** Entries by their indices, which must lie below the head's size, in the order asked for. */
  read(indices: readonly number[]): Promise<StoredEntry[]>;
}

export async function openLedger(db: Firestore): Promise<Ledger> {
  const fieldMask = ["size", "index", "current_hash", "timestamp"];
  const [head, first] = await db.getAll(headRef(db), entryRef(db, 0), { fieldMask });
  const { entries } = keptOf(db, (first!.get("current_hash") as string | undefined) ?? null);
  return {
    head: (head!.data() as LedgerHead | undefined) ?? null,
    read: async (indices) => {
      const missing = indices.filter((index) => !entries.has(index));
      const found =
        missing.length === 0 ? [] : await db.getAll(...missing.map((index) => entryRef(db, index)));
      const fresh = new Map(found.map((one, i) => [missing[i]!, one.data() as StoredEntry | undefined]));
      for (const [index, entry] of fresh) if (entry !== undefined) keep(entries, index, entry);
      return indices.map((index) => {
        const entry = fresh.get(index) ?? entries.get(index);
        if (entry === undefined) throw new Error(`bug: entry ${index} lies below the head and is not there`);
        return entry;
      });
    },
  };
}

function keptOf(db: Firestore, ledger: string | null): Kept {
  let kept = byDatabase.get(db);
  if (kept === undefined || kept.ledger !== ledger) {
    kept = { ledger, entries: new Map() };
    byDatabase.set(db, kept);
  }
  return kept;
}

function keep(entries: Map<number, StoredEntry>, index: number, entry: StoredEntry): void {
  if (entries.size >= MOST) entries.delete(entries.keys().next().value!);
  entries.set(index, entry);
}
