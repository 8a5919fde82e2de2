// Which of several caps and failures of one attempt counts: a plan that crosses every cap, with one after the other lifted; and kernels that
// fail beside what crosses a cap.
import type { Json } from "@policyledger/core";
import type { Draft } from "../../golden/nk2-draft.ts";
import type { RunCase } from "./drafts.ts";

const FINE: Json = "0";
const ALSO_FINE: Json = { neg: ["0"] };
/** 17 bits on its way. */
const LONG: Json = { lt: ["100000", "0"] };
const FAILS: Json = { div: ["1", "0"] };
const JUMPS: Json = "9";

interface Parts {
  readonly a?: Json;
  readonly b?: Json;
  readonly bound?: string;
  readonly residual?: Json;
  readonly caps?: Draft["caps"];
}

/** Two ops and one contract; at most 16 bits. */
const two = ({ a = FINE, b = ALSO_FINE, bound = "1", residual = "0", caps = {} }: Parts): Draft => ({
  kernels: { a: { params: [], writes: { to: a } }, b: { params: [], writes: { to: b } } },
  ops: { a: { kernel: "a", slots: { to: "x" }, bound }, b: { kernel: "b", slots: { to: "y" }, bound } },
  contracts: [{ id: "c", weight: { num: "1", den: "1" }, residual }],
  caps: { maxBigintBits: 16, ...caps },
});

/** What each step lifts, and what the attempt comes to before it does. */
const LIFTED: readonly (readonly [about: string, code: string, lift: Parts])[] = [
  ["fields before terms", "fields_touched_exceeded", { caps: { maxFieldsTouchedPerOp: 1 } }],
  ["terms before the bits of ε̂", "matrix_terms_exceeded", { caps: { maxMatrixAccumTerms: 1 } }],
  ["the bits of ε̂ before ε̂", "bigint_bits_exceeded", { bound: "1" }],
  ["ε̂ before the bits of kernels", "epsilon_exceeded", { caps: { maxEpsilon: "2" } }],
  ["the bits of kernels before the cost of V", "bigint_bits_exceeded", { a: FINE }],
  ["the cost of V before the bits of V", "v_eval_cost_exceeded", { caps: { maxVEvalCost: 4 } }],
  ["the bits of V at last", "bigint_bits_exceeded", { residual: "0" }],
];
const ALL: Parts = {
  a: LONG,
  bound: "256",
  residual: "100000",
  caps: { maxFieldsTouchedPerOp: 0, maxMatrixAccumTerms: 0, maxEpsilon: "1", maxVEvalCost: 3 },
};
const lifted = (steps: number): Parts => {
  const lifts = LIFTED.slice(0, steps).map(([, , lift]) => lift);
  const caps = Object.assign({}, ALL.caps, ...lifts.map((lift) => lift.caps));
  return Object.assign({}, ALL, ...lifts, { caps });
};
const halted = (name: string, parts: Parts, ...attempts: readonly (readonly [string, string])[]): RunCase => {
  const last = attempts.at(-1)![1];
  const end = last.startsWith("err.") ? last : `${last.replace("fail.", "err.")}.singleton`;
  return { name, draft: two(parts), expected: { end, attempts } };
};

export const capOrder: readonly RunCase[] = [
  ...LIFTED.map(([about, code], steps) =>
    halted(`of several caps the first: ${about}`, lifted(steps), ["a b", `err.cap.${code}`]),
  ),
  {
    name: "every cap lifted to exactly what the plan needs",
    draft: two(lifted(LIFTED.length)),
    expected: { end: "finished", attempts: [["a b", "committed"]], state: {} },
  },
  halted("a cap outranks a kernel that fails before it", { a: FAILS, b: LONG }, [
    "a b",
    "err.cap.bigint_bits_exceeded",
  ]),
  halted("the cost of V counts behind a kernel that fails", { a: FAILS, caps: { maxVEvalCost: 3 } }, [
    "a b",
    "err.cap.v_eval_cost_exceeded",
  ]),
  halted(
    "the bits of V do not: V is not evaluated there",
    { a: FAILS, residual: "100000" },
    ["a b", "fail.kernel_error"],
    ["a", "fail.kernel_error"],
  ),
  halted(
    "nor behind a δ-bound that does not hold",
    { a: JUMPS, residual: "100000" },
    ["a b", "fail.delta_bound"],
    ["a", "fail.delta_bound"],
  ),
  halted(
    "a kernel that fails is named before a δ-bound that does not hold",
    { a: JUMPS, b: FAILS },
    ["a b", "fail.kernel_error"],
    ["a", "fail.delta_bound"],
  ),
];
