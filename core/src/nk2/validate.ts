// Whether a plan may run at all: every fault has its code, and all of them are reported. Nothing of a plan that has one is run.
import type { Fault } from "../error.ts";
import type { Hasher } from "../host.ts";
import { MAX_FAULTS } from "../limits.ts";
import { PLAN_CODES, type PlanCode } from "./codes.ts";
import { cycleOf, type Dag, dagOf } from "./dag.ts";
import type { PlanDocument } from "./document.ts";
import { excesses, type HostLimits, staticCost } from "./host-limits.ts";
import { type Kernel, kernelHash, kernelNodes, slotsOfKernel } from "./kernel.ts";
import { matrixDigest } from "./matrix.ts";
import { capsText, policyDigest } from "./policy.ts";
import { stateHash } from "./state.ts";
import { checkOp } from "./validate-op.ts";

export interface PlanFault extends Fault {
  readonly code: PlanCode;
}

/** A kernel with what is asked of it for each op. */
export interface KnownKernel {
  readonly kernel: Kernel;
  readonly written: readonly string[];
  /** What it only reads. */
  readonly read: readonly string[];
  readonly nodes: number;
}

/** What validation finds out, and running needs. */
export interface Validated {
  readonly kernels: ReadonlyMap<string, KnownKernel>;
  readonly rankOf: ReadonlyMap<string, number>;
  readonly dag: Dag;
  readonly initialStateHash: string;
  readonly policyDigest: string;
  readonly matrixDigest: string;
  readonly staticCost: bigint;
  readonly faults: readonly PlanFault[];
}

/** Collects faults; of each code no more than an error may list, so that none hides another. */
export class Faults {
  private readonly byCode = new Map<PlanCode, PlanFault[]>();

  add(code: PlanCode, path: string, message: string): void {
    const faults = this.byCode.get(code) ?? [];
    if (faults.length < MAX_FAULTS) faults.push({ code, path, message });
    this.byCode.set(code, faults);
  }

  /** In the order of the codes. */
  all(): readonly PlanFault[] {
    return PLAN_CODES.flatMap((code) => this.byCode.get(code) ?? []);
  }
}

export function validate(host: Hasher, document: PlanDocument, limits: HostLimits): Validated {
  const { plan, policyBundle, matrix } = document;
  const faults = new Faults();
  const found = {
    kernels: kernelsOf(host, document),
    rankOf: ranksOf(document, faults),
    initialStateHash: stateHash(host, document.initialState),
    policyDigest: policyDigest(host, policyBundle),
    matrixDigest: matrixDigest(host, matrix),
  };
  checkPlan(document, found, faults);
  const cost = staticCost(document, ({ kernelHash }) => found.kernels.get(kernelHash)?.nodes ?? 0);
  for (const { path, message } of excesses(document, cost, limits)) {
    faults.add("host_limit_exceeded", path, message);
  }
  const allowed = new Set(policyBundle.allowedKernelHashes);
  for (const op of plan.ops) checkOp(host, op, document, allowed, found.kernels.get(op.kernelHash), faults);
  const dag = checkDag(document, found.rankOf, faults);
  return { ...found, dag, staticCost: cost, faults: faults.all() };
}

function kernelsOf(host: Hasher, { kernels }: PlanDocument): ReadonlyMap<string, KnownKernel> {
  return new Map(
    kernels.map((kernel) => {
      const known = { kernel, ...slotsOfKernel(kernel), nodes: kernelNodes(kernel) };
      return [kernelHash(host, kernel), known];
    }),
  );
}

/** Ops are sorted by id, so that equal ids stand side by side. */
function ranksOf({ plan }: PlanDocument, faults: Faults): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  for (const [rank, { opId, place }] of plan.ops.entries()) {
    if (ranks.has(opId))
      faults.add("duplicate_op_id", `/plan/ops/${place}/opId`, `another op is ${opId}, too`);
    else ranks.set(opId, rank);
  }
  return ranks;
}

function checkPlan(
  { plan, policyBundle }: PlanDocument,
  found: Pick<Validated, "initialStateHash" | "policyDigest" | "matrixDigest">,
  faults: Faults,
): void {
  const differs = (code: PlanCode, path: string, wanted: string, got: string) => {
    if (wanted !== got) faults.add(code, path, `wanted ${wanted}, got ${got}`);
  };
  differs("policy_digest_mismatch", "/plan/policyDigest", found.policyDigest, plan.policyDigest);
  differs("policy_digest_mismatch", "/plan/policyBundleId", policyBundle.bundleId, plan.policyBundleId);
  differs(
    "initial_state_hash_mismatch",
    "/plan/initialStateHash",
    found.initialStateHash,
    plan.initialStateHash,
  );
  if (!policyBundle.allowedSchedulerRules.includes(plan.schedulerRuleId)) {
    const message = `the policy does not allow ${plan.schedulerRuleId}`;
    faults.add("scheduler_rule_not_allowlisted", "/plan/schedulerRuleId", message);
  }
  if (plan.maxParallelWidth > policyBundle.maxParallelWidth) {
    const message = `is ${plan.maxParallelWidth}, the policy allows ${policyBundle.maxParallelWidth}`;
    faults.add("max_parallel_width_exceeds_policy", "/plan/maxParallelWidth", message);
  }
  const caps = [capsText(policyBundle.resourceCaps), capsText(plan.resourceCaps)] as const;
  differs("resource_caps_mismatch", "/plan/resourceCaps", ...caps);
  const digest = policyBundle.curvatureMatrixDigest;
  differs("curvature_digest_mismatch", "/policyBundle/curvatureMatrixDigest", found.matrixDigest, digest);
}

function checkDag({ plan }: PlanDocument, rankOf: ReadonlyMap<string, number>, faults: Faults): Dag {
  for (const [before, after] of plan.dagEdges) {
    for (const id of before === after ? [before] : [before, after]) {
      if (rankOf.has(id)) continue;
      const message = `the edge from ${before} to ${after}: there is no op ${id}`;
      faults.add("dag_edge_unknown_op", "/plan/dagEdges", message);
    }
  }
  const dag = dagOf(plan.ops.length, plan.dagEdges, rankOf);
  const cycle = cycleOf(dag);
  if (cycle !== null) {
    const ids = cycle.slice(0, MAX_FAULTS).map((rank) => plan.ops[rank]!.opId);
    const more = cycle.length > MAX_FAULTS ? ` → and ${cycle.length - MAX_FAULTS} more` : "";
    faults.add("dag_has_cycles", "/plan/dagEdges", `${ids.join(" → ")}${more} → ${ids[0]}`);
  }
  return dag;
}
