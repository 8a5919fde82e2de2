// The route for a verdict alone: nothing is recorded, and it costs little whoever asks.
import {
  acceptSubmission,
  CLAIM_LIMITS,
  checkPlan,
  type Host,
  type Invalid,
  type Json,
  type PlanDocument,
  PolicyLedgerError,
  parseJson,
  parseWith,
  SUBMISSION_JSON,
  type Submission,
} from "@policyledger/core";
import * as schemas from "@policyledger/core/api";
import { type Job, latestOf } from "../../documents.ts";
import { Problem } from "../../problem.ts";
import { readSubmission } from "../../subjects.ts";
import { decide, KEPT_FAULTS } from "../../verify.ts";
import { json, NEVER } from "../answer.ts";
import { BODY_PROBLEMS, readBody } from "../body.ts";
import { type Call, type Route, route } from "../route.ts";
import { requireJob, takeSubmission } from "../submissions.ts";

/** What a plan that is run while its caller waits may come to: a quarter of a second, for ops that get in each other's way a second at most. */
const MAX_ASKED_COST = 2_000_000;
const MAX_ASKED_OPS = 1_000;

export const verifyRoutes: readonly Route[] = [
  route({
    method: "post",
    path: "/verify",
    id: "verifyClaim",
    tag: "Claims",
    summary: "A verdict without recording anything",
    description:
      "For a submission, for a claim that was submitted before, or for an agent's latest claim. The exact expected return comes with " +
      `claims on registered presets. Of plans, those of at most ${MAX_ASKED_OPS} ops whose static cost (docs/nk2.md) is at most ` +
      `${MAX_ASKED_COST}; any other is verified on its way to the ledger. For a submission that nobody signed as claimed, the verdict is INVALID.`,
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
      "invalid_plan",
      "over_cap",
      "not_found",
      "artifact_expired",
    ],
    handle: async (call) => {
      const { bytes } = await readBody(call.request, { "application/json": SUBMISSION_JSON.maxBytes });
      const { submission, job } = await submissionToVerify(call, bytes);
      return json(verdictView(call, submission, job), { cache: NEVER });
    },
  }),
];

async function submissionToVerify(
  call: Call<object, object>,
  bytes: Uint8Array,
): Promise<{ submission: Submission; job: Job | null }> {
  const body = parseJson(bytes, SUBMISSION_JSON);
  const names = body !== null && typeof body === "object" && !Array.isArray(body) ? Object.keys(body) : [];
  const { db } = call.service;
  if (names.includes("claim_id") || names.includes("agent_id")) {
    const byId = names.includes("claim_id");
    const schema = schemas.verifyRequest.def.options[byId ? 1 : 2];
    const given = checked(schema, body) as { claim_id?: string; agent_id?: string };
    const job = byId ? await requireJob(call, given.claim_id!) : await latestJob(call, given.agent_id!);
    const read = await readSubmission(db, job);
    if (read !== null) return { submission: read.submission, job };
    throw new Problem(
      "artifact_expired",
      `What claim ${job.claim_id} is about is no longer kept: it did not hold.`,
    );
  }
  return { submission: takeSubmission(() => acceptSubmission(body, bytes.length)), job: null };
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

function verdictView({ service: { host } }: Call<object, object>, submission: Submission, job: Job | null) {
  const about = job !== null && {
    job: { state: job.state, ...(job.index !== undefined && { index: job.index }) },
  };
  if ("document" in submission) {
    requireCheap(host, submission.document);
    const decision = decide(host, submission);
    const { plan_hash } = submission.claim;
    if (decision.verdict === "INVALID")
      return { ...withFewFaults(decision), kind: "plan", plan_hash, ...about };
    const { receipts: _, statistics: __, ...found } = decision;
    return { ...found, kind: "plan", plan_hash, ...about };
  }
  const decision = decide(host, submission, "presets");
  const { claimed_reward } = submission.claim;
  const claimed = { kind: "policy", claimed_reward, ...about };
  if (decision.verdict === "INVALID") return { ...withFewFaults(decision), ...claimed };
  return { ...decision, ...claimed, replayed_reward: decision.verified_reward };
}

function withFewFaults(decision: Invalid): Invalid {
  return { ...decision, faults: decision.faults.slice(0, KEPT_FAULTS) };
}

/** Whoever waits for an answer keeps others waiting. */
function requireCheap(host: Host, document: PlanDocument): void {
  const { staticCost, faults } = checkPlan(host, document, CLAIM_LIMITS);
  if (faults.length > 0) return;
  const counts = [
    { path: "/document/plan", what: "its static cost is", value: staticCost, most: MAX_ASKED_COST },
    { path: "/document/plan/ops", what: "its ops are", value: document.plan.ops.length, most: MAX_ASKED_OPS },
  ];
  const over = counts
    .filter(({ value, most }) => value > most)
    .map(({ path, what, value, most }) => ({
      path,
      message: `${what} ${value}, at most ${most} are answered at once`,
    }));
  if (over.length === 0) return;
  const why = over.map(({ message }) => message).join("; ");
  throw new Problem("over_cap", `Cannot run the plan here: ${why}; submit it, and see its claim.`, {
    faults: over,
  });
}
