// The lock table: documents and queries that transactions have read or are about to write, and who waits for whom.
//
// Rules: reads of transactions take "shared" (on a retry "update"), commits "exclusive"; first come, first served. A
// query is kept as a predicate: a commit first waits for all others whose predicate fits a document before or after it.
// Whoever closes a circle of waiting parties breaks it at once: its youngest member is aborted and loses all it holds.
// First come, first served holds for queries too: one that fits what a writer waits to do waits for that writer (`ahead`).
// A query should protect its predicate only once it holds the locks of its results, in the same turn as it reads them:
// one that waits with a predicate stands in the way of the very commit that it waits for.
import { Code, StatusError } from "../wire/status.ts";
import { victimOf } from "./deadlock.ts";
import type { Document } from "./document.ts";
import { Lock, type Mode } from "./lock.ts";

export type { Mode } from "./lock.ts";

/** A transaction, or a plain write: whoever takes locks. */
export interface Owner {
  /** Lower is older. A retried transaction keeps that of its first try, so that in the end it is the oldest. */
  readonly seniority: number;
  /** Set when it lost its locks to a deadlock or a time-out: it must not go on. */
  aborted: StatusError | null;
}

export type Predicate = (name: string, before: Document | null, after: Document | null) => boolean;

export interface Change {
  readonly name: string;
  readonly before: Document | null;
  readonly after: Document | null;
}

export type SetTimer = (ms: number, fire: () => void) => () => void;

const CONTENTION =
  "Aborted due to cross-transaction contention. This occurs when multiple transactions attempt to access the same " +
  "data, requiring Firestore to abort at least one in order to enforce serializability.";
/** The text of the error when a lock could not be had in time. */
export const TIMED_OUT = "Transaction lock timeout";
const RELEASED = "The transaction ended while this request waited for a lock.";

interface Party {
  readonly owner: Owner;
  readonly held: Set<Lock<Party, Waiting>>;
  readonly waiting: Set<Waiting>;
  /** Waits of others for this party's end. */
  readonly awaited: Set<Waiting>;
  predicates: Predicate[] | null;
  /** What it will do once those that it waits for have ended. */
  announced: readonly Change[];
}

/** Something that a party waits for: a lock, or the end of the parties in `others`. */
interface Waiting {
  readonly party: Party;
  readonly mode: Mode;
  readonly lock: Lock<Party, Waiting> | null;
  readonly others: Set<Party>;
  readonly granted: Promise<void>;
  readonly settle: (error: StatusError | null) => void;
}

export class Locks {
  readonly #timeout: number;
  readonly #setTimer: SetTimer;
  readonly #locks = new Map<string, Lock<Party, Waiting>>();
  readonly #parties = new Map<Owner, Party>();
  readonly #protecting = new Set<Party>();
  readonly #announcing = new Set<Party>();

  /** `timeout`: how many milliseconds a request waits before its owner is aborted. */
  constructor({ timeout, setTimer = realTimer }: { timeout: number; setTimer?: SetTimer }) {
    this.#timeout = timeout;
    this.#setTimer = setTimer;
  }

  /** Null when the lock is granted at once; otherwise a promise, which rejects with ABORTED when the owner is aborted. */
  acquire(owner: Owner, name: string, mode: Mode): Promise<void> | null {
    if (owner.aborted !== null) return Promise.reject(owner.aborted);
    const party = this.#partyOf(owner);
    const lock = this.#lockOf(name);
    const earlier = lock.wanted ? lock.waitingOf(party) : null;
    if (earlier !== null) return earlier.granted.then(() => this.#again(party, name, mode));
    if (lock.take(party, mode)) {
      party.held.add(lock);
      return null;
    }
    return this.#wait(party, mode, lock, new Set());
  }

  /** From now on, who changes what `predicate` fits has to wait for `owner`. It must throw nothing. */
  protect(owner: Owner, predicate: Predicate): void {
    if (owner.aborted !== null) throw owner.aborted;
    const party = this.#partyOf(owner);
    party.predicates ??= [];
    party.predicates.push(predicate);
    this.#protecting.add(party);
  }

  /** The other owners whose predicates fit one of the changes. Ask again after waiting for them: there may be new ones. */
  conflicts(owner: Owner, changes: readonly Change[]): readonly Owner[] {
    const found: Owner[] = [];
    for (const party of this.#protecting)
      if (party.owner !== owner && fits(party, changes)) found.push(party.owner);
    return found;
  }

  /** Until all of `others` have been released; `changes` are what the owner waits to do, see `ahead`. */
  waitFor(owner: Owner, others: readonly Owner[], changes: readonly Change[] = []): Promise<void> {
    if (owner.aborted !== null) return Promise.reject(owner.aborted);
    const parties = others.flatMap((other) => (other === owner ? [] : (this.#parties.get(other) ?? [])));
    if (parties.length === 0) return Promise.resolve();
    const party = this.#partyOf(owner);
    if (changes.length > 0) {
      party.announced = changes;
      this.#announcing.add(party);
    }
    return this.#wait(party, "exclusive", null, new Set(parties));
  }

  /**
   * The other owners that wait to do what `predicate` fits. A query waits for them before it protects its predicate, or
   * queries without end could keep a writer out. Those that wait for `owner` itself come after it.
   */
  ahead(owner: Owner, predicate: Predicate): readonly Owner[] {
    const party = this.#parties.get(owner);
    const found: Owner[] = [];
    for (const writer of this.#announcing)
      if (writer !== party && !(party && waitsFor(writer, party)) && anyFits(predicate, writer.announced))
        found.push(writer.owner);
    return found;
  }

  holds(owner: Owner, name: string): Mode | null {
    const party = this.#parties.get(owner);
    return (party && this.#locks.get(name)?.held(party)) ?? null;
  }

  /** Ends all that the owner holds, protects and waits for. Does nothing for an owner that has nothing. */
  release(owner: Owner): void {
    const party = this.#parties.get(owner);
    if (party === undefined) return;
    this.#parties.delete(owner);
    this.#protecting.delete(party);
    this.#announcing.delete(party);
    const left = new Set(party.held);
    for (const waiting of party.waiting) {
      this.#withdraw(waiting);
      if (waiting.lock !== null) left.add(waiting.lock);
      waiting.settle(owner.aborted ?? new StatusError(Code.ABORTED, RELEASED));
    }
    party.waiting.clear();
    for (const lock of left) lock.leave(party);
    for (const lock of left) this.#grant(lock);
    for (const waiting of party.awaited) {
      waiting.others.delete(party);
      if (waiting.others.size === 0) finish(waiting);
    }
  }

  /** Takes everything from an owner, now and for the future. */
  abort(owner: Owner, error: StatusError): void {
    owner.aborted = error;
    this.release(owner);
  }

  /** How many documents and owners are remembered: none when nobody holds or waits for anything. */
  get size(): number {
    return this.#locks.size + this.#parties.size + this.#protecting.size + this.#announcing.size;
  }

  /** After an earlier request of the same party for the same lock. */
  #again(party: Party, name: string, mode: Mode): Promise<void> | undefined {
    if (this.#parties.get(party.owner) !== party) throw new StatusError(Code.ABORTED, RELEASED);
    return this.acquire(party.owner, name, mode) ?? undefined;
  }

  #wait(party: Party, mode: Mode, lock: Waiting["lock"], others: Set<Party>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Who waits for several locks one after the other has not looked at the second when both are refused.
    promise.catch(() => {});
    const cancel = this.#setTimer(this.#timeout, () =>
      this.abort(party.owner, new StatusError(Code.ABORTED, TIMED_OUT)),
    );
    const settle = (error: StatusError | null) => {
      cancel();
      if (error === null) resolve();
      else reject(error);
    };
    const waiting: Waiting = { party, mode, lock, others, granted: promise, settle };
    party.waiting.add(waiting);
    lock?.enqueue(waiting);
    for (const other of others) other.awaited.add(waiting);
    this.#breakDeadlocks(party);
    return promise;
  }

  /** After `party` began to wait: a circle that was closed by this goes through it. */
  #breakDeadlocks(party: Party): void {
    while (party.waiting.size > 0 && isAwaited(party)) {
      const victim = victimOf(party, seniorityOf, blockersOf);
      if (victim === null) return;
      this.abort(victim.owner, new StatusError(Code.ABORTED, CONTENTION));
    }
  }

  #grant(lock: Lock<Party, Waiting>): void {
    for (const waiting of lock.wanted ? lock.grant() : []) {
      waiting.party.held.add(lock);
      finish(waiting);
    }
    if (lock.idle) this.#locks.delete(lock.name);
  }

  #withdraw(waiting: Waiting): void {
    waiting.lock?.withdraw(waiting.party);
    for (const other of waiting.others) other.awaited.delete(waiting);
  }

  #partyOf(owner: Owner): Party {
    let party = this.#parties.get(owner);
    if (party === undefined) {
      party = {
        owner,
        held: new Set(),
        waiting: new Set(),
        awaited: new Set(),
        predicates: null,
        announced: [],
      };
      this.#parties.set(owner, party);
    }
    return party;
  }

  #lockOf(name: string): Lock<Party, Waiting> {
    let lock = this.#locks.get(name);
    if (lock === undefined) {
      lock = new Lock(name);
      this.#locks.set(name, lock);
    }
    return lock;
  }
}

function finish(waiting: Waiting): void {
  waiting.party.waiting.delete(waiting);
  waiting.settle(null);
}

function fits(party: Party, changes: readonly Change[]): boolean {
  return party.predicates!.some((predicate) => anyFits(predicate, changes));
}

function anyFits(predicate: Predicate, changes: readonly Change[]): boolean {
  return changes.some(({ name, before, after }) => predicate(name, before, after));
}

function waitsFor(party: Party, other: Party): boolean {
  for (const waiting of party.waiting) if (waiting.others.has(other)) return true;
  return false;
}

function seniorityOf(party: Party): number {
  return party.owner.seniority;
}

function* blockersOf(party: Party): Iterable<Party> {
  for (const waiting of party.waiting) {
    yield* waiting.others;
    if (waiting.lock !== null) yield* waiting.lock.blockersOf(waiting);
  }
}

/** Whether anyone may be waiting for it: without this, most waits need no search. */
function isAwaited(party: Party): boolean {
  if (party.awaited.size > 0 || party.waiting.size > 1) return true;
  for (const lock of party.held) if (lock.wanted) return true;
  return false;
}

function realTimer(ms: number, fire: () => void): () => void {
  const timer = setTimeout(fire, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
