// Faults on demand that strike single deliveries (kind "message"): lost, late, twice, or after the next one.
import type { Faults } from "../wire/faults.ts";
import type { SetTimer } from "./timer.ts";

/** google.pubsub.v1.ReceivedMessage, its message as bytes. */
export interface Received {
  readonly ackId: string;
  readonly message: Uint8Array;
  readonly deliveryAttempt: number;
}

interface Recipient {
  deliver(received: readonly Received[]): void;
}

/** A message that is on its way for longer than the others. */
interface Late {
  readonly received: Received;
  readonly to: Recipient;
  /** It arrives as soon as another one has overtaken it. */
  readonly letsOvertake: boolean;
  /** Calls its own timer off. */
  cancel(): void;
}

const REORDER_MS = 1_000;

export class MessageFaults {
  readonly #faults: Faults;
  readonly #setTimer: SetTimer;
  readonly #late = new Set<Late>();

  constructor(faults: Faults, setTimer: SetTimer) {
    this.#faults = faults;
    this.#setTimer = setTimer;
  }

  /** Sends what was leased, with what the rules do to it. A message that is lost stays leased until its deadline. */
  pass(received: readonly Received[], to: Recipient): void {
    const now: Received[] = [];
    const overtaken: Late[] = [];
    for (const one of received) {
      const rule = this.#faults.next("message");
      if (rule?.action === "delay") this.#postpone(one, to, rule.ms, false);
      else if (rule?.action === "reorder") this.#postpone(one, to, rule.ms || REORDER_MS, true);
      else if (rule === null || rule.action === "duplicate") {
        now.push(one);
        if (rule !== null) now.push(one);
        for (const late of this.#takeOvertaken())
          if (late.to === to) now.push(late.received);
          else overtaken.push(late);
      }
    }
    if (now.length > 0) to.deliver(now);
    for (const late of overtaken) late.to.deliver([late.received]);
  }

  /** How many messages are still on their way to a recipient. */
  late(to: Recipient): number {
    return this.#lateTo(to).length;
  }

  /** The recipient is gone; gives what it will not get any more. */
  forget(to: Recipient): Received[] {
    const forgotten = this.#lateTo(to);
    for (const late of forgotten) this.#end(late);
    return forgotten.map(({ received }) => received);
  }

  #postpone(received: Received, to: Recipient, ms: number, letsOvertake: boolean): void {
    const cancel = this.#setTimer(() => {
      this.#end(late);
      to.deliver([received]);
    }, ms);
    const late: Late = { received, to, letsOvertake, cancel };
    this.#late.add(late);
  }

  #takeOvertaken(): Late[] {
    if (this.#late.size === 0) return [];
    const overtaken = [...this.#late].filter(({ letsOvertake }) => letsOvertake);
    for (const late of overtaken) this.#end(late);
    return overtaken;
  }

  #lateTo(to: Recipient): Late[] {
    return this.#late.size === 0 ? [] : [...this.#late].filter((late) => late.to === to);
  }

  #end(late: Late): void {
    late.cancel();
    this.#late.delete(late);
  }
}
