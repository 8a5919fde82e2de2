// Verifies a plan's claim by running the plan, as it goes from thread to thread: with its document as a text.
import {
  type Invalid,
  limits,
  type PlanClaim,
  type PlanSubmission,
  parsePlanDocument,
  planDocumentText,
  type ValidPlan,
  verifyClaim,
  verifyUnsignedClaim,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";

export interface PlanText {
  readonly claim: PlanClaim;
  /** Without it, all but the signature is checked. */
  readonly signature?: string;
  /** The document in its normal form. */
  readonly document: string;
}

/** Receipts are left behind: they follow from the plan, and are long. */
export type PlanVerdict = Omit<ValidPlan, "receipts"> | Invalid;

export function replayPlan({ claim, signature, document: text }: PlanText): {
  readonly verdict: PlanVerdict;
} {
  const document = parsePlanDocument(text, limits.MAX_PLAN_SUBMISSION_BYTES);
  const verdict =
    signature === undefined
      ? verifyUnsignedClaim(nodeHost, { claim, document })
      : verifyClaim(nodeHost, { claim, signature, document });
  if (verdict.verdict === "INVALID") return { verdict };
  const { receipts: _, ...found } = verdict;
  return { verdict: found };
}

export function planText({
  claim,
  document,
  ...rest
}: Omit<PlanSubmission, "signature"> & Partial<PlanSubmission>): PlanText {
  return { ...rest, claim, document: planDocumentText(nodeHost, document) };
}
