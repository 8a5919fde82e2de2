// FairLimit: what no caller and not all together can exceed, who passes in a flood, and what is remembered.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FairLimit, type FairLimits } from "../../src/limits/fair-limit.ts";

const LIMITS: FairLimits = {
  perCaller: { rate: 10, burst: 20 },
  overall: { rate: 100, burst: 200 },
  maxCallers: 1_200,
};

function limitAt(limits: FairLimits) {
  const clock = { ms: 0 };
  return { clock, limit: new FairLimit(limits, () => clock.ms) };
}

/** Numbers from 0 to 1, the same each time: mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Crowd {
  readonly names: readonly string[];
  /** Requests a second of each. */
  readonly rate: number;
  /** Seconds. */
  readonly from?: number;
  readonly to?: number;
  /** Whether they ask at even distances; else as people do, at random. */
  readonly even?: boolean;
}

interface Request {
  readonly ms: number;
  readonly name: string;
}

function requestsOf(
  { names, rate, from = 0, to = Number.POSITIVE_INFINITY, even = false }: Crowd,
  seconds: number,
  seed: number,
): Request[] {
  const next = random(seed);
  return names.flatMap((name, i) => {
    const requests: Request[] = [];
    let ms = (from + (even ? (i + 0.5) / names.length / rate : -Math.log(1 - next()) / rate)) * 1000;
    while (ms < Math.min(to, seconds) * 1000) {
      requests.push({ ms, name });
      ms += ((even ? 1 : -Math.log(1 - next())) / rate) * 1000;
    }
    return requests;
  });
}

/** Runs the crowds against each other; for each, how many asked and how many passed. */
function run(limits: FairLimits, seconds: number, ...crowds: readonly Crowd[]) {
  const { clock, limit } = limitAt(limits);
  const asked = crowds.map((crowd, which) =>
    requestsOf(crowd, seconds, which + 1).map((request) => ({ ...request, which })),
  );
  const counts = crowds.map((_, which) => ({ asked: asked[which]!.length, passed: 0 }));
  for (const { ms, name, which } of asked.flat().sort((a, b) => a.ms - b.ms)) {
    clock.ms = ms;
    if (limit.take(name).ok) counts[which]!.passed += 1;
  }
  return counts;
}

const named = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

describe("take", () => {
  test("lets a caller take its burst at once, then what comes at its rate", () => {
    const { clock, limit } = limitAt(LIMITS);
    const passed = () => Array.from({ length: 30 }, () => limit.take("a")).filter(({ ok }) => ok).length;
    expect(passed()).toBe(20);
    clock.ms = 1_000;
    expect(passed()).toBe(10);
    clock.ms = 60_000;
    expect(passed()).toBe(20);
  });

  test("lets nine ninths pass where one whole does", () => {
    const { limit } = limitAt({ ...LIMITS, perCaller: { rate: 1, burst: 1 } });
    for (let i = 0; i < 9; i += 1) expect(limit.take("a", 1 / 9)).toEqual({ ok: true });
    expect(limit.take("a", 1 / 9)).toMatchObject({ ok: false, scope: "caller" });
  });

  test("says whose limit it was and when to come again", () => {
    const { limit } = limitAt({ ...LIMITS, perCaller: { rate: 0.25, burst: 2 } });
    limit.take("a", 2);
    expect(limit.take("a")).toEqual({ ok: false, scope: "caller", retryAfterSeconds: 4 });
    expect(limit.take("a", 2)).toEqual({ ok: false, scope: "caller", retryAfterSeconds: 8 });
    const narrow = limitAt({ ...LIMITS, overall: { rate: 0.5, burst: 20 } }).limit;
    narrow.take("a", 15);
    // A newcomer must leave a quarter, 5 of 20: one is missing, and one comes every two seconds.
    expect(narrow.take("b")).toEqual({ ok: false, scope: "overall", retryAfterSeconds: 2 });
  });

  test("refuses what can never pass, rather than telling when to come again", () => {
    const { limit } = limitAt(LIMITS);
    expect(() => limit.take("a", 21)).toThrow(
      new RangeError("Cannot take 21 tokens: wanted more than 0 and at most 20, the smaller burst"),
    );
    for (const cost of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => limit.take("a", cost), String(cost)).toThrow(RangeError);
    }
    expect(limit.take("a", 20)).toEqual({ ok: true });
  });

  test("bears a clock that goes back: nobody loses or wins by it", () => {
    const { clock, limit } = limitAt({ ...LIMITS, perCaller: { rate: 1, burst: 1 } });
    clock.ms = 10_000;
    expect(limit.take("a").ok).toBe(true);
    clock.ms = 0;
    expect(limit.take("a")).toEqual({ ok: false, scope: "caller", retryAfterSeconds: 1 });
    clock.ms = 11_000;
    expect(limit.take("a").ok).toBe(true);
  });
});

test("FairLimit refuses limits that are none, and names each", () => {
  const limits = {
    perCaller: { rate: 0, burst: 0.5 },
    overall: { rate: Number.NaN, burst: 1 },
    maxCallers: 1.5,
  };
  expect(() => new FairLimit(limits, () => 0)).toThrow(
    new RangeError(
      "Cannot limit: perCaller.rate is 0, wanted a number above 0; perCaller.burst is 0.5, wanted a number " +
        "from 1; overall.rate is NaN, wanted a number above 0; maxCallers is 1.5, wanted a whole number from 1",
    ),
  );
});

interface Step {
  readonly after: number;
  readonly name: string;
  readonly cost: number;
}

const anyLimit = fc.record({
  rate: fc.double({ min: 0.05, max: 20, noNaN: true }),
  burst: fc.double({ min: 1, max: 15, noNaN: true }),
});
const anyLimits: fc.Arbitrary<FairLimits> = fc.record({
  perCaller: anyLimit,
  overall: anyLimit,
  maxCallers: fc.integer({ min: 1, max: 5 }),
});
const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    after: fc.oneof(fc.constant(0), fc.nat({ max: 300 }), fc.nat({ max: 20_000 })),
    name: fc.constantFrom(..."abcdefgh"),
    cost: fc.double({ min: 0.001, max: 1, noNaN: true }),
  }),
  { minLength: 20, maxLength: 120 },
);
/** For a property: costs that are at most the smaller burst. */
const costOf = ({ perCaller, overall }: FairLimits, { cost }: Step) =>
  cost * Math.min(perCaller.burst, overall.burst);

describe("whatever is asked by whom", () => {
  /** What was let through between any two moments is at most what the limit gives for that time. */
  function expectWithin(
    passed: readonly { ms: number; cost: number }[],
    { rate, burst }: FairLimits["overall"],
  ) {
    let most = Number.NEGATIVE_INFINITY;
    for (const [from, { ms: start }] of passed.entries()) {
      let sum = 0;
      for (const { ms, cost } of passed.slice(from)) {
        sum += cost;
        most = Math.max(most, sum - (rate * (ms - start)) / 1000);
      }
    }
    expect(most).toBeLessThanOrEqual(burst + 1e-6);
  }

  test("neither a caller nor all together get more than rate × time + burst, in any stretch of time", () => {
    fc.assert(
      fc.property(anyLimits, anySteps, (limits, steps) => {
        const { clock, limit } = limitAt(limits);
        const passed: { ms: number; cost: number; name: string }[] = [];
        for (const step of steps) {
          clock.ms += step.after;
          const cost = costOf(limits, step);
          if (limit.take(step.name, cost).ok) passed.push({ ms: clock.ms, cost, name: step.name });
          expect(limit.callers).toBeLessThanOrEqual(limits.maxCallers);
        }
        expectWithin(passed, limits.overall);
        for (const one of "abcdefgh") {
          expectWithin(
            passed.filter(({ name }) => name === one),
            limits.perCaller,
          );
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("who waits for as long as it was told passes, if nobody comes between", () => {
    let refusals = 0;
    fc.assert(
      fc.property(anyLimits, anySteps, (limits, steps) => {
        const { clock, limit } = limitAt(limits);
        for (const [i, step] of steps.entries()) {
          clock.ms += step.after;
          const taken = limit.take(step.name, costOf(limits, step));
          if (taken.ok) continue;
          refusals += 1;
          expect(Number.isSafeInteger(taken.retryAfterSeconds)).toBe(true);
          expect(taken.retryAfterSeconds).toBeGreaterThanOrEqual(1);
          // Another limit that saw the same, so that waiting does not ease what comes after.
          const same = limitAt(limits);
          for (const before of steps.slice(0, i + 1)) {
            same.clock.ms += before.after;
            same.limit.take(before.name, costOf(limits, before));
          }
          same.clock.ms += taken.retryAfterSeconds * 1000;
          expect(same.limit.take(step.name, costOf(limits, step))).toEqual({ ok: true });
        }
      }),
      { seed: 2, numRuns: 300 },
    );
    expect(refusals).toBeGreaterThan(1_000);
  });
});

test("who is told to wait until it is forgotten passes also as the newcomer that it then is", () => {
  const { clock, limit } = limitAt({
    perCaller: { rate: 1, burst: 30 },
    overall: { rate: 2, burst: 40 },
    maxCallers: 1,
  });
  limit.take("known", 29);
  clock.ms = 28_900;
  // There is no room: this leaves one token in the bucket that newcomers share.
  expect(limit.take("other", 29)).toEqual({ ok: true });
  clock.ms = 29_000;
  expect(limit.take("known", 25)).toEqual({ ok: false, scope: "overall", retryAfterSeconds: 24 });
  clock.ms += 24_000;
  expect(limit.take("known", 25)).toEqual({ ok: true });
});

describe("in a flood", () => {
  test("one flooder at 10,000/s costs 20 polite callers not one request", () => {
    const [polite, flooder] = run(
      LIMITS,
      30,
      { names: named("polite", 20), rate: 1, even: true },
      { names: ["flooder"], rate: 10_000, even: true },
    );
    expect(polite).toEqual({ asked: 600, passed: 600 });
    expect(flooder!.passed).toBe(20 + 30 * 10 - 1);
  });

  test("not even one whose own limit is as wide as that of all", () => {
    const [polite, flooder] = run(
      { ...LIMITS, perCaller: LIMITS.overall },
      30,
      { names: named("polite", 20), rate: 1, even: true },
      { names: ["flooder"], rate: 10_000, even: true },
    );
    expect(polite).toEqual({ asked: 600, passed: 600 });
    expect(flooder!.passed).toBeGreaterThan(0.9 * 80 * 30);
  });

  test("50 flooders, each within its own limit, leave 20 polite callers 99 of 100 requests at the least", () => {
    const [polite, flooders] = run(
      LIMITS,
      120,
      { names: named("polite", 20), rate: 1 },
      { names: named("flooder", 50), rate: 9.9, from: 10 },
    );
    expect(polite!.passed / polite!.asked).toBeGreaterThanOrEqual(0.99);
    // What the polite leave is used: nothing is kept back for long.
    expect(polite!.passed + flooders!.passed).toBeGreaterThan(0.98 * 110 * 100);
  });

  test("a polite caller that comes first in the midst of 50 flooders passes too", () => {
    const [, polite] = run(
      LIMITS,
      60,
      { names: named("flooder", 50), rate: 9.9 },
      { names: named("polite", 20), rate: 1, from: 20 },
    );
    expect(polite!.passed / polite!.asked).toBeGreaterThanOrEqual(0.99);
  });

  test("callers of a minute ago do not lessen the share of those of now", () => {
    const [polite] = run(
      LIMITS,
      120,
      { names: named("polite", 20), rate: 1, from: 30 },
      { names: named("gone", 500), rate: 0.15, to: 25 },
      { names: named("flooder", 50), rate: 9.9, from: 60 },
    );
    expect(polite!.passed / polite!.asked).toBeGreaterThanOrEqual(0.99);
  });

  test("2,000 requests a second, each from a new address, leave those that are known 99 of 100", () => {
    const [polite, strangers] = run(
      LIMITS,
      60,
      { names: named("polite", 20), rate: 1 },
      { names: named("stranger", 100_000), rate: 1 / 50, from: 10, even: true },
    );
    expect(polite!.passed / polite!.asked).toBeGreaterThanOrEqual(0.99);
    expect(strangers!.asked).toBe(100_000);
  });

  test("who took more than its share is refused when who took less passes", () => {
    const { clock, limit } = limitAt({ ...LIMITS, perCaller: { rate: 100, burst: 100 } });
    for (let second = 0; second < 5; second += 1) {
      clock.ms = second * 1_000;
      limit.take("light");
    }
    while (limit.take("heavy").ok);
    expect(limit.take("heavy")).toMatchObject({ ok: false, scope: "overall" });
    for (let i = 0; i < 20; i += 1) expect(limit.take("light")).toEqual({ ok: true });
    expect(limit.take("heavy")).toMatchObject({ ok: false, scope: "overall" });
  });
});

test("who is alone may take all that there is, for however long", () => {
  const { clock, limit } = limitAt({ ...LIMITS, perCaller: { rate: 100, burst: 100 } });
  let passed = 0;
  for (let second = 0; second < 600; second += 1) {
    clock.ms = second * 1_000;
    while (limit.take("heavy").ok) passed += 1;
  }
  expect(passed).toBe(600 * 100);
});

describe("what is remembered", () => {
  test.each([
    ["those that are full are forgotten", 10],
    ["none is full", 0.001],
  ])(
    "1,000,000 addresses leave maxCallers in memory, and take no longer the more there are: %s",
    (_, rate) => {
      const { clock, limit } = limitAt({
        perCaller: { rate, burst: 20 },
        overall: { rate: 1e6, burst: 1e6 },
        maxCallers: 10_000,
      });
      let most = 0;
      const started = performance.now();
      for (let i = 0; i < 1_000_000; i += 1) {
        clock.ms = i / 100;
        limit.take(`stranger${i}`);
        if (limit.callers > most) most = limit.callers;
      }
      expect(most).toBe(10_000);
      // About a second; were all that are remembered gone through at each, half a minute.
      expect(performance.now() - started).toBeLessThan(15_000);
    },
  );

  test("a flooder does not get a new bucket by sending from as many addresses as are remembered", () => {
    const { clock, limit } = limitAt({
      perCaller: { rate: 0.1, burst: 5 },
      overall: { rate: 1_000, burst: 1_000 },
      maxCallers: 50,
    });
    let passed = 0;
    for (let second = 0; second < 30; second += 1) {
      clock.ms = second * 1_000;
      for (const name of named("other", 100)) for (let i = 0; i < 5; i += 1) limit.take(name);
      for (let i = 0; i < 5; i += 1) if (limit.take("flooder").ok) passed += 1;
    }
    expect(passed).toBeLessThanOrEqual(5 + 3);
    const first = limitAt({ perCaller: { rate: 0.1, burst: 5 }, overall: LIMITS.overall, maxCallers: 3 });
    first.limit.take("flooder", 5);
    for (const name of named("other", 20)) first.limit.take(name);
    expect(first.limit.take("flooder")).toMatchObject({ ok: false, scope: "caller", retryAfterSeconds: 10 });
  });

  test("newcomers share one bucket while there is no room, and have their own when there is", () => {
    const { clock, limit } = limitAt({
      perCaller: { rate: 1, burst: 2 },
      overall: LIMITS.overall,
      maxCallers: 1,
    });
    const ok = (name: string) => limit.take(name).ok;
    expect([ok("a"), ok("b"), ok("c"), ok("d")]).toEqual([true, true, true, false]);
    // The bucket of "a" is full again: forgetting it gives it nothing. Nor does leaving the shared one give anything.
    clock.ms = 1_000;
    expect([ok("b"), ok("b")]).toEqual([true, false]);
    clock.ms = 3_000;
    expect([ok("c"), ok("c"), ok("c")]).toEqual([true, true, false]);
    expect(limit.callers).toBe(1);
  });

  test("who is refused takes no room, and who is idle leaves it", () => {
    const { clock, limit } = limitAt({ ...LIMITS, overall: { rate: 1, burst: 4 } });
    for (const name of named("caller", 100)) limit.take(name);
    expect(limit.callers).toBe(3);
    clock.ms = 9_999;
    limit.take("a");
    expect(limit.callers).toBe(4);
    clock.ms = 10_000;
    limit.take("b");
    expect(limit.callers).toBe(2);
  });
});
