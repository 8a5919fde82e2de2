// Routes of claims: submit one or many, and follow one to its place in the ledger.
import { limits, submissionSchema } from "@policyledger/core";
import * as schemas from "@policyledger/core/api";
import { FINAL_STATES, type Job, jobs } from "../../documents.ts";
import { jobView } from "../../read.ts";
import { submitClaim } from "../../submit.ts";
import { ASK, FOREVER, json, NEVER } from "../answer.ts";
import { BODY_PROBLEMS, readBody } from "../body.ts";
import { eventStream, lastEventId, NOTHING_MORE, nothingMore, wantsStream } from "../event-stream.ts";
import { type Call, type Route, route } from "../route.ts";
import {
  acceptedView,
  MAX_BATCH_BYTES,
  MAX_LINES,
  NDJSON,
  readSubmission,
  requireJob,
  submitMany,
} from "../submissions.ts";

const SUBMIT_PROBLEMS = [
  ...BODY_PROBLEMS,
  "artifact_too_large",
  "invalid_claim",
  "invalid_plan",
  "plan_refused",
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
      "re-encoding of what is sent. The same claim submitted twice is one claim. A plan that may not run is refused, with all its " +
      "faults; each has its own `code`.",
    params: schemas.noParameters,
    query: schemas.noParameters,
    body: { "application/json": submissionSchema, [NDJSON]: null },
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
      const body = await readBody(call.request, {
        "application/json": limits.MAX_PLAN_SUBMISSION_BYTES,
        [NDJSON]: MAX_BATCH_BYTES,
      });
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
      204: NOTHING_MORE,
    },
    problems: ["not_found"],
    handle: async (call) => {
      const { claim_id } = call.params;
      if (wantsStream(call.request)) return followClaim(call, claim_id);
      const job = await requireJob(call, claim_id);
      // These two are for ever; any other state may still change.
      return json(jobView(job), {
        cache: job.state === "RECORDED" || job.state === "INVALID" ? FOREVER : ASK,
        headers: { vary: "accept, accept-encoding" },
      });
    },
  }),
];

/** At each change of its state, until it has come to its end. */
async function followClaim(call: Call<object, object>, claimId: string): Promise<Response> {
  const { state } = await requireJob(call, claimId);
  if (FINAL_STATES.includes(state) && lastEventId(call.request) === state) return nothingMore();
  return eventStream(call, (send, signal) => {
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
