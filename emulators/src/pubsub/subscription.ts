// What one subscription has yet to see acknowledged: which messages are ready, leased to whom, or waiting to be tried
// again. Pure: the clock is an argument, deliveries and deadlines are the caller's to carry out.
//
// A message is ready → leased → acknowledged, and from leased, if it fails (negative acknowledgement or deadline passed),
// back to ready, at once or after the retry policy's pause. Messages of one ordering key go out in order: many may be
// leased at a time, but only to one holder; when one of them fails, those behind it are taken back too.
import { DueQueue, NOT_DUE } from "./due.ts";
import { Fifo } from "./fifo.ts";
import type { Message } from "./message.ts";
import { type Entry, type Holder, OrderingKey } from "./ordering-key.ts";

const SWEEP_MS = 1_000;

export interface Policy {
  readonly ackDeadlineMs: number;
  readonly isOrdered: boolean;
  /** The pause after the first failure; it doubles with each further one up to `most`. */
  readonly backoffMs: { readonly least: number; readonly most: number } | null;
  /** After so many failures a message is exhausted, and due to be dead-lettered. */
  readonly maxAttempts: number | null;
  /** A message that was published longer ago is not delivered any more. */
  readonly retentionMs: number;
}

export interface Room {
  readonly messages: number;
  readonly bytes: number;
}

export interface Delivery {
  readonly message: Message;
  readonly lease: number;
  /** From 1: one more than the failures so far. */
  readonly attempt: number;
}

export class Subscription {
  policy: Policy;
  #lastLease: number;
  #leased = 0;
  readonly #entries = new Map<number, Entry>();
  readonly #keys = new Map<string, OrderingKey>();
  readonly #ready = new Fifo<Entry | OrderingKey>();
  readonly #due = new DueQueue<Entry>();
  #exhausted: Entry[] = [];
  #nextSweep = 0;

  /** Leases are counted from `lastLease`, so that those of an earlier process can be told apart. */
  constructor(policy: Policy, lastLease: number) {
    this.policy = policy;
    this.#lastLease = lastLease;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** How many messages nobody holds: those that are ready, and those that pause. */
  get waiting(): number {
    return this.#entries.size - this.#leased;
  }

  /** When `expire` next has something to do. */
  get nextDue(): number | null {
    return this.#due.first?.due ?? null;
  }

  isOutdated({ publishedAt }: Message, now: number): boolean {
    return publishedAt + this.policy.retentionMs < now;
  }

  /** Takes out what is older than the retention. */
  dropOutdated(now: number): Message[] {
    const outdated: Message[] = [];
    // Asked at each delivery; finding the oldest of a map from which much was deleted takes a while.
    if (now < this.#nextSweep) return outdated;
    this.#nextSweep = now + SWEEP_MS;
    // In order of publishing, so that the first that may stay is the last to be looked at.
    for (const { message } of this.#entries.values()) {
      if (!this.isOutdated(message, now)) break;
      outdated.push(message);
    }
    for (const { id } of outdated) this.acknowledge(id);
    return outdated;
  }

  messages(): Iterable<Message> {
    return this.#entries.values().map(({ message }) => message);
  }

  add(message: Message): void {
    const key = this.policy.isOrdered && message.orderingKey !== "" ? this.#key(message.orderingKey) : null;
    const entry: Entry = {
      message,
      key,
      lease: 0,
      holder: null,
      failures: 0,
      isGone: false,
      before: null,
      behind: null,
      due: 0,
      place: NOT_DUE,
    };
    this.#entries.set(message.id, entry);
    if (key === null) this.#ready.push(entry);
    else {
      key.push(entry);
      this.#offer(key);
    }
  }

  /** Leases to the holder what is ready, as far as there is room. */
  take(holder: Holder, room: Room, deadlineMs: number, now: number): Delivery[] {
    const deliveries: Delivery[] = [];
    let bytes = 0;
    while (deliveries.length < room.messages && bytes < room.bytes) {
      const entry = this.#next(holder);
      if (entry === null) break;
      this.#lease(entry, holder, now + deadlineMs);
      bytes += entry.message.bytes.length;
      deliveries.push({ message: entry.message, lease: entry.lease, attempt: entry.failures + 1 });
    }
    return deliveries;
  }

  /** An acknowledgement counts however late it comes: the work is done. Returns the message if it was not yet gone. */
  acknowledge(id: number): Message | null {
    const entry = this.#entries.get(id);
    if (entry === undefined) return null;
    const isLeased = entry.lease !== 0;
    this.#release(entry);
    this.#due.delete(entry);
    this.#entries.delete(id);
    entry.isGone = true;
    if (entry.key !== null) this.#leaveKey(entry, entry.key, isLeased);
    return entry.message;
  }

  /** Moves a lease's deadline; 0 gives the message back. A lease that is over stays over. */
  modify(id: number, lease: number, deadlineMs: number, now: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.lease === 0 || entry.lease !== lease) return;
    if (deadlineMs === 0) this.#fail(entry, now);
    else this.#due.set(entry, now + deadlineMs);
  }

  /** Ends a lease of which the holder never heard: no attempt, and so no failure. */
  takeBack(id: number, lease: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.lease === 0 || entry.lease !== lease) return;
    this.#endLease(entry);
    this.#retry(entry);
  }

  /** Ends the leases whose deadline has passed, and the pauses that are over. */
  expire(now: number): void {
    for (;;) {
      const entry = this.#due.first;
      if (entry === undefined || entry.due > now) return;
      if (entry.lease !== 0) this.#fail(entry, now);
      else this.#retry(entry);
    }
  }

  /** The messages that failed too often since the last call; each is to be acknowledged, or given back. */
  takeExhausted(): Delivery[] {
    const exhausted = this.#exhausted.filter(({ isGone, lease }) => !isGone && lease === 0);
    this.#exhausted = [];
    return exhausted.map(({ message, failures }) => ({ message, lease: 0, attempt: failures }));
  }

  /** Tries an exhausted message again after all. */
  giveBack(id: number, now: number): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined && entry.lease === 0) this.#pause(entry, now);
  }

  #next(holder: Holder): Entry | null {
    for (let key = holder.keys.peek(); key !== undefined; key = holder.keys.peek()) {
      const isHere = key.queue === holder.keys;
      if (isHere && key.next !== null) return key.next;
      if (isHere) key.queue = null;
      holder.keys.shift();
    }
    for (let lane = this.#ready.shift(); lane !== undefined; lane = this.#ready.shift()) {
      if (!(lane instanceof OrderingKey)) {
        if (!lane.isGone) return lane;
      } else if (lane.queue === this.#ready) {
        lane.queue = null;
        if (lane.next !== null) return lane.next;
      }
    }
    return null;
  }

  #lease(entry: Entry, holder: Holder, deadline: number): void {
    entry.lease = ++this.#lastLease;
    entry.holder = holder;
    this.#leased++;
    holder.messages++;
    holder.bytes += entry.message.bytes.length;
    this.#due.set(entry, deadline);
    if (entry.key === null) return;
    entry.key.lease(holder);
    this.#offer(entry.key);
  }

  #release(entry: Entry): void {
    if (entry.holder === null) return;
    this.#leased--;
    entry.holder.messages--;
    entry.holder.bytes -= entry.message.bytes.length;
    entry.holder = null;
    entry.lease = 0;
    this.#due.delete(entry);
  }

  #fail(entry: Entry, now: number): void {
    entry.failures++;
    this.#endLease(entry);
    const { maxAttempts } = this.policy;
    if (maxAttempts === null || entry.failures < maxAttempts) this.#pause(entry, now);
    else this.#exhaust(entry);
  }

  #pause(entry: Entry, now: number): void {
    const pause = this.#backoff(entry.failures);
    if (entry.key !== null) entry.key.blockedBy = entry;
    if (pause === 0) this.#retry(entry);
    else this.#due.set(entry, now + pause);
  }

  #exhaust(entry: Entry): void {
    if (entry.key !== null) entry.key.blockedBy = entry;
    this.#exhausted.push(entry);
  }

  #backoff(failures: number): number {
    const { backoffMs } = this.policy;
    return backoffMs === null ? 0 : Math.min(backoffMs.least * 2 ** (failures - 1), backoffMs.most);
  }

  #retry(entry: Entry): void {
    this.#due.delete(entry);
    const { key } = entry;
    if (key === null) this.#ready.push(entry);
    else {
      if (key.blockedBy === entry) key.blockedBy = null;
      this.#offer(key);
    }
  }

  /** Those of its key that were leased after it are taken back with it. */
  #endLease(entry: Entry): void {
    const ended = entry.key === null ? [entry] : entry.key.takeBack(entry);
    for (const one of ended) this.#release(one);
  }

  #leaveKey(entry: Entry, key: OrderingKey, isLeased: boolean): void {
    key.delete(entry, isLeased);
    if (key.isEmpty) this.#keys.delete(key.name);
    else this.#offer(key);
  }

  /** Puts a key of which something can go out where the one who may have it looks. */
  #offer(key: OrderingKey): void {
    if (key.next === null) return;
    const queue = key.holder === null ? this.#ready : key.holder.keys;
    if (key.queue === queue) return;
    key.queue = queue;
    queue.push(key);
  }

  #key(name: string): OrderingKey {
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = new OrderingKey(name);
      this.#keys.set(name, key);
    }
    return key;
  }
}
