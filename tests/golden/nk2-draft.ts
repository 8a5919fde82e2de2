// Plans of NK-2 as they are written by hand: kernels by name, footprints and hashes left out. Completing a draft follows
// docs/nk2.md, with plain canonical JSON, so that it also says once more how everything is hashed.
import { canonicalJson, type Host, type Json, type JsonObject, portableHost } from "@policyledger/core";

export interface DraftOp {
  readonly kernel: string;
  readonly slots?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly block?: number;
  readonly bound?: string;
  /** Replaces fields of the finished op. */
  readonly changes?: JsonObject;
}

interface DraftKernel {
  /** Ascending. */
  readonly params: readonly string[];
  readonly writes: Readonly<Record<string, Json>>;
}

export interface Draft {
  readonly ops: Readonly<Record<string, DraftOp>>;
  readonly kernels: Readonly<Record<string, DraftKernel>>;
  readonly edges?: readonly (readonly [string, string])[];
  readonly state?: Readonly<Record<string, string>>;
  readonly width?: number;
  /** By id, ascending. */
  readonly contracts?: readonly JsonObject[];
  readonly blocks?: number;
  /** [i, j, numerator, denominator] */
  readonly matrix?: readonly (readonly [number, number, number, number])[];
  readonly caps?: JsonObject;
  /** Replace fields of the finished bundle and plan. */
  readonly policy?: JsonObject;
  readonly plan?: JsonObject;
}

const CAPS: JsonObject = {
  maxBigintBits: 256,
  maxMatrixAccumTerms: 1_000,
  maxFieldsTouchedPerOp: 16,
  maxVEvalCost: 10_000,
  maxBatchSize: null,
  maxEpsilon: null,
};

export function taggedHash(tag: string, value: Json, host: Host = portableHost): string {
  return host.sha256(`nk2/${tag}/v1\0${canonicalJson(value)}`);
}

/** The whole document, as JSON. */
export function complete(draft: Draft, host: Host = portableHost): JsonObject {
  const hashOf = (tag: string, value: Json) => taggedHash(tag, value, host);
  const matrix = {
    versionId: "id:curvature.rational_scaled.v1",
    size: draft.blocks ?? 1,
    entries: (draft.matrix ?? []).map(([i, j, num, den]) => ({
      i,
      j,
      value: { num: `${num}`, den: `${den}` },
    })),
  };
  const kernels = Object.values(draft.kernels) as unknown as readonly JsonObject[];
  const caps = { ...CAPS, ...draft.caps };
  const policyBundle: JsonObject = {
    bundleId: "policy/1",
    allowedSchedulerRules: ["greedy.curv.v1"],
    allowedKernelHashes: kernels.map((kernel) => hashOf("kernel", kernel)).sort(),
    maxParallelWidth: 64,
    glbModeId: "glb:none",
    floatPolicyAllowsTensor: false,
    curvatureMatrixDigest: hashOf("matrix", {
      ...matrix,
      entries: [...matrix.entries].sort((a, b) => a.i - b.i || a.j - b.j),
    }),
    contracts: draft.contracts ?? [],
    maxEpsilon: null,
    resourceCaps: caps,
    ...draft.policy,
  };
  const state = draft.state ?? {};
  const pairs = Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1));
  const plan: JsonObject = {
    planId: "plan/1",
    policyBundleId: policyBundle.bundleId!,
    policyDigest: hashOf("policy", policyBundle),
    initialStateHash: hashOf("state", pairs),
    ops: Object.entries(draft.ops).map(([opId, op]) =>
      completeOp(hashOf, opId, op, draft.kernels[op.kernel]!),
    ),
    dagEdges: draft.edges ?? [],
    maxParallelWidth: draft.width ?? 4,
    schedulerRuleId: "greedy.curv.v1",
    schedulerMode: "id:mode.S",
    resourceCaps: caps,
    abortOnKernelError: true,
    ...draft.plan,
  };
  return { v: 1, plan, initialState: state, policyBundle, kernels, matrix };
}

function completeOp(
  hashOf: (tag: string, value: Json) => string,
  opId: string,
  { slots = {}, params = {}, block = 0, bound = "100", changes }: DraftOp,
  kernel: DraftKernel,
): JsonObject {
  const fields = (names: readonly string[]) => [...new Set(names.map((slot) => slots[slot]!))].sort();
  const writes = fields(Object.keys(kernel.writes));
  const reads = fields(Object.values(kernel.writes).flatMap(namedSlots)).filter(
    (field) => !writes.includes(field),
  );
  return {
    opId,
    kernelHash: hashOf("kernel", kernel as unknown as Json),
    bind: { slots, params },
    footprintDigest: hashOf("footprint", { reads, writes }),
    reads,
    writes,
    blockIndex: block,
    deltaBound: bound,
    requiresModeD: false,
    floatTouch: false,
    glbModeId: "glb:none",
    ...changes,
  };
}

function namedSlots(expression: Json): readonly string[] {
  if (expression === null || typeof expression !== "object") return [];
  const [[name, operands]] = Object.entries(expression) as [[string, Json]];
  if (name === "get") return [operands as string];
  return name === "param" ? [] : (operands as readonly Json[]).flatMap(namedSlots);
}
