// The attempt itself, also at what no plan that holds comes to: its guards, the order in which failures are named, and of caps.
import { describe, expect, test } from "vitest";
import { complete, type Draft, type DraftOp } from "../../../tests/golden/nk2-draft.ts";
import { attempt, type Failed, type Machine } from "../../src/nk2/attempt.ts";
import { FAILURE_CODES } from "../../src/nk2/codes.ts";
import { acceptPlanDocument } from "../../src/nk2/document.ts";
import { HOST_LIMITS } from "../../src/nk2/host-limits.ts";
import { PotentialAt } from "../../src/nk2/potential.ts";
import { compileProgram, type Program } from "../../src/nk2/program.ts";
import { terminalOf, transformOf } from "../../src/nk2/run.ts";
import { validate } from "../../src/nk2/validate.ts";
import { host } from "../samples.ts";

const get = (slot: string) => ({ get: slot });
const KERNELS: Draft["kernels"] = {
  add: { params: ["n"], writes: { to: { add: [get("to"), { param: "n" }] } } },
  mix: { params: ["n"], writes: { to: { add: [get("from"), { param: "n" }] } } },
  fail: { params: [], writes: { to: { div: ["1", "0"] } } },
  grow: { params: ["n"], writes: { to: { mul: [{ param: "n" }, { param: "n" }] } } },
};
const add = (to: string, n: number, more: Partial<DraftOp> = {}): DraftOp => ({
  kernel: "add",
  slots: { to },
  params: { n: `${n}` },
  ...more,
});

/** A program that may then be bent into what no valid plan is. */
function programOf(ops: Draft["ops"], more: Partial<Draft> = {}): Program {
  const document = acceptPlanDocument(complete({ kernels: KERNELS, ops, ...more }, host));
  const validated = validate(host, document, HOST_LIMITS);
  expect(validated.faults).toEqual([]);
  return compileProgram(host, document, validated);
}

function machineOf(program: Program): Machine {
  const values = [...program.initialValues];
  return { program, values, potential: new PotentialAt(program.potential, values), kernelRuns: 0 };
}

const all = (program: Program) => attempt(machineOf(program), program.ops);
const withCaps = (program: Program, caps: object): Program => ({
  ...program,
  plan: { ...program.plan, resourceCaps: { ...program.plan.resourceCaps, ...caps } },
});
const square = (...fields: string[]) => ({
  id: "sum",
  weight: { num: "1", den: "1" },
  residual: { add: fields.map(get) },
});

describe("the guards of an attempt", () => {
  test.each([
    ["two ops write one field", { a: add("x", 1), b: add("x", 2) }],
    [
      "one reads what the other writes",
      { a: add("x", 1), b: { kernel: "mix", slots: { from: "x", to: "y" }, params: { n: "1" } } },
    ],
    [
      "one writes what the other reads",
      { a: { kernel: "mix", slots: { from: "x", to: "y" }, params: { n: "1" } }, b: add("x", 1) },
    ],
  ] satisfies [string, Draft["ops"]][])("fail.independence where %s", (_, ops) => {
    expect(all(programOf(ops))).toMatchObject({ kind: "failed", code: "fail.independence", opId: "b" });
  });

  test("no failure where two ops read one field", () => {
    const mix = (to: string): DraftOp => ({ kernel: "mix", slots: { from: "x", to }, params: { n: "1" } });
    expect(all(programOf({ a: mix("y"), b: mix("z") })).kind).toBe("passed");
  });

  test("fail.policy_veto for an op that needs mode D in mode S, or touches floats where the policy allows none", () => {
    const needs = programOf(
      { a: add("x", 1), b: add("y", 1, { changes: { requiresModeD: true } }) },
      { plan: { schedulerMode: "id:mode.D" } },
    );
    expect(all(needs).kind).toBe("passed");
    const inS = all({ ...needs, plan: { ...needs.plan, schedulerMode: "id:mode.S" } });
    expect(inS).toMatchObject({ kind: "failed", code: "fail.policy_veto", opId: "b" });
    const floats = programOf(
      { a: add("x", 1, { changes: { floatTouch: true } }) },
      { policy: { floatPolicyAllowsTensor: true } },
    );
    expect(all(floats).kind).toBe("passed");
    const vetoed = all({
      ...floats,
      policyBundle: { ...floats.policyBundle, floatPolicyAllowsTensor: false },
    });
    expect(vetoed).toMatchObject({ kind: "failed", code: "fail.policy_veto", opId: "a" });
    expect(transformOf(vetoed as Failed, 1)).toBe("halt");
    expect(terminalOf(vetoed as Failed)).toBe("err.policy_veto.singleton");
  });

  test("fail.gate_eps of an op alone, which is terminal", () => {
    const program = programOf({ a: add("x", 1) }, { contracts: [square("x", "y")] });
    const bent = { ...program, policyBundle: { ...program.policyBundle, maxEpsilon: -1n } };
    const result = all(bent) as Failed;
    expect(result).toMatchObject({ kind: "failed", code: "fail.gate_eps", epsilonMeasured: 0n });
    expect(transformOf(result, 1)).toBe("halt");
    expect(terminalOf(result)).toBe("err.gate_eps.singleton");
  });
});

describe("what follows a failure", () => {
  const failed = (code: (typeof FAILURE_CODES)[number]): Failed => ({
    kind: "failed",
    code,
    opId: null,
    message: "",
    epsilonHat: 0n,
    epsilonMeasured: null,
  });

  test("transformOf drops the last op after a planning failure, and splits after any other", () => {
    expect(FAILURE_CODES.map((code) => transformOf(failed(code), 2))).toEqual([
      "drop_last",
      "drop_last",
      "split",
      "split",
      "split",
    ]);
    expect(FAILURE_CODES.map((code) => transformOf(failed(code), 1))).toEqual(Array(5).fill("halt"));
    const capped = { kind: "capped", code: "err.cap.epsilon_exceeded", opId: null, message: "" } as const;
    expect([1, 2].map((size) => transformOf(capped, size))).toEqual(["halt", "halt"]);
  });

  test("terminalOf has a code for every failure of an op alone", () => {
    expect(FAILURE_CODES.map((code) => terminalOf(failed(code)))).toEqual([
      "err.policy_veto.singleton",
      "err.policy_veto.singleton",
      "err.kernel_error.singleton",
      "err.delta_bound.singleton",
      "err.gate_eps.singleton",
    ]);
  });
});

describe("an attempt", () => {
  const fail = (to: string): DraftOp => ({ kernel: "fail", slots: { to } });
  const grow = (to: string, n: number): DraftOp => ({ kernel: "grow", slots: { to }, params: { n: `${n}` } });

  test("names independence before a veto, a veto before a kernel's error, that before a δ-bound, that before the gate", () => {
    const contracts = [square("x", "y")];
    const mode = { plan: { schedulerMode: "id:mode.D" } };
    const far = add("x", 50, { bound: "3" });
    const veto = { changes: { requiresModeD: true } };
    const inS = (program: Program): Program => ({
      ...program,
      plan: { ...program.plan, schedulerMode: "id:mode.S" },
    });
    const codeOf = (program: Program) => (all(program) as Failed).code;
    expect(
      codeOf(inS(programOf({ a: far, b: add("x", 1, veto), c: fail("z") }, { contracts, ...mode }))),
    ).toBe("fail.independence");
    expect(
      codeOf(inS(programOf({ a: far, b: add("y", 1, veto), c: fail("z") }, { contracts, ...mode }))),
    ).toBe("fail.policy_veto");
    expect(codeOf(programOf({ a: far, c: fail("z") }, { contracts }))).toBe("fail.kernel_error");
    expect(codeOf(programOf({ a: far, b: add("y", 3, { bound: "3" }) }, { contracts }))).toBe(
      "fail.delta_bound",
    );
    const gate = programOf(
      { a: add("x", 3, { bound: "3" }), b: add("y", 3, { bound: "3" }) },
      { contracts, policy: { maxEpsilon: "17" } },
    );
    expect(all(gate)).toMatchObject({ code: "fail.gate_eps", epsilonHat: 18n, epsilonMeasured: 18n });
  });

  test("runs all kernels to their end, so that a cap behind an error is met", () => {
    const program = programOf({ a: fail("x"), b: grow("y", 20_000_000) }, { caps: { maxBigintBits: 32 } });
    expect(all(program)).toMatchObject({ kind: "capped", code: "err.cap.bigint_bits_exceeded", opId: "b" });
    const machine = machineOf(programOf({ a: fail("x"), b: add("y", 1), c: fail("z") }));
    expect(attempt(machine, machine.program.ops)).toMatchObject({ code: "fail.kernel_error", opId: "a" });
    expect(machine.kernelRuns).toBe(3);
  });

  test("lets a cap outrank every failure, and among caps the first stage, then the smallest id", () => {
    const program = programOf(
      { a: fail("x"), b: add("y", 1), c: grow("z", 20_000_000) },
      { contracts: [square("x", "y")] },
    );
    const capOf = (caps: object) => {
      const result = all(withCaps(program, caps));
      return result.kind === "capped" ? [result.code, result.opId] : result.kind;
    };
    const limit = programOf({}, { caps: { maxBigintBits: 32 } }).limit;
    const cramped = programOf(
      { a: fail("x"), c: grow("z", 20_000_000), d: grow("u", 30_000_000) },
      { caps: { maxBigintBits: 32 } },
    );
    expect(capOf({ maxVEvalCost: 14 })).toEqual(["err.cap.v_eval_cost_exceeded", null]);
    expect(capOf({ maxVEvalCost: 15 })).toBe("failed");
    expect(capOf({ maxVEvalCost: 0, maxEpsilon: 1n })).toEqual(["err.cap.epsilon_exceeded", null]);
    expect(capOf({ maxEpsilon: 1n, maxMatrixAccumTerms: 2 })).toEqual([
      "err.cap.matrix_terms_exceeded",
      null,
    ]);
    expect(capOf({ maxMatrixAccumTerms: 2, maxFieldsTouchedPerOp: 0 })).toEqual([
      "err.cap.fields_touched_exceeded",
      "a",
    ]);
    expect(all(withCaps(cramped, { maxVEvalCost: 0 }))).toMatchObject({
      code: "err.cap.bigint_bits_exceeded",
      opId: "c",
    });
    const products = {
      ...withCaps(cramped, { maxEpsilon: 1n }),
      limit: programOf({}, { caps: { maxBigintBits: 13 } }).limit,
    };
    expect(all(products)).toMatchObject({ code: "err.cap.bigint_bits_exceeded", opId: "a" });
    expect(limit).toBeDefined();
  });

  test("counts the cost of V by formula also where it fails before its gate", () => {
    const clash = withCaps(programOf({ a: add("x", 1), b: add("x", 2) }, { contracts: [square("x", "y")] }), {
      maxVEvalCost: 11,
    });
    expect(all(clash)).toMatchObject({ kind: "capped", code: "err.cap.v_eval_cost_exceeded" });
    expect(all(withCaps(clash, { maxVEvalCost: 12 }))).toMatchObject({ code: "fail.independence" });
  });

  test.each([
    ["a kernel's error", { a: add("x", 1), b: fail("y") }, {}],
    ["a δ-bound", { a: add("x", 1), b: add("y", 101) }, {}],
    [
      "the gate",
      { a: add("x", 9), b: add("y", 9) },
      { contracts: [square("x", "y")], policy: { maxEpsilon: "1" } },
    ],
    [
      "a cap in V",
      { a: add("x", 90), b: add("y", 90) },
      { contracts: [square("x", "y")], caps: { maxBigintBits: 14 } },
    ],
  ] satisfies [string, Draft["ops"], Partial<Draft>][])(
    "leaves the state as it was after %s",
    (_, ops, more) => {
      const program = programOf(ops, { state: { x: "5" }, ...more });
      const machine = machineOf(program);
      expect(attempt(machine, program.ops).kind).not.toBe("passed");
      expect(machine.values).toEqual(program.initialValues);
      // And V is what it was: the smallest op, alone, is measured against the same state.
      if (program.limit.fit(1n) === 1n && attempt(machine, [program.ops[0]!]).kind === "passed") {
        expect(machine.values).not.toEqual(program.initialValues);
      }
    },
  );

  test("measures ε as V's bend: what the ops do together, less what each does alone", () => {
    const program = programOf(
      { a: add("x", 3), b: add("y", -4), c: add("z", 5) },
      {
        state: { x: "2", y: "7" },
        contracts: [{ ...square("x", "y"), weight: { num: "1", den: "3" } }],
        blocks: 2,
        matrix: [[0, 0, 1, 7]],
      },
    );
    // V(x) = 81/3 = 27; a alone 144/3 = 48, b alone 25/3 = 8⅓ → 8, both 64/3 = 21⅓ → 21: (21 − 27) − (48 − 27) − (8 − 27).
    expect(all(program)).toMatchObject({
      kind: "passed",
      epsilonMeasured: -8n,
      epsilonHat: 30_000n + 3n * 1_428n,
    });
  });
});
