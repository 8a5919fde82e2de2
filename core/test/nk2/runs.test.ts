// What must hold of every run (docs/nk2.md), over random plans, with a naive model of scheduler and loop as the oracle.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { portableHost } from "../../src/host.ts";
import type { Json, JsonObject } from "../../src/json.ts";
import { CAP_CODES, FAILURE_CODES } from "../../src/nk2/codes.ts";
import { acceptPlanDocument, parsePlanDocument } from "../../src/nk2/document.ts";
import type { PlanEvent } from "../../src/nk2/observe.ts";
import { type FinishedRun, type PlanRun, runPlan } from "../../src/nk2/run.ts";
import { host } from "../samples.ts";
import { crowded, documents } from "./arbitrary-plan.ts";
import { type NaiveAttempt, naiveRun, planHashOf } from "./naive.ts";

const SEED = 20_261_128;

// biome-ignore lint/suspicious/noExplicitAny: the document's JSON, looked at by the names of its fields
type Raw = any;

function observed(document: Json): { run: Exclude<PlanRun, { status: "refused" }>; events: PlanEvent[] } {
  const events: PlanEvent[] = [];
  const run = runPlan(host, acceptPlanDocument(document), { observe: (event) => events.push(event) });
  if (run.status === "refused") throw new Error(JSON.stringify(run.faults));
  return { run, events };
}

function asNaive({ batch, outcome }: PlanEvent): NaiveAttempt {
  if (outcome.kind === "capped") return { batch, result: outcome.code };
  const { epsilonHat, epsilonMeasured } = outcome;
  const result = outcome.kind === "committed" ? "committed" : outcome.code;
  return { batch, result, epsilonHat, ...(epsilonMeasured === null ? {} : { epsilonMeasured }) };
}

/** The ops of each commit. */
function batchesOf({ receipts }: Pick<FinishedRun, "receipts">): string[][] {
  return receipts.commits.map(({ locals }) => locals.map(({ opId }) => opId));
}

/** Holds a property over random plans, those that halt among them. */
function everyRun(
  numRuns: number,
  holds: (document: JsonObject & Raw, seen: ReturnType<typeof observed>) => void,
): void {
  const property = fc.property(documents, (document) => holds(document, observed(document)));
  fc.assert(property, { numRuns, seed: SEED });
}

describe("runPlan", () => {
  test("does what the naive model does: batches, failures, ε, receipts, final state, statistics", () => {
    const seen = new Map<string, number>();
    everyRun(1_500, (document, { run, events }) => {
      const naive = naiveRun(document);
      expect(events.map(asNaive)).toEqual(naive.attempts);
      expect(run.status === "halted" ? run.code : "finished").toBe(naive.end);
      expect(run.statistics).toEqual(naive.statistics);
      expect(run.receipts).toEqual(naive.receipts);
      expect(run.planHash).toBe(planHashOf(document.plan));
      if (run.status === "finished") {
        expect(run.finalState.map(([field, value]) => [field, String(value)])).toEqual(naive.state);
        expect(run.finalCommitHash).toBe(naive.finalCommitHash);
      }
      for (const { result } of [{ result: naive.end }, ...naive.attempts])
        seen.set(result, (seen.get(result) ?? 0) + 1);
    });
    // The plans come to everything that a plan can come to, and not only now and then.
    const reachable = [...CAP_CODES, ...FAILURE_CODES.slice(2), "finished", "err.kernel_error.singleton"];
    for (const code of [...reachable, "err.delta_bound.singleton"])
      expect([code, (seen.get(code) ?? 0) >= 10]).toEqual([code, true]);
  });

  test("builds the batches that the naive scheduler builds, from crowds that contend for few fields", () => {
    const property = fc.property(crowded, (document) => {
      const { run, events } = observed(document);
      const naive = naiveRun(document);
      expect(run.status).toBe("finished");
      expect(events.map(({ batch }) => batch)).toEqual(naive.attempts.map(({ batch }) => batch));
      expect(run.receipts).toEqual(naive.receipts);
    });
    fc.assert(property, { numRuns: 400, seed: SEED });
  });

  test("gives the same run for shuffled ops, edges and entries, edges that stand twice, and another host", () => {
    const property = fc.property(documents, fc.nat(), (document: Raw, seed) => {
      const shuffled = <T>(list: readonly T[]) =>
        list
          .map((one, i) => ({ one, key: host.sha256(`${seed} ${i}`) }))
          .sort((a, b) => (a.key < b.key ? -1 : 1))
          .map(({ one }) => one);
      const { plan, matrix, policyBundle, kernels } = document;
      const other = {
        matrix: { ...matrix, entries: shuffled(matrix.entries) },
        kernels: shuffled(kernels),
        policyBundle: { ...policyBundle, contracts: shuffled(policyBundle.contracts) },
        initialState: Object.fromEntries(shuffled(Object.entries(document.initialState))),
        plan: {
          ...plan,
          ops: shuffled(
            plan.ops.map((op: Raw) => ({ ...op, reads: shuffled(op.reads), writes: shuffled(op.writes) })),
          ),
          dagEdges: shuffled([...plan.dagEdges, ...plan.dagEdges.slice(1)]),
        },
        v: 1,
      };
      const { run } = observed(document);
      expect(observed(document).run).toEqual(run);
      expect(runPlan(portableHost, parsePlanDocument(JSON.stringify(other)))).toEqual(run);
    });
    fc.assert(property, { numRuns: 100, seed: SEED });
  });

  test("never commits an op before one that comes before it, and commits each op once", () => {
    everyRun(300, ({ plan }, { run }) => {
      const batches = batchesOf(run);
      const commitOf = new Map(batches.flatMap((ids, i) => ids.map((id) => [id, i] as const)));
      expect(commitOf.size).toBe(batches.flat().length);
      for (const [before, after] of plan.dagEdges as [string, string][]) {
        if (!commitOf.has(after)) continue;
        expect(commitOf.get(before)).toBeLessThan(commitOf.get(after)!);
      }
      if (run.status === "finished") expect(commitOf.size).toBe(plan.ops.length);
    });
  });

  test("commits only batches whose ops are independent, and no wider than allowed", () => {
    everyRun(300, ({ plan }, { run }) => {
      const opOf = new Map<string, Raw>(plan.ops.map((op: Raw) => [op.opId, op]));
      for (const ids of batchesOf(run)) {
        expect(ids.length).toBeLessThanOrEqual(
          Math.min(plan.maxParallelWidth, plan.resourceCaps.maxBatchSize ?? 99),
        );
        const ops = ids.map((id) => opOf.get(id));
        const touched = ops.flatMap(({ reads, writes }) => [...reads, ...writes]);
        for (const field of ops.flatMap(({ writes }) => writes)) {
          expect(touched.filter((one) => one === field)).toEqual([field]);
        }
      }
    });
  });

  test("ends within 2 · ops attempts, and ops · (P + 1) runs of kernels", () => {
    everyRun(300, (document, { run }) => {
      const { ops, maxParallelWidth } = document.plan;
      expect(run.statistics.attempts).toBeLessThanOrEqual(2 * ops.length);
      expect(naiveRun(document).kernelRuns).toBeLessThanOrEqual(ops.length * (maxParallelWidth + 1));
    });
  });

  test("ends in the state in which the same ops end one by one, in the committed order", () => {
    let compared = 0;
    everyRun(400, (document, { run }) => {
      if (run.status !== "finished") return;
      const order = batchesOf(run).flat();
      const dagEdges = order.slice(1).map((id, i) => [order[i]!, id]);
      const alone = observed({ ...document, plan: { ...document.plan, dagEdges, maxParallelWidth: 1 } }).run;
      expect(batchesOf(alone).flat()).toEqual(order);
      expect((alone as FinishedRun).finalState).toEqual(run.finalState);
      compared += 1;
    });
    expect(compared).toBeGreaterThan(100);
  });

  test("lets a kernel see and change nothing but what its op declares", () => {
    everyRun(300, (document) => {
      const [op] = document.plan.ops;
      const plan = { ...document.plan, ops: [op], dagEdges: [] };
      const without = (names: readonly string[]) =>
        Object.entries<string>(document.initialState).filter(([field]) => !names.includes(field));
      const own = [...op.reads, ...op.writes];
      const [outside, inside] = [
        without(own),
        Object.entries(document.initialState).filter(([f]) => own.includes(f)),
      ];
      const moved = Object.fromEntries([
        ...inside,
        ...outside.map(([f, value]) => [f, `${BigInt(value) + 77n}`]),
        ["new", "5"],
      ]);
      const pairs = Object.entries(moved).sort(([a], [b]) => (a < b ? -1 : 1));
      const initialStateHash = host.sha256(`nk2/state/v1\0${JSON.stringify(pairs)}`);
      const first = observed({ ...document, plan }).run;
      const second = observed({ ...document, initialState: moved, plan: { ...plan, initialStateHash } }).run;
      if (first.status !== "finished" || second.status !== "finished") return;
      const written = ({ receipts }: FinishedRun) =>
        receipts.commits.map(({ receipt }) => receipt.writesHash);
      expect(written(second)).toEqual(written(first));
      const rest = first.finalState
        .filter(([field]) => !op.writes.includes(field))
        .map(([f, value]) => [f, `${value}`]);
      expect(rest.sort()).toEqual(without(op.writes).sort());
    });
  });

  test("finishes a plan without ops at once: the genesis is its final commit", () => {
    everyRun(1, (document) => {
      const { run } = observed({ ...document, plan: { ...document.plan, ops: [], dagEdges: [] } });
      expect(run).toMatchObject({ status: "finished", finalCommitHash: run.receipts.genesis });
      expect((run as FinishedRun).finalStateHash).toBe(run.initialStateHash);
      expect(run.statistics).toMatchObject({ batchesBuilt: 0, attempts: 0, commits: 0 });
    });
  });
});
