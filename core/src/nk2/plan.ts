// The plan: ops, which of them come before which, and what it runs under. Its hash names all of it.
import type { Hasher } from "../host.ts";
import { joinedTexts, taggedHash } from "./hashes.ts";
import { type OpSpec, opText, readOp } from "./op.ts";
import { capsText, type ResourceCaps, readCaps } from "./policy.ts";
import { compare, type Reader } from "./reader.ts";

const SCHEDULER_RULE = "greedy.curv.v1";
const MODES = ["id:mode.S", "id:mode.D"] as const;

export type Edge = readonly [before: string, after: string];

export interface ExecPlan {
  readonly planId: string;
  readonly policyBundleId: string;
  readonly policyDigest: string;
  readonly initialStateHash: string;
  /** Sorted by id. */
  readonly ops: readonly OpSpec[];
  /** Sorted, each once. */
  readonly dagEdges: readonly Edge[];
  readonly maxParallelWidth: number;
  readonly schedulerRuleId: typeof SCHEDULER_RULE;
  readonly schedulerMode: (typeof MODES)[number];
  readonly resourceCaps: ResourceCaps;
  readonly abortOnKernelError: true;
}

const FIELDS = [
  "planId",
  "policyBundleId",
  "policyDigest",
  "initialStateHash",
  "ops",
  "dagEdges",
  "maxParallelWidth",
  "schedulerRuleId",
  "schedulerMode",
  "resourceCaps",
  "abortOnKernelError",
];

export function readPlan(reader: Reader, value: unknown, path: string): ExecPlan {
  const fields = reader.fields(value, path, FIELDS);
  if (fields.abortOnKernelError !== undefined && fields.abortOnKernelError !== true) {
    reader.note(path, "abortOnKernelError", "wanted true: nothing else is defined yet");
  }
  const ops = reader.list(fields.ops, `${path}/ops`, (one, at, i) => readOp(reader, one, at, i));
  return {
    planId: reader.identifier(fields.planId, path, "planId"),
    policyBundleId: reader.identifier(fields.policyBundleId, path, "policyBundleId"),
    policyDigest: reader.hash(fields.policyDigest, path, "policyDigest"),
    initialStateHash: reader.hash(fields.initialStateHash, path, "initialStateHash"),
    ops: ops.sort((a, b) => compare(a.opId, b.opId)),
    dagEdges: readEdges(reader, fields.dagEdges, `${path}/dagEdges`),
    maxParallelWidth: reader.count(fields.maxParallelWidth, path, "maxParallelWidth", 1),
    schedulerRuleId: reader.oneOf(fields.schedulerRuleId, path, "schedulerRuleId", [SCHEDULER_RULE]),
    schedulerMode: reader.oneOf(fields.schedulerMode, path, "schedulerMode", MODES),
    resourceCaps: readCaps(reader, fields.resourceCaps, `${path}/resourceCaps`),
    abortOnKernelError: true,
  };
}

function readEdges(reader: Reader, value: unknown, path: string): readonly Edge[] {
  const edges = reader.list(value, path, (one, at): Edge => {
    const ends = reader.list(one, at, (id, where) => reader.identifier(id, where));
    if (Array.isArray(one) && ends.length !== 2) reader.note(at, null, `wanted two ops, got ${ends.length}`);
    return [ends[0] ?? "", ends[1] ?? ""];
  });
  edges.sort(([a, b], [c, d]) => compare(a, c) || compare(b, d));
  return edges.filter(([a, b], i) => i === 0 || a !== edges[i - 1]![0] || b !== edges[i - 1]![1]);
}

/** The plan's canonical JSON; `seen` is told of each op's as it comes up, because each op is hashed, too. */
export function planText(plan: ExecPlan, seen: (opText: string) => void = () => {}): string {
  const edges = joinedTexts(plan.dagEdges, ([a, b]) => `[${JSON.stringify(a)},${JSON.stringify(b)}]`);
  const ops = joinedTexts(plan.ops, (op) => {
    const text = opText(op);
    seen(text);
    return text;
  });
  return (
    `{"abortOnKernelError":true,"dagEdges":[${edges}],"initialStateHash":"${plan.initialStateHash}",` +
    `"maxParallelWidth":${plan.maxParallelWidth},"ops":[${ops}],` +
    `"planId":${JSON.stringify(plan.planId)},"policyBundleId":${JSON.stringify(plan.policyBundleId)},` +
    `"policyDigest":"${plan.policyDigest}","resourceCaps":${capsText(plan.resourceCaps)},` +
    `"schedulerMode":"${plan.schedulerMode}","schedulerRuleId":"${plan.schedulerRuleId}"}`
  );
}

export function planHash(host: Hasher, plan: ExecPlan, seen?: (opText: string) => void): string {
  return taggedHash(host, "nk2/plan/v1", planText(plan, seen));
}
