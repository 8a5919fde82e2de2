// Signs what agents send: claims, and requests for a training on the server.
import {
  type Artifact,
  artifactText,
  canonicalJson,
  claimText,
  type FinishedRun,
  type Json,
  type PlanClaim,
  type PlanDocument,
  type PlanSubmission,
  type PolicyClaim,
  type PolicySubmission,
  planDocumentText,
  portableHasher,
  type Submission,
  type TrainingOptions,
} from "@policyledger/core";
import type { TrainRequest } from "@policyledger/core/api";
import type { Signer } from "./keys.ts";

/** What is claimed of a policy; the rest of the claim is the agent's. */
export type Assertion = Pick<
  PolicyClaim,
  "env_id" | "env_config" | "seed" | "policy_hash" | "claimed_reward"
>;

export async function signClaim(
  signer: Signer,
  agentId: string,
  { env_id, env_config, seed, policy_hash, claimed_reward }: Assertion,
  artifact: Artifact | string,
): Promise<PolicySubmission> {
  const claim: PolicyClaim = {
    v: 1,
    kind: "policy",
    agent_id: agentId,
    public_key: signer.publicKey,
    env_id,
    env_config,
    seed,
    policy_hash,
    claimed_reward,
  };
  const signature = await signer.sign(utf8.encode(claimText(claim)));
  return { claim, signature, artifact: typeof artifact === "string" ? artifact : artifactText(artifact) };
}

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

/** `claimSeed` is the seed that the service claims on when the training is done. */
export async function signTraining(
  signer: Signer,
  training: TrainingOptions,
  claimSeed: number,
): Promise<TrainRequest> {
  const request = {
    v: 1,
    kind: "train",
    public_key: signer.publicKey,
    training,
    claim_seed: claimSeed,
  } as const;
  return { request, signature: await signer.sign(utf8.encode(canonicalJson(request as unknown as Json))) };
}

/** As it goes over the wire, and as it is kept in a file. */
export function submissionText(submission: Submission): string {
  const { claim, signature } = submission;
  if (!("document" in submission)) {
    return `{"artifact":${submission.artifact},"claim":${claimText(claim)},"signature":"${signature}"}`;
  }
  const document = planDocumentText(portableHasher, submission.document);
  return `{"claim":${claimText(claim)},"document":${document},"signature":"${signature}"}`;
}

const utf8 = new TextEncoder();
