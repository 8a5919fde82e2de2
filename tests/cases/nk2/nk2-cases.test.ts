// The case files of NK-2, run against the core as a port would run them, and against the naive model.
import { readFileSync } from "node:fs";
import {
  acceptPlanDocument,
  checkReceipts,
  HOST_LIMITS,
  type Json,
  type PlanEvent,
  parsePlanDocument,
  portableHost,
  replayReceipts,
  runPlan,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { describe, expect, test } from "vitest";
import { CAP_CODES, FAILURE_CODES, PLAN_CODES } from "../../../core/src/nk2/codes.ts";
import { naiveRun } from "../../../core/test/nk2/naive.ts";
import { refusal } from "../../../core/test/refusal.ts";
import { planFiles } from "./make.ts";
import { malformedDocument } from "./malformed.ts";

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const cases = (name: string) => JSON.parse(read(name));

test.each(Object.keys(planFiles()))("%s is what its script writes", (name) => {
  expect(read(name)).toBe(planFiles()[name]);
});

const runs = ["examples.json", "failures.json", "caps.json"];

describe.each(runs)("%s", (file) => {
  for (const { name, document, expected } of cases(file)) {
    test(`runPlan does as written: ${name}`, () => {
      const attempts: Json[] = [];
      const observe = ({ batch, outcome }: PlanEvent) => {
        attempts.push([batch, outcome.kind === "committed" ? "committed" : outcome.code]);
      };
      const parsed = parsePlanDocument(JSON.stringify(document));
      const run = runPlan(nodeHost, parsed, { observe });
      if (run.status === "refused") throw new Error(JSON.stringify(run.faults));
      expect(attempts).toEqual(expected.attempts);
      expect(run.status === "halted" ? run.code : run.status).toBe(expected.end);
      expect([run.planHash, run.initialStateHash]).toEqual([expected.plan_hash, expected.initial_state_hash]);
      if (run.status === "finished") {
        const state = Object.fromEntries(run.finalState.map(([field, value]) => [field, String(value)]));
        expect(state).toEqual(expected.state);
        expect([run.finalStateHash, run.finalCommitHash]).toEqual([
          expected.final_state_hash,
          expected.final_commit_hash,
        ]);
        expect(checkReceipts(nodeHost, parsed, run.receipts, run).ok).toBe(true);
        expect(replayReceipts(nodeHost, parsed, run.receipts).ok).toBe(true);
      }
      if (expected.receipts !== undefined) expect(run.receipts).toEqual(expected.receipts);
      expect(runPlan(portableHost, parsed)).toEqual(run);
    });

    test(`the naive model does as written: ${name}`, () => {
      const naive = naiveRun(document);
      expect(naive.attempts.map(({ batch, result }) => [batch, result])).toEqual(expected.attempts);
      expect(naive.end).toBe(expected.end);
      if (naive.end === "finished") {
        expect(Object.fromEntries(naive.state)).toEqual(expected.state);
        expect(naive.finalCommitHash).toBe(expected.final_commit_hash);
      }
    });
  }
});

describe("refused.json", () => {
  for (const { name, document, limits, faults } of cases("refused.json")) {
    test(`runPlan reports what is written: ${name}`, () => {
      const run = runPlan(nodeHost, acceptPlanDocument(document), { limits: { ...HOST_LIMITS, ...limits } });
      const found = run.status === "refused" ? run.faults.map(({ code, path }) => [code, path]) : [];
      expect(found).toEqual(faults);
    });
  }
});

describe("malformed.json", () => {
  const { document, cases: wrong } = cases("malformed.json");
  test("acceptPlanDocument accepts the document that the cases change", () => {
    expect(runPlan(nodeHost, acceptPlanDocument(document)).status).toBe("finished");
  });
  for (const one of wrong) {
    test(`parsePlanDocument names every fault: ${one.name}`, () => {
      const error = refusal(() => parsePlanDocument(JSON.stringify(malformedDocument(document, one))));
      expect(error.code).toBe("invalid_plan");
      expect(error.faults.map(({ path }) => path)).toEqual(one.faults);
    });
  }
});

test("every code that a plan can come to is reached", () => {
  const reached = new Set<string>();
  for (const { faults } of cases("refused.json")) for (const [code] of faults) reached.add(code);
  for (const { expected } of runs.flatMap(cases)) {
    reached.add(expected.end);
    for (const [, outcome] of expected.attempts) reached.add(outcome);
  }
  expect([...reached].sort()).toEqual(
    [
      ...PLAN_CODES,
      ...CAP_CODES,
      "fail.kernel_error",
      "fail.delta_bound",
      "fail.gate_eps",
      "err.kernel_error.singleton",
      "err.delta_bound.singleton",
      "committed",
      "finished",
    ].sort(),
  );
});

describe("docs/nk2.md", () => {
  const page = read("../../../docs/nk2.md");

  test("names every code", () => {
    const types = readFileSync(new URL("../../../core/src/nk2/receipt-report.ts", import.meta.url), "utf8");
    const receiptCodes = [...types.matchAll(/^ {2}\| "(\w+)"/gm)].map((match) => match[1]!);
    const codes = [...PLAN_CODES, ...CAP_CODES, ...FAILURE_CODES, ...receiptCodes];
    expect(receiptCodes).toHaveLength(17);
    expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });

  test("shows the diamond's hashes", () => {
    const { expected } = cases("examples.json").find(({ name }: { name: string }) => name === "a diamond");
    const { plan_hash, final_state_hash, final_commit_hash, receipts } = expected;
    const shown = [plan_hash, final_state_hash, final_commit_hash, receipts.genesis];
    expect(shown.filter((hash) => !page.includes(hash))).toEqual([]);
  });
});
