// An entry's own text, and the claim that it was made of, as the files that the command line reads.
import { submissionText } from "@policyledger/agent";
import { canonicalJson, type Json } from "@policyledger/core";
import type { PolicyEntry } from "../../work/tasks.ts";

export function entryText({ current_hash: _, ...fields }: PolicyEntry): string {
  return canonicalJson(fields as unknown as Json);
}

/** The claimed reward was the verified one, or it would not be here. */
export function claimOfEntry(entry: PolicyEntry, artifact: string): string {
  const { agent_id, public_key, env_id, env_config, seed, policy_hash, verified_reward, signature } = entry;
  const claim = {
    v: 1,
    kind: "policy",
    agent_id,
    public_key,
    env_id,
    env_config,
    seed,
    policy_hash,
    claimed_reward: verified_reward,
  };
  return submissionText({ claim, signature, artifact } as never);
}
