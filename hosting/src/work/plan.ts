// Runs a recorded plan again, as every verifier does, and checks the receipts that the service keeps of its run.
import { openPlans } from "@policyledger/agent/plans";
import {
  CLAIM_LIMITS,
  type PlanEvent,
  portableHost,
  type ReceiptChain,
  receiptsText,
  runPlan,
} from "@policyledger/core";
import { PATIENCE } from "../patience.ts";
import type { PlanAttempt, PlanCommit, Tasks } from "./tasks.ts";

type PlanTask = Tasks["plan"];

export async function rerunPlan(
  { origin, entry }: PlanTask["input"],
  tell: (told: PlanTask["told"]) => void,
  signal: AbortSignal,
): Promise<PlanTask["done"]> {
  const { plan_hash, final_commit_hash: finalCommitHash } = entry;
  // The receipts are checked against the document before they are given.
  const { document, chain, report } = await openPlans(origin, PATIENCE).receipts(plan_hash, {
    signal,
    finalCommitHash,
  });
  const attempts: PlanAttempt[] = [];
  const started = performance.now();
  const run = runPlan(portableHost, document, {
    limits: CLAIM_LIMITS,
    observe: (event) => {
      attempts.push(attemptOf(event));
      if (event.attempt % TOLD_EVERY === 0) tell({ committed: event.committed, ops: event.ops });
    },
  });
  const milliseconds = performance.now() - started;
  const holds =
    run.status === "finished" &&
    run.finalStateHash === entry.final_state_hash &&
    run.finalCommitHash === entry.final_commit_hash &&
    chain.commits.length === entry.commits &&
    document.plan.ops.length === entry.ops;
  const message =
    run.status === "finished"
      ? `It came to the state ${run.finalStateHash} and the commit ${run.finalCommitHash}, with ${document.plan.ops.length} ops in ${chain.commits.length} commits`
      : run.status === "halted"
        ? run.message
        : run.faults.map((fault) => fault.message).join("; ");
  return {
    ops: document.plan.ops.map(({ opId }) => opId),
    edges: document.plan.dagEdges,
    attempts,
    holds,
    message,
    receipts: report.summary,
    receiptsText: receiptsText(chain),
    genesis: chain.genesis,
    commits: commitsOf(chain, finalCommitHash),
    milliseconds,
  };
}

const TOLD_EVERY = 25;

/** The chain has been checked: each commit hashes to what the one behind it names, and the last to what the entry says. */
function commitsOf({ commits }: ReceiptChain, finalCommitHash: string): readonly PlanCommit[] {
  return commits.map(({ receipt, locals }, i) => ({
    hash: commits[i + 1]?.receipt.batchPrevHash ?? finalCommitHash,
    ops: locals.map(({ opId }) => opId),
    before: receipt.batchPrevHash,
    localsRoot: receipt.localsRoot,
    statePost: receipt.statePost,
  }));
}

function attemptOf({ batch, forced, outcome }: PlanEvent): PlanAttempt {
  if (outcome.kind === "committed") {
    const { commitHash, epsilonMeasured, epsilonHat } = outcome;
    return { batch, forced, failure: null, commitHash, epsilon: shareOf(epsilonMeasured, epsilonHat) };
  }
  const { code, message, transform } = outcome;
  const epsilon =
    outcome.kind === "failed" && outcome.epsilonMeasured !== null
      ? shareOf(outcome.epsilonMeasured, outcome.epsilonHat)
      : null;
  return { batch, forced, failure: { code, message, next: NEXT[transform] }, commitHash: null, epsilon };
}

const NEXT = {
  halt: "the run ends",
  drop_last: "without its last op",
  split: "its smallest op alone",
} as const;

/** For the eye: the integers themselves may be longer than a number holds. */
function shareOf(measured: bigint, bound: bigint): number | null {
  return bound === 0n ? (measured === 0n ? 0 : null) : Number((measured * 1_000n) / bound) / 1_000;
}
