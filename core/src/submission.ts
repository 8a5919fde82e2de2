// Submissions: a claim, its signature, and what it is about: {"artifact": …, "claim": …, "signature": …} of a policy,
// {"claim": …, "document": …, "signature": …} of a plan. Strict JSON, read once, with all its faults.
import * as z from "zod/mini";
import { claimText, type PlanClaim, type PolicyClaim, planClaimSchema, policyClaimSchema } from "./claim.ts";
import { type Fault, PolicyLedgerError, refuseFaults } from "./error.ts";
import { canonicalJson, depthOf, type Json, type JsonLimits, parseJson, utf8, utf8Length } from "./json.ts";
import {
  MAX_ARTIFACT_BYTES,
  MAX_CLAIM_BYTES,
  MAX_CONFIG_BYTES,
  MAX_JSON_DEPTH,
  MAX_PLAN_JSON_DEPTH,
  MAX_PLAN_SUBMISSION_BYTES,
  MAX_SUBMISSION_BYTES,
} from "./limits.ts";
import { acceptPlanDocument, type PlanDocument } from "./nk2/document.ts";
import { parseWith } from "./schema.ts";

export interface PolicySubmission {
  readonly claim: PolicyClaim;
  /** Ed25519 over the claim's canonical bytes, 64 bytes in lowercase hex. */
  readonly signature: string;
  /** The artifact's canonical JSON. */
  readonly artifact: string;
}

export interface PlanSubmission {
  readonly claim: PlanClaim;
  readonly signature: string;
  readonly document: PlanDocument;
}

export type Submission = PolicySubmission | PlanSubmission;

const signature = z.string().check(z.regex(/^[0-9a-f]{128}$/));

export const policySubmissionSchema = z.strictObject({
  claim: policyClaimSchema,
  signature,
  artifact: z.record(z.string(), z.custom<Json>()),
});

export const planSubmissionSchema = z.strictObject({
  claim: planClaimSchema,
  signature,
  document: z.record(z.string(), z.custom<Json>()),
});

/** What a submission may look like; which of the two it is to be, its claim's kind says. */
export const submissionSchema = z.union([policySubmissionSchema, planSubmissionSchema]);

/** What a submission is read as whose claim's kind is neither: so all that is wrong with one of a policy is said at once. */
const unknownKind = z.strictObject({
  ...policySubmissionSchema.shape,
  claim: z.strictObject({ ...policyClaimSchema.shape, kind: z.enum(["policy", "plan"]) }),
});

/** Of either kind. */
export const SUBMISSION_JSON: JsonLimits = {
  maxBytes: MAX_PLAN_SUBMISSION_BYTES,
  maxDepth: MAX_PLAN_JSON_DEPTH + 1,
};

const WHAT = "Cannot accept claim";

/** Accepts a submission as strict JSON, or says all that is wrong with it. Whether it is true is for `verifyClaim`. */
export function parseSubmission(input: string | Uint8Array): Submission {
  const bytes = typeof input === "string" ? utf8Length(input, MAX_PLAN_SUBMISSION_BYTES) : input?.length;
  return acceptSubmission(parseJson(input, SUBMISSION_JSON), bytes);
}

/** The same of strict JSON that is parsed already, under these limits, from so many bytes. */
export function acceptSubmission(value: Json, bytes = 0): Submission {
  const kind = kindOf(value);
  if (kind === "plan") return acceptPlan(value);
  requirePolicySize(value, bytes);
  if (kind !== "policy") parseWith(unknownKind, value, "invalid_claim", WHAT);
  return acceptPolicy(value);
}

function acceptPolicy(value: Json): PolicySubmission {
  const { claim, signature, artifact } = parseWith(policySubmissionSchema, value, "invalid_claim", WHAT);
  const submission = { claim, signature, artifact: canonicalJson(artifact) };
  refuseFaults("too_large", WHAT, [
    ...overBound("/claim", claimText(claim), MAX_CLAIM_BYTES),
    ...overBound("/claim/env_config", canonicalJson(claim.env_config), MAX_CONFIG_BYTES),
    ...overBound("/artifact", submission.artifact, MAX_ARTIFACT_BYTES),
  ]);
  return submission;
}

function acceptPlan(value: Json): PlanSubmission {
  const { claim, signature, document } = parseWith(planSubmissionSchema, value, "invalid_claim", WHAT);
  return { claim, signature, document: acceptPlanDocument(document, "/document") };
}

/** The kind that the claim says it is of, if it says any. */
function kindOf(value: Json): unknown {
  const claim = memberOf(value, "claim");
  return memberOf(claim, "kind");
}

function memberOf(value: unknown, name: string): unknown {
  return value !== null && typeof value === "object" && Object.hasOwn(value, name)
    ? (value as { readonly [name: string]: unknown })[name]
    : undefined;
}

/** Only a plan may be so large, and nest so deep. */
function requirePolicySize(value: Json, bytes: number): void {
  if (bytes > MAX_SUBMISSION_BYTES) {
    const message = `${bytes} bytes or more, at most ${MAX_SUBMISSION_BYTES} are allowed`;
    throw new PolicyLedgerError("too_large", `Cannot accept JSON: ${message}`);
  }
  if (depthOf(value) > MAX_JSON_DEPTH) {
    throw new PolicyLedgerError(
      "invalid_json",
      `Cannot accept JSON: nested deeper than ${MAX_JSON_DEPTH} levels`,
    );
  }
}

function overBound(path: string, text: string, most: number): readonly Fault[] {
  const bytes = utf8(text).length;
  if (bytes <= most) return [];
  return [{ path, message: `takes ${bytes} bytes of canonical JSON, at most ${most} are allowed` }];
}
