// Verification: four steps, each with its own reasons to fail. Deterministic, stateless, bounded; it trusts nobody.
// 1. identity: the claim's own key signed it. 2. artifact: it has the hash that the claim names, and is one that we
// accept, for an environment that there is. 3. replay: the policy runs greedily in the claimed environment from the claimed seed. 4. reward: what the
// replay earned equals what was claimed, exactly.
import { claimText, isSignedBy, type PolicyClaim, parseClaim, type Submission } from "./claim.ts";
import { environmentKind, makeEnvironment } from "./environments/registry.ts";
import { runEpisode } from "./episode.ts";
import { type Fault, PolicyLedgerError, requireObject } from "./error.ts";
import type { Host } from "./host.ts";
import { canonicalJson, type Json, utf8Length } from "./json.ts";
import { MAX_ARTIFACT_BYTES, MAX_CLAIM_BYTES, MAX_CONFIG_BYTES, MAX_EPISODE_STEPS } from "./limits.ts";
import { type Artifact, readArtifact } from "./policies/artifact.ts";
import { loadPolicy } from "./policies/load.ts";

export type Reason =
  | "limits" // over a limit, before anything is run
  | "bad_signature"
  | "hash_mismatch"
  | "artifact_refused"
  | "unknown_environment"
  | "bad_config"
  | "reward_mismatch";

export interface Valid {
  readonly verdict: "VALID";
  readonly claim_id: string;
  readonly verified_reward: number;
  readonly steps: number;
}

export interface Invalid {
  readonly verdict: "INVALID";
  readonly claim_id: string;
  readonly reason: Reason;
  readonly message: string;
  readonly faults: readonly Fault[];
  /** What replay found, where it came that far. */
  readonly replayed_reward?: number;
}

export type Verdict = Valid | Invalid;

/** Decides on a claim. Throws `invalid_claim` for what `parseSubmission` would not have accepted: that is no claim. */
export function verifyClaim(host: Host, submission: Submission): Verdict {
  requireObject(submission, "invalid_claim", "Cannot verify claim");
  const { claim, signature, artifact } = submission;
  return decide(host, claim, artifact, (read, text) => checkIdentity(host, read, text, signature));
}

/** The same without the first step, for whoever knows by other means that the claim is the agent's. */
export function verifyUnsignedClaim(host: Host, submission: Omit<Submission, "signature">): Verdict {
  requireObject(submission, "invalid_claim", "Cannot verify claim");
  const { claim, artifact } = submission;
  return decide(host, claim, artifact, () => {});
}

function decide(
  host: Host,
  given: PolicyClaim,
  artifact: string,
  identity: (claim: PolicyClaim, text: string) => void,
): Verdict {
  requireObject(given, "invalid_claim", "Cannot verify claim");
  const text = claimText(given);
  // From here on it is what its signed bytes say, whatever else the object that was given may be.
  const claim = parseClaim(JSON.parse(text) as Json);
  if (claimText(claim) !== text) {
    throw new PolicyLedgerError(
      "invalid_claim",
      "Cannot verify claim: it does not read back as it was written",
    );
  }
  const claim_id = host.sha256(text);
  try {
    checkLimits(claim, text, artifact);
    identity(claim, text);
    return { verdict: "VALID", claim_id, ...replayClaim(host, claim, artifact) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { reason, message, faults, replayedReward } = error;
    const found = replayedReward === undefined ? {} : { replayed_reward: replayedReward };
    return { verdict: "INVALID", claim_id, reason, message, faults, ...found };
  }
}

function replayClaim(
  host: Host,
  claim: PolicyClaim,
  artifactText: string,
): Omit<Valid, "verdict" | "claim_id"> {
  const artifact = checkArtifact(host, claim, artifactText);
  const { reward, steps } = replay(claim, artifact);
  checkReward(claim, reward);
  return { verified_reward: reward, steps };
}

function checkLimits(claim: PolicyClaim, text: string, artifactText: string): void {
  if (typeof artifactText !== "string") {
    throw new PolicyLedgerError(
      "invalid_claim",
      "Cannot verify claim: wanted the artifact's canonical JSON as a text",
    );
  }
  const parts = [
    ["the claim", text, MAX_CLAIM_BYTES],
    ["env_config", canonicalJson(claim.env_config), MAX_CONFIG_BYTES],
    ["the artifact", artifactText, MAX_ARTIFACT_BYTES],
  ] as const;
  for (const [what, text, most] of parts) {
    if (utf8Length(text, most) > most) throw new Refusal("limits", `${what} takes more than ${most} bytes`);
  }
}

function checkIdentity(host: Host, claim: PolicyClaim, text: string, signature: string): void {
  if (isSignedBy(host, text, claim.public_key, signature)) return;
  throw new Refusal("bad_signature", `the signature is not one of key ${claim.public_key} over this claim`);
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
  throw new Refusal(
    "reward_mismatch",
    `replay earned ${reward}, the claim says ${claim.claimed_reward}`,
    [],
    reward,
  );
}

/** Why a claim does not hold; never leaves this file. */
class Refusal extends Error {
  readonly reason: Reason;
  readonly faults: readonly Fault[];
  readonly replayedReward: number | undefined;

  constructor(reason: Reason, message: string, faults: readonly Fault[] = [], replayedReward?: number) {
    super(message);
    this.reason = reason;
    this.faults = faults;
    this.replayedReward = replayedReward;
  }
}

function asRefusal<T>(reason: Reason, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof PolicyLedgerError) throw new Refusal(reason, error.message, error.faults);
    throw error;
  }
}
