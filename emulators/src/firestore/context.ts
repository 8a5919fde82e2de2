// What every RPC of the local Firestore works with, and the checks that they share.
import type { Call, Message } from "../wire/service.ts";
import { Code, StatusError } from "../wire/status.ts";
import { databaseOf } from "./collections.ts";
import type { Locks } from "./locks.ts";
import { parseDatabase, parseDocumentName } from "./names.ts";
import type { Store } from "./store.ts";
import { microsOf } from "./time.ts";
import type { Transaction, Transactions } from "./transactions.ts";

export interface Context {
  readonly store: Store;
  readonly locks: Locks;
  readonly transactions: Transactions;
}

/** How a read sees the documents: as they are, as they were at a time, or under the locks of a transaction. */
export interface Reading {
  readonly transaction: Transaction | null;
  /** Begun by this very request, which must then answer with its id. */
  readonly isNew: boolean;
  readonly at: bigint | undefined;
}

/** Every message of a read has the oneof `consistency_selector`. */
export function readingOf(context: Context, database: string, request: Message): Reading {
  const { store, transactions } = context;
  switch (request.consistencySelector) {
    case "transaction": {
      if (request.transaction.length === 0) return { transaction: null, isNew: false, at: undefined };
      const transaction = transactions.find(database, request.transaction);
      return { transaction, isNew: false, at: transaction.readTime ?? undefined };
    }
    case "newTransaction": {
      // A read that does not say which kind it wants begins a read-only one (firestore.proto).
      const options = request.newTransaction.readWrite
        ? request.newTransaction
        : { readOnly: {}, ...request.newTransaction };
      const transaction = transactions.begin(database, options, (asked) => snapshotOf(store, asked));
      return { transaction, isNew: true, at: transaction.readTime ?? undefined };
    }
    case "readTime":
      return { transaction: null, isNew: false, at: snapshotOf(store, microsOf(request.readTime)) };
    default:
      return { transaction: null, isNew: false, at: undefined };
  }
}

/** The time that a read in the past sees; without one asked for, now. */
export function snapshotOf(store: Store, asked: bigint | null): bigint {
  const now = store.readTime();
  if (asked === null) return now;
  if (asked > now) throw new StatusError(Code.INVALID_ARGUMENT, "The requested read_time is in the future.");
  if (asked < store.oldest())
    throw new StatusError(Code.FAILED_PRECONDITION, "The requested snapshot version is too old.");
  return asked;
}

/** Whether the transaction takes locks for what it reads; one that only reads sees a snapshot. */
export function isLocking(transaction: Transaction | null): transaction is Transaction {
  return transaction !== null && transaction.readTime === null;
}

export function checkDatabase(database: string): string {
  parseDatabase(database);
  return database;
}

/** The name of a document within the database that a request is about. */
export function checkName(name: string, database: string): string {
  parseDocumentName(name);
  checkWithin(name, database);
  return name;
}

/** For a name that is known to be one. */
export function checkWithin(name: string, database: string): void {
  if (databaseOf(name) !== database)
    throw new StatusError(Code.INVALID_ARGUMENT, `Document "${name}" is not in the database "${database}".`);
}

/** Waits for a lock; a client that goes away meanwhile gives up what it holds, and its place in the queue. */
export async function unlessGone(call: Call, wait: Promise<void>, giveUp: () => void): Promise<void> {
  const { signal } = call;
  if (signal.aborted) giveUp();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    await wait;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
