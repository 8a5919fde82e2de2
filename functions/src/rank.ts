// Station 4, rank: continues the cached boards from where they stood, and audits what it reads. The watermark is read
// first and written last, in one transaction with the boards: late, repeated and reordered events change nothing.
//
// A crash before the commit leaves the boards as they were; the event is delivered again, the next one comes, or the
// sweep looks. A crash after it leaves all of it done.
import {
  auditChain,
  type Board,
  boardOf,
  canonicalJson,
  type Entry,
  foldRanking,
  type Head,
  type Host,
  type Json,
  type Ranking,
} from "@policyledger/core";
import type { Transaction } from "firebase-admin/firestore";
import {
  type AuditFault,
  boardRef,
  entryRefs,
  headRef,
  isoTime,
  type LedgerHead,
  type StoredBoard,
  type StoredEntry,
  type Watermark,
  watermarkRef,
} from "./documents.ts";
import type { Service } from "./service.ts";

/** Entries of one transaction. */
const STRETCH = 500;
const ATTEMPTS = 10;

/** Ranks all that is not ranked; says how many entries those were. */
export async function rankNew(service: Service): Promise<number> {
  let ranked = 0;
  for (;;) {
    const started = service.now();
    // Outside of the transaction, which would keep append waiting for it; it only ever grows.
    const head = (await headRef(service.db).get()).data() as LedgerHead | undefined;
    const { from, count, fault, more } = await service.db.runTransaction(
      (transaction) => rankStretch(service, transaction, head?.size ?? 0),
      { maxAttempts: ATTEMPTS },
    );
    ranked += count;
    if (count > 0) {
      service.log({
        station: "rank",
        event: "entries_ranked",
        from,
        until: from + count,
        milliseconds: service.now() - started,
        counted: { entries_ranked: count },
      });
    }
    if (fault !== null) service.log({ station: "rank", event: "chain_broken", severity: "ERROR", fault });
    if (!more) return ranked;
  }
}

interface Stretch {
  readonly from: number;
  readonly count: number;
  readonly fault: AuditFault | null;
  readonly more: boolean;
}

async function rankStretch(service: Service, transaction: Transaction, size: number): Promise<Stretch> {
  const { db } = service;
  const mark = ((await transaction.get(watermarkRef(db))).data() as Watermark | undefined) ?? null;
  const from = mark?.size ?? 0;
  if (from >= size) return { from, count: 0, fault: null, more: false };
  const until = Math.min(size, from + STRETCH);
  const stored = await transaction.getAll(...entryRefs(db, from, until));
  const { held, head, fault } = audit(
    service,
    mark?.head ?? null,
    stored.map((one) => one.data() as StoredEntry | undefined),
  );
  // A fault is looked at again each time: it may have been mended.
  if (held.length === 0 && isSame(fault, mark?.fault ?? null)) return { from, count: 0, fault, more: false };
  const entries = held.map(({ current_hash: _, ...entry }) => entry as Entry);
  const before = await readBoards(service, transaction, entries);
  const after = foldRanking({ v: 1, size: from, boards: before }, entries);
  for (const board of changed(before, after))
    transaction.set(boardRef(db, board), board satisfies StoredBoard);
  transaction.set(watermarkRef(db), {
    size: after.size,
    head,
    updated_at: isoTime(service.now()),
    fault,
  } satisfies Watermark);
  return { from, count: entries.length, fault, more: fault === null && until < size };
}

function isSame(a: AuditFault | null, b: AuditFault | null): boolean {
  return a?.index === b?.index && a?.message === b?.message;
}

interface Audited {
  /** Those before the first that does not hold. */
  readonly held: readonly StoredEntry[];
  readonly head: Head | null;
  readonly fault: AuditFault | null;
}

/** Checks that stored entries follow one another, and carry their own hashes. */
export function audit(
  { host }: Pick<Service, "host">,
  from: Head | null,
  stored: readonly (StoredEntry | undefined)[],
): Audited {
  const held: StoredEntry[] = [];
  let head = from;
  for (const entry of stored) {
    const fault = faultOf(host, head, entry);
    if (fault !== null) return { held, head, fault };
    const { index, current_hash, timestamp } = entry!;
    head = { index, current_hash, timestamp };
    held.push(entry!);
  }
  return { held, head, fault: null };
}

function faultOf(host: Host, head: Head | null, entry: StoredEntry | undefined): AuditFault | null {
  const index = head === null ? 0 : head.index + 1;
  if (entry === undefined) return { index, code: "missing_tail", message: `entry ${index} is not there` };
  const report = auditChain(host, [textOf(entry)], head === null ? {} : { from: head });
  if (report.fault !== null) return { ...report.fault };
  if (report.head === entry.current_hash) return null;
  const message = `entry ${index} hashes to ${report.head}, and is stored with ${entry.current_hash}`;
  return { index, code: "altered", message };
}

/** The entry's canonical JSON: what its hash is over. */
export function textOf({ current_hash: _, ...entry }: StoredEntry): string {
  return canonicalJson(entry as unknown as Json);
}

/** Only the boards that these entries may change; the fold does not look at others. */
async function readBoards(
  { db }: Service,
  transaction: Transaction,
  entries: readonly Entry[],
): Promise<Record<string, Board>> {
  const wanted = new Map<string, Board>();
  for (const entry of entries) {
    const where = boardOf(entry);
    if (where !== null) wanted.set(where.key, where.empty);
  }
  if (wanted.size === 0) return {};
  const snapshots = await transaction.getAll(...[...wanted.values()].map((board) => boardRef(db, board)));
  const boards: Record<string, Board> = {};
  for (const [i, key] of [...wanted.keys()].entries()) {
    const board = snapshots[i]!.data() as StoredBoard | undefined;
    if (board !== undefined) boards[key] = board;
  }
  return boards;
}

function changed(before: Readonly<Record<string, Board>>, after: Ranking): readonly Board[] {
  return Object.entries(after.boards)
    .filter(([key, board]) => before[key] !== board)
    .map(([, board]) => board);
}
