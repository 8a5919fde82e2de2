// Plans that are made to keep the loop busy end within the proven bounds, and in a time that grows with their size.
import { describe, expect, test } from "vitest";
import { complete, type Draft, type DraftOp } from "../../../tests/golden/nk2-draft.ts";
import { acceptPlanDocument } from "../../src/nk2/document.ts";
import type { PlanEvent } from "../../src/nk2/observe.ts";
import { type FinishedRun, runPlan } from "../../src/nk2/run.ts";
import { stream } from "../../src/random.ts";
import { cpuTime } from "../cpu-time.ts";
import { host } from "../samples.ts";

const get = (slot: string) => ({ get: slot });
const KERNELS: Draft["kernels"] = {
  add: { params: [], writes: { to: { add: [get("to"), "1"] } } },
  move: { params: [], writes: { from: { sub: [get("from"), "1"] }, to: { add: [get("to"), "1"] } } },
  see: { params: [], writes: { to: { if: [get("from"), "1", "2"] } } },
  /** Fails as long as its field is 0. */
  wait: { params: [], writes: { to: { add: [get("to"), { div: ["1", get("from")] }] } } },
};

function finished(draft: Omit<Draft, "kernels">): { run: FinishedRun; kernelRuns: number; ms: number } {
  const document = acceptPlanDocument(complete({ kernels: KERNELS, ...draft }, host));
  let kernelRuns = 0;
  const observe = ({ batch }: PlanEvent) => {
    kernelRuns += batch.length;
  };
  const start = cpuTime();
  const run = runPlan(host, document, { observe });
  if (run.status === "refused") throw new Error(run.faults[0]!.message);
  if (run.status === "halted") throw new Error(`${run.code}: ${run.message}`);
  return { run, kernelRuns, ms: cpuTime() - start };
}

const opsOf = (count: number, op: (i: number) => DraftOp): Draft["ops"] =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`op${String(i).padStart(6, "0")}`, op(i)]));

describe("a plan", () => {
  test("whose ops all conflict runs one by one", () => {
    const { run } = finished({
      ops: opsOf(2_000, (i) => ({ kernel: "add", slots: { to: "x" }, bound: `${1 + i}` })),
      width: 16,
      caps: { maxBigintBits: 64 },
    });
    expect(run.statistics).toMatchObject({
      attempts: 2_000,
      commits: 2_000,
      batchesBuilt: 2_000,
      executionSplits: 0,
    });
    expect(run.finalState).toEqual([["x", 2_000n]]);
  });

  test("whose every gate fails splits each wide batch once: 2 · ops − 1 attempts", () => {
    const fields = Array.from({ length: 300 }, (_, i) => get(`f${i}`));
    const { run, kernelRuns } = finished({
      ops: opsOf(300, (i) => ({ kernel: "add", slots: { to: `f${i}` } })),
      width: 64,
      contracts: [{ id: "sum", weight: { num: "1", den: "1" }, residual: { add: fields } }],
      policy: { maxEpsilon: "0" },
      caps: { maxMatrixAccumTerms: 2_016, maxVEvalCost: 100_000 },
    });
    expect(run.statistics).toMatchObject({
      attempts: 599,
      commits: 300,
      executionSplits: 299,
      planningRetries: 0,
      failures: 0,
    });
    // 237 batches of 64, then of 63, 62, … 2; and each op alone.
    expect(kernelRuns).toBe(237 * 64 + (63 * 64) / 2 - 1 + 300);
    expect(kernelRuns).toBeLessThanOrEqual(300 * 65);
  });

  test("whose wide batches all fail by kernel errors ends as well", () => {
    // Each op but the first needs what the one before it writes.
    const ops = opsOf(200, (i) =>
      i === 0
        ? { kernel: "add", slots: { to: "f0" } }
        : { kernel: "wait", slots: { from: `f${i - 1}`, to: `f${i}` } },
    );
    const { run } = finished({ ops, width: 64, caps: { maxMatrixAccumTerms: 2_016 } });
    expect(run.statistics.commits).toBe(200);
    expect(run.statistics.executionSplits).toBeGreaterThan(90);
    expect(run.statistics.attempts).toBeLessThanOrEqual(400);
  });
});

describe("the time of a run does not grow faster than the plan", () => {
  const random = stream("policy", 3);
  const below = (n: number) => Math.floor(random() * n);
  const SHAPES: Readonly<Record<string, (i: number) => DraftOp>> = {
    "all write one field, with bounds of their own": (i) => ({
      kernel: "add",
      slots: { to: "x" },
      bound: `${1 + i}`,
    }),
    "transfers among twenty accounts, with bounds of their own": (i) => {
      const from = below(20);
      return {
        kernel: "move",
        slots: { from: `f${from}`, to: `f${(from + 1 + below(19)) % 20}` },
        bound: `${10_000 - i}`,
      };
    },
    "half write a field that the other half reads": (i) =>
      i % 2 === 0
        ? { kernel: "add", slots: { to: "x" } }
        : { kernel: "see", slots: { from: "x", to: `f${i}` } },
    "independent, with bounds of their own": (i) => ({
      kernel: "add",
      slots: { to: `f${i}` },
      bound: `${1 + ((i * 7_919) % 10_007)}`,
      block: i % 8,
    }),
  };
  const matrix = Array.from({ length: 8 }, (_, i) =>
    Array.from({ length: 8 - i }, (_, j) => [i, i + j, 1, 3] as const),
  ).flat();

  test.each(Object.keys(SHAPES))("%s", (name) => {
    const time = (count: number) =>
      finished({ ops: opsOf(count, SHAPES[name]!), width: 16, blocks: 8, matrix }).ms / count;
    time(1_000);
    const [few, many] = [time(1_000), time(8_000)];
    // Quadratic, it would be eight times as long; a busy machine may be slow for a while.
    expect([name, many < 4 * few + 0.05]).toEqual([name, true]);
  });
});
