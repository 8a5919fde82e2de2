// Where a record and what was found by computing it anew differ: field by field, both values.
import {
  canonicalJson,
  claimId,
  claimText,
  type Environment,
  type Evaluation,
  evaluate,
  isSignedBy,
  type Json,
  loadPolicy,
  makeEnvironment,
  type PolicyClaim,
  type PolicyEntry,
  PolicyLedgerError,
  type Prepared,
  readArtifact,
  runEpisode,
  type Submission,
  type Verdict,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";

export interface Difference {
  readonly field: string;
  /** What was claimed, recorded or answered; null where it says nothing. */
  readonly said: Json;
  /** Null where there is none. */
  readonly found: Json;
}

/** All that differs, not only what would be met first. */
export function entryDifferences(
  entry: PolicyEntry,
  artifact: string | null,
  prepare: (env: Environment) => Prepared,
): Difference[] {
  return [
    ...claimDifferencesOf(entry),
    ...(artifact === null ? [] : policyDifferences(entry, artifact, prepare)),
  ];
}

function claimDifferencesOf(entry: PolicyEntry): Difference[] {
  const claim = claimOfEntry(entry);
  const differences = differing("claim_id", entry.claim_id, claimId(nodeHost, claim));
  if (isSignedBy(nodeHost, claimText(claim), entry.public_key, entry.signature)) return differences;
  return [...differences, { field: "signature", said: entry.signature, found: null }];
}

/** All of the claim stands in its entry. */
function claimOfEntry(entry: PolicyEntry): PolicyClaim {
  const { agent_id, public_key, env_id, env_config, seed, policy_hash, verified_reward } = entry;
  return {
    ...{ v: 1, kind: "policy", agent_id, public_key, env_id, env_config, seed, policy_hash },
    claimed_reward: verified_reward,
  } as PolicyClaim;
}

function policyDifferences(
  entry: PolicyEntry,
  text: string,
  prepare: (env: Environment) => Prepared,
): Difference[] {
  const hash = nodeHost.sha256(text);
  if (hash !== entry.policy_hash) return differing("policy_hash", entry.policy_hash, hash);
  try {
    const policy = loadPolicy(readArtifact(text));
    const env = makeEnvironment(entry.env_id, entry.env_config);
    const { reward } = runEpisode(env, policy, entry.seed);
    return [
      ...differing("verified_reward", entry.verified_reward, reward),
      ...(entry.evaluation === undefined
        ? []
        : evaluationDifferences(entry.evaluation, evaluate(nodeHost, env, policy.behaviour, prepare(env)))),
    ];
  } catch (error) {
    // The fault itself says it better than any field.
    if (error instanceof PolicyLedgerError) return [];
    throw error;
  }
}

export function evaluationDifferences(
  said: Evaluation | undefined,
  found: Evaluation | undefined,
): Difference[] {
  const fields = ["expected", "optimum", "behaviour_hash", "method"] as const;
  return fields.flatMap((field) => differing(`evaluation.${field}`, said?.[field], found?.[field]));
}

/** Of a claim that does not hold, by its verdict. */
export function verdictDifferences(
  { claim, artifact, signature }: Omit<Submission, "signature"> & Partial<Submission>,
  verdict: Verdict,
): Difference[] {
  if (verdict.verdict === "VALID") return [];
  switch (verdict.reason) {
    case "reward_mismatch":
      return differing("claimed_reward", claim.claimed_reward, verdict.replayed_reward);
    case "hash_mismatch":
      return differing("policy_hash", claim.policy_hash, nodeHost.sha256(artifact));
    case "bad_signature":
      return differing("signature", signature, null);
    default:
      return [];
  }
}

/** None, or one. */
export function differing(field: string, said: Json | undefined, found: Json | undefined): Difference[] {
  const [left, right] = [said ?? null, found ?? null];
  return canonicalJson(left) === canonicalJson(right) ? [] : [{ field, said: left, found: right }];
}
