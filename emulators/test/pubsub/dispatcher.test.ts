// Handing messages out: deadlines and slow readers on a clock that moves only as told.
import { describe, expect, test } from "vitest";
import { type Consumer, Dispatcher } from "../../src/pubsub/dispatcher.ts";
import { MessageFaults } from "../../src/pubsub/message-faults.ts";
import { Holder } from "../../src/pubsub/ordering-key.ts";
import { pull } from "../../src/pubsub/pull.ts";
import { type Room, Subscription } from "../../src/pubsub/subscription.ts";
import { Faults } from "../../src/wire/faults.ts";
import { Code } from "../../src/wire/status.ts";
import { messageOf } from "./subscription-model.ts";

const POLICY = {
  ackDeadlineMs: 10_000,
  isOrdered: false,
  backoffMs: null,
  maxAttempts: null,
  retentionMs: 604_800_000,
};

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
  const faults = new Faults(true);
  const dispatcher = new Dispatcher(1, state, time, new MessageFaults(faults, setTimer), () => {});
  return {
    dispatcher,
    setTimer,
    strike: (action: "delay" | "reorder", ms = 0) =>
      faults.arm(1, [{ kind: "message", action, nth: 1, code: Code.UNAVAILABLE, ms }]),
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

  test("ends at once who joins when it is closed", () => {
    const { dispatcher } = dispatcherWith(1);
    dispatcher.close(new Error("gone"));
    const { consumer, ids } = consumerWith(UNLIMITED);
    dispatcher.join(consumer);
    expect(ids).toEqual(["gone"]);
  });

  test("gives to others what a fault kept from a consumer that left, without counting a failure", () => {
    const { dispatcher, strike, timers } = dispatcherWith(2);
    strike("delay", 60_000);
    const first = consumerWith(UNLIMITED);
    dispatcher.join(first.consumer);
    dispatcher.leave(first.consumer);
    const second = consumerWith(UNLIMITED);
    dispatcher.join(second.consumer);
    expect([first.ids, second.ids]).toEqual([["2"], ["1"]]);
    expect(timers()).toBe(1);
  });
});

describe("pull", () => {
  const call = { authorization: null, signal: new AbortController().signal };
  type System = ReturnType<typeof dispatcherWith>;

  function pulled({ dispatcher, setTimer }: System, most = 10, isImmediate = true, { signal } = call) {
    return pull(dispatcher, most, isImmediate, { ...call, signal }, setTimer).then((received) =>
      received.map(({ ackId }) => ackId.split("-")[1]),
    );
  }

  test("takes nothing for a caller that is gone", async () => {
    const system = dispatcherWith(1);
    expect(await pulled(system, 10, true, { ...call, signal: AbortSignal.abort() })).toEqual([]);
    expect(system.dispatcher.state.waiting).toBe(1);
  });

  test("answers a message and the one that it overtakes together", async () => {
    const system = dispatcherWith(3);
    system.strike("reorder");
    expect(await pulled(system)).toEqual(["2", "1", "3"]);
  });

  test("leaves a message that nothing overtakes in its answer to the next one", async () => {
    const system = dispatcherWith(2);
    system.strike("reorder");
    expect(await pulled(system, 1)).toEqual([]);
    expect(await pulled(system)).toEqual(["2", "1"]);
  });

  test("answers with what is not late, and leaves what is to the next one", async () => {
    const system = dispatcherWith(3);
    system.strike("delay", 300);
    expect(await pulled(system)).toEqual(["2", "3"]);
    expect(await pulled(system)).toEqual(["1"]);
  });

  test("answers with a late message if it still waits", async () => {
    const system = dispatcherWith(1);
    system.strike("delay", 300);
    const answer = pulled(system, 10, false);
    system.advance(300);
    expect(await answer).toEqual(["1"]);
  });

  test("gives a late message back when it can wait no longer", async () => {
    const system = dispatcherWith(1);
    system.strike("delay", 60_000);
    const answer = pulled(system, 10, false);
    system.advance(1_000);
    expect(await answer).toEqual([]);
    expect(system.dispatcher.state.waiting).toBe(1);
  });
});
