// The route for a verdict alone: nothing is recorded, and it costs little whoever asks.
import {
  acceptSubmission,
  type Json,
  limits,
  PolicyLedgerError,
  parseJson,
  parseWith,
  type Submission,
} from "@policyledger/core";
import * as schemas from "@policyledger/core/api";
import { claimOf, type Job, latestOf } from "../../documents.ts";
import { Problem } from "../../problem.ts";
import { readPolicy } from "../../read.ts";
import { type Decision, decide, KEPT_FAULTS } from "../../verify.ts";
import { json, NEVER } from "../answer.ts";
import { BODY_PROBLEMS, readBody } from "../body.ts";
import { type Call, type Route, route } from "../route.ts";
import { requireJob, takeSubmission } from "../submissions.ts";

export const verifyRoutes: readonly Route[] = [
  route({
    method: "post",
    path: "/verify",
    id: "verifyClaim",
    tag: "Claims",
    summary: "A verdict without recording anything",
    description:
      "For a submission, for a claim that was submitted before, or for an agent's latest claim. The exact expected return comes with " +
      "claims on registered presets. For a submission that nobody signed as claimed, the verdict is INVALID.",
    params: schemas.noParameters,
    query: schemas.noParameters,
    body: { "application/json": schemas.verifyRequest },
    limit: "compute",
    answers: { 200: { description: "The verdict.", content: { "application/json": schemas.verdict } } },
    problems: [
      ...BODY_PROBLEMS,
      "invalid_request",
      "artifact_too_large",
      "invalid_claim",
      "not_found",
      "artifact_expired",
    ],
    handle: async (call) => {
      const { bytes } = await readBody(call.request, { "application/json": limits.MAX_SUBMISSION_BYTES });
      const { submission, job } = await submissionToVerify(call, bytes);
      const decision = decide(call.service.host, submission, "presets");
      return json(verdictView(submission, decision, job), { cache: NEVER });
    },
  }),
];

async function submissionToVerify(
  call: Call<object, object>,
  bytes: Uint8Array,
): Promise<{ submission: Submission; job: Job | null }> {
  const body = parseJson(bytes, { maxBytes: limits.MAX_SUBMISSION_BYTES });
  const names = body !== null && typeof body === "object" && !Array.isArray(body) ? Object.keys(body) : [];
  const { db } = call.service;
  if (names.includes("claim_id") || names.includes("agent_id")) {
    const byId = names.includes("claim_id");
    const schema = schemas.verifyRequest.def.options[byId ? 1 : 2];
    const given = checked(schema, body) as { claim_id?: string; agent_id?: string };
    const job = byId ? await requireJob(call, given.claim_id!) : await latestJob(call, given.agent_id!);
    const policy = await readPolicy(db, job.policy_hash);
    if (policy === null) {
      throw new Problem(
        "artifact_expired",
        `The artifact of claim ${job.claim_id} is no longer kept: it did not hold.`,
      );
    }
    const artifact = Buffer.from(policy.artifact).toString();
    return { submission: { claim: claimOf(job), signature: job.signature, artifact }, job };
  }
  return { submission: takeSubmission(() => acceptSubmission(body)), job: null };
}

function checked(schema: Parameters<typeof parseWith>[0], body: Json): unknown {
  try {
    return parseWith(schema, body, "invalid_claim", "Cannot verify");
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    throw new Problem("invalid_request", error.message, { faults: error.faults, cause: error });
  }
}

async function latestJob(call: Call<object, object>, agentId: string): Promise<Job> {
  const found = await latestOf(call.service.db, agentId).get();
  if (!found.empty) return found.docs[0]!.data() as Job;
  throw new Problem("not_found", `There is no claim of ${agentId}.`);
}

function verdictView({ claim }: Submission, decision: Decision, job: Job | null) {
  const { faults, ...rest } = decision as Decision & {
    faults?: readonly { path: string; message: string }[];
  };
  const found = decision.verdict === "VALID" ? decision.verified_reward : decision.replayed_reward;
  return {
    ...rest,
    claimed_reward: claim.claimed_reward,
    ...(found !== undefined && { replayed_reward: found }),
    ...(faults !== undefined && { faults: faults.slice(0, KEPT_FAULTS) }),
    ...(job !== null && { job: { state: job.state, ...(job.index !== undefined && { index: job.index }) } }),
  };
}
