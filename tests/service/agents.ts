// Agents for tests of the service: policies that are quickly made, claims that hold or lie, and their bodies as sent.
import {
  type Artifact,
  canonicalJson,
  type Json,
  type Submission,
  startTraining,
  type TrainingOptions,
} from "@policyledger/core";
import { generateKeyPair, type KeyPair, nodeHost, publicKeyOf, sign } from "@policyledger/core/node";
import { type Agent, submissionOf } from "../../scripts/agents.ts";

export const CYBER: TrainingOptions = {
  env_id: "cyber-defense-v1",
  algorithm: "q-learning",
  seed: 1,
  episodes: 300,
};

/** The same key for the same name, so that a test can be repeated. */
export function agentNamed(id: string): Agent {
  const secretKey = nodeHost.sha256(`secret key of ${id}`);
  return { id, secretKey, publicKey: publicKeyOf(secretKey) };
}

const trained = new Map<number, Artifact>();

/** A policy that a short training makes; another seed, another policy. */
export function policyOf(seed = 1): Artifact {
  let artifact = trained.get(seed);
  if (artifact === undefined) {
    const training = startTraining({ ...CYBER, seed });
    training.advance(CYBER.episodes!);
    artifact = training.artifact();
    trained.set(seed, artifact);
  }
  return artifact;
}

/** Claims of an agent, each on a seed of its own. */
export function claims(agent: Agent, count: number, from = 0, policySeed = 1): Submission[] {
  return Array.from({ length: count }, (_, i) => submissionOf(agent, policyOf(policySeed), CYBER, from + i));
}

export function lie(agent: Agent, seed: number): Submission {
  return submissionOf(agent, policyOf(), CYBER, seed, 999_999);
}

/** As it goes over the wire. */
export function bodyOf({ claim, signature, artifact }: Submission): string {
  return JSON.stringify({ claim, signature, artifact: JSON.parse(artifact) });
}

export function idOf({ claim }: Submission): string {
  return nodeHost.sha256(canonicalJson(claim as unknown as Json));
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
