// Signs what is claimed of a plan, and makes of it what is sent.
import {
  claimText,
  type FinishedRun,
  type PlanClaim,
  type PlanDocument,
  type PlanSubmission,
  planDocumentText,
  portableHasher,
} from "@policyledger/core";
import type { Signer } from "../sdk/keys.ts";
import type { SignedPlan } from "../sdk/sign.ts";

/** What is claimed of a plan. */
export type PlanAssertion = Pick<
  PlanClaim,
  "plan_hash" | "initial_state_hash" | "final_state_hash" | "final_commit_hash"
>;

/** What a finished run came to, as it is claimed. */
export function planAssertion(run: FinishedRun): PlanAssertion {
  return {
    plan_hash: run.planHash,
    initial_state_hash: run.initialStateHash,
    final_state_hash: run.finalStateHash,
    final_commit_hash: run.finalCommitHash,
  };
}

export async function signPlanClaim(
  signer: Signer,
  agentId: string,
  { plan_hash, initial_state_hash, final_state_hash, final_commit_hash }: PlanAssertion,
  document: PlanDocument,
): Promise<PlanSubmission> {
  const claim: PlanClaim = {
    v: 1,
    kind: "plan",
    agent_id: agentId,
    public_key: signer.publicKey,
    plan_hash,
    initial_state_hash,
    final_state_hash,
    final_commit_hash,
  };
  return { claim, signature: await signer.sign(utf8.encode(claimText(claim))), document };
}

/** As the SDK submits it: with its document in the normal form. */
export function signedPlan({ claim, signature, document }: PlanSubmission): SignedPlan {
  return { claim, signature, document: planDocumentText(portableHasher, document) };
}

const utf8 = new TextEncoder();
