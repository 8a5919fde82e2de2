// A plain account of what a subscription did, held against the rules after each step.
import { expect } from "vitest";
import type { Message } from "../../src/pubsub/message.ts";
import { Holder } from "../../src/pubsub/ordering-key.ts";
import { type Policy, Subscription } from "../../src/pubsub/subscription.ts";

const DEADLINE_MS = 10_000;

interface Lease {
  readonly holder: Holder;
  readonly lease: number;
  deadline: number;
}

interface Tracked {
  readonly message: Message;
  lease: Lease | null;
  failures: number;
  notBefore: number;
}

export function messageOf(id: number, orderingKey = ""): Message {
  return { id, publishedAt: 0, orderingKey, bytes: new Uint8Array(10) };
}

export class SubscriptionModel {
  readonly subscription: Subscription;
  readonly holders = [new Holder(), new Holder(), new Holder()];
  readonly #policy: Policy;
  readonly #unacknowledged = new Map<number, Tracked>();
  #now = 0;
  #lastId = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
    this.subscription = new Subscription(policy, 0);
  }

  publish(orderingKey: string): void {
    const message = messageOf(++this.#lastId, orderingKey);
    this.subscription.add(message);
    this.#unacknowledged.set(message.id, { message, lease: null, failures: 0, notBefore: 0 });
  }

  take(holder: Holder, count: number): number {
    const room = { messages: count, bytes: Infinity };
    const deliveries = this.subscription.take(holder, room, DEADLINE_MS, this.#now);
    for (const { message, lease, attempt } of deliveries) {
      const tracked = this.#unacknowledged.get(message.id);
      expect(tracked, "an acknowledged message is not delivered").toBeDefined();
      expect(tracked!.lease, "one lease at a time").toBe(null);
      // With ordering it is not said which of several messages of a key failed, and which were only taken back.
      if (!this.#policy.isOrdered) {
        expect(attempt).toBe(tracked!.failures + 1);
        expect(tracked!.notBefore, "not before the pause is over").toBeLessThanOrEqual(this.#now);
      }
      for (const earlier of this.#sameKey(tracked!))
        if (earlier.message.id < message.id) expect(earlier.lease?.holder, "in order").toBe(holder);
      tracked!.lease = { holder, lease, deadline: this.#now + DEADLINE_MS };
    }
    this.check();
    return deliveries.length;
  }

  acknowledge(pick: number): void {
    const tracked = this.#pick(pick);
    if (tracked === undefined) return;
    expect(this.subscription.acknowledge(tracked.message.id)).toBe(tracked.message);
    this.#unacknowledged.delete(tracked.message.id);
    this.check();
  }

  nack(pick: number): void {
    const tracked = this.#pick(pick);
    if (!tracked?.lease) return;
    this.subscription.modify(tracked.message.id, tracked.lease.lease, 0, this.#now);
    this.#fail(tracked);
    this.check();
  }

  takeBack(pick: number): void {
    const tracked = this.#pick(pick);
    if (!tracked?.lease) return;
    this.subscription.takeBack(tracked.message.id, tracked.lease.lease);
    this.#endLease(tracked);
    this.check();
  }

  extend(pick: number, ms: number): void {
    const tracked = this.#pick(pick);
    if (!tracked?.lease) return;
    this.subscription.modify(tracked.message.id, tracked.lease.lease, ms, this.#now);
    tracked.lease.deadline = this.#now + ms;
    this.check();
  }

  /** A lease that is over must not be able to touch the one that followed. */
  nackWithAnOldLease(pick: number): void {
    const tracked = this.#pick(pick);
    if (tracked?.lease) this.subscription.modify(tracked.message.id, tracked.lease.lease - 1, 0, this.#now);
    this.check();
  }

  advance(ms: number): void {
    this.#now += ms;
    this.subscription.expire(this.#now);
    for (const one of this.#unacknowledged.values())
      if (one.lease !== null && one.lease.deadline <= this.#now) this.#fail(one);
    this.check();
  }

  /** Acknowledges everything as it comes, until all is done; fails if a message never comes. */
  drain(): void {
    for (let rounds = 0; this.#unacknowledged.size > 0; rounds++) {
      expect(rounds, "every message is delivered in the end").toBeLessThan(1_000);
      this.advance(700_000);
      for (const holder of this.holders) this.take(holder, Infinity);
      for (const { lease, message } of [...this.#unacknowledged.values()]) {
        if (lease === null) continue;
        this.subscription.acknowledge(message.id);
        this.#unacknowledged.delete(message.id);
      }
    }
    expect(this.subscription.size).toBe(0);
    expect(this.subscription.nextDue).toBe(null);
  }

  check(): void {
    expect(this.subscription.size).toBe(this.#unacknowledged.size);
    const free = [...this.#unacknowledged.values()].filter(({ lease }) => lease === null);
    expect(this.subscription.waiting).toBe(free.length);
    for (const holder of this.holders) {
      const held = [...this.#unacknowledged.values()].filter(({ lease }) => lease?.holder === holder);
      expect(holder.messages).toBe(held.length);
      expect(holder.bytes).toBe(held.length * 10);
    }
  }

  #fail(tracked: Tracked): void {
    tracked.failures++;
    const { backoffMs } = this.#policy;
    if (backoffMs !== null) {
      const pause = Math.min(backoffMs.least * 2 ** (tracked.failures - 1), backoffMs.most);
      tracked.notBefore = this.#now + pause;
    }
    this.#endLease(tracked);
  }

  #endLease(tracked: Tracked): void {
    tracked.lease = null;
    for (const later of this.#sameKey(tracked)) if (later.message.id > tracked.message.id) later.lease = null;
  }

  #sameKey({ message }: Tracked): Tracked[] {
    if (!this.#policy.isOrdered || message.orderingKey === "") return [];
    return [...this.#unacknowledged.values()].filter(
      (other) => other.message.orderingKey === message.orderingKey,
    );
  }

  #pick(pick: number): Tracked | undefined {
    return [...this.#unacknowledged.values()][pick % Math.max(this.#unacknowledged.size, 1)];
  }
}
