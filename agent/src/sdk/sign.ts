// Signs what agents send: claims, and requests for a training on the server.
import {
  type Artifact,
  artifactText,
  canonicalJson,
  claimText,
  type Json,
  type PlanClaim,
  type PolicyClaim,
  type PolicySubmission,
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

/** A plan's claim with its document as a text, as `@policyledger/agent/plans` makes it. */
export interface SignedPlan {
  readonly claim: PlanClaim;
  readonly signature: string;
  /** JSON, best in its normal form. */
  readonly document: string;
}

/** What can be submitted. */
export type Signed = PolicySubmission | SignedPlan;

/** As it goes over the wire, and as it is kept in a file. */
export function submissionText(signed: Signed): string {
  const { claim, signature } = signed;
  return "document" in signed
    ? `{"claim":${claimText(claim)},"document":${signed.document},"signature":"${signature}"}`
    : `{"artifact":${signed.artifact},"claim":${claimText(claim)},"signature":"${signature}"}`;
}

const utf8 = new TextEncoder();
