// The names that schemas have in the OpenAPI document, and what it says of them.
import {
  planClaimSchema,
  planSubmissionSchema,
  policyClaimSchema,
  policySubmissionSchema,
  submissionSchema,
  trainingSchema,
} from "@policyledger/core";
import * as schemas from "@policyledger/core/api";
import * as z from "zod/mini";

const ENVELOPE =
  "`size`: how many there are in all. `head`: the hash of the ledger's last entry that this answer knows of. `next`: where it goes on, or null.";

const NAMES: readonly (readonly [z.ZodMiniType, string, string?])[] = [
  [
    policyClaimSchema,
    "PolicyClaim",
    "What an agent asserts of a policy. Its canonical JSON (RFC 8785) is what is signed.",
  ],
  [planClaimSchema, "PlanClaim", "The same of a plan."],
  [submissionSchema, "Submission", "A claim, the signature over its canonical JSON, and what it is about."],
  [policySubmissionSchema, "PolicySubmission", "With the policy's artifact."],
  [planSubmissionSchema, "PlanSubmission", "With the plan's document."],
  [
    schemas.fault,
    "Fault",
    'One thing that is wrong, and where: `path` is a JSON Pointer into the body that was sent, "" for all of it; of a parameter it is /path/name or /query/name.',
  ],
  [schemas.problem, "Problem", "RFC 9457. `code` is stable; `errors` names every fault."],
  [
    schemas.evaluation,
    "Evaluation",
    "Exact, over all that the environment may draw; returns in billionths of the environment's unit of reward.",
  ],
  [
    schemas.job,
    "Job",
    "A claim on its way: PENDING → VALID → RECORDED, or PENDING → INVALID; FAILED when the service gave up.",
  ],
  [schemas.accepted, "Accepted", "`known`: the same claim was submitted before."],
  [
    schemas.batchLine,
    "BatchLine",
    "The answer to one line of a batch, as that line alone would have been answered.",
  ],
  [
    schemas.verdict,
    "Verdict",
    "`replayed_reward` is what replay found, also when it differs from the claim. Nothing is recorded.",
  ],
  [
    schemas.verifyRequest,
    "VerifyRequest",
    "A submission; or the id of a job; or an agent, for its latest claim.",
  ],
  [
    schemas.entry,
    "Entry",
    "One entry. `current_hash` is the RFC 6962 leaf hash of the canonical JSON of all the other fields.",
  ],
  [schemas.ledgerPage, "LedgerPage", ENVELOPE],
  [schemas.ledgerHead, "LedgerHead"],
  [
    schemas.integrity,
    "Integrity",
    "`audited_*`: how far every new entry was read back and its link checked. `walk`: the whole ledger, read again from its first entry, over and over.",
  ],
  [
    schemas.checkpoint,
    "Checkpoint",
    "`note`: signed, as c2sp.org/tlog-checkpoint has it; `size` and `root` (in hex) are what it says.",
  ],
  [schemas.log, "Log", "Keys are c2sp.org/signed-note verifier keys: name+id+base64."],
  [schemas.inclusion, "Inclusion", "RFC 6962, 2.1.1. `path`: the leaf's sibling first."],
  [schemas.consistency, "Consistency", "RFC 6962, 2.1.2."],
  [schemas.cosignedCheckpoints, "CosignedCheckpoints"],
  [schemas.cosignaturesKept, "CosignaturesKept"],
  [schemas.place, "Place"],
  [schemas.artifact, "Artifact", "A policy as data, of one of five kinds: docs/formats.md has them."],
  [
    schemas.planDocument,
    "PlanDocument",
    "A plan with all that it takes to run it: docs/nk2.md has its fields.",
  ],
  [
    schemas.receipts,
    "Receipts",
    "Commits with their local receipts, as a run left them: docs/nk2.md has their fields.",
  ],
  [
    schemas.marketplace,
    "Marketplace",
    `A board: of each environment and preset the first hundred. \`ledger_size\`: how many entries it has seen. ${ENVELOPE}`,
  ],
  [schemas.best, "Best", "The first place, its entry, and where its artifact is."],
  [schemas.environment, "Environment"],
  [schemas.environments, "Environments", ENVELOPE],
  [
    schemas.health,
    "Health",
    "`status` is `ledger_broken` where an audit has met an entry that does not hold: see `/ledger/integrity`. `streams`: the address at which event streams are not held up by the CDN; null where it is this one.",
  ],
  [trainingSchema, "Training", "What a training is told; all but algorithm, env_id and seed has a default."],
  [
    schemas.trainRequest,
    "TrainRequest",
    "`signature` is Ed25519 over the canonical JSON of `request` as it is sent, with no default filled in; the SHA-256 of the same bytes is the training's id. `claim_seed` is the seed that is claimed on.",
  ],
  [schemas.trainingPoint, "TrainingPoint"],
  [schemas.trainingJob, "TrainingJob"],
];

export const named = z.registry<{ id: string; description?: string }>();
for (const [schema, id, description] of NAMES) {
  named.add(schema, { id, ...(description !== undefined && { description }) });
}
