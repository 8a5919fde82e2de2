// The inputs of the figures: made anew for each run from fixed seeds, never from a cache.
import {
  type Artifact,
  artifactText,
  claimText,
  type Head,
  headOf,
  loadPolicy,
  makeEnvironment,
  type PolicyClaim,
  type PolicySubmission,
  policyContent,
  policyHash,
  runEpisode,
  sealEntry,
  startTraining,
} from "@policyledger/core";
import { nodeHost, sign } from "@policyledger/core/node";
import { agentNamed } from "../../scripts/agents.ts";

export const ENV_ID = "cyber-defense-v1";

/** A Q-table with a row for each of the 108 states: trained, and zero where training never came. */
export function fullQTable(seed: number): Artifact {
  const training = startTraining({ algorithm: "q-learning", env_id: ENV_ID, seed, episodes: 2_000 });
  training.advance(2_000);
  const trained = training.artifact();
  const rows = new Map(trained.q.map((row) => [row[0]!, row]));
  const q = Array.from({ length: 108 }, (_, state) => rows.get(state) ?? [state, 0, 0, 0, 0, 0]);
  return { ...trained, q };
}

/** Claims that hold, each on a seed of its own, by ten agents with two policies each, or as many as are wanted. */
export function validSubmissions(count: number, policyCount = 20): PolicySubmission[] {
  const env = makeEnvironment(ENV_ID);
  const agents = Array.from({ length: 10 }, (_, i) => agentNamed(`bench/agent-${i}`));
  const policies = Array.from({ length: policyCount }, (_, i) => {
    const artifact = fullQTable(i);
    return {
      text: artifactText(artifact),
      hash: policyHash(nodeHost, artifact),
      policy: loadPolicy(artifact),
    };
  });
  return Array.from({ length: count }, (_, i) => {
    const agent = agents[i % agents.length]!;
    const { text, hash, policy } = policies[i % policies.length]!;
    const seed = 1_000_003 * (i + 1);
    const claim: PolicyClaim = {
      v: 1,
      kind: "policy",
      agent_id: agent.id,
      public_key: agent.publicKey,
      env_id: ENV_ID,
      env_config: { preset: "standard" },
      seed,
      policy_hash: hash,
      claimed_reward: runEpisode(env, policy, seed).reward,
    };
    const signature = sign(agent.secretKey, new TextEncoder().encode(claimText(claim)));
    return { claim, signature, artifact: text };
  });
}

/** A ledger of the claims given, as the texts of its entries; each one carries an evaluation. */
export function ledgerOf(submissions: readonly PolicySubmission[]): { texts: string[]; head: string } {
  const texts: string[] = [];
  let head: Head | null = null;
  for (const [i, { claim, signature }] of submissions.entries()) {
    const claim_id = nodeHost.sha256(claimText(claim));
    const evaluation = {
      method: "exact-v1" as const,
      expected: 1_050_000_000_000 + i,
      optimum: 1_101_122_228_306,
      behaviour_hash: claim_id,
    };
    const content = policyContent(claim, { claim_id, signature, evaluation });
    const sealed = sealEntry(nodeHost, head, content, "2026-01-01T00:00:00.000Z");
    texts.push(sealed.text);
    head = headOf(sealed);
  }
  return { texts, head: head!.current_hash };
}

/** Submissions of distinct claims whose signatures are not real: for what does not look at them. */
export function unsignedSubmissions(count: number): PolicySubmission[] {
  const [first] = validSubmissions(1);
  return Array.from({ length: count }, (_, i) => {
    const policy_hash = nodeHost.sha256(`policy ${i}`);
    const claim = {
      ...first!.claim,
      agent_id: `bench/agent-${i % 97}`,
      seed: i,
      policy_hash,
      claimed_reward: i % 1_400,
    };
    return { ...first!, claim, signature: policy_hash + nodeHost.sha256(`signature ${i}`) };
  });
}
