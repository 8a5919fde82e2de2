// What an entry is about, and the text that belongs to it: a policy's artifact, or a plan's document in its normal form. A key
// names either: a policy by the SHA-256 of its artifact, a plan by its own hash.
import {
  CLAIM_LIMITS,
  checkPlan,
  type Entry,
  type Hasher,
  limits,
  PolicyLedgerError,
  parsePlanDocument,
  planDocumentText,
  readArtifact,
} from "@policyledger/core";

const PLAN = "plan/";
/** How every document begins in its normal form, and no artifact does. */
const DOCUMENT = '{"initialState":';

/** The longest text that an entry's key may stand for. */
export const MAX_SUBJECT_BYTES = Math.max(limits.MAX_ARTIFACT_BYTES, limits.MAX_CLAIMED_PLAN_BYTES);

export function subjectOf(entry: Entry): string {
  return entry.kind === "plan" ? PLAN + entry.plan_hash : entry.policy_hash;
}

/** The plan's hash in a key; null in the key of a policy. */
export function planIn(key: string): string | null {
  return key.startsWith(PLAN) ? key.slice(PLAN.length) : null;
}

/** The key that a text has. Of what looks like a plan and is none that may be claimed, no entry names it. */
export function keyOf(hasher: Hasher, text: string): string {
  if (!text.startsWith(DOCUMENT)) return hasher.sha256(text);
  try {
    const document = parsePlanDocument(text, limits.MAX_CLAIMED_PLAN_BYTES);
    const { planHash, faults } = checkPlan(hasher, document, CLAIM_LIMITS);
    if (faults.length === 0 && planDocumentText(hasher, document) === text) return PLAN + planHash;
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
  }
  return hasher.sha256(text);
}

/** Anything has a hash that an entry can name: says why this is no artifact, or null. A plan's key says that it is one. */
export function subjectFault(key: string, text: string): string | null {
  if (planIn(key) !== null) return null;
  try {
    readArtifact(text);
    return null;
  } catch (error) {
    if (error instanceof PolicyLedgerError) return error.message;
    throw error;
  }
}
