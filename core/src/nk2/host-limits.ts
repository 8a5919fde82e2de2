// What a host lets a plan cost, whatever the plan's own caps say: those were written by whoever wrote the plan. Everything here is
// known before anything runs, and nothing is a time: a verdict must be the same on every machine.
import { lcm } from "../evaluation/rational.ts";
import type { PlanDocument } from "./document.ts";
import { nodeCount } from "./expression.ts";
import { bitLength } from "./integers.ts";
import type { OpSpec } from "./op.ts";

export interface HostLimits {
  readonly maxOps: number;
  readonly maxEdges: number;
  readonly maxParallelWidth: number;
  readonly maxMatrixSize: number;
  /** Bounds the cap of the same name; and the common denominator of the contracts' weights. */
  readonly maxBigintBits: number;
  readonly maxMatrixAccumTerms: number;
  readonly maxFieldsTouchedPerOp: number;
  readonly maxVEvalCost: number;
  /** Bounds `staticCost`. */
  readonly maxStaticCost: number;
}

/** For whoever runs plans of his own, or of somebody whom he knows; some minutes at worst. A service gives less. */
export const HOST_LIMITS: HostLimits = {
  maxOps: 1_000_000,
  maxEdges: 4_000_000,
  maxParallelWidth: 1_024,
  maxMatrixSize: 1_024,
  maxBigintBits: 4_096,
  maxMatrixAccumTerms: 1_000_000,
  maxFieldsTouchedPerOp: 1_024,
  maxVEvalCost: 10_000_000,
  maxStaticCost: 10_000_000_000,
};

/**
 * For plans that are claimed, whoever verifies them: part of the rules. A verifier has 512 MiB and 120 s for eight of them at once; the
 * costliest that was found takes 8 s on a busy core (docs/nk2.md).
 */
export const CLAIM_LIMITS: HostLimits = {
  maxOps: 5_000,
  maxEdges: 20_000,
  maxParallelWidth: 64,
  maxMatrixSize: 256,
  maxBigintBits: 1_024,
  maxMatrixAccumTerms: 1_000_000,
  maxFieldsTouchedPerOp: 256,
  maxVEvalCost: 1_000_000,
  maxStaticCost: 50_000_000,
};

/** One limit that a plan is over. */
export interface Excess {
  readonly path: string;
  readonly message: string;
}

export function excesses(document: PlanDocument, cost: bigint, limits: HostLimits): readonly Excess[] {
  const { plan, matrix } = document;
  const caps = plan.resourceCaps;
  const over: readonly (readonly [path: string, value: number | bigint, most: number])[] = [
    ["/plan/ops", plan.ops.length, limits.maxOps],
    ["/plan/dagEdges", plan.dagEdges.length, limits.maxEdges],
    ["/plan/maxParallelWidth", plan.maxParallelWidth, limits.maxParallelWidth],
    ["/plan/resourceCaps/maxBigintBits", caps.maxBigintBits, limits.maxBigintBits],
    ["/plan/resourceCaps/maxMatrixAccumTerms", caps.maxMatrixAccumTerms, limits.maxMatrixAccumTerms],
    ["/plan/resourceCaps/maxFieldsTouchedPerOp", caps.maxFieldsTouchedPerOp, limits.maxFieldsTouchedPerOp],
    ["/plan/resourceCaps/maxVEvalCost", caps.maxVEvalCost, limits.maxVEvalCost],
    ["/matrix/size", matrix.size, limits.maxMatrixSize],
    ["/policyBundle/contracts", denominatorBits(document, limits.maxBigintBits), limits.maxBigintBits],
    ["/plan", cost, limits.maxStaticCost],
  ];
  const found = over.filter(([, value, most]) => value > most);
  return found.map(([path, value, most]) => ({ path, message: messageOf(path, value, most) }));
}

function messageOf(path: string, value: number | bigint, most: number): string {
  const what: Readonly<Record<string, string>> = {
    "/plan": "its static cost is",
    "/policyBundle/contracts": "the common denominator of their weights has so many bits, or more:",
  };
  return `${what[path] ?? "is"} ${value}, this host takes at most ${most}`;
}

/** The bits of the weights' common denominator, counted no further than just over `most`. */
function denominatorBits({ policyBundle }: PlanDocument, most: number): number {
  let common = 1n;
  for (const { weight } of policyBundle.contracts) {
    common = lcm(common, weight.den);
    if (bitLength(common) > most) break;
  }
  return bitLength(common);
}

/**
 * The most that a run of the plan can evaluate, in nodes of expressions: with n ops and width P there are at most
 * n · (P + 1) runs of kernels and 2n attempts, so at most n · (P + 1) + 2 · 2n evaluations of V, and n · (P + 1) · (P − 1) / 2
 * terms of the matrix. A node counts more where numbers may be long: multiplication is quadratic in their length.
 */
export function staticCost({ plan, policyBundle }: PlanDocument, nodesOf: (op: OpSpec) => number): bigint {
  const n = BigInt(plan.ops.length);
  const p = BigInt(
    Math.min(plan.maxParallelWidth, plan.resourceCaps.maxBatchSize ?? plan.maxParallelWidth, plan.ops.length),
  );
  const kernels = plan.ops.reduce((sum, op) => sum + BigInt(nodesOf(op)), 0n);
  const contracts = policyBundle.contracts.reduce(
    (sum, { residual }) => sum + BigInt(nodeCount(residual)),
    0n,
  );
  const words = BigInt(Math.ceil(plan.resourceCaps.maxBigintBits / 256));
  const nodes = kernels * (p + 1n) + contracts * n * (p + 5n) + (n * (p + 1n) * (p > 0n ? p - 1n : 0n)) / 2n;
  return nodes * words * words;
}
