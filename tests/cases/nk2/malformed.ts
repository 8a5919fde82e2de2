// Documents that are no plans: each is a plan that holds, with one value put in another's place, and the faults that it then has.
import type { Json } from "@policyledger/core";
import { complete } from "../../golden/nk2-draft.ts";

export interface Malformed {
  readonly name: string;
  /** Where the value is put, as a JSON Pointer; "" for the whole document. */
  readonly path: string;
  /** What is put there; without one, what is there is taken away. */
  readonly value?: Json;
  /** The paths of all faults. */
  readonly faults: readonly string[];
}

export const whole = complete({
  kernels: { add: { params: ["n"], writes: { to: { add: [{ get: "to" }, { param: "n" }] } } } },
  ops: { a: { kernel: "add", slots: { to: "x" }, params: { n: "1" } } },
  state: { x: "5" },
  contracts: [{ id: "c", weight: { num: "1", den: "2" }, residual: { get: "x" } }],
  blocks: 2,
  matrix: [[0, 1, 1, 2]],
});

/** So many levels. */
export const nested = (levels: number): Json => (levels === 1 ? "1" : { neg: [nested(levels - 1)] });
/** So many nodes, in rows of 20. */
export const sumOf = (nodes: number): Json => ({
  add: Array.from({ length: Math.ceil((nodes - 1) / 20) }, (_, row) => ({
    add: Array<Json>(Math.min(20, nodes - 1 - 20 * row) - 1).fill("1"),
  })),
});

const wrong: readonly (readonly [
  name: string,
  path: string,
  value: Json | undefined,
  ...faults: string[],
])[] = [
  ["another version", "/v", 2],
  ["no version", "/v", undefined],
  ["a field that there is not", "/w", 1],
  ["no plan", "/plan", undefined],
  ["a plan that is no object", "/plan", []],
  ["ops that are no list", "/plan/ops", {}],
  ["an op that is null", "/plan/ops/0", null],
  ["an op without a field", "/plan/ops/0/reads", undefined],
  ["an op with a field too many", "/plan/ops/0/note", "hello"],
  ["an id that is empty", "/plan/ops/0/opId", ""],
  ["an id with a space", "/plan/ops/0/opId", "a b"],
  ["an id that is not ASCII", "/plan/ops/0/opId", "ä"],
  ["an id of 129 characters", "/plan/ops/0/opId", "a".repeat(129)],
  ["an id that no JSON object can have", "/plan/planId", "__proto__"],
  ["a hash in capitals", "/plan/ops/0/kernelHash", "A".repeat(64)],
  ["a hash that is too short", "/plan/policyDigest", "0".repeat(63)],
  ["a bound that is a number", "/plan/ops/0/deltaBound", 5],
  ["an integer with a leading zero", "/plan/ops/0/deltaBound", "05"],
  ["an integer with a plus", "/plan/ops/0/deltaBound", "+5"],
  ["minus zero", "/plan/ops/0/bind/params/n", "-0"],
  ["a fraction as an integer", "/plan/ops/0/bind/params/n", "1.0"],
  ["an integer of 310 digits", "/plan/ops/0/deltaBound", "1".repeat(310)],
  ["a block that is no integer", "/plan/ops/0/blockIndex", 0.5],
  ["a block below 0", "/plan/ops/0/blockIndex", -1],
  ["a flag that is a number", "/plan/ops/0/floatTouch", 0],
  ["a binding to no field", "/plan/ops/0/bind/slots/to", "x y"],
  ["a width of 0", "/plan/maxParallelWidth", 0],
  ["another rule", "/plan/schedulerRuleId", "greedy.curv.v2"],
  ["another mode", "/plan/schedulerMode", "id:mode.X"],
  ["kernel errors that do not abort", "/plan/abortOnKernelError", false],
  ["an edge of three", "/plan/dagEdges", [["a", "a", "a"]], "/plan/dagEdges/0"],
  ["an edge that is no list", "/plan/dagEdges", ["a"], "/plan/dagEdges/0"],
  ["a batch size of 0", "/plan/resourceCaps/maxBatchSize", 0],
  ["a cap below 0", "/plan/resourceCaps/maxVEvalCost", -1],
  ["no bits at all", "/plan/resourceCaps/maxBigintBits", 0],
  ["a cap on ε̂ below 0", "/plan/resourceCaps/maxEpsilon", "-1"],
  ["an ε below 0", "/policyBundle/maxEpsilon", "-1"],
  ["a state that holds a zero", "/initialState/x", "0"],
  ["a state that holds a number", "/initialState/x", 5],
  ["a state with a field of no name", "/initialState/", "1"],
  [
    "a kernel that reads a param that there is not",
    "/kernels/0/params",
    [],
    "/kernels/0/writes/to/add/1/param",
  ],
  [
    "a kernel with an operator that there is not",
    "/kernels/0/writes/to",
    { pow: ["2", "3"] },
    "/kernels/0/writes/to/pow",
  ],
  ["a kernel of 65 levels", "/kernels/0/writes/to", nested(65), `/kernels/0/writes/to${"/neg/0".repeat(64)}`],
  ["a kernel of 1,001 nodes", "/kernels/0/writes/to", sumOf(1_001)],
  [
    "a contract of 65 levels",
    "/policyBundle/contracts/0/residual",
    nested(65),
    `/policyBundle/contracts/0/residual${"/neg/0".repeat(64)}`,
  ],
  ["a contract of 1,001 nodes", "/policyBundle/contracts/0/residual", sumOf(1_001)],
  ["an operator with too few operands", "/kernels/0/writes/to", { add: ["1"] }, "/kernels/0/writes/to/add"],
  ["a kernel that is code", "/kernels/0/writes/to", "to + 1"],
  [
    "a contract that divides",
    "/policyBundle/contracts/0/residual",
    { div: ["4", "2"] },
    "/policyBundle/contracts/0/residual/div",
  ],
  [
    "a contract that has a param",
    "/policyBundle/contracts/0/residual",
    { param: "n" },
    "/policyBundle/contracts/0/residual/param",
  ],
  [
    "a weight of 0",
    "/policyBundle/contracts/0/weight",
    { num: "0", den: "1" },
    "/policyBundle/contracts/0/weight",
  ],
  ["a weight that is not in lowest terms", "/policyBundle/contracts/0/weight", { num: "2", den: "4" }],
  ["a denominator of 0", "/policyBundle/contracts/0/weight/den", "0"],
  ["another version of the matrix", "/matrix/versionId", "id:curvature.v2"],
  ["a matrix of no size", "/matrix/size", 0, "/matrix/size", "/matrix/entries/0"],
  ["an entry below the diagonal", "/matrix/entries/0", { i: 1, j: 0, value: { num: "1", den: "2" } }],
  ["an entry outside of the matrix", "/matrix/entries/0/j", 2, "/matrix/entries/0"],
  ["an entry of 0", "/matrix/entries/0/value/num", "0", "/matrix/entries/0/value", "/matrix/entries/0/value"],
];

const [entry] = (whole.matrix as { entries: readonly Json[] }).entries as [Json];
const [contract] = (whole.policyBundle as { contracts: readonly Json[] }).contracts as [Json];

export const malformed: readonly Malformed[] = [
  ...wrong.map(([name, path, value, ...faults]) => ({
    name,
    path,
    ...(value === undefined ? {} : { value }),
    faults: faults.length > 0 ? faults : [path],
  })),
  { name: "an entry twice", path: "/matrix/entries", value: [entry, entry], faults: ["/matrix/entries/1"] },
  {
    name: "a contract twice",
    path: "/policyBundle/contracts",
    value: [contract, contract],
    faults: ["/policyBundle/contracts/1/id"],
  },
  { name: "no document", path: "", value: null, faults: [""] },
  { name: "a list", path: "", value: [], faults: [""] },
];

/** The document that a case is about. */
export function malformedDocument(whole: Json, { path, value }: Malformed): Json {
  if (path === "") return value!;
  const document = structuredClone(whole) as Record<string, Json>;
  const keys = path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  let at = document as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  if (value === undefined) delete at[keys.at(-1)!];
  else at[keys.at(-1)!] = value;
  return document;
}
