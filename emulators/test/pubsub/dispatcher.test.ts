// Handing messages out: deadlines and slow readers on a clock that moves only as told.
import { describe, expect, test } from "vitest";
import { type Consumer, Dispatcher } from "../../src/pubsub/dispatcher.ts";
import { MessageFaults } from "../../src/pubsub/message-faults.ts";
import { Holder, type Room, Subscription } from "../../src/pubsub/subscription.ts";
import { Faults } from "../../src/wire/faults.ts";
import { messageOf } from "./subscription-model.ts";

const POLICY = { ackDeadlineMs: 10_000, isOrdered: false, backoffMs: null, maxAttempts: null };

/** A dispatcher whose timers go off when `advance` passes them. */
function dispatcherWith(count: number) {
  let now = 0;
  let timers: { at: number; work: () => void }[] = [];
  const setTimer = (work: () => void, ms: number) => {
    const timer = { at: now + ms, work };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  };
  const state = new Subscription(POLICY, 0);
  for (let id = 1; id <= count; id++) state.add(messageOf(id));
  const time = { now: () => now, setTimer };
  const faults = new MessageFaults(new Faults(false), setTimer);
  const dispatcher = new Dispatcher(1, state, time, faults, () => {});
  return {
    dispatcher,
    advance(ms: number) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { work } of due) work();
    },
    timers: () => timers.length,
  };
}

function consumerWith(room: (held: number) => Room | null) {
  const holder = new Holder();
  const sizes: number[] = [];
  const ids: string[] = [];
  const consumer: Consumer = {
    holder,
    ackDeadlineMs: 10_000,
    room: () => room(holder.messages),
    deliver: (received) => {
      sizes.push(received.length);
      ids.push(...received.map(({ ackId }) => ackId.split("-")[1]!));
    },
    end: (error) => ids.push(error.message),
  };
  return { consumer, sizes, ids };
}

const UNLIMITED = () => ({ messages: Infinity, bytes: Infinity });
const NONE = () => ({ messages: 0, bytes: Infinity });

describe("Dispatcher", () => {
  test("shares a backlog among its consumers in batches", () => {
    const { dispatcher } = dispatcherWith(0);
    const consumers = [consumerWith(UNLIMITED), consumerWith(UNLIMITED)];
    for (const { consumer } of consumers) dispatcher.join(consumer);
    for (let id = 1; id <= 100; id++) dispatcher.state.add(messageOf(id));
    dispatcher.pump();
    expect(consumers.map(({ sizes }) => sizes)).toEqual([[50], [50]]);
    expect(new Set(consumers.flatMap(({ ids }) => ids)).size).toBe(100);
  });

  test("gives a message to another consumer when the deadline of the first has passed, and not before", () => {
    const { dispatcher, advance } = dispatcherWith(1);
    const first = consumerWith(UNLIMITED);
    const second = consumerWith(UNLIMITED);
    dispatcher.join(first.consumer);
    dispatcher.leave(first.consumer);
    dispatcher.join(second.consumer);
    advance(9_999);
    expect(second.ids).toEqual([]);
    advance(1);
    expect([first.ids, second.ids]).toEqual([["1"], ["1"]]);
  });

  test("keeps one timer, for the earliest deadline", () => {
    const { dispatcher, timers } = dispatcherWith(100);
    dispatcher.join(consumerWith(UNLIMITED).consumer);
    dispatcher.pump();
    expect(timers()).toBe(1);
  });

  test("asks a consumer again that had yet to read what it was sent", () => {
    const { dispatcher, advance } = dispatcherWith(1);
    let isClogged = true;
    const slow = consumerWith(() => (isClogged ? null : UNLIMITED()));
    dispatcher.join(slow.consumer);
    isClogged = false;
    expect(slow.ids).toEqual([]);
    advance(10);
    expect(slow.ids).toEqual(["1"]);
  });

  test("passes over a consumer without room", () => {
    const { dispatcher } = dispatcherWith(3);
    const full = consumerWith(NONE);
    const one = consumerWith((held) => ({ messages: 1 - held, bytes: Infinity }));
    dispatcher.join(full.consumer);
    dispatcher.join(one.consumer);
    expect([full.ids, one.ids]).toEqual([[], ["1"]]);
  });

  test("ends its consumers when it is closed, and stops its timer", () => {
    const { dispatcher, timers } = dispatcherWith(1);
    const { consumer, ids } = consumerWith(UNLIMITED);
    dispatcher.join(consumer);
    dispatcher.close(new Error("gone"));
    expect(ids).toEqual(["1", "gone"]);
    expect(timers()).toBe(0);
  });
});
