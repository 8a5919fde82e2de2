// Calls of claims: submit one or many, follow one to its place in the ledger, or ask for a verdict alone.
import { type Claim, claimId } from "@policyledger/core";
import * as api from "@policyledger/core/api";
import { API, type CallOptions, type Calls, hash } from "./calls.ts";
import { ClientError } from "./error.ts";
import { follow } from "./follow.ts";
import { type Signed, submissionText } from "./sign.ts";

/** `until`: whether the verdict is enough, or the entry is waited for; `timeout` in milliseconds. */
export interface WaitOptions extends CallOptions {
  readonly until?: "decided" | "recorded";
  readonly timeout?: number;
}

const MAX_BATCH_LINES = 100;
const FINAL = ["RECORDED", "INVALID", "FAILED"];

export function claimCalls({ transport, hasher, get, post, read, streams }: Calls) {
  async function submit(submission: Signed, options?: CallOptions): Promise<api.Accepted> {
    const accepted = await post("/claims", submissionText(submission), api.accepted, options);
    return requireClaim(accepted, claimId(hasher, submission.claim));
  }

  /** One request for up to a hundred; each is accepted or refused alone, in the order given. */
  async function submitMany(
    submissions: readonly Signed[],
    { signal }: CallOptions = {},
  ): Promise<api.BatchLine[]> {
    if (submissions.length < 1 || submissions.length > MAX_BATCH_LINES) {
      throw new ClientError(
        "invalid_argument",
        `Cannot submit ${submissions.length} claims at once: wanted 1 to ${MAX_BATCH_LINES}`,
      );
    }
    const body = submissions.map((submission) => `${submissionText(submission)}\n`).join("");
    const path = `${API}/claims`;
    const text = await transport.text({ method: "POST", path, body, type: "application/x-ndjson", signal });
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => read(path, api.batchLine, line));
    if (lines.length !== submissions.length || lines.some(({ line }, i) => line !== i + 1)) {
      throw new ClientError(
        "false_answer",
        `${submissions.length} claims were sent, and ${lines.length} answered, or in another order`,
      );
    }
    for (const [i, { accepted }] of lines.entries()) {
      if (accepted !== undefined) requireClaim(accepted, claimId(hasher, submissions[i]!.claim));
    }
    return lines;
  }

  async function claim(id: string, options?: CallOptions): Promise<api.Job> {
    return requireJob(await get(`/claims/${hash(id)}`, api.job, options), id);
  }

  function requireJob(job: api.Job, id: string): api.Job {
    requireClaim(job, id);
    const made = claimId(hasher, job.claim as Claim);
    if (made === id) return job;
    throw new ClientError("false_answer", `The service says of claim ${id} what makes claim ${made}`);
  }

  /** Each state that a claim comes to, until it has come to its end. */
  function watchClaim(id: string, { signal }: CallOptions = {}): AsyncGenerator<api.Job, void, undefined> {
    const path = `${API}/claims/${hash(id)}`;
    const told = (job: api.Job) => ({ value: job, last: FINAL.includes(job.state) });
    return follow(
      transport,
      streams,
      {
        path,
        read: ({ event, data }) =>
          event === "state" ? told(requireJob(read(path, api.job, data), id)) : null,
        poll: async () => told(await claim(id, { signal })),
        same: (a, b) => a.state === b.state,
      },
      signal,
    );
  }

  async function waitForClaim(
    id: string,
    { signal, until = "recorded", timeout = 120_000 }: WaitOptions = {},
  ): Promise<api.Job> {
    const over = AbortSignal.timeout(timeout);
    const either = signal === undefined ? over : AbortSignal.any([signal, over]);
    let last = "nothing is known of it";
    try {
      for await (const job of watchClaim(id, { signal: either })) {
        if (FINAL.includes(job.state) || (until === "decided" && job.state === "VALID")) return job;
        last = `it is ${job.state}`;
      }
    } catch (error) {
      if (signal?.aborted || !over.aborted) throw error;
      throw new ClientError(
        "not_in_time",
        `Claim ${id} is not ${until} after ${timeout / 1_000} s: ${last}`,
        { cause: error },
      );
    }
    throw new ClientError("unreadable_answer", `The events of claim ${id} ended before it did: ${last}`);
  }

  return {
    submit,
    submitMany,
    claim,
    watchClaim,
    waitForClaim,
    /** A verdict that is recorded nowhere: on a submission, on a claim that was submitted, or on an agent's latest. */
    verdict: (
      request: Signed | { readonly claim_id: string } | { readonly agent_id: string },
      options?: CallOptions,
    ): Promise<api.Verdict> =>
      post(
        "/verify",
        "claim" in request ? submissionText(request) : JSON.stringify(request),
        api.verdict,
        options,
      ),
  };
}

function requireClaim<T extends { readonly claim_id: string }>(answer: T, id: string): T {
  if (answer.claim_id === id) return answer;
  throw new ClientError(
    "false_answer",
    `Asked about claim ${id}, the service answers about ${answer.claim_id}`,
  );
}
