// Claims: what an agent asserts, signed: that a policy earned a reward, or that a plan ends in a commit. docs/formats.md
// has the fields with worked examples. The signed bytes are the claim's canonical JSON; the claim's id is their SHA-256, so
// that the same claim is one claim however often it is submitted. What comes with a claim is in submission.ts.
import * as z from "zod/mini";
import { verifyStrict } from "./ed25519.ts";
import { fromHex } from "./hash.ts";
import type { Hasher, Host } from "./host.ts";
import { canonicalJson, type Json, type JsonObject, utf8 } from "./json.ts";
import { parseWith } from "./schema.ts";

interface ClaimBase {
  readonly v: 1;
  /** A label; the identity is the key. */
  readonly agent_id: string;
  /** Ed25519, 32 bytes in lowercase hex. */
  readonly public_key: string;
}

export interface PolicyClaim extends ClaimBase {
  readonly kind: "policy";
  readonly env_id: string;
  readonly env_config: JsonObject;
  readonly seed: number;
  /** SHA-256 of the artifact's canonical JSON. */
  readonly policy_hash: string;
  /** The episode's reward, an integer in the environment's unit. */
  readonly claimed_reward: number;
}

export interface PlanClaim extends ClaimBase {
  readonly kind: "plan";
  /** NK-2's hash of the plan, which names its initial state, policy, kernels and matrix, too. */
  readonly plan_hash: string;
  readonly initial_state_hash: string;
  readonly final_state_hash: string;
  /** Of the last commit's receipt; of a plan without ops the genesis. */
  readonly final_commit_hash: string;
}

export type Claim = PolicyClaim | PlanClaim;

const AGENT_ID = /^[A-Za-z0-9._/-]{1,64}$/;
const ENV_ID = /^[a-z0-9-]{1,64}$/;
const HASH = /^[0-9a-f]{64}$/;

const base = {
  v: z.literal(1),
  agent_id: z.string().check(z.regex(AGENT_ID)),
  public_key: z.string().check(z.regex(HASH)),
};

/** A claim's shape; the service's description of itself is generated from it. */
export const policyClaimSchema = z.strictObject({
  ...base,
  kind: z.literal("policy"),
  env_id: z.string().check(z.regex(ENV_ID)),
  env_config: z.record(z.string(), z.custom<Json>()),
  seed: z.int().check(z.minimum(0)),
  policy_hash: z.string().check(z.regex(HASH)),
  claimed_reward: z.int(),
});

export const planClaimSchema = z.strictObject({
  ...base,
  kind: z.literal("plan"),
  plan_hash: z.string().check(z.regex(HASH)),
  initial_state_hash: z.string().check(z.regex(HASH)),
  final_state_hash: z.string().check(z.regex(HASH)),
  final_commit_hash: z.string().check(z.regex(HASH)),
});

export const claimSchema = z.discriminatedUnion("kind", [policyClaimSchema, planClaimSchema]);

/** Accepts a claim without its signature and what comes with it. */
export function parseClaim(value: Json): Claim {
  return parseWith(claimSchema, value, "invalid_claim", "Cannot accept claim");
}

/** The claim's canonical JSON: what is signed, and what is hashed into its id. */
export function claimText(claim: Claim): string {
  return canonicalJson(claim as unknown as Json);
}

export function claimId(host: Hasher, claim: Claim): string {
  return host.sha256(claimText(claim));
}

/** Whether the claim's own key signed these bytes, by the strict rules of ed25519.ts. */
export function isSignedBy(host: Host, text: string, publicKey: string, signature: string): boolean {
  const key = fromHex(publicKey, 32);
  const bytes = fromHex(signature, 64);
  return key !== null && bytes !== null && verifyStrict(host, key, utf8(text), bytes);
}
