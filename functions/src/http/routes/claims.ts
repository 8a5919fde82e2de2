// Routes of claims: submit one or many, follow one to its place in the ledger, or ask for a verdict alone.
import {
  type Json,
  limits,
  PolicyLedgerError,
  parseJson,
  parseSubmission,
  parseWith,
  type Submission,
} from "@policyledger/core";
import { claimOf, FINAL_STATES, type Job, jobs, latestOf } from "../../documents.ts";
import { asProblem, Problem, problemDocument } from "../../problem.ts";
import { jobView, readJob, readPolicy } from "../../read.ts";
import { type Accepted, acceptClaim, sendToVerify, submitClaim } from "../../submit.ts";
import { type Decision, decide } from "../../verify.ts";
import { ASK, FOREVER, json, NEVER, text } from "../answer.ts";
import { readBody } from "../body.ts";
import { eventStream, wantsStream } from "../event-stream.ts";
import { type Call, type Route, route } from "../route.ts";
import * as schemas from "../schemas.ts";

const MAX_LINES = 100;
/** Of a whole batch. */
const MAX_BATCH_BYTES = 8_388_608;
const NDJSON = "application/x-ndjson";
/** Lines of a batch that are stored at once. */
const AT_ONCE = 10;

const SUBMIT_PROBLEMS = [
  "invalid_json",
  "invalid_encoding",
  "request_timeout",
  "too_large",
  "artifact_too_large",
  "unsupported_media_type",
  "unsupported_encoding",
  "invalid_claim",
  "hash_mismatch",
  "bad_signature",
  "key_mismatch",
  "reserved_label",
] as const;

export const claimRoutes: readonly Route[] = [
  route({
    method: "post",
    path: "/claims",
    id: "submitClaims",
    tag: "Claims",
    summary: "Submit a claim, or a batch of them",
    description:
      `As JSON: one submission. As NDJSON: up to ${MAX_LINES}, one a line, each answered by a line of its own in the same order; ` +
      "a line that is refused does not keep the others from being accepted. Hashes and signatures are over the canonical " +
      "re-encoding of what is sent. The same claim submitted twice is one claim.",
    params: schemas.noParameters,
    query: schemas.noParameters,
    body: { "application/json": schemas.submissionSchema, [NDJSON]: null },
    limit: "submit",
    answers: {
      200: {
        description: "The claim was known already (JSON), or the answers to a batch (NDJSON).",
        content: { "application/json": schemas.accepted, [NDJSON]: schemas.batchLine },
      },
      202: {
        description: "Accepted: it cannot be lost any more, and its verdict follows.",
        content: { "application/json": schemas.accepted },
      },
    },
    problems: SUBMIT_PROBLEMS,
    handle: async (call) => {
      const body = await readBody(call.request, ["application/json", NDJSON], MAX_BATCH_BYTES);
      if (body.type === NDJSON) return submitMany(call, body.bytes);
      const accepted = await submitClaim(call.service, readSubmission(body.bytes), call);
      const view = acceptedView(accepted);
      return json(view, {
        status: accepted.opened ? 202 : 200,
        cache: NEVER,
        headers: { location: view.location },
      });
    },
  }),
  route({
    method: "get",
    path: "/claims/{claim_id}",
    id: "getClaim",
    tag: "Claims",
    summary: "Where a claim is on its way",
    description:
      "With `Accept: text/event-stream`: an event `state` with the same object at each change, until the claim has come to its end. " +
      "Streams are best read at the address that `health` names.",
    params: schemas.claimPath,
    query: schemas.noParameters,
    limit: "read",
    answers: {
      200: {
        description: "The claim, its state, and what is known of it.",
        content: { "application/json": schemas.job, "text/event-stream": null },
      },
    },
    problems: ["not_found"],
    handle: async (call) => {
      const { claim_id } = call.params;
      if (wantsStream(call.request)) return followClaim(call, claim_id);
      const job = await requireJob(call, claim_id);
      // What is recorded stays as it is; anything else may still change.
      return json(jobView(job), { cache: job.state === "RECORDED" ? FOREVER : ASK });
    },
  }),
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
      "invalid_json",
      "invalid_request",
      "invalid_encoding",
      "request_timeout",
      "too_large",
      "artifact_too_large",
      "unsupported_media_type",
      "unsupported_encoding",
      "invalid_claim",
      "not_found",
      "artifact_expired",
    ],
    handle: async (call) => {
      const { bytes } = await readBody(call.request, ["application/json"], limits.MAX_SUBMISSION_BYTES);
      const { submission, job } = await submissionToVerify(call, bytes);
      const decision = decide(call.service.host, submission, "presets");
      return json(verdictView(submission, decision, job), { cache: NEVER });
    },
  }),
];

/** Takes a submission from bytes; a part that is too large has a code of its own. */
function readSubmission(bytes: Uint8Array): Submission {
  try {
    return parseSubmission(bytes);
  } catch (error) {
    if (error instanceof PolicyLedgerError && error.code === "too_large" && /artifact/i.test(error.message)) {
      throw new Problem("artifact_too_large", error.message, {
        faults: [{ path: "/artifact", message: error.message }],
        cause: error,
      });
    }
    throw error;
  }
}

function acceptedView({ job, opened }: Accepted) {
  return {
    claim_id: job.claim_id,
    state: job.state,
    location: `/api/v1/claims/${job.claim_id}`,
    known: !opened,
  };
}

async function submitMany(call: Call<object, object>, bytes: Uint8Array): Promise<Response> {
  const lines = linesOf(bytes);
  call.charge(lines.length - 1);
  const answers: object[] = new Array(lines.length);
  const opened: Job[] = [];
  let next = 0;
  const work = async () => {
    while (next < lines.length) {
      const at = next++;
      answers[at] = await submitLine(call, lines[at]!, at + 1, opened);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await sendToVerify(call.service, opened);
  return text(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(""), {
    cache: NEVER,
    type: NDJSON,
  });
}

async function submitLine(
  call: Call<object, object>,
  bytes: Uint8Array,
  line: number,
  opened: Job[],
): Promise<object> {
  try {
    const accepted = await acceptClaim(call.service, readSubmission(bytes), call);
    if (accepted.opened) opened.push(accepted.job);
    return { line, status: accepted.opened ? 202 : 200, accepted: acceptedView(accepted) };
  } catch (error) {
    const problem = asProblem(error);
    if (problem.code === "internal") {
      const { service, requestId } = call;
      service.log({
        station: "submit",
        event: "line_failed",
        severity: "ERROR",
        request_id: requestId,
        line,
        error: String((error as Error).stack ?? error),
      });
    }
    return { line, status: problem.status, problem: problemDocument(problem, call.requestId) };
  }
}

const LINE_FEED = 0x0a;

/** Split as bytes: whether a line is UTF-8 is its own fault. Empty lines are left out, but counted. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found < 0 ? bytes.length : found;
    lines.push(bytes.subarray(start, end));
    start = end + 1;
    if (lines.length > MAX_LINES) {
      throw new Problem("too_large", `A batch has at most ${MAX_LINES} lines.`);
    }
  }
  if (lines.length > 0) return lines;
  throw new Problem("invalid_request", "The batch has no line.", {
    faults: [{ path: "", message: "wanted one submission a line" }],
  });
}

async function requireJob(call: Call<object, object>, claimId: string): Promise<Job> {
  const job = await readJob(call.service.db, claimId);
  if (job !== null) return job;
  throw new Problem("not_found", `There is no claim ${claimId}.`);
}

/** At each change of its state, until it has come to its end. */
async function followClaim(call: Call<object, object>, claimId: string): Promise<Response> {
  await requireJob(call, claimId);
  return eventStream(call.settings, call.request, (send, signal) => {
    return new Promise((resolve, reject) => {
      let state: Job["state"] | null = null;
      const stop = jobs(call.service.db)
        .doc(claimId)
        .onSnapshot((snapshot) => {
          const job = snapshot.data() as Job | undefined;
          if (job === undefined || job.state === state) return;
          state = job.state;
          send({ event: "state", id: state, data: jobView(job) });
          if (FINAL_STATES.includes(state)) finish();
        }, fail);
      const finish = () => {
        stop();
        resolve();
      };
      signal.addEventListener("abort", finish, { once: true });
      function fail(error: Error) {
        stop();
        reject(error);
      }
    });
  });
}

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
  return { submission: readSubmission(bytes), job: null };
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
    ...(faults !== undefined && { faults: faults.slice(0, 20) }),
    ...(job !== null && { job: { state: job.state, ...(job.index !== undefined && { index: job.index }) } }),
  };
}
