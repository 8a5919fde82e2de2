// One ordering key of a subscription: its messages as a list from which any can be taken out at the same cost.
import type { Due } from "./due.ts";
import { Fifo } from "./fifo.ts";
import type { Message } from "./message.ts";

/** A message that one subscription has yet to see acknowledged. */
export interface Entry extends Due {
  readonly message: Message;
  readonly key: OrderingKey | null;
  /** The number of the current lease; 0 if there is none. */
  lease: number;
  holder: Holder | null;
  failures: number;
  isGone: boolean;
  /** Its neighbours among the messages of its key. */
  before: Entry | null;
  behind: Entry | null;
}

/** Who holds leases, with what they amount to: one stream, or one pull. */
export class Holder {
  messages = 0;
  bytes = 0;
  /** Keys of which this holder has leases, and of which nobody else may get the next message. */
  readonly keys = new Fifo<OrderingKey>();
}

/** The messages of one ordering key in order of publishing: first those that are leased, then those that wait. */
export class OrderingKey {
  readonly name: string;
  leased = 0;
  holder: Holder | null = null;
  /** A failed message that has to be tried again, later, before any behind it. */
  blockedBy: Entry | null = null;
  /** The queue in which this key is found, if something of it can go out. */
  queue: Fifo<Entry | OrderingKey> | Fifo<OrderingKey> | null = null;
  #last: Entry | null = null;
  /** The first that waits. */
  #waiting: Entry | null = null;

  constructor(name: string) {
    this.name = name;
  }

  get next(): Entry | null {
    return this.blockedBy === null ? this.#waiting : null;
  }

  get isEmpty(): boolean {
    return this.#last === null;
  }

  push(entry: Entry): void {
    entry.before = this.#last;
    if (this.#last !== null) this.#last.behind = entry;
    this.#last = entry;
    this.#waiting ??= entry;
  }

  /** The first that waits is leased to the holder. */
  lease(holder: Holder): void {
    this.#waiting = this.#waiting!.behind;
    this.leased++;
    this.holder = holder;
  }

  /** A leased message and those behind it wait again; gives back those whose lease that ends. */
  takeBack(from: Entry): Entry[] {
    const taken: Entry[] = [];
    for (let entry: Entry | null = from; entry !== this.#waiting; entry = entry!.behind) taken.push(entry!);
    this.#waiting = from;
    this.#unlease(taken.length);
    this.blockedBy = null;
    return taken;
  }

  delete(entry: Entry, isLeased: boolean): void {
    if (this.#waiting === entry) this.#waiting = entry.behind;
    if (this.#last === entry) this.#last = entry.before;
    if (entry.before !== null) entry.before.behind = entry.behind;
    if (entry.behind !== null) entry.behind.before = entry.before;
    if (isLeased) this.#unlease(1);
    if (this.blockedBy === entry) this.blockedBy = null;
    entry.before = null;
    entry.behind = null;
  }

  #unlease(count: number): void {
    this.leased -= count;
    if (this.leased === 0) this.holder = null;
  }
}
