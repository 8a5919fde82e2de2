// The agents of the walkthrough: what they hold after training, and how they claim.
import {
  type Artifact,
  artifactText,
  claimText,
  loadPolicy,
  makeEnvironment,
  type PolicyClaim,
  policyHash,
  runEpisode,
  type Submission,
  type TrainingOptions,
} from "@policyledger/core";
import { type KeyPair, nodeHost, sign } from "@policyledger/core/node";

export interface Agent extends KeyPair {
  readonly id: string;
}

export interface Trained {
  readonly agent: Agent;
  readonly artifact: Artifact;
  readonly config: TrainingOptions;
}

/** A signed claim; with `lie`, of a reward that was not earned. */
export function submissionOf(
  agent: Agent,
  artifact: Artifact,
  config: TrainingOptions,
  seed: number,
  lie?: number,
): Submission {
  const env_config = { preset: presetName(config) };
  const claim: PolicyClaim = {
    v: 1,
    kind: "policy",
    agent_id: agent.id,
    public_key: agent.publicKey,
    env_id: config.env_id,
    env_config,
    seed,
    policy_hash: policyHash(nodeHost, artifact),
    claimed_reward:
      lie ?? runEpisode(makeEnvironment(config.env_id, env_config), loadPolicy(artifact), seed).reward,
  };
  const signature = sign(agent.secretKey, new TextEncoder().encode(claimText(claim)));
  return { claim, signature, artifact: artifactText(artifact) };
}

export function presetName({ env_config }: TrainingOptions): string {
  return ((env_config as { preset?: string } | undefined)?.preset ?? "standard") as string;
}
