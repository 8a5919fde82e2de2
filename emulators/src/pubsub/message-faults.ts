// Faults on demand that strike single deliveries (kind "message"): lost, late, twice, or after the next one.
import type { Faults } from "../wire/faults.ts";
import type { SetTimer } from "./timer.ts";

/** google.pubsub.v1.ReceivedMessage, its message as bytes. */
export interface Received {
  readonly ackId: string;
  readonly message: Uint8Array;
  readonly deliveryAttempt: number;
}

type Send = (received: readonly Received[]) => void;

const REORDER_MS = 1_000;

export class MessageFaults {
  readonly #faults: Faults;
  readonly #setTimer: SetTimer;
  /** Sends the message that waits for another to overtake it. */
  #release: (() => void) | null = null;

  constructor(faults: Faults, setTimer: SetTimer) {
    this.#faults = faults;
    this.#setTimer = setTimer;
  }

  /** Sends what was leased, with what the rules do to it. A message that is lost stays leased until its deadline. */
  pass(received: readonly Received[], send: Send): void {
    const now: Received[] = [];
    for (const one of received) {
      const rule = this.#faults.next("message");
      const release = this.#release;
      if (rule === null) now.push(one);
      else if (rule.action === "duplicate") now.push(one, one);
      else if (rule.action === "delay") this.#setTimer(() => send([one]), rule.ms);
      else if (rule.action === "reorder") this.#hold(() => send([one]), rule.ms || REORDER_MS);
      if (release !== null && now.length > 0) {
        send(now.splice(0));
        release();
      }
    }
    if (now.length > 0) send(now);
  }

  #hold(send: () => void, ms: number): void {
    const release = () => {
      if (this.#release === release) this.#release = null;
      cancel();
      send();
    };
    const cancel = this.#setTimer(release, ms);
    this.#release = release;
  }
}
