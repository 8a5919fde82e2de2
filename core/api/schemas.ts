// What goes over the wire, once: these schemas validate requests where they arrive and answers where they are read,
// describe both in the OpenAPI document, and tests hold the service to them.

import * as z from "zod/mini";
import { planClaimSchema, policyClaimSchema } from "../src/claim.ts";
import { submissionSchema } from "../src/submission.ts";

const HASH = /^[0-9a-f]{64}$/;
const SIGNATURE = /^[0-9a-f]{128}$/;
const LABEL = /^[A-Za-z0-9._/-]{1,64}$/;
const ENV_ID = /^[a-z0-9-]{1,64}$/;

export const hash = z.string().check(z.regex(HASH));
export const signature = z.string().check(z.regex(SIGNATURE));
const label = z.string().check(z.regex(LABEL));
export const envId = z.string().check(z.regex(ENV_ID));
export const preset = z.string().check(z.regex(/^[a-z0-9_]{1,64}$/));
export const natural = z.int().check(z.minimum(0));
export const time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/));
const json = z.record(z.string(), z.unknown());

export const fault = z.strictObject({
  path: z.string(),
  message: z.string(),
  /** Of a plan's faults. */
  code: z.optional(z.string()),
});

export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int().check(z.minimum(400), z.maximum(599)),
  detail: z.string(),
  code: z.string(),
  errors: z.array(fault),
  request_id: z.optional(z.string()),
  retry_after: z.optional(z.int().check(z.minimum(1))),
});

export const artifact = json;

export const evaluation = z.strictObject({
  method: z.literal("exact-v1"),
  expected: z.int(),
  optimum: z.int(),
  behaviour_hash: hash,
});

const reason = z.enum([
  "limits",
  "bad_signature",
  "hash_mismatch",
  "artifact_refused",
  "unknown_environment",
  "bad_config",
  "reward_mismatch",
  "plan_refused",
  "plan_halted",
  "final_state_mismatch",
  "final_commit_mismatch",
  "gave_up",
]);

const why = {
  reason: z.optional(reason),
  message: z.optional(z.string()),
  faults: z.optional(z.array(fault)),
};

/** What verification found of each kind of claim. */
const foundOfPolicy = {
  verified_reward: z.optional(z.int()),
  steps: z.optional(natural),
  evaluation: z.optional(evaluation),
  replayed_reward: z.optional(z.int()),
};
const foundOfPlan = {
  commits: z.optional(natural),
  ops: z.optional(natural),
  replayed_state_hash: z.optional(hash),
  replayed_commit_hash: z.optional(hash),
};

const jobBase = {
  claim_id: hash,
  state: z.enum(["PENDING", "VALID", "RECORDED", "INVALID", "FAILED"]),
  agent_id: label,
  signature,
  submitted_at: time,
  decided_at: z.optional(time),
  ...why,
  index: z.optional(natural),
  current_hash: z.optional(hash),
  recorded_at: z.optional(time),
};

export const job = z.discriminatedUnion("kind", [
  z.strictObject({
    ...jobBase,
    kind: z.literal("policy"),
    policy_hash: hash,
    claim: policyClaimSchema,
    ...foundOfPolicy,
  }),
  z.strictObject({
    ...jobBase,
    kind: z.literal("plan"),
    plan_hash: hash,
    claim: planClaimSchema,
    ...foundOfPlan,
  }),
]);

export const accepted = z.strictObject({
  claim_id: hash,
  state: z.enum(["PENDING", "VALID", "RECORDED", "INVALID", "FAILED"]),
  location: z.string(),
  known: z.boolean(),
});

export const batchLine = z.strictObject({
  line: z.int().check(z.minimum(1)),
  status: z.int(),
  accepted: z.optional(accepted),
  problem: z.optional(problem),
});

const verdictBase = {
  verdict: z.enum(["VALID", "INVALID"]),
  claim_id: hash,
  ...why,
  job: z.optional(z.strictObject({ state: z.string(), index: z.optional(natural) })),
};

export const verdict = z.discriminatedUnion("kind", [
  z.strictObject({ ...verdictBase, kind: z.literal("policy"), claimed_reward: z.int(), ...foundOfPolicy }),
  z.strictObject({ ...verdictBase, kind: z.literal("plan"), plan_hash: hash, ...foundOfPlan }),
]);

export const verifyRequest = z.union([
  submissionSchema,
  z.strictObject({ claim_id: hash }),
  z.strictObject({ agent_id: label }),
]);

const entryBase = {
  v: z.literal(1),
  index: natural,
  previous_hash: z.string().check(z.regex(/^(?:genesis|[0-9a-f]{64})$/)),
  timestamp: time,
  claim_id: hash,
  agent_id: label,
  public_key: hash,
  signature,
  current_hash: hash,
};

export const entry = z.discriminatedUnion("kind", [
  z.strictObject({
    ...entryBase,
    kind: z.literal("policy"),
    env_id: envId,
    env_config: json,
    seed: natural,
    policy_hash: hash,
    verified_reward: z.int(),
    evaluation: z.optional(evaluation),
  }),
  z.strictObject({
    ...entryBase,
    kind: z.literal("plan"),
    plan_hash: hash,
    initial_state_hash: hash,
    final_state_hash: hash,
    final_commit_hash: hash,
    commits: natural,
    ops: natural,
  }),
]);

export const planDocument = z.record(z.string(), z.unknown());

export const receipts = z.strictObject({ genesis: hash, commits: z.array(json) });

/** One envelope for every list. */
function listOf<T extends z.ZodMiniType, M extends z.core.$ZodLooseShape>(item: T, more: M) {
  return z.strictObject({
    entries: z.array(item),
    size: natural,
    head: z.nullable(hash),
    next: z.nullable(z.string()),
    ...more,
  });
}

export const ledgerPage = listOf(entry, {});

export const ledgerHead = z.strictObject({
  size: natural,
  index: z.nullable(natural),
  current_hash: z.nullable(hash),
  timestamp: z.nullable(time),
});

const auditFault = z.strictObject({ index: natural, code: z.string(), message: z.string() });

export const integrity = z.strictObject({
  ok: z.boolean(),
  size: natural,
  head: z.nullable(hash),
  audited_size: natural,
  audited_head: z.nullable(hash),
  audited_at: z.nullable(time),
  walk: z.strictObject({
    next_index: natural,
    completed: z.nullable(z.strictObject({ size: natural, head: z.nullable(hash), at: time })),
  }),
  fault: z.nullable(auditFault),
});

export const place = z.strictObject({
  rank: z.int().check(z.minimum(1)),
  index: natural,
  claim_id: hash,
  agent_id: label,
  policy_hash: hash,
  seed: natural,
  verified_reward: z.int(),
  timestamp: time,
  expected: z.optional(z.int()),
  behaviour_hash: z.optional(hash),
});

const board = {
  env_id: envId,
  preset,
  by: z.enum(["verified_reward", "expected"]),
  ledger_size: natural,
  /** The largest expected return of any policy, in billionths. */
  optimum: z.int(),
};

export const marketplace = listOf(place, board);

export const best = z.strictObject({
  ...board,
  head: z.nullable(hash),
  best: place,
  entry,
  artifact_location: z.string(),
});

export const environment = z.strictObject({
  env_id: envId,
  summary: z.string(),
  reward_unit: z.int(),
  observation_count: z.int(),
  fields: z.array(
    z.strictObject({ name: z.string(), size: z.int(), labels: z.optional(z.array(z.string())) }),
  ),
  actions: z.array(z.string()),
  presets: z.array(z.strictObject({ preset, config: json, horizon: z.int() })),
  config_schema: json,
});

export const environments = listOf(environment, {});

export const health = z.strictObject({
  status: z.enum(["ok", "ledger_broken"]),
  version: z.string(),
  entries: natural,
  head: z.nullable(hash),
  streams: z.nullable(z.string()),
  trainer: z.nullable(z.strictObject({ agent_id: label, public_key: hash })),
});

export type Fault = z.output<typeof fault>;
export type Problem = z.output<typeof problem>;
export type Job = z.output<typeof job>;
export type Accepted = z.output<typeof accepted>;
export type BatchLine = z.output<typeof batchLine>;
export type Verdict = z.output<typeof verdict>;
export type VerifyRequest = z.input<typeof verifyRequest>;
export type LedgerPage = z.output<typeof ledgerPage>;
export type LedgerHead = z.output<typeof ledgerHead>;
export type Integrity = z.output<typeof integrity>;
export type Marketplace = z.output<typeof marketplace>;
export type Best = z.output<typeof best>;
export type Environments = z.output<typeof environments>;
export type Health = z.output<typeof health>;
