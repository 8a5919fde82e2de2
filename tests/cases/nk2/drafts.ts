// The plans of the case files: what each one is about, and what it must come to. The expected answers stand here as literals.
import type { Json, JsonObject } from "@policyledger/core";
import type { Draft, DraftOp } from "../../golden/nk2-draft.ts";

/** What a run comes to: its attempts, as [ops in the order of the batch, outcome], and how it ends. */
interface Expected {
  readonly end: string;
  readonly attempts: readonly (readonly [batch: string, outcome: string])[];
  /** Where it finishes. */
  readonly state?: Readonly<Record<string, string>>;
}

export interface RunCase {
  readonly name: string;
  readonly about?: string;
  readonly draft: Draft;
  readonly expected: Expected;
}

const get = (slot: string): Json => ({ get: slot });
const param = (name: string): Json => ({ param: name });
const add = (...es: Json[]): Json => ({ add: es });
const sub = (...es: Json[]): Json => ({ sub: es });

const KERNELS = {
  add: { params: ["n"], writes: { to: add(get("to"), param("n")) } },
  halve: { params: ["n"], writes: { to: { div: [get("to"), param("n")] } } },
  sum: { params: [], writes: { to: add(get("a"), get("b")) } },
} satisfies Draft["kernels"];

const plus = (to: string, n: number, more: Partial<DraftOp> = {}): DraftOp => ({
  kernel: "add",
  slots: { to },
  params: { n: `${n}` },
  ...more,
});
const halve = (to: string, n: number): DraftOp => ({ kernel: "halve", slots: { to }, params: { n: `${n}` } });
const squared = (weight: readonly [number, number], residual: Json): JsonObject => ({
  id: "balance",
  weight: { num: `${weight[0]}`, den: `${weight[1]}` },
  residual,
});

/** A payment is made when it leaves its payer at or above the account's limit, and otherwise changes nothing. */
const left = sub(get("from"), param("amount"), param("fee"));
const allowed: Json = { not: [{ lt: [left, get("limit")] }] };
const pay = {
  params: ["amount", "fee"],
  writes: {
    fees: { if: [allowed, add(get("fees"), param("fee")), get("fees")] },
    from: { if: [allowed, left, get("from")] },
    to: { if: [allowed, add(get("to"), param("amount")), get("to")] },
  },
};
const payment = (from: string, to: string, bank: string, amount: number, fee: number): DraftOp => ({
  kernel: "pay",
  slots: { from, to, fees: `fees.${bank}`, limit: `limit.${from}` },
  params: { amount: `${amount}`, fee: `${fee}` },
  block: bank === "north" ? 0 : 1,
  bound: `${2 * amount}`,
});
const people = ["alice", "bob", "carol", "dave"];

export const examples: readonly RunCase[] = [
  {
    name: "a settlement of payments",
    about:
      "Payments with fees and credit limits at two banks. Those of one bank share its fee account, so at most one of each bank is in a batch. The salary comes before the rent. What Dave cannot pay changes nothing. No money is made or lost: the contract's residual stays 0, whatever is paid together.",
    draft: {
      kernels: { pay },
      state: {
        alice: "500",
        bob: "120",
        carol: "40",
        dave: "10",
        "limit.alice": "-100",
        "limit.dave": "-20",
      },
      ops: {
        "1-salary": payment("alice", "bob", "north", 300, 2),
        "2-rent": payment("bob", "carol", "north", 350, 1),
        "3-loan": payment("dave", "alice", "south", 70, 1),
        "4-gift": payment("carol", "dave", "south", 25, 1),
      },
      edges: [["1-salary", "2-rent"]],
      contracts: [squared([1, 1], sub(add(...[...people, "fees.north", "fees.south"].map(get)), "670"))],
      blocks: 2,
      matrix: [
        [0, 0, 1, 2],
        [0, 1, 1, 10],
        [1, 1, 1, 2],
      ],
      policy: { maxEpsilon: "0" },
    },
    expected: {
      end: "finished",
      attempts: [
        ["1-salary 4-gift", "committed"],
        ["2-rent 3-loan", "committed"],
      ],
      state: {
        alice: "198",
        bob: "69",
        carol: "364",
        dave: "35",
        "fees.north": "3",
        "fees.south": "1",
        "limit.alice": "-100",
        "limit.dave": "-20",
      },
    },
  },
  {
    name: "a diamond",
    about: "One op, two that need it and do not touch each other, and one that needs both.",
    draft: {
      kernels: { add: KERNELS.add, sum: KERNELS.sum },
      ops: {
        top: plus("top", 5),
        left: { kernel: "sum", slots: { a: "top", b: "one", to: "left" } },
        right: { kernel: "sum", slots: { a: "top", b: "two", to: "right" } },
        bottom: { kernel: "sum", slots: { a: "left", b: "right", to: "bottom" } },
      },
      state: { one: "1", two: "2" },
      edges: [
        ["top", "left"],
        ["top", "right"],
        ["left", "bottom"],
        ["right", "bottom"],
      ],
    },
    expected: {
      end: "finished",
      attempts: [
        ["top", "committed"],
        ["left right", "committed"],
        ["bottom", "committed"],
      ],
      state: { bottom: "13", left: "6", one: "1", right: "7", top: "5", two: "2" },
    },
  },
  {
    name: "a plan that the gate splits",
    about:
      "Two ops that are each fine, and together bend V by 2 · 6 · 6 · 3/2 = 108, over the bound of 36 + 36 + floor(36/10). The smallest id goes alone, then the other.",
    draft: {
      kernels: { add: KERNELS.add },
      ops: { a: plus("x", 6, { bound: "6" }), b: plus("y", 6, { bound: "6" }) },
      contracts: [squared([3, 2], add(get("x"), get("y")))],
      matrix: [[0, 0, 1, 10]],
    },
    expected: {
      end: "finished",
      attempts: [
        ["a b", "fail.gate_eps"],
        ["a", "committed"],
        ["b", "committed"],
      ],
      state: { x: "6", y: "6" },
    },
  },
  {
    name: "a plan that halts at an op alone",
    about: "The batch fails and is split; the op that it was for fails alone, and nothing is left to try.",
    draft: {
      kernels: { add: KERNELS.add, halve: KERNELS.halve },
      ops: { a: plus("x", 1), b: halve("y", 0), c: plus("z", 1) },
    },
    expected: {
      end: "err.kernel_error.singleton",
      attempts: [
        ["a b c", "fail.kernel_error"],
        ["a", "committed"],
        ["b c", "fail.kernel_error"],
        ["b", "fail.kernel_error"],
      ],
    },
  },
  {
    name: "a plan that hits a cap",
    about: "The second batch's bound of 2 · 40² is over the cap on ε̂: the run halts before its kernels run.",
    draft: {
      kernels: { add: KERNELS.add },
      ops: {
        a: plus("x", 1, { bound: "30" }),
        b: plus("y", 1, { bound: "40" }),
        c: plus("z", 1, { bound: "40" }),
      },
      edges: [
        ["a", "b"],
        ["a", "c"],
      ],
      caps: { maxEpsilon: "3199" },
    },
    expected: {
      end: "err.cap.epsilon_exceeded",
      attempts: [
        ["a", "committed"],
        ["b c", "err.cap.epsilon_exceeded"],
      ],
    },
  },
];

const committed = (...batches: string[]) => batches.map((batch) => [batch, "committed"] as const);
const two = { a: plus("x", 3, { bound: "3" }), b: plus("y", 4, { bound: "4" }) };
const gate = {
  kernels: { add: KERNELS.add },
  contracts: [squared([1, 1], add(get("x"), get("y")))],
  ops: two,
};

export const failures: readonly RunCase[] = [
  {
    name: "fail.kernel_error in a wide batch, and success once the field is no longer 0",
    draft: {
      kernels: { add: KERNELS.add, by: { params: [], writes: { to: { div: ["12", get("by")] } } } },
      ops: { a: plus("z", 1), aa: plus("y", 4), b: { kernel: "by", slots: { by: "y", to: "w" } } },
      edges: [["a", "aa"]],
    },
    expected: {
      end: "finished",
      attempts: [["a b", "fail.kernel_error"], ...committed("a", "aa", "b")],
      state: { w: "3", y: "4", z: "1" },
    },
  },
  {
    name: "err.kernel_error.singleton",
    draft: { kernels: { halve: KERNELS.halve }, ops: { a: halve("x", 0) } },
    expected: { end: "err.kernel_error.singleton", attempts: [["a", "fail.kernel_error"]] },
  },
  {
    name: "exactly at the δ-bound: 3² + 4² = 5²",
    draft: {
      kernels: { pair: { params: [], writes: { x: add(get("x"), "3"), y: sub(get("y"), "4") } } },
      ops: { a: { kernel: "pair", slots: { x: "x", y: "y" }, bound: "5" } },
    },
    expected: { end: "finished", attempts: committed("a"), state: { x: "3", y: "-4" } },
  },
  {
    name: "one below the δ-bound",
    draft: { kernels: { add: KERNELS.add }, ops: { a: plus("x", 4, { bound: "5" }) } },
    expected: { end: "finished", attempts: committed("a"), state: { x: "4" } },
  },
  {
    name: "the root is rounded down: 5² + 3² < 6²",
    draft: {
      kernels: { pair: { params: [], writes: { x: add(get("x"), "5"), y: sub(get("y"), "3") } } },
      ops: { a: { kernel: "pair", slots: { x: "x", y: "y" }, bound: "5" } },
    },
    expected: { end: "finished", attempts: committed("a"), state: { x: "5", y: "-3" } },
  },
  {
    name: "err.delta_bound.singleton: one above the δ-bound",
    draft: { kernels: { add: KERNELS.add }, ops: { a: plus("x", 6, { bound: "5" }) } },
    expected: { end: "err.delta_bound.singleton", attempts: [["a", "fail.delta_bound"]] },
  },
  {
    name: "fail.delta_bound in a wide batch: what is fine goes first",
    draft: { kernels: { add: KERNELS.add }, ops: { a: plus("x", 1), b: plus("y", 101), c: plus("z", 1) } },
    expected: {
      end: "err.delta_bound.singleton",
      attempts: [
        ["a b c", "fail.delta_bound"],
        ["a", "committed"],
        ["b c", "fail.delta_bound"],
        ["b", "fail.delta_bound"],
      ],
    },
  },
  {
    name: "exactly at the policy's ε: 2 · 3 · 4 = 24",
    draft: { ...gate, policy: { maxEpsilon: "24" } },
    expected: { end: "finished", attempts: committed("a b"), state: { x: "3", y: "4" } },
  },
  {
    name: "one below the policy's ε",
    draft: { ...gate, policy: { maxEpsilon: "25" } },
    expected: { end: "finished", attempts: committed("a b"), state: { x: "3", y: "4" } },
  },
  {
    name: "fail.gate_eps: one above the policy's ε",
    draft: { ...gate, policy: { maxEpsilon: "23" } },
    expected: {
      end: "finished",
      attempts: [["a b", "fail.gate_eps"], ...committed("a", "b")],
      state: { x: "3", y: "4" },
    },
  },
  {
    name: "one below ε̂: 24 < 3² + 4²",
    draft: gate,
    expected: { end: "finished", attempts: committed("a b"), state: { x: "3", y: "4" } },
  },
  {
    name: "exactly at ε̂: 25 = 3² + 4²; V is rounded: 9⅜ → 9, 16⅔ → 17, 51 and 1/24 → 51",
    draft: { ...gate, contracts: [squared([25, 24], add(get("x"), get("y")))] },
    expected: { end: "finished", attempts: committed("a b"), state: { x: "3", y: "4" } },
  },
  {
    name: "fail.gate_eps: one above ε̂; V is rounded: 9¾ → 10, 17⅓ → 17, 53 and 1/12 → 53",
    draft: { ...gate, contracts: [squared([13, 12], add(get("x"), get("y")))] },
    expected: {
      end: "finished",
      attempts: [["a b", "fail.gate_eps"], ...committed("a", "b")],
      state: { x: "3", y: "4" },
    },
  },
  {
    name: "an ε below 0 is measured by its size",
    draft: { ...gate, ops: { a: two.a, b: plus("y", -4, { bound: "4" }) }, policy: { maxEpsilon: "23" } },
    expected: {
      end: "finished",
      attempts: [["a b", "fail.gate_eps"], ...committed("a", "b")],
      state: { x: "3", y: "-4" },
    },
  },
  {
    name: "of equal costs the smallest id by bytes, of unequal ones the least cost",
    draft: {
      kernels: { add: KERNELS.add },
      ops: {
        b: plus("1", 1, { bound: "4" }),
        A: plus("2", 1, { bound: "9" }),
        "~": plus("3", 1, { bound: "1" }),
        a: plus("4", 1, { bound: "5" }),
        "0": plus("5", 1, { bound: "10" }),
      },
      matrix: [[0, 0, 1, 20]],
      width: 4,
    },
    // Beside 0: ~ costs 0, a and b cost 2, A costs 4. Beside 0 and ~ still a and b cost 2.
    expected: {
      end: "finished",
      attempts: committed("0 ~ a b", "A"),
      state: { 1: "1", 2: "1", 3: "1", 4: "1", 5: "1" },
    },
  },
  {
    name: "mode D and floats, where plan and policy allow them",
    draft: {
      kernels: { add: KERNELS.add },
      ops: { a: plus("x", 1, { changes: { requiresModeD: true, floatTouch: true } }) },
      policy: { floatPolicyAllowsTensor: true },
      plan: { schedulerMode: "id:mode.D" },
    },
    expected: { end: "finished", attempts: committed("a"), state: { x: "1" } },
  },
  {
    name: "a plan without ops",
    draft: { kernels: {}, ops: {}, state: { x: "1" } },
    expected: { end: "finished", attempts: [], state: { x: "1" } },
  },
];

/** Each cap at three widths: what is used is exactly the cap, one below it, one above it. */
function capped(
  code: string,
  about: string,
  cap: string,
  used: number,
  text: boolean,
  draft: Draft,
  batch: string,
  state: Record<string, string>,
): RunCase[] {
  return [
    [`exactly at ${cap}: ${about}`, used],
    [`one below ${cap}`, used + 1],
    [`${code}: one above ${cap}`, used - 1],
  ].map(([name, most]) => {
    const over = (most as number) < used;
    const expected = over
      ? { end: code, attempts: [[batch, code] as const] }
      : { end: "finished", attempts: committed(batch), state };
    return {
      name: name as string,
      draft: { ...draft, caps: { [cap]: text ? `${most}` : (most as number) } },
      expected,
    };
  });
}

const three: Draft = {
  kernels: { add: KERNELS.add },
  ops: { a: plus("x", 1, { bound: "2" }), b: plus("y", 1, { bound: "3" }), c: plus("z", 1, { bound: "5" }) },
  contracts: [squared([1, 1], sub(add(get("x"), get("y")), "7"))],
  matrix: [[0, 0, 1, 2]],
};
const ones = { x: "1", y: "1", z: "1" };
const alone = (kernel: Draft["kernels"], op: Partial<DraftOp>, more: Partial<Draft> = {}): Draft => ({
  kernels: kernel,
  ops: { a: { kernel: Object.keys(kernel)[0]!, slots: { to: "x" }, bound: "1", ...op } },
  ...more,
});
const bits = (about: string, used: number, draft: Draft, state: Record<string, string>, batch = "a") =>
  capped("err.cap.bigint_bits_exceeded", about, "maxBigintBits", used, false, draft, batch, state);

export const caps: readonly RunCase[] = [
  ...capped(
    "err.cap.matrix_terms_exceeded",
    "3 · 2 / 2",
    "maxMatrixAccumTerms",
    3,
    false,
    three,
    "a b c",
    ones,
  ),
  ...capped(
    "err.cap.fields_touched_exceeded",
    "two read, one written",
    "maxFieldsTouchedPerOp",
    3,
    false,
    alone({ sum: KERNELS.sum }, { slots: { a: "p", b: "q", to: "x" } }),
    "a",
    {},
  ),
  ...capped(
    "err.cap.v_eval_cost_exceeded",
    "5 nodes · (3 + 2)",
    "maxVEvalCost",
    25,
    false,
    three,
    "a b c",
    ones,
  ),
  // 4 + 9 + 25, and floor of 3, 5 and 7.5.
  ...capped("err.cap.epsilon_exceeded", "38 + 15", "maxEpsilon", 53, true, three, "a b c", ones),
  ...bits(
    "the product of 15 and 17 has 8 bits",
    8,
    alone({ p: { params: [], writes: { to: { lt: [{ mul: ["15", "17"] }, "0"] } } } }, {}),
    {},
  ),
  ...bits(
    "the sum of 127 and 127 has 8 bits",
    8,
    alone({ p: { params: [], writes: { to: { lt: [add("127", "127"), "0"] } } } }, {}),
    {},
  ),
  ...bits(
    "the state's −255 has 8 bits",
    8,
    alone({ p: { params: [], writes: { to: { min: [get("to"), "0"] } } } }, {}, { state: { x: "-255" } }),
    { x: "-255" },
  ),
  ...bits(
    "a² of the bound 181 has 15 bits",
    15,
    alone({ p: { params: [], writes: { to: "0" } } }, { bound: "181" }),
    {},
  ),
  ...bits(
    "M · a · b is 3 · 10 · 20, 10 bits, before it is divided by 7",
    10,
    {
      kernels: { add: KERNELS.add },
      ops: { a: plus("x", 1, { bound: "10" }), b: plus("y", 1, { bound: "20" }) },
      matrix: [[0, 0, 3, 7]],
    },
    { x: "1", y: "1" },
    "a b",
  ),
  ...bits(
    "V's term 9 · 10² has 10 bits, before it is divided by 2",
    10,
    alone(
      { add: KERNELS.add },
      { params: { n: "1" } },
      { contracts: [squared([9, 2], sub(get("x"), "10"))] },
    ),
    { x: "1" },
  ),
  // maxBatchSize ends nothing: the scheduler builds no larger batch.
  ...[
    ["exactly at maxBatchSize: three ops may go together", 3, ["a b c"]],
    ["one below maxBatchSize", 4, ["a b c"]],
    ["one above maxBatchSize: the last of three ops comes alone", 2, ["a b", "c"]],
  ].map(([name, most, batches]) => ({
    name: name as string,
    draft: { ...three, caps: { maxBatchSize: most as number } },
    expected: { end: "finished", attempts: committed(...(batches as string[])), state: ones },
  })),
];
