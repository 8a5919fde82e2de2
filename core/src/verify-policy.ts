// How a policy's claim is verified, behind its signature: the artifact, the replay, the reward.
import type { PolicyClaim } from "./claim.ts";
import { environmentKind, makeEnvironment } from "./environments/registry.ts";
import { runEpisode } from "./episode.ts";
import type { Host } from "./host.ts";
import { canonicalJson, utf8Length } from "./json.ts";
import { MAX_ARTIFACT_BYTES, MAX_CONFIG_BYTES, MAX_EPISODE_STEPS } from "./limits.ts";
import { type Artifact, readArtifact } from "./policies/artifact.ts";
import { loadPolicy } from "./policies/load.ts";
import { asRefusal, Refusal } from "./refusal.ts";

export function checkPolicyBounds(claim: PolicyClaim, artifact: string): void {
  const parts = [
    ["env_config", canonicalJson(claim.env_config), MAX_CONFIG_BYTES],
    ["the artifact", artifact, MAX_ARTIFACT_BYTES],
  ] as const;
  for (const [what, text, most] of parts) {
    if (utf8Length(text, most) > most) throw new Refusal("limits", `${what} takes more than ${most} bytes`);
  }
}

export function replayPolicyClaim(
  host: Host,
  claim: PolicyClaim,
  artifactText: string,
): { verified_reward: number; steps: number } {
  const artifact = checkArtifact(host, claim, artifactText);
  const { reward, steps } = replay(claim, artifact);
  checkReward(claim, reward);
  return { verified_reward: reward, steps };
}

function checkArtifact(host: Host, claim: PolicyClaim, text: string): Artifact {
  const hash = host.sha256(text);
  if (hash !== claim.policy_hash) {
    throw new Refusal("hash_mismatch", `the artifact hashes to ${hash}, the claim says ${claim.policy_hash}`);
  }
  // Before the artifact, which is refused too when it is for an environment that there is not.
  asRefusal("unknown_environment", () => environmentKind(claim.env_id));
  const artifact = asRefusal("artifact_refused", () => readArtifact(text));
  if (artifact.env_id !== claim.env_id) {
    throw new Refusal(
      "artifact_refused",
      `the artifact is for ${artifact.env_id}, the claim for ${claim.env_id}`,
    );
  }
  return artifact;
}

function replay(claim: PolicyClaim, artifact: Artifact): { reward: number; steps: number } {
  const env = asRefusal("bad_config", () => makeEnvironment(claim.env_id, claim.env_config));
  if (env.horizon > MAX_EPISODE_STEPS) {
    throw new Refusal(
      "limits",
      `the horizon is ${env.horizon} steps, at most ${MAX_EPISODE_STEPS} are replayed`,
    );
  }
  return runEpisode(env, loadPolicy(artifact), claim.seed);
}

function checkReward(claim: PolicyClaim, reward: number): void {
  if (reward === claim.claimed_reward) return;
  const message = `replay earned ${reward}, the claim says ${claim.claimed_reward}`;
  throw new Refusal("reward_mismatch", message, [], { replayed_reward: reward });
}
