// Hands a subscription's messages out to whoever asks: streams and pulls, in turn, each as far as it has room.
import { formatAckId, parseAckId } from "./ack-id.ts";
import type { MessageFaults, Received } from "./message-faults.ts";
import type { Holder } from "./ordering-key.ts";
import type { Delivery, Room, Subscription } from "./subscription.ts";
import type { Now, SetTimer } from "./timer.ts";

export interface Consumer {
  readonly holder: Holder;
  readonly ackDeadlineMs: number;
  /** What it can take at once; null if it has yet to read what it was sent. */
  room(): Room | null;
  deliver(received: readonly Received[]): void;
  /** The subscription is gone. */
  end(error: Error): void;
}

const CLOGGED_MS = 10;

export class Dispatcher {
  readonly id: number;
  readonly state: Subscription;
  readonly #now: Now;
  readonly #setTimer: SetTimer;
  readonly #faults: MessageFaults;
  readonly #tidy: () => void;
  #consumers: Consumer[] = [];
  #turn = 0;
  #isAwake = false;
  #closed: Error | null = null;
  #alarm: { readonly at: number; cancel(): void } | null = null;

  constructor(
    id: number,
    state: Subscription,
    time: { readonly now: Now; readonly setTimer: SetTimer },
    faults: MessageFaults,
    /** Takes away, before messages are handed out, those that are not to be delivered any more. */
    tidy: () => void,
  ) {
    this.id = id;
    this.state = state;
    this.#now = time.now;
    this.#setTimer = time.setTimer;
    this.#faults = faults;
    this.#tidy = tidy;
  }

  join(consumer: Consumer): void {
    if (this.#closed !== null) {
      consumer.end(this.#closed);
      return;
    }
    this.#consumers.push(consumer);
    this.pump();
  }

  /** What the consumer holds stays leased; what a fault kept from it goes to others. */
  leave(consumer: Consumer): void {
    this.#consumers = this.#consumers.filter((other) => other !== consumer);
    const unsent = this.#faults.forget(consumer);
    for (const { message, lease } of unsent.map(({ ackId }) => parseAckId(ackId)))
      this.state.takeBack(message, lease);
    if (unsent.length > 0) this.wake();
  }

  /** How many messages a fault keeps from the consumer for now. */
  late(consumer: Consumer): number {
    return this.#faults.late(consumer);
  }

  /** Hands out soon, but not within a transaction that could still fail. */
  wake(): void {
    if (this.#isAwake || this.#closed !== null) return;
    this.#isAwake = true;
    queueMicrotask(() => {
      this.#isAwake = false;
      this.pump();
    });
  }

  /** Returns whether there was anybody to tell. */
  close(error: Error): boolean {
    this.#closed = error;
    this.#alarm?.cancel();
    const consumers = this.#consumers;
    this.#consumers = [];
    for (const consumer of consumers) consumer.end(error);
    return consumers.length > 0;
  }

  pump(): void {
    if (this.#closed !== null) return;
    this.state.expire(this.#now());
    this.#tidy();
    const share = Math.max(Math.ceil(this.state.waiting / this.#consumers.length), 1);
    let isClogged = false;
    // A round in which nobody took anything is the last.
    for (let idle = 0; idle < this.#consumers.length; ) {
      const consumer = this.#consumers[this.#turn++ % this.#consumers.length]!;
      const room = consumer.room();
      if (room === null) isClogged = true;
      idle = room !== null && this.#hand(consumer, room, share) ? 0 : idle + 1;
    }
    this.#setAlarm(isClogged);
  }

  #hand(consumer: Consumer, room: Room, share: number): boolean {
    const deliveries = this.state.take(
      consumer.holder,
      { messages: Math.min(room.messages, share), bytes: room.bytes },
      consumer.ackDeadlineMs,
      this.#now(),
    );
    if (deliveries.length === 0) return false;
    const received = deliveries.map((delivery) => this.#received(delivery));
    this.#faults.pass(received, consumer);
    return true;
  }

  #received({ message, lease, attempt }: Delivery): Received {
    return {
      ackId: formatAckId({ subscription: this.id, message: message.id, lease }),
      message: message.bytes,
      // Attempts are told only where they count.
      deliveryAttempt: this.state.policy.maxAttempts === null ? 0 : attempt,
    };
  }

  /** An alarm that rings too early does no harm, so it is only ever brought forward. */
  #setAlarm(isClogged: boolean): void {
    const now = this.#now();
    const at = Math.min(this.state.nextDue ?? Infinity, isClogged ? now + CLOGGED_MS : Infinity);
    if (at === Infinity || (this.#alarm !== null && this.#alarm.at <= at)) return;
    this.#alarm?.cancel();
    const cancel = this.#setTimer(() => {
      this.#alarm = null;
      this.pump();
    }, at - now);
    this.#alarm = { at, cancel };
  }
}
