// Agents for tests of the service: policies that are quickly made, claims that hold or lie, and their bodies as sent.
import {
  type Artifact,
  claimId,
  type PolicySubmission,
  type Submission,
  startTraining,
  type TrainingOptions,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { type Agent, submissionOf } from "../../scripts/agents.ts";

export { agentNamed, bodyOf, trainingBody } from "../../scripts/agents.ts";

export const CYBER: TrainingOptions = {
  env_id: "cyber-defense-v1",
  algorithm: "q-learning",
  seed: 1,
  episodes: 300,
};

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
export function claims(agent: Agent, count: number, from = 0, policySeed = 1): PolicySubmission[] {
  return Array.from({ length: count }, (_, i) => submissionOf(agent, policyOf(policySeed), CYBER, from + i));
}

export function lie(agent: Agent, seed: number): PolicySubmission {
  return submissionOf(agent, policyOf(), CYBER, seed, 999_999);
}

export function idOf({ claim }: Submission): string {
  return claimId(nodeHost, claim);
}
