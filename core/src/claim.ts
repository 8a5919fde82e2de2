// Claims: what an agent asserts, signed. docs/formats.md has the fields with a worked example.
//
// The signed bytes are the claim's canonical JSON; the claim's id is their SHA-256, so that the same claim is one
// claim however often it is submitted. A submission is {"artifact": …, "claim": …, "signature": …}.
import * as z from "zod/mini";
import { verifyStrict } from "./ed25519.ts";
import { type Fault, refuseFaults } from "./error.ts";
import { fromHex } from "./hash.ts";
import type { Hasher, Host } from "./host.ts";
import { canonicalJson, type Json, type JsonObject, parseJson, utf8 } from "./json.ts";
import { MAX_ARTIFACT_BYTES, MAX_CLAIM_BYTES, MAX_CONFIG_BYTES, MAX_SUBMISSION_BYTES } from "./limits.ts";
import { parseWith } from "./schema.ts";

export interface PolicyClaim {
  readonly v: 1;
  readonly kind: "policy";
  /** A label; the identity is the key. */
  readonly agent_id: string;
  /** Ed25519, 32 bytes in lowercase hex. */
  readonly public_key: string;
  readonly env_id: string;
  readonly env_config: JsonObject;
  readonly seed: number;
  /** SHA-256 of the artifact's canonical JSON. */
  readonly policy_hash: string;
  /** The episode's reward, an integer in the environment's unit. */
  readonly claimed_reward: number;
}

export interface Submission {
  readonly claim: PolicyClaim;
  /** Ed25519 over the claim's canonical bytes, 64 bytes in lowercase hex. */
  readonly signature: string;
  /** The artifact's canonical JSON. */
  readonly artifact: string;
}

const AGENT_ID = /^[A-Za-z0-9._/-]{1,64}$/;
const ENV_ID = /^[a-z0-9-]{1,64}$/;
const HASH = /^[0-9a-f]{64}$/;
const SIGNATURE = /^[0-9a-f]{128}$/;

/** A claim's shape; the service's description of itself is generated from it. */
export const claimSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal("policy"),
  agent_id: z.string().check(z.regex(AGENT_ID)),
  public_key: z.string().check(z.regex(HASH)),
  env_id: z.string().check(z.regex(ENV_ID)),
  env_config: z.record(z.string(), z.custom<Json>()),
  seed: z.int().check(z.minimum(0)),
  policy_hash: z.string().check(z.regex(HASH)),
  claimed_reward: z.int(),
});

export const submissionSchema = z.strictObject({
  claim: claimSchema,
  signature: z.string().check(z.regex(SIGNATURE)),
  artifact: z.record(z.string(), z.custom<Json>()),
});

/** Accepts a submission as strict JSON, or says all that is wrong with it. Whether it is true is for `verifyClaim`. */
export function parseSubmission(input: string | Uint8Array): Submission {
  return acceptSubmission(parseJson(input, { maxBytes: MAX_SUBMISSION_BYTES }));
}

/** The same of strict JSON that is parsed already. */
export function acceptSubmission(value: Json): Submission {
  const { claim, signature, artifact } = parseWith(
    submissionSchema,
    value,
    "invalid_claim",
    "Cannot accept claim",
  );
  const submission = { claim, signature, artifact: canonicalJson(artifact) };
  refuseFaults("too_large", "Cannot accept claim", [
    ...overBound("/claim", claimText(claim), MAX_CLAIM_BYTES),
    ...overBound("/claim/env_config", canonicalJson(claim.env_config), MAX_CONFIG_BYTES),
    ...overBound("/artifact", submission.artifact, MAX_ARTIFACT_BYTES),
  ]);
  return submission;
}

/** Accepts a claim without signature and artifact. */
export function parseClaim(value: Json): PolicyClaim {
  return parseWith(claimSchema, value, "invalid_claim", "Cannot accept claim");
}

function overBound(path: string, text: string, most: number): readonly Fault[] {
  const bytes = utf8(text).length;
  if (bytes <= most) return [];
  return [{ path, message: `takes ${bytes} bytes of canonical JSON, at most ${most} are allowed` }];
}

/** The claim's canonical JSON: what is signed, and what is hashed into its id. */
export function claimText(claim: PolicyClaim): string {
  return canonicalJson(claim as unknown as Json);
}

export function claimId(host: Hasher, claim: PolicyClaim): string {
  return host.sha256(claimText(claim));
}

/** Whether the claim's own key signed these bytes, by the strict rules of ed25519.ts. */
export function isSignedBy(host: Host, text: string, publicKey: string, signature: string): boolean {
  const key = fromHex(publicKey, 32);
  const bytes = fromHex(signature, 64);
  return key !== null && bytes !== null && verifyStrict(host, key, utf8(text), bytes);
}
