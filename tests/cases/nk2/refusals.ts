// Plans that are not run: one for each code of validation, with its neighbours that are run, and one that has every fault at once; and
// documents that are no plans at all.
import type { HostLimits, Json, JsonObject } from "@policyledger/core";
import { complete, type Draft, type DraftOp, taggedHash } from "../../golden/nk2-draft.ts";
import { nested, sumOf } from "./malformed.ts";

export interface Refusal {
  readonly name: string;
  readonly document: JsonObject;
  /** Limits of the host, where they are not the usual ones. */
  readonly limits?: Partial<HostLimits>;
  /** [code, path], none where the plan is run. */
  readonly faults: readonly (readonly [code: string, path: string])[];
}

const KERNELS: Draft["kernels"] = {
  add: { params: ["n"], writes: { to: { add: [{ get: "to" }, { param: "n" }] } } },
  take: { params: [], writes: { a: { sub: [{ get: "a" }, { get: "c" }] }, b: { get: "c" } } },
};
const plus = (to: string, changes: JsonObject = {}): DraftOp => ({
  kernel: "add",
  slots: { to },
  params: { n: "1" },
  changes,
});
const take = (changes: JsonObject = {}): DraftOp => ({
  kernel: "take",
  slots: { a: "x", b: "y", c: "z" },
  changes,
});
const BASE: Draft = { kernels: KERNELS, ops: { a: plus("p"), b: take(), c: plus("q") }, state: { x: "5" } };
const OTHER = "0".repeat(64);
const digest = (reads: readonly string[], writes: readonly string[]) =>
  taggedHash("footprint", { reads, writes });
const of = (draft: Partial<Draft>): JsonObject => complete({ ...BASE, ...draft });
const op = (changes: JsonObject): JsonObject => of({ ops: { ...BASE.ops, b: take(changes) } });
const plan = (changes: JsonObject): JsonObject => of({ plan: changes });
const bind = (slots: JsonObject, params: JsonObject = {}) => op({ bind: { slots, params } });
const withDocument = (change: (document: Record<string, Json>) => void): JsonObject => {
  const document = structuredClone(complete(BASE)) as Record<string, Json>;
  change(document);
  return document;
};

type Case = readonly [name: string, document: JsonObject, ...faults: (readonly [string, string])[]];

const cases: readonly Case[] = [
  ["a plan that holds", complete(BASE)],
  [
    "another policy than the plan names",
    plan({ policyDigest: OTHER }),
    ["policy_digest_mismatch", "/plan/policyDigest"],
  ],
  [
    "another bundle's id",
    plan({ policyBundleId: "policy/2" }),
    ["policy_digest_mismatch", "/plan/policyBundleId"],
  ],
  [
    "another state",
    plan({ initialStateHash: OTHER }),
    ["initial_state_hash_mismatch", "/plan/initialStateHash"],
  ],
  [
    "a rule that the policy does not allow",
    of({ policy: { allowedSchedulerRules: ["greedy.curv.v2", "random.v1"] } }),
    ["scheduler_rule_not_allowlisted", "/plan/schedulerRuleId"],
  ],
  ["exactly as wide as the policy allows", of({ width: 4, policy: { maxParallelWidth: 4 } })],
  ["one narrower than the policy allows", of({ width: 3, policy: { maxParallelWidth: 4 } })],
  [
    "one wider than the policy allows",
    of({ width: 5, policy: { maxParallelWidth: 4 } }),
    ["max_parallel_width_exceeds_policy", "/plan/maxParallelWidth"],
  ],
  ["an op that waits for itself", of({ edges: [["b", "b"]] }), ["dag_has_cycles", "/plan/dagEdges"]],
  [
    "a cycle",
    of({
      edges: [
        ["a", "b"],
        ["b", "c"],
        ["c", "a"],
      ],
    }),
    ["dag_has_cycles", "/plan/dagEdges"],
  ],
  ["an edge to no op", of({ edges: [["a", "z"]] }), ["dag_edge_unknown_op", "/plan/dagEdges"]],
  ["an edge from no op", of({ edges: [["z", "a"]] }), ["dag_edge_unknown_op", "/plan/dagEdges"]],
  [
    "two ops of one id",
    of({ ops: { ...BASE.ops, c: plus("q", { opId: "a" }) } }),
    ["duplicate_op_id", "/plan/ops/2/opId"],
  ],
  ["the last block", of({ blocks: 4, ops: { a: { ...plus("p"), block: 3 } } })],
  [
    "one behind the last block",
    of({ blocks: 4, ops: { a: { ...plus("p"), block: 4 } } }),
    ["block_index_out_of_bounds", "/plan/ops/0/blockIndex"],
  ],
  [
    "a kernel that the policy does not allow",
    of({ policy: { allowedKernelHashes: [taggedHash("kernel", KERNELS.add as unknown as Json)] } }),
    ["kernel_hash_not_allowlisted", "/plan/ops/1/kernelHash"],
  ],
  [
    "a kernel that is not there",
    withDocument((document) => {
      document.kernels = (document.kernels as Json[]).slice(0, 1);
    }),
    ["kernel_missing", "/plan/ops/1/kernelHash"],
  ],
  [
    "a kernel of no hash that anybody knows",
    op({ kernelHash: OTHER }),
    ["kernel_hash_not_allowlisted", "/plan/ops/1/kernelHash"],
    ["kernel_missing", "/plan/ops/1/kernelHash"],
  ],
  ["another glb mode", op({ glbModeId: "glb:other" }), ["glb_mode_id_mismatch", "/plan/ops/1/glbModeId"]],
  ["a bound of 1", op({ deltaBound: "1" })],
  ["a bound of 0", op({ deltaBound: "0" }), ["delta_bound_must_be_positive", "/plan/ops/1/deltaBound"]],
  ["a bound of −1", op({ deltaBound: "-1" }), ["delta_bound_must_be_positive", "/plan/ops/1/deltaBound"]],
  [
    "a field that is read and written",
    op({ reads: ["x", "z"], footprintDigest: digest(["x", "z"], ["x", "y"]) }),
    ["read_write_sets_must_be_disjoint", "/plan/ops/1/reads"],
    ["kernel_outside_footprint", "/plan/ops/1/reads"],
  ],
  [
    "another digest of the footprint",
    op({ footprintDigest: OTHER }),
    ["footprint_digest_mismatch", "/plan/ops/1/footprintDigest"],
  ],
  ["sets that are not sorted", op({ writes: ["y", "x", "y"] })],
  [
    "a kernel that writes what is not declared",
    op({ writes: ["x"], footprintDigest: digest(["z"], ["x"]) }),
    ["kernel_outside_footprint", "/plan/ops/1/writes"],
  ],
  [
    "a kernel that reads what is not declared",
    op({ reads: [], footprintDigest: digest([], ["x", "y"]) }),
    ["kernel_outside_footprint", "/plan/ops/1/reads"],
  ],
  [
    "a field that is declared and not named",
    op({ reads: ["w", "z"], footprintDigest: digest(["w", "z"], ["x", "y"]) }),
    ["kernel_outside_footprint", "/plan/ops/1/reads"],
  ],
  [
    "a slot that is not bound",
    bind({ a: "x", b: "y" }),
    ["kernel_binding_incomplete", "/plan/ops/1/bind/slots"],
  ],
  [
    "a slot that there is not",
    bind({ a: "x", b: "y", c: "z", d: "w" }),
    ["kernel_binding_incomplete", "/plan/ops/1/bind/slots"],
  ],
  [
    "a param that there is not",
    bind({ a: "x", b: "y", c: "z" }, { n: "1" }),
    ["kernel_binding_incomplete", "/plan/ops/1/bind/params"],
  ],
  [
    "a param that is not bound",
    of({ ops: { a: plus("p", { bind: { slots: { to: "p" }, params: {} } }) } }),
    ["kernel_binding_incomplete", "/plan/ops/0/bind/params"],
  ],
  [
    "two written slots on one field",
    bind({ a: "x", b: "x", c: "z" }),
    ["kernel_binding_incomplete", "/plan/ops/1/bind/slots"],
  ],
  [
    "a written and a read slot on one field",
    of({ ops: { b: { kernel: "take", slots: { a: "x", b: "y", c: "x" } } } }),
  ],
  [
    "other caps than the policy's",
    plan({
      resourceCaps: {
        ...(complete(BASE).policyBundle as { resourceCaps: JsonObject }).resourceCaps,
        maxBatchSize: 2,
      },
    }),
    ["resource_caps_mismatch", "/plan/resourceCaps"],
  ],
  [
    "another matrix",
    of({ policy: { curvatureMatrixDigest: OTHER } }),
    ["curvature_digest_mismatch", "/policyBundle/curvatureMatrixDigest"],
  ],
  [
    "an op that touches floats",
    op({ floatTouch: true }),
    ["float_policy_restricts_tensor", "/plan/ops/1/floatTouch"],
  ],
  [
    "an id of 128 characters, and kernels of 64 levels and of 1,000 nodes",
    of({
      kernels: {
        ...KERNELS,
        deep: { params: [], writes: { to: nested(64) } },
        wide: { params: [], writes: { to: sumOf(1_000) } },
      },
      ops: {
        ["a".repeat(128)]: { kernel: "deep", slots: { to: "x" } },
        b: { kernel: "wide", slots: { to: "y" } },
      },
    }),
  ],
  ["an op that needs mode D", op({ requiresModeD: true }), ["mode_d_required", "/plan/ops/1/requiresModeD"]],
];

const everything = complete({
  ...BASE,
  ops: {
    a: plus("p", { opId: "b", kernelHash: OTHER, glbModeId: "x", deltaBound: "0", blockIndex: 9 }),
    b: take({ reads: ["x"], floatTouch: true, requiresModeD: true }),
    c: plus("q", { bind: { slots: {}, params: {} } }),
  },
  edges: [
    ["c", "c"],
    ["c", "z"],
  ],
  policy: {
    allowedSchedulerRules: [],
    curvatureMatrixDigest: OTHER,
    maxParallelWidth: 1,
    resourceCaps: { ...(complete(BASE).plan as { resourceCaps: JsonObject }).resourceCaps, maxBatchSize: 1 },
  },
  plan: {
    policyDigest: OTHER,
    initialStateHash: OTHER,
    resourceCaps: {
      ...(complete(BASE).plan as { resourceCaps: JsonObject }).resourceCaps,
      maxBigintBits: 4_097,
    },
  },
});

const everyFault: Refusal = {
  name: "everything at once: all faults are reported, in the order of the codes",
  document: everything,
  faults: [
    ["policy_digest_mismatch", "/plan/policyDigest"],
    ["initial_state_hash_mismatch", "/plan/initialStateHash"],
    ["scheduler_rule_not_allowlisted", "/plan/schedulerRuleId"],
    ["max_parallel_width_exceeds_policy", "/plan/maxParallelWidth"],
    ["dag_has_cycles", "/plan/dagEdges"],
    ["dag_edge_unknown_op", "/plan/dagEdges"],
    ["duplicate_op_id", "/plan/ops/1/opId"],
    ["block_index_out_of_bounds", "/plan/ops/0/blockIndex"],
    ["kernel_hash_not_allowlisted", "/plan/ops/0/kernelHash"],
    ["kernel_missing", "/plan/ops/0/kernelHash"],
    ["glb_mode_id_mismatch", "/plan/ops/0/glbModeId"],
    ["delta_bound_must_be_positive", "/plan/ops/0/deltaBound"],
    ["read_write_sets_must_be_disjoint", "/plan/ops/1/reads"],
    ["footprint_digest_mismatch", "/plan/ops/1/footprintDigest"],
    ["kernel_outside_footprint", "/plan/ops/1/reads"],
    ["kernel_binding_incomplete", "/plan/ops/2/bind/slots"],
    ["kernel_binding_incomplete", "/plan/ops/2/bind/params"],
    ["resource_caps_mismatch", "/plan/resourceCaps"],
    ["curvature_digest_mismatch", "/policyBundle/curvatureMatrixDigest"],
    ["float_policy_restricts_tensor", "/plan/ops/1/floatTouch"],
    ["mode_d_required", "/plan/ops/1/requiresModeD"],
    ["host_limit_exceeded", "/plan/resourceCaps/maxBigintBits"],
  ],
};

/** Each limit of a host at, one below and one above what the plan needs. */
const USES: readonly (readonly [keyof HostLimits, string, number])[] = [
  ["maxOps", "/plan/ops", 3],
  ["maxEdges", "/plan/dagEdges", 2],
  ["maxParallelWidth", "/plan/maxParallelWidth", 4],
  ["maxMatrixSize", "/matrix/size", 2],
  ["maxBigintBits", "/plan/resourceCaps/maxBigintBits", 256],
  ["maxMatrixAccumTerms", "/plan/resourceCaps/maxMatrixAccumTerms", 1_000],
  ["maxFieldsTouchedPerOp", "/plan/resourceCaps/maxFieldsTouchedPerOp", 16],
  ["maxVEvalCost", "/plan/resourceCaps/maxVEvalCost", 10_000],
  // Kernels of 3, 4 and 3 nodes, each at most 3 + 1 times; V of 2 nodes at most 3 · (3 + 5) times; 3 · 4 · 2 / 2 terms.
  ["maxStaticCost", "/plan", 10 * 4 + 2 * 24 + 12],
];
const limited = of({
  blocks: 2,
  edges: [
    ["a", "b"],
    ["a", "c"],
  ],
  contracts: [{ id: "c", weight: { num: "1", den: "3" }, residual: { neg: [{ get: "x" }] } }],
});
const hostCases: readonly Refusal[] = USES.flatMap(([limit, path, used]) =>
  [used, used + 1, used - 1].map((most): Refusal => {
    const where = most === used ? "exactly at" : most > used ? "one below" : "one above";
    return {
      name: `${where} the host's ${limit}`,
      document: limited,
      limits: { [limit]: most },
      faults: most < used ? [["host_limit_exceeded", path]] : [],
    };
  }),
);

const overTwoAndThree = of({
  contracts: [2n ** 150n, 3n ** 94n].map((den, i) => ({
    id: `c${i}`,
    weight: { num: "1", den: `${den}` },
    residual: { get: "x" },
  })),
});
/** 2^150 · 3^94 has 299 bits; the plan's own cap is 256. */
const denominatorCases: readonly Refusal[] = (
  [
    ["exactly at", 299],
    ["one below", 300],
    ["one above", 298],
  ] as const
).map(([where, most]) => ({
  name: `${where} the host's maxBigintBits: the common denominator of two weights`,
  document: overTwoAndThree,
  limits: { maxBigintBits: most },
  faults: where === "one above" ? [["host_limit_exceeded", "/policyBundle/contracts"]] : [],
}));

export const refusals: readonly Refusal[] = [
  ...cases.map(([name, document, ...faults]) => ({ name, document, faults })),
  everyFault,
  ...hostCases,
  ...denominatorCases,
];
