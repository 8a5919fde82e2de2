// How fast plans of NK-2 run, and their receipts are checked. The plans' shapes are fixed in docs/bench.md.
import {
  acceptPlanDocument,
  checkReceipts,
  type FinishedRun,
  type PlanDocument,
  runPlan,
  stream,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { complete, type Draft, type DraftOp } from "../golden/nk2-draft.ts";
import { rate } from "./rate.ts";

type Shape = "chain" | "wide" | "random";
const SHAPES: readonly Shape[] = ["chain", "wide", "random"];
const SIZES = [1_000, 10_000, 100_000] as const;

const BLOCKS = 8;
const WIDTH = 16;
const ACCOUNTS = 1_000;

/** Moves an amount, and takes a fee in thousandths of it that a shared field names. */
const KERNELS: Draft["kernels"] = {
  pay: {
    params: ["amount"],
    writes: {
      from: {
        sub: [
          { get: "from" },
          { add: [{ param: "amount" }, { div: [{ mul: [{ param: "amount" }, { get: "rate" }] }, "1000"] }] },
        ],
      },
      to: { add: [{ get: "to" }, { param: "amount" }] },
    },
  },
};

function benchPlan(shape: Shape, size: number): PlanDocument {
  const random = stream("policy", size);
  const below = (n: number) => Math.floor(random() * n);
  const idOf = (i: number) => `op-${String(i).padStart(6, "0")}`;
  const account = (i: number) => `account-${String(i).padStart(6, "0")}`;
  const ops: Record<string, DraftOp> = {};
  const edges: [string, string][] = [];
  for (let i = 0; i < size; i++) {
    const [from, to] = accountsOf(shape, i, below);
    ops[idOf(i)] = {
      kernel: "pay",
      slots: { from: account(from), to: account(to), rate: "rate" },
      params: { amount: `${1 + below(20)}` },
      block: below(BLOCKS),
      bound: `${30 + below(10)}`,
    };
    if (shape === "chain" && i > 0) edges.push([idOf(i - 1), idOf(i)]);
    if (shape === "random") {
      const before = Array.from({ length: below(3) }, () => i - 1 - below(64)).filter((j) => j >= 0);
      for (const j of new Set(before)) edges.push([idOf(j), idOf(i)]);
    }
  }
  const pairs = Array.from({ length: BLOCKS }, (_, i) =>
    Array.from({ length: BLOCKS - i }, (_, j) => [i, i + j] as const),
  );
  return acceptPlanDocument(
    complete(
      {
        ops,
        edges,
        kernels: KERNELS,
        state: { rate: "15" },
        width: WIDTH,
        blocks: BLOCKS,
        matrix: pairs.flat().map(([i, j]) => [i, j, 1, 2 + j - i] as const),
        contracts: Array.from({ length: 4 }, (_, i) => ({
          id: `pair-${i}`,
          weight: { num: "1", den: `${i + 2}` },
          residual: { add: [{ get: account(2 * i) }, { get: account(2 * i + 1) }] },
        })),
      },
      nodeHost,
    ),
  );
}

function accountsOf(shape: Shape, i: number, below: (n: number) => number): readonly [number, number] {
  switch (shape) {
    case "chain":
      return [i % ACCOUNTS, (i + 1) % ACCOUNTS];
    case "wide":
      return [2 * i, 2 * i + 1];
    case "random": {
      const from = below(ACCOUNTS);
      return [from, (from + 1 + below(ACCOUNTS - 1)) % ACCOUNTS];
    }
  }
}

function finished(document: PlanDocument): FinishedRun {
  const run = runPlan(nodeHost, document);
  if (run.status !== "finished") throw new Error(`bug: a plan that holds is ${run.status}`);
  return run;
}

/** What was measured in this process: the growth is a ratio of it. */
const measured = new Map<string, number>();

function opsPerSecond(shape: Shape, size: number): number {
  const key = `${shape} ${size}`;
  const known = measured.get(key);
  if (known !== undefined) return known;
  const document = benchPlan(shape, size);
  const found = rate(() => {
    // A thousand ops take some twenty milliseconds: too short for one round.
    for (let done = 0; done < 10_000; done += size) finished(document);
    return Math.max(size, 10_000);
  });
  measured.set(key, found);
  return found;
}

/** Time an op at 100,000 over time an op at 1,000, of the shape where it grows most. */
export function growth(): number {
  return Math.max(...SHAPES.map((shape) => opsPerSecond(shape, 1_000) / opsPerSecond(shape, 100_000)));
}

export const opsFigures = Object.fromEntries(
  SHAPES.flatMap((shape) =>
    SIZES.map((size) => [
      `nk2_ops_per_s_${shape}_${size}`,
      { unit: "ops/s", measure: () => opsPerSecond(shape, size) },
    ]),
  ),
);

export function checkedCommits(): number {
  const document = benchPlan("random", 10_000);
  const { receipts, finalCommitHash } = finished(document);
  return rate(() => {
    const report = checkReceipts(nodeHost, document, receipts, { finalCommitHash });
    if (!report.ok) throw new Error(`bug: ${report.summary}`);
    return report.commits;
  });
}
