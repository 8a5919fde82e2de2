// The policy bundle: what a plan may do, locked by its digest, which the plan names. With it come the contracts, whose weighted
// squared residuals add up to V, and the caps on what a run may use.
import type { Rational } from "../evaluation/rational.ts";
import type { Hasher } from "../host.ts";
import { type Expression, expressionText, readExpression } from "./expression.ts";
import { taggedHash, textList } from "./hashes.ts";
import { fractionText } from "./matrix.ts";
import { compare, type Reader } from "./reader.ts";

export interface ResourceCaps {
  readonly maxBigintBits: number;
  readonly maxMatrixAccumTerms: number;
  readonly maxFieldsTouchedPerOp: number;
  readonly maxVEvalCost: number;
  readonly maxBatchSize: number | null;
  /** Bounds ε̂, the bound, before kernels run. */
  readonly maxEpsilon: bigint | null;
}

export interface Contract {
  readonly id: string;
  readonly weight: Rational;
  /** Its slots are fields. */
  readonly residual: Expression;
}

export interface PolicyBundle {
  readonly bundleId: string;
  readonly allowedSchedulerRules: readonly string[];
  readonly allowedKernelHashes: readonly string[];
  readonly maxParallelWidth: number;
  readonly glbModeId: string;
  readonly floatPolicyAllowsTensor: boolean;
  readonly curvatureMatrixDigest: string;
  /** Sorted by id. */
  readonly contracts: readonly Contract[];
  /** Bounds |ε|, what was measured. */
  readonly maxEpsilon: bigint | null;
  readonly resourceCaps: ResourceCaps;
}

const BUNDLE = [
  "bundleId",
  "allowedSchedulerRules",
  "allowedKernelHashes",
  "maxParallelWidth",
  "glbModeId",
  "floatPolicyAllowsTensor",
  "curvatureMatrixDigest",
  "contracts",
  "maxEpsilon",
  "resourceCaps",
];

export function readPolicy(reader: Reader, value: unknown, path: string): PolicyBundle {
  const fields = reader.fields(value, path, BUNDLE);
  return {
    bundleId: reader.identifier(fields.bundleId, path, "bundleId"),
    allowedSchedulerRules: reader.identifiers(fields.allowedSchedulerRules, `${path}/allowedSchedulerRules`),
    allowedKernelHashes: reader.hashes(fields.allowedKernelHashes, `${path}/allowedKernelHashes`),
    maxParallelWidth: reader.count(fields.maxParallelWidth, path, "maxParallelWidth", 1),
    glbModeId: reader.identifier(fields.glbModeId, path, "glbModeId"),
    floatPolicyAllowsTensor: reader.flag(fields.floatPolicyAllowsTensor, path, "floatPolicyAllowsTensor"),
    curvatureMatrixDigest: reader.hash(fields.curvatureMatrixDigest, path, "curvatureMatrixDigest"),
    contracts: readContracts(reader, fields.contracts, `${path}/contracts`),
    maxEpsilon: epsilon(reader, fields.maxEpsilon, path),
    resourceCaps: readCaps(reader, fields.resourceCaps, `${path}/resourceCaps`),
  };
}

function readContracts(reader: Reader, value: unknown, path: string): readonly Contract[] {
  const seen = new Set<string>();
  const contracts = reader.list(value, path, (one, at) => {
    const fields = reader.fields(one, at, ["id", "weight", "residual"]);
    const id = reader.identifier(fields.id, at, "id");
    if (seen.has(id)) reader.note(at, "id", "there is a contract of this id before it");
    seen.add(id);
    const weight = reader.fraction(fields.weight ?? { num: "1", den: "1" }, `${at}/weight`);
    if (weight.num <= 0n) reader.note(at, "weight", "wanted a weight above 0");
    // Without division no residual can fail, so V is defined in every state.
    const scope = { params: [], without: ["div", "mod"] as const, nodes: 0 };
    return { id, weight, residual: readExpression(reader, fields.residual, `${at}/residual`, scope) };
  });
  return contracts.sort((a, b) => compare(a.id, b.id));
}

const CAPS = [
  "maxBigintBits",
  "maxMatrixAccumTerms",
  "maxFieldsTouchedPerOp",
  "maxVEvalCost",
  "maxBatchSize",
  "maxEpsilon",
];

export function readCaps(reader: Reader, value: unknown, path: string): ResourceCaps {
  const fields = reader.fields(value, path, CAPS);
  const count = (name: string, least: number) => reader.count(fields[name], path, name, least);
  return {
    maxBigintBits: count("maxBigintBits", 1),
    maxMatrixAccumTerms: count("maxMatrixAccumTerms", 0),
    maxFieldsTouchedPerOp: count("maxFieldsTouchedPerOp", 0),
    maxVEvalCost: count("maxVEvalCost", 0),
    maxBatchSize: fields.maxBatchSize === null ? null : count("maxBatchSize", 1),
    maxEpsilon: epsilon(reader, fields.maxEpsilon, path),
  };
}

function epsilon(reader: Reader, value: unknown, path: string): bigint | null {
  if (value === null) return null;
  const bound = reader.integer(value, path, "maxEpsilon");
  if (bound < 0n) reader.note(path, "maxEpsilon", "wanted an integer from 0 on");
  return bound;
}

/** The bundle's canonical JSON. */
export function policyText(bundle: PolicyBundle): string {
  const contracts = bundle.contracts.map(
    ({ id, weight, residual }) =>
      `{"id":${JSON.stringify(id)},"residual":${expressionText(residual)},"weight":${fractionText(weight)}}`,
  );
  return (
    `{"allowedKernelHashes":${textList(bundle.allowedKernelHashes)},` +
    `"allowedSchedulerRules":${textList(bundle.allowedSchedulerRules)},"bundleId":${JSON.stringify(bundle.bundleId)},` +
    `"contracts":[${contracts.join(",")}],"curvatureMatrixDigest":"${bundle.curvatureMatrixDigest}",` +
    `"floatPolicyAllowsTensor":${bundle.floatPolicyAllowsTensor},"glbModeId":${JSON.stringify(bundle.glbModeId)},` +
    `"maxEpsilon":${boundText(bundle.maxEpsilon)},"maxParallelWidth":${bundle.maxParallelWidth},` +
    `"resourceCaps":${capsText(bundle.resourceCaps)}}`
  );
}

export function policyDigest(host: Hasher, bundle: PolicyBundle): string {
  return taggedHash(host, "nk2/policy/v1", policyText(bundle));
}

export function capsText(caps: ResourceCaps): string {
  return (
    `{"maxBatchSize":${caps.maxBatchSize},"maxBigintBits":${caps.maxBigintBits},"maxEpsilon":${boundText(caps.maxEpsilon)},` +
    `"maxFieldsTouchedPerOp":${caps.maxFieldsTouchedPerOp},"maxMatrixAccumTerms":${caps.maxMatrixAccumTerms},` +
    `"maxVEvalCost":${caps.maxVEvalCost}}`
  );
}

function boundText(bound: bigint | null): string {
  return bound === null ? "null" : `"${bound}"`;
}
