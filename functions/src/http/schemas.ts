// What goes over the wire, once: these schemas validate requests, describe every answer in the OpenAPI document, and
// tests hold the answers to them. Claims and trainings have theirs from the core.
import { claimSchema, submissionSchema } from "@policyledger/core";
import * as z from "zod/mini";

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

/** Schemas with names of their own in the OpenAPI document. */
export const named = z.registry<{ id: string; description?: string }>();

export function name<T extends z.ZodMiniType>(id: string, schema: T, description?: string): T {
  named.add(schema, { id, ...(description !== undefined && { description }) });
  return schema;
}

name("Claim", claimSchema, "What an agent asserts. Its canonical JSON (RFC 8785) is what is signed.");
name("Submission", submissionSchema, "A claim, the signature over its canonical JSON, and the artifact.");

export { submissionSchema };

const fault = name(
  "Fault",
  z.strictObject({ path: z.string(), message: z.string() }),
  'One thing that is wrong, and where: `path` is a JSON Pointer into the body that was sent, "" for all of it; of a parameter it is /path/name or /query/name.',
);

export const problem = name(
  "Problem",
  z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int().check(z.minimum(400), z.maximum(599)),
    detail: z.string(),
    code: z.string(),
    errors: z.array(fault),
    request_id: z.optional(z.string()),
    retry_after: z.optional(z.int().check(z.minimum(1))),
  }),
  "RFC 9457. `code` is stable; `errors` names every fault.",
);

const evaluation = name(
  "Evaluation",
  z.strictObject({
    method: z.literal("exact-v1"),
    expected: z.int(),
    optimum: z.int(),
    behaviour_hash: hash,
  }),
  "Exact, over all that the environment may draw; returns in billionths of the environment's unit of reward.",
);

const reason = z.enum([
  "limits",
  "bad_signature",
  "hash_mismatch",
  "artifact_refused",
  "unknown_environment",
  "bad_config",
  "reward_mismatch",
  "gave_up",
]);

export const job = name(
  "Job",
  z.strictObject({
    claim_id: hash,
    state: z.enum(["PENDING", "VALID", "RECORDED", "INVALID", "FAILED"]),
    agent_id: label,
    policy_hash: hash,
    claim: claimSchema,
    signature,
    submitted_at: time,
    decided_at: z.optional(time),
    verified_reward: z.optional(z.int()),
    steps: z.optional(natural),
    evaluation: z.optional(evaluation),
    reason: z.optional(reason),
    message: z.optional(z.string()),
    faults: z.optional(z.array(fault)),
    replayed_reward: z.optional(z.int()),
    index: z.optional(natural),
    current_hash: z.optional(hash),
    recorded_at: z.optional(time),
  }),
  "A claim on its way: PENDING → VALID → RECORDED, or PENDING → INVALID; FAILED when the service gave up.",
);

export const accepted = name(
  "Accepted",
  z.strictObject({
    claim_id: hash,
    state: z.enum(["PENDING", "VALID", "RECORDED", "INVALID", "FAILED"]),
    location: z.string(),
    known: z.boolean(),
  }),
  "`known`: the same claim was submitted before.",
);

export const batchLine = name(
  "BatchLine",
  z.strictObject({
    line: z.int().check(z.minimum(1)),
    status: z.int(),
    accepted: z.optional(accepted),
    problem: z.optional(problem),
  }),
  "The answer to one line of a batch, as that line alone would have been answered.",
);

export const verdict = name(
  "Verdict",
  z.strictObject({
    verdict: z.enum(["VALID", "INVALID"]),
    claim_id: hash,
    claimed_reward: z.int(),
    verified_reward: z.optional(z.int()),
    steps: z.optional(natural),
    reason: z.optional(reason),
    message: z.optional(z.string()),
    faults: z.optional(z.array(fault)),
    replayed_reward: z.optional(z.int()),
    evaluation: z.optional(evaluation),
    job: z.optional(z.strictObject({ state: z.string(), index: z.optional(natural) })),
  }),
  "`replayed_reward` is what replay found, also when it differs from the claim. Nothing is recorded.",
);

export const verifyRequest = z.union([
  submissionSchema,
  z.strictObject({ claim_id: hash }),
  z.strictObject({ agent_id: label }),
]);
name("VerifyRequest", verifyRequest, "A submission; or the id of a job; or an agent, for its latest claim.");

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

export const entry = name(
  "Entry",
  z.discriminatedUnion("kind", [
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
  ]),
  "One entry. `current_hash` is the RFC 6962 leaf hash of the canonical JSON of all the other fields.",
);

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
const ENVELOPE =
  "`size`: how many there are in all. `head`: the hash of the ledger's last entry that this answer knows of. `next`: where it goes on, or null.";

export const ledgerPage = name("LedgerPage", listOf(entry, {}), ENVELOPE);

export const ledgerHead = name(
  "LedgerHead",
  z.strictObject({
    size: natural,
    index: z.nullable(natural),
    current_hash: z.nullable(hash),
    timestamp: z.nullable(time),
  }),
);

const auditFault = z.strictObject({ index: natural, code: z.string(), message: z.string() });

export const integrity = name(
  "Integrity",
  z.strictObject({
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
  }),
  "`audited_*`: how far every new entry was read back and its link checked. `walk`: the whole ledger, read again from its first entry, over and over.",
);

const place = name(
  "Place",
  z.strictObject({
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
  }),
);

const board = {
  env_id: envId,
  preset,
  by: z.enum(["verified_reward", "expected"]),
  ledger_size: natural,
  /** The largest expected return of any policy, in billionths. */
  optimum: z.int(),
};

export const marketplace = name(
  "Marketplace",
  listOf(place, board),
  `A board: of each environment and preset the first hundred. \`ledger_size\`: how many entries it has seen. ${ENVELOPE}`,
);

export const best = name(
  "Best",
  z.strictObject({ ...board, head: z.nullable(hash), best: place, entry, artifact_location: z.string() }),
  "The first place, its entry, and where its artifact is.",
);

const environment = name(
  "Environment",
  z.strictObject({
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
  }),
);

export const environments = name("Environments", listOf(environment, {}), ENVELOPE);

export const health = name(
  "Health",
  z.strictObject({
    status: z.enum(["ok", "ledger_broken"]),
    version: z.string(),
    entries: natural,
    head: z.nullable(hash),
    streams: z.nullable(z.string()),
    trainer: z.nullable(z.strictObject({ agent_id: label, public_key: hash })),
  }),
  "`status` is `ledger_broken` where an audit has met an entry that does not hold: see `/ledger/integrity`. `streams`: the address at which event streams are not held up by the CDN; null where it is this one.",
);
