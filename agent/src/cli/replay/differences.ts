// Where a record and what was found by computing it anew differ: field by field, both values.
import {
  canonicalJson,
  claimId,
  claimOfEntry,
  claimText,
  type Entry,
  type Environment,
  type Evaluation,
  evaluate,
  type Invalid,
  isSignedBy,
  type Json,
  loadPolicy,
  makeEnvironment,
  type PlanClaim,
  type PlanEntry,
  type PolicyEntry,
  PolicyLedgerError,
  type PolicySubmission,
  type PolicyVerdict,
  type Prepared,
  readArtifact,
  runEpisode,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { replayPlan } from "./plan.ts";

export interface Difference {
  readonly field: string;
  /** What was claimed, recorded or answered; null where it says nothing. */
  readonly said: Json;
  /** Null where there is none. */
  readonly found: Json;
}

/** All that differs, not only what would be met first. */
export function entryDifferences(
  entry: Entry,
  subject: string | null,
  prepare: (env: Environment) => Prepared,
): Difference[] {
  const claimed = claimDifferencesOf(entry);
  if (subject === null) return claimed;
  return [
    ...claimed,
    ...(entry.kind === "plan" ? planDifferences(entry, subject) : policyDifferences(entry, subject, prepare)),
  ];
}

function claimDifferencesOf(entry: Entry): Difference[] {
  const claim = claimOfEntry(entry);
  const differences = differing("claim_id", entry.claim_id, claimId(nodeHost, claim));
  if (isSignedBy(nodeHost, claimText(claim), entry.public_key, entry.signature)) return differences;
  return [...differences, { field: "signature", said: entry.signature, found: null }];
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

function planDifferences(entry: PlanEntry, text: string): Difference[] {
  const { commits, ops } = entry;
  const { verdict } = replayPlan({ claim: claimOfEntry(entry), document: text });
  if (verdict.verdict === "INVALID") return planVerdictDifferences(claimOfEntry(entry), verdict);
  return [...differing("commits", commits, verdict.commits), ...differing("ops", ops, verdict.ops)];
}

/** Of a policy's claim that does not hold, by its verdict. */
export function policyVerdictDifferences(
  { claim, artifact, signature }: Omit<PolicySubmission, "signature"> & Partial<PolicySubmission>,
  verdict: PolicyVerdict,
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

/** The same of a plan's. */
export function planVerdictDifferences(claim: PlanClaim, verdict: Invalid, signature?: string): Difference[] {
  switch (verdict.reason) {
    case "final_state_mismatch":
      return differing("final_state_hash", claim.final_state_hash, verdict.replayed_state_hash);
    case "final_commit_mismatch":
      return differing("final_commit_hash", claim.final_commit_hash, verdict.replayed_commit_hash);
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
