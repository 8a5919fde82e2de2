// How many subscriptions have yet to acknowledge each message: the last one that does deletes it.
import type { Storage } from "./storage.ts";

export class Holders {
  readonly #storage: Storage;
  readonly #counts = new Map<number, number>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** One more subscription holds the message. */
  add(message: number): void {
    this.#counts.set(message, (this.#counts.get(message) ?? 0) + 1);
  }

  drop(message: number, subscription: number): void {
    const left = this.#counts.get(message)! - 1;
    this.#storage.deletePending(message, subscription);
    if (left > 0) this.#counts.set(message, left);
    else {
      this.#counts.delete(message);
      this.#storage.deleteMessage(message);
    }
  }
}
