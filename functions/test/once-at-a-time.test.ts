// Many calls, few runs: each call ends after a run that began after it was made.
import { expect, test } from "vitest";
import { onceAtATime } from "../src/once-at-a-time.ts";

/** A run that ends when it is told to, and counts. */
function controlled() {
  const runs: { end(): void; fail(error: Error): void }[] = [];
  let going = 0;
  let most = 0;
  const call = onceAtATime(() => {
    going += 1;
    most = Math.max(most, going);
    return new Promise<void>((resolve, reject) => {
      const left = (after: () => void) => () => {
        going -= 1;
        after();
      };
      runs.push({ end: left(resolve), fail: (error) => left(() => reject(error))() });
    });
  });
  return { call, runs, most: () => most };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("onceAtATime makes of the calls during a run one run after it", async () => {
  const { call, runs, most } = controlled();
  const first = call();
  await turn();
  const during = [call(), call(), call()];
  await turn();
  expect(runs).toHaveLength(1);
  runs[0]!.end();
  await first;
  await turn();
  expect(runs).toHaveLength(2);
  runs[1]!.end();
  await Promise.all(during);
  expect([runs.length, most()]).toEqual([2, 1]);
});

test("onceAtATime lets no call end with a run that began before it", async () => {
  const { call, runs } = controlled();
  void call();
  await turn();
  let ended = false;
  const late = call().then(() => {
    ended = true;
  });
  runs[0]!.end();
  await turn();
  await turn();
  expect([ended, runs.length]).toEqual([false, 2]);
  runs[1]!.end();
  await late;
});

test("onceAtATime runs never twice at once, whenever calls come", async () => {
  let going = 0;
  let most = 0;
  const call = onceAtATime(async () => {
    most = Math.max(most, ++going);
    await Promise.resolve();
    going -= 1;
  });
  const all: Promise<void>[] = [];
  for (let i = 0; i < 200; i++) {
    all.push(call());
    for (let turns = i % 7; turns > 0; turns--) await Promise.resolve();
  }
  await Promise.all(all);
  expect(most).toBe(1);
});

test("onceAtATime tells a failure to those of that run alone, and goes on", async () => {
  const { call, runs } = controlled();
  const first = call();
  await turn();
  const second = call();
  runs[0]!.fail(new Error("out of order"));
  await expect(first).rejects.toThrow("out of order");
  await turn();
  runs[1]!.end();
  await second;
  const third = call();
  await turn();
  runs[2]!.end();
  await third;
  expect(runs).toHaveLength(3);
});
