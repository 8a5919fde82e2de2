// The state of one subscription: what is ready, who holds it, and when it is tried again.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Holder } from "../../src/pubsub/ordering-key.ts";
import { type Policy, Subscription } from "../../src/pubsub/subscription.ts";
import { messageOf, SubscriptionModel } from "./subscription-model.ts";

const PLAIN: Policy = {
  ackDeadlineMs: 10_000,
  isOrdered: false,
  backoffMs: null,
  maxAttempts: null,
  retentionMs: 604_800_000,
};
const BACKOFF: Policy = { ...PLAIN, backoffMs: { least: 1_000, most: 5_000 } };
const BATCH = { messages: 1_000, bytes: Infinity };
const ALL = { messages: Infinity, bytes: Infinity };

function subscriptionOf(policy: Policy, keys: readonly string[]): Subscription {
  const subscription = new Subscription(policy, 0);
  keys.forEach((key, i) => {
    subscription.add(messageOf(i + 1, key));
  });
  return subscription;
}

function idsTaken(subscription: Subscription, holder: Holder, now = 0, room = ALL): number[] {
  return subscription.take(holder, room, 10_000, now).map(({ message }) => message.id);
}

describe("Subscription", () => {
  test("leases each message once, first come, first served, as far as there is room", () => {
    const subscription = subscriptionOf(PLAIN, ["", "", "", ""]);
    expect(idsTaken(subscription, new Holder(), 0, { messages: 2, bytes: Infinity })).toEqual([1, 2]);
    expect(idsTaken(subscription, new Holder(), 0, { messages: Infinity, bytes: 1 })).toEqual([3]);
    expect(idsTaken(subscription, new Holder())).toEqual([4]);
    expect(idsTaken(subscription, new Holder())).toEqual([]);
  });

  test("delivers again when the deadline passes, not before", () => {
    const subscription = subscriptionOf(PLAIN, [""]);
    idsTaken(subscription, new Holder());
    expect(subscription.nextDue).toBe(10_000);
    subscription.expire(9_999);
    expect(idsTaken(subscription, new Holder(), 9_999)).toEqual([]);
    subscription.expire(10_000);
    expect(subscription.take(new Holder(), ALL, 10_000, 10_000)).toMatchObject([{ attempt: 2 }]);
  });

  test("moves a lease's deadline as the holder asks, and lets a lease that is over touch nothing", () => {
    const subscription = subscriptionOf(PLAIN, [""]);
    const [first] = subscription.take(new Holder(), ALL, 10_000, 0);
    subscription.modify(1, first!.lease, 60_000, 5_000);
    expect(subscription.nextDue).toBe(65_000);
    subscription.modify(1, first!.lease, 0, 6_000);
    const [second] = subscription.take(new Holder(), ALL, 10_000, 6_000);
    subscription.modify(1, first!.lease, 0, 7_000);
    expect(idsTaken(subscription, new Holder(), 7_000)).toEqual([]);
    expect(second!.lease).not.toBe(first!.lease);
  });

  test("counts an acknowledgement that comes after the deadline", () => {
    const subscription = subscriptionOf(PLAIN, [""]);
    idsTaken(subscription, new Holder());
    subscription.expire(10_000);
    expect(subscription.acknowledge(1)?.id).toBe(1);
    expect(idsTaken(subscription, new Holder(), 10_000)).toEqual([]);
    expect(subscription.acknowledge(1)).toBe(null);
  });

  test("pauses after each failure for twice as long, up to the longest pause", () => {
    const subscription = subscriptionOf(BACKOFF, [""]);
    let now = 0;
    const pauses = [1, 2, 3, 4, 5].map(() => {
      const [delivery] = subscription.take(new Holder(), ALL, 10_000, now);
      subscription.modify(1, delivery!.lease, 0, now);
      const pause = subscription.nextDue! - now;
      now += pause;
      subscription.expire(now);
      return pause;
    });
    expect(pauses).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  test("drops what is older than the retention, leased or not, and nothing else", () => {
    const subscription = new Subscription({ ...PLAIN, retentionMs: 600_000 }, 0);
    const ids = (messages: readonly { id: number }[]) => messages.map(({ id }) => id);
    for (const id of [1, 2, 3]) subscription.add({ ...messageOf(id), publishedAt: id * 100_000 });
    const [first] = subscription.take(new Holder(), { messages: 1, bytes: Infinity }, 900_000, 300_000);
    expect(ids(subscription.dropOutdated(700_000))).toEqual([]);
    expect(ids(subscription.dropOutdated(850_000))).toEqual([1, 2]);
    expect(subscription.acknowledge(first!.message.id)).toBe(null);
    expect(idsTaken(subscription, new Holder(), 850_000)).toEqual([3]);
    expect(subscription.size).toBe(1);
  });

  test("counts no failure when a lease is taken back of which the holder never heard", () => {
    const subscription = subscriptionOf({ ...BACKOFF, maxAttempts: 1 }, ["", ""]);
    const [first] = subscription.take(new Holder(), { messages: 1, bytes: Infinity }, 10_000, 0);
    subscription.takeBack(1, first!.lease);
    subscription.takeBack(1, first!.lease);
    expect(subscription.takeExhausted()).toEqual([]);
    expect(subscription.take(new Holder(), ALL, 10_000, 0)).toMatchObject([
      { message: { id: 2 } },
      { message: { id: 1 }, attempt: 1 },
    ]);
  });

  test("reports a message that failed too often, once, and delivers it no more unless it is given back", () => {
    const subscription = subscriptionOf({ ...PLAIN, maxAttempts: 2 }, [""]);
    for (const _ of [1, 2]) {
      const [delivery] = subscription.take(new Holder(), ALL, 10_000, 0);
      expect(subscription.takeExhausted()).toEqual([]);
      subscription.modify(1, delivery!.lease, 0, 0);
    }
    expect(subscription.takeExhausted()).toMatchObject([{ message: { id: 1 }, attempt: 2 }]);
    expect(subscription.takeExhausted()).toEqual([]);
    expect(idsTaken(subscription, new Holder())).toEqual([]);
    subscription.giveBack(1, 0);
    expect(idsTaken(subscription, new Holder())).toEqual([1]);
  });
});

describe("Subscription with ordering", () => {
  const ORDERED: Policy = { ...PLAIN, isOrdered: true };

  test("keeps the messages of a key with one holder until they are acknowledged", () => {
    const subscription = subscriptionOf(ORDERED, ["a", "a", "b", "a", ""]);
    const first = new Holder();
    const second = new Holder();
    expect(idsTaken(subscription, first, 0, { messages: 1, bytes: Infinity })).toEqual([1]);
    expect(idsTaken(subscription, second)).toEqual([3, 5]);
    subscription.acknowledge(1);
    expect(idsTaken(subscription, second)).toEqual([2, 4]);
  });

  test("takes back what follows a message that failed, and delivers it all again in order", () => {
    const subscription = subscriptionOf(ORDERED, ["a", "a", "a"]);
    const holder = new Holder();
    const deliveries = subscription.take(holder, ALL, 10_000, 0);
    subscription.modify(2, deliveries[1]!.lease, 0, 0);
    expect(holder.messages).toBe(1);
    expect(idsTaken(subscription, new Holder())).toEqual([]);
    expect(idsTaken(subscription, holder)).toEqual([2, 3]);
  });

  // In quadratic time this would take 20 s, and run into the limit of every test.
  test("takes little longer for each message of a key the more of them there are", () => {
    const subscription = subscriptionOf(ORDERED, Array(200_000).fill("a"));
    const holder = new Holder();
    for (let taken = idsTaken(subscription, holder, 0, BATCH); taken.length > 0; ) {
      for (const id of taken.reverse()) subscription.acknowledge(id);
      taken = idsTaken(subscription, holder, 0, BATCH);
    }
    expect(subscription.size).toBe(0);
  });

  test("lets nothing of a key overtake a message that pauses", () => {
    const subscription = subscriptionOf({ ...BACKOFF, isOrdered: true }, ["a", "a", "b"]);
    const [first] = subscription.take(new Holder(), { messages: 1, bytes: Infinity }, 10_000, 0);
    subscription.modify(1, first!.lease, 0, 0);
    expect(idsTaken(subscription, new Holder())).toEqual([3]);
    subscription.expire(1_000);
    expect(idsTaken(subscription, new Holder(), 1_000)).toEqual([1, 2]);
  });
});

describe("Subscription, whatever happens to it,", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("publish" as const), key: fc.constantFrom("", "a", "b") }),
    fc.record({ do: fc.constant("take" as const), by: fc.nat(2), count: fc.integer({ min: 1, max: 4 }) }),
    fc.record({
      do: fc.constantFrom("acknowledge", "nack", "takeBack", "nackWithAnOldLease"),
      pick: fc.nat(30),
    }),
    fc.record({
      do: fc.constant("extend" as const),
      pick: fc.nat(30),
      ms: fc.integer({ min: 1, max: 20_000 }),
    }),
    fc.record({ do: fc.constant("advance" as const), ms: fc.nat(4_000) }),
  );

  for (const [name, policy] of Object.entries({
    plain: PLAIN,
    "with back-off": BACKOFF,
    "with ordering": { ...PLAIN, isOrdered: true },
    "with ordering and back-off": { ...BACKOFF, isOrdered: true },
  }))
    test(`loses nothing, leases nothing twice and keeps its pauses (${name})`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
          const model = new SubscriptionModel(policy);
          for (const one of steps) {
            if (one.do === "publish" && "key" in one) model.publish(one.key);
            else if (one.do === "take" && "by" in one) model.take(model.holders[one.by]!, one.count);
            else if (one.do === "extend" && "ms" in one && "pick" in one) model.extend(one.pick, one.ms);
            else if (one.do === "advance" && "ms" in one) model.advance(one.ms);
            else if (one.do === "acknowledge" && "pick" in one) model.acknowledge(one.pick);
            else if (one.do === "nack" && "pick" in one) model.nack(one.pick);
            else if (one.do === "takeBack" && "pick" in one) model.takeBack(one.pick);
            else if ("pick" in one) model.nackWithAnOldLease(one.pick);
          }
          model.drain();
        }),
        { numRuns: 300 },
      );
    });
});
