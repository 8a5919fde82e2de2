// How a plan's claim is verified, behind its signature: its hashes, the run, the final state, the final commit.
import type { PlanClaim } from "./claim.ts";
import type { Fault } from "./error.ts";
import type { Host } from "./host.ts";
import { utf8Length } from "./json.ts";
import { MAX_CLAIMED_PLAN_BYTES } from "./limits.ts";
import { checkPlan } from "./nk2/check-plan.ts";
import type { PlanDocument } from "./nk2/document.ts";
import { planDocumentText } from "./nk2/document-text.ts";
import { CLAIM_LIMITS } from "./nk2/host-limits.ts";
import { commitsInWords } from "./nk2/receipt-report.ts";
import type { ReceiptChain } from "./nk2/receipts.ts";
import { type FinishedRun, runPlan, type Statistics } from "./nk2/run.ts";
import { Refusal } from "./refusal.ts";

/** What a run that holds has left behind. */
export interface PlanFound {
  readonly commits: number;
  readonly ops: number;
  readonly statistics: Statistics;
  readonly receipts: ReceiptChain;
}

export function checkPlanBounds(host: Host, document: PlanDocument): void {
  const most = MAX_CLAIMED_PLAN_BYTES;
  if (utf8Length(planDocumentText(host, document), most) <= most) return;
  throw new Refusal("limits", `the document takes more than ${most} bytes in its normal form`);
}

export function replayPlanClaim(host: Host, claim: PlanClaim, document: PlanDocument): PlanFound {
  checkHashes(host, claim, document);
  const { statistics, receipts, finalStateHash, finalCommitHash } = run(host, document);
  checkEnd("final_state_mismatch", "final state", finalStateHash, claim.final_state_hash, {
    replayed_state_hash: finalStateHash,
  });
  checkEnd("final_commit_mismatch", "final commit", finalCommitHash, claim.final_commit_hash, {
    replayed_commit_hash: finalCommitHash,
  });
  return { commits: statistics.commits, ops: statistics.totalOpsCommitted, statistics, receipts };
}

function checkHashes(host: Host, claim: PlanClaim, document: PlanDocument): void {
  const { planHash, initialStateHash, faults } = checkPlan(host, document, CLAIM_LIMITS);
  const named = [
    ["/document/plan", "the plan hashes to", planHash, claim.plan_hash],
    ["/document/plan/initialStateHash", "the plan begins with", initialStateHash, claim.initial_state_hash],
  ] as const;
  for (const [path, what, hash, claimed] of named) {
    if (hash === claimed) continue;
    const message = `${what} ${hash}, the claim says ${claimed}`;
    throw new Refusal("hash_mismatch", message, [{ path, message }]);
  }
  if (faults.length === 0) return;
  const within = faults.map(
    ({ code, path, message }): Fault => ({ code, path: `/document${path}`, message }),
  );
  const [{ code, message }] = faults as [(typeof faults)[number]];
  throw new Refusal("plan_refused", `the plan may not run: ${code}, ${message}`, within);
}

function run(host: Host, document: PlanDocument): FinishedRun {
  const run = runPlan(host, document, { limits: CLAIM_LIMITS });
  if (run.status === "finished") return run;
  if (run.status === "refused") throw new Error("bug: a plan without faults is refused");
  const { code, batch, message, statistics } = run;
  const ops =
    batch.length > 8 ? `${batch.slice(0, 8).join(", ")} and ${batch.length - 8} more` : batch.join(", ");
  throw new Refusal(
    "plan_halted",
    `the plan halts behind ${commitsInWords(statistics.commits)}, at ${ops}: ${code}, ${message}`,
  );
}

function checkEnd(
  reason: "final_state_mismatch" | "final_commit_mismatch",
  what: string,
  found: string,
  claimed: string,
  more: ConstructorParameters<typeof Refusal>[3],
): void {
  if (found === claimed) return;
  throw new Refusal(reason, `the run's ${what} is ${found}, the claim says ${claimed}`, [], more);
}
