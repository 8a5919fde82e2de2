// What one subscription has yet to see acknowledged: which messages are ready, leased to whom, or waiting to be tried
// again. Pure: the clock is an argument, deliveries and deadlines are the caller's to carry out.
//
// A message is ready → leased → acknowledged, and from leased, if it fails (negative acknowledgement or deadline passed),
// back to ready, at once or after the retry policy's pause. Messages of one ordering key go out in order: many may be
// leased at a time, but only to one holder; when one of them fails, those behind it are taken back too.
import { type Due, DueQueue, NOT_DUE } from "./due.ts";
import { Fifo } from "./fifo.ts";
import type { Message } from "./message.ts";

export interface Policy {
  readonly ackDeadlineMs: number;
  readonly isOrdered: boolean;
  /** The pause after the first failure; it doubles with each further one up to `most`. */
  readonly backoffMs: { readonly least: number; readonly most: number } | null;
  /** After so many failures a message is exhausted, and due to be dead-lettered. */
  readonly maxAttempts: number | null;
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

interface Entry extends Due {
  readonly message: Message;
  readonly key: OrderingKey | null;
  /** The number of the current lease; 0 if there is none. */
  lease: number;
  holder: Holder | null;
  failures: number;
  isGone: boolean;
}

/** Who holds leases, with what they amount to: one stream, or one pull. */
export class Holder {
  messages = 0;
  bytes = 0;
  /** Keys of which this holder has leases, and of which nobody else may get the next message. */
  readonly keys = new Fifo<OrderingKey>();
}

class OrderingKey {
  readonly name: string;
  /** In order of publishing: first those that are leased, then those that wait. */
  readonly entries: Entry[] = [];
  leased = 0;
  holder: Holder | null = null;
  /** A failed message that has to be tried again, later, before any behind it. */
  blockedBy: Entry | null = null;
  /** The queue in which this key is found, if something of it can go out. */
  queue: Fifo<Entry | OrderingKey> | Fifo<OrderingKey> | null = null;

  constructor(name: string) {
    this.name = name;
  }

  get next(): Entry | undefined {
    return this.blockedBy === null ? this.entries[this.leased] : undefined;
  }
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

  messages(): Iterable<Message> {
    return this.#entries.values().map(({ message }) => message);
  }

  add(message: Message): void {
    const key = this.policy.isOrdered && message.orderingKey !== "" ? this.#key(message.orderingKey) : null;
    const entry = {
      message,
      key,
      lease: 0,
      holder: null,
      failures: 0,
      isGone: false,
      due: 0,
      place: NOT_DUE,
    };
    this.#entries.set(message.id, entry);
    if (key === null) this.#ready.push(entry);
    else {
      key.entries.push(entry);
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
    this.#release(entry);
    this.#due.delete(entry);
    this.#entries.delete(id);
    entry.isGone = true;
    if (entry.key !== null) this.#leaveKey(entry, entry.key);
    return entry.message;
  }

  /** Moves a lease's deadline; 0 gives the message back. A lease that is over stays over. */
  modify(id: number, lease: number, deadlineMs: number, now: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.lease === 0 || entry.lease !== lease) return;
    if (deadlineMs === 0) this.#fail(entry, now);
    else this.#due.set(entry, now + deadlineMs);
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
      if (isHere && key.next !== undefined) return key.next;
      if (isHere) key.queue = null;
      holder.keys.shift();
    }
    for (let lane = this.#ready.shift(); lane !== undefined; lane = this.#ready.shift()) {
      if (!(lane instanceof OrderingKey)) {
        if (!lane.isGone) return lane;
      } else if (lane.queue === this.#ready) {
        lane.queue = null;
        if (lane.next !== undefined) return lane.next;
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
    entry.key.leased++;
    entry.key.holder = holder;
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
    if (entry.key === null) this.#release(entry);
    else this.#takeBack(entry.key, entry.key.entries.indexOf(entry));
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

  #takeBack(key: OrderingKey, from: number): void {
    for (const entry of key.entries.slice(from, key.leased)) this.#release(entry);
    key.leased = from;
    key.blockedBy = null;
    if (from === 0) key.holder = null;
  }

  #leaveKey(entry: Entry, key: OrderingKey): void {
    const index = key.entries.indexOf(entry);
    key.entries.splice(index, 1);
    if (index < key.leased) key.leased--;
    if (key.leased === 0) key.holder = null;
    if (key.blockedBy === entry) key.blockedBy = null;
    if (key.entries.length === 0) this.#keys.delete(key.name);
    else this.#offer(key);
  }

  /** Puts a key of which something can go out where the one who may have it looks. */
  #offer(key: OrderingKey): void {
    if (key.next === undefined) return;
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
