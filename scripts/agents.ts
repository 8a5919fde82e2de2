// Agents of scripts and tests: what they hold after training, how they claim, and what they send.
import {
  type Artifact,
  artifactText,
  canonicalJson,
  claimText,
  type Json,
  loadPolicy,
  makeEnvironment,
  type PolicyClaim,
  type PolicySubmission,
  planDocumentText,
  policyHash,
  runEpisode,
  type Submission,
  type TrainingOptions,
} from "@policyledger/core";
import { generateKeyPair, type KeyPair, nodeHost, publicKeyOf, sign } from "@policyledger/core/node";

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
): PolicySubmission {
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

/** As it goes over the wire. */
export function bodyOf(submission: Submission): string {
  const { claim, signature } = submission;
  return "document" in submission
    ? JSON.stringify({
        claim,
        signature,
        document: JSON.parse(planDocumentText(nodeHost, submission.document)),
      })
    : JSON.stringify({ claim, signature, artifact: JSON.parse(submission.artifact) });
}

/** A signed request for a training on the server. */
export function trainingBody(
  training: TrainingOptions,
  { claimSeed = 7, key = generateKeyPair() }: { claimSeed?: number; key?: KeyPair } = {},
): string {
  const request = { v: 1, kind: "train", public_key: key.publicKey, training, claim_seed: claimSeed };
  const signature = sign(key.secretKey, Buffer.from(canonicalJson(request as unknown as Json)));
  return JSON.stringify({ request, signature });
}

/** The same key for the same name, so that what it signs can be made again; it is no secret. */
export function agentNamed(id: string, phrase = "secret key of"): Agent {
  const secretKey = nodeHost.sha256(`${phrase} ${id}`);
  return { id, secretKey, publicKey: publicKeyOf(secretKey) };
}
