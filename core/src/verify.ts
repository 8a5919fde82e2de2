// Verification: steps, each with its own reasons to fail. Deterministic, stateless, bounded; it trusts nobody. First identity: the
// claim's own key signed it. Of a policy then 2. artifact: it has the hash that the claim names, and is one that we accept, for
// an environment that there is. 3. replay: it runs greedily in the claimed environment from the claimed seed. 4. reward: what the
// replay earned equals what was claimed, exactly. Of a plan 2. plan: it has the hashes that the claim names, and may run.
// 3. run: it comes to its end. 4. final state and 5. final commit are those that were claimed.
import { type Claim, claimText, isSignedBy, type PlanClaim, type PolicyClaim, parseClaim } from "./claim.ts";
import { type Fault, PolicyLedgerError, requireObject } from "./error.ts";
import type { Host } from "./host.ts";
import { type Json, utf8Length } from "./json.ts";
import { MAX_CLAIM_BYTES } from "./limits.ts";
import { type PlanDocument, requireDocument } from "./nk2/document.ts";
import { type Found, type Reason, Refusal } from "./refusal.ts";
import type { PlanSubmission, PolicySubmission, Submission } from "./submission.ts";
import { checkPlanBounds, type PlanFound, replayPlanClaim } from "./verify-plan.ts";
import { checkPolicyBounds, replayPolicyClaim } from "./verify-policy.ts";

export type { Reason } from "./refusal.ts";

interface ValidBase {
  readonly verdict: "VALID";
  readonly claim_id: string;
}

export interface ValidPolicy extends ValidBase {
  readonly verified_reward: number;
  readonly steps: number;
}

export interface ValidPlan extends ValidBase, PlanFound {}

export interface Invalid extends Found {
  readonly verdict: "INVALID";
  readonly claim_id: string;
  readonly reason: Reason;
  readonly message: string;
  readonly faults: readonly Fault[];
}

export type PolicyVerdict = ValidPolicy | Invalid;
export type PlanVerdict = ValidPlan | Invalid;
export type Verdict = PolicyVerdict | PlanVerdict;

/** Decides on a claim. Throws `invalid_claim` for what `parseSubmission` would not have accepted: that is no claim. */
export function verifyClaim(host: Host, submission: PolicySubmission): PolicyVerdict;
export function verifyClaim(host: Host, submission: PlanSubmission): PlanVerdict;
export function verifyClaim(host: Host, submission: Submission): Verdict;
export function verifyClaim(host: Host, submission: Submission): Verdict {
  requireObject(submission, "invalid_claim", WHAT);
  const { signature } = submission;
  return decide(host, submission, (claim, text) => checkIdentity(host, claim, text, signature));
}

/** The same without the first step, for whoever knows by other means that the claim is the agent's. */
export function verifyUnsignedClaim(
  host: Host,
  submission: Omit<PolicySubmission, "signature">,
): PolicyVerdict;
export function verifyUnsignedClaim(host: Host, submission: Omit<PlanSubmission, "signature">): PlanVerdict;
export function verifyUnsignedClaim(host: Host, submission: Unsigned): Verdict;
export function verifyUnsignedClaim(host: Host, submission: Unsigned): Verdict {
  requireObject(submission, "invalid_claim", WHAT);
  return decide(host, submission, () => {});
}

type Unsigned = Omit<PolicySubmission, "signature"> | Omit<PlanSubmission, "signature">;

const WHAT = "Cannot verify claim";

function decide(host: Host, submission: Unsigned, identity: (claim: Claim, text: string) => void): Verdict {
  requireObject(submission.claim, "invalid_claim", WHAT);
  const text = claimText(submission.claim);
  // From here on it is what its signed bytes say, whatever else the object that was given may be.
  const claim = parseClaim(JSON.parse(text) as Json);
  if (claimText(claim) !== text) {
    throw new PolicyLedgerError("invalid_claim", `${WHAT}: it does not read back as it was written`);
  }
  const steps =
    claim.kind === "plan" ? planSteps(host, claim, submission) : policySteps(host, claim, submission);
  const claim_id = host.sha256(text);
  try {
    if (utf8Length(text, MAX_CLAIM_BYTES) > MAX_CLAIM_BYTES) {
      throw new Refusal("limits", `the claim takes more than ${MAX_CLAIM_BYTES} bytes`);
    }
    steps.bounds();
    identity(claim, text);
    return { verdict: "VALID", claim_id, ...steps.replay() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { reason, message, faults, found } = error;
    return { verdict: "INVALID", claim_id, reason, message, faults, ...found };
  }
}

interface Steps {
  bounds(): void;
  replay(): Omit<ValidPolicy, keyof ValidBase> | PlanFound;
}

function policySteps(host: Host, claim: PolicyClaim, submission: Unsigned): Steps {
  const { artifact } = submission as { artifact?: unknown };
  if (typeof artifact !== "string") {
    throw new PolicyLedgerError("invalid_claim", `${WHAT}: wanted the artifact's canonical JSON as a text`);
  }
  return {
    bounds: () => checkPolicyBounds(claim, artifact),
    replay: () => replayPolicyClaim(host, claim, artifact),
  };
}

function planSteps(host: Host, claim: PlanClaim, submission: Unsigned): Steps {
  const { document } = submission as { document: PlanDocument };
  requireDocument(document, WHAT);
  return {
    bounds: () => checkPlanBounds(host, document),
    replay: () => replayPlanClaim(host, claim, document),
  };
}

function checkIdentity(host: Host, claim: Claim, text: string, signature: string): void {
  if (isSignedBy(host, text, claim.public_key, signature)) return;
  throw new Refusal("bad_signature", `the signature is not one of key ${claim.public_key} over this claim`);
}
