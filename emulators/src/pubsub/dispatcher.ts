// Hands a subscription's messages out to whoever asks: streams and pulls, in turn, each as far as it has room.
import { formatAckId } from "./ack-id.ts";
import type { MessageFaults, Received } from "./message-faults.ts";
import type { Delivery, Holder, Room, Subscription } from "./subscription.ts";
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
  readonly #exhausted: () => void;
  #consumers: Consumer[] = [];
  #turn = 0;
  #isAwake = false;
  #isClosed = false;
  #alarm: { readonly at: number; cancel(): void } | null = null;

  constructor(
    id: number,
    state: Subscription,
    time: { readonly now: Now; readonly setTimer: SetTimer },
    faults: MessageFaults,
    /** Called when messages have failed too often. */
    exhausted: () => void,
  ) {
    this.id = id;
    this.state = state;
    this.#now = time.now;
    this.#setTimer = time.setTimer;
    this.#faults = faults;
    this.#exhausted = exhausted;
  }

  join(consumer: Consumer): void {
    this.#consumers.push(consumer);
    this.pump();
  }

  leave(consumer: Consumer): void {
    this.#consumers = this.#consumers.filter((other) => other !== consumer);
  }

  /** Hands out soon, but not within a transaction that could still fail. */
  wake(): void {
    if (this.#isAwake || this.#isClosed) return;
    this.#isAwake = true;
    queueMicrotask(() => {
      this.#isAwake = false;
      this.pump();
    });
  }

  close(error: Error): void {
    this.#isClosed = true;
    this.#alarm?.cancel();
    const consumers = this.#consumers;
    this.#consumers = [];
    for (const consumer of consumers) consumer.end(error);
  }

  pump(): void {
    if (this.#isClosed) return;
    this.state.expire(this.#now());
    this.#exhausted();
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
    this.#faults.pass(received, (some) => consumer.deliver(some));
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
