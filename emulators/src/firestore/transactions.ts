// Transactions: who they are, how long they live, and what they may still do.
import { randomBytes } from "node:crypto";
import type { Message } from "../wire/service.ts";
import { Code, StatusError } from "../wire/status.ts";
import type { Locks, Mode, Owner } from "./locks.ts";
import { microsOf } from "./time.ts";

export interface Transaction extends Owner {
  readonly id: Buffer;
  readonly database: string;
  /** A read-only transaction reads the past, without locks; null for one that may write. */
  readonly readTime: bigint | null;
  /** How it locks what it reads. */
  readonly mode: Mode;
  readonly begun: number;
  used: number;
}

/** Cloud Firestore's own limits ("Transaction limits" in its documentation). */
const IDLE_MS = 60_000;
const TOTAL_MS = 270_000;
const SWEEP_MS = 1_000;
const REMEMBERED = 10_000;
/** What the official clients look for to run the transaction anew. */
const EXPIRED = "The referenced transaction has expired or is no longer valid.";

type End = "committed" | "rolled back";

export class Transactions {
  readonly #locks: Locks;
  readonly #now: () => number;
  readonly #idle: number;
  readonly #live = new Map<string, Transaction>();
  /** The latest that are over, and how they ended. */
  readonly #over = new Map<string, End>();
  readonly #sweeper: NodeJS.Timeout;
  /** Rises over restarts too, so that a retry of before one is older than whoever comes after it. */
  #nextSeniority = Date.now() * 1_000;

  constructor(locks: Locks, now: () => number, idle = IDLE_MS) {
    this.#locks = locks;
    this.#now = now;
    this.#idle = idle;
    this.#sweeper = setInterval(() => this.expire(), SWEEP_MS).unref();
  }

  /**
   * `options` null: one that may write. `snapshot` gives the time of a read-only one, for the time that it asks for or
   * null, and refuses what is too long ago.
   */
  begin(database: string, options: Message | null, snapshot: (asked: bigint | null) => bigint): Transaction {
    const { readOnly, readWrite } = options ?? {};
    const retried: Buffer | undefined = readWrite?.retryTransaction;
    const isRetry = retried !== undefined && retried.length > 0;
    const seniority = isRetry ? seniorityOf(retried) : this.#nextSeniority++;
    const now = this.#now();
    const transaction: Transaction = {
      id: idOf(readOnly ? READ_ONLY : READ_WRITE, seniority),
      database,
      seniority,
      readTime: readOnly ? snapshot(readOnly.readTime ? microsOf(readOnly.readTime) : null) : null,
      // One that failed before takes turns with others like it, instead of colliding with them again.
      mode: isRetry ? "update" : "shared",
      aborted: null,
      begun: now,
      used: now,
    };
    this.#live.set(transaction.id.toString("hex"), transaction);
    return transaction;
  }

  /** Throws for one that is over, or that was aborted. */
  find(database: string, id: Uint8Array): Transaction {
    const key = Buffer.from(id).toString("hex");
    const transaction = this.#live.get(key);
    if (transaction === undefined || transaction.database !== database)
      throw new StatusError(this.#over.has(key) ? Code.ABORTED : Code.INVALID_ARGUMENT, EXPIRED);
    if (transaction.aborted !== null) {
      this.end(transaction, "rolled back");
      throw transaction.aborted;
    }
    transaction.used = this.#now();
    return transaction;
  }

  /** For its commit: from now on it is over for everyone else, also while the commit still waits. */
  claim(database: string, id: Uint8Array): Transaction {
    const transaction = this.find(database, id);
    this.#conclude(transaction, "committed");
    return transaction;
  }

  /** A second rollback does nothing, as does that of one that was aborted. */
  rollback(database: string, id: Uint8Array): void {
    const key = Buffer.from(id).toString("hex");
    const transaction = this.#live.get(key);
    if (this.#over.get(key) === "rolled back") return;
    this.end(transaction ?? this.find(database, id), "rolled back");
  }

  /** The age of one write outside of transactions. */
  nextSeniority(): number {
    return this.#nextSeniority++;
  }

  end(transaction: Transaction, how: End): void {
    this.#conclude(transaction, how);
    this.#release(transaction);
  }

  #conclude(transaction: Transaction, how: End): void {
    const key = transaction.id.toString("hex");
    this.#live.delete(key);
    this.#over.set(key, how);
    if (this.#over.size > REMEMBERED) this.#over.delete(this.#over.keys().next().value!);
  }

  /** Ends those whose client has gone, so that what they hold becomes free. */
  expire(): void {
    const now = this.#now();
    for (const transaction of this.#live.values())
      if (now - transaction.used > this.#idle || now - transaction.begun > TOTAL_MS)
        this.#forget(transaction);
  }

  #forget(transaction: Transaction): void {
    this.#live.delete(transaction.id.toString("hex"));
    this.#release(transaction);
  }

  #release(transaction: Transaction): void {
    this.#locks.release(transaction);
    // A read of its own that is still under way gets no more locks.
    transaction.aborted ??= new StatusError(Code.ABORTED, EXPIRED);
  }

  close(): void {
    clearInterval(this.#sweeper);
  }
}

const READ_ONLY = 1n;
const READ_WRITE = 2n;
const ID_BYTES = 16;
const SENIORITY_BITS = 56;

/** One byte of the kind and seven of the seniority, which a retry hands on, and eight of chance. */
function idOf(kind: bigint, seniority: number): Buffer {
  const id = randomBytes(ID_BYTES);
  id.writeBigUInt64BE((kind << BigInt(SENIORITY_BITS)) | BigInt(seniority));
  return id;
}

/** Told by the id alone, so that also one of before a restart is known. */
function seniorityOf(id: Buffer): number {
  const head = id.length === ID_BYTES ? id.readBigUInt64BE() : 0n;
  if (head >> BigInt(SENIORITY_BITS) !== READ_WRITE)
    throw new StatusError(
      Code.INVALID_ARGUMENT,
      "The transaction to retry was never given, or cannot write.",
    );
  return Number(BigInt.asUintN(SENIORITY_BITS, head));
}
