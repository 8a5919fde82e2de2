// Submissions as they come in: one, or a batch of them line by line; and the answer to each.
import { PolicyLedgerError, parseSubmission, type Submission } from "@policyledger/core";
import type { Job } from "../documents.ts";
import { asProblem, Problem, problemDocument } from "../problem.ts";
import { readJob } from "../read.ts";
import { type Accepted, acceptClaim, sendToVerify } from "../submit.ts";
import { NEVER, text } from "./answer.ts";
import type { Call } from "./route.ts";

export const NDJSON = "application/x-ndjson";
export const MAX_LINES = 100;
/** Of a whole batch. */
export const MAX_BATCH_BYTES = 8_388_608;
/** Lines of a batch that are stored at once. */
const AT_ONCE = 10;

/** Takes a submission from bytes. */
export function readSubmission(bytes: Uint8Array): Submission {
  return takeSubmission(() => parseSubmission(bytes));
}

/** An artifact that is too large has a code of its own. */
export function takeSubmission(take: () => Submission): Submission {
  try {
    return take();
  } catch (cause) {
    if (!(cause instanceof PolicyLedgerError) || cause.code !== "too_large") throw cause;
    const { message, faults } = cause;
    if (!faults.some(({ path }) => path === "/artifact")) throw cause;
    throw new Problem("artifact_too_large", message, { faults, cause });
  }
}

export function acceptedView({ job, opened }: Accepted) {
  return {
    claim_id: job.claim_id,
    state: job.state,
    location: `/api/v1/claims/${job.claim_id}`,
    known: !opened,
  };
}

export async function submitMany(call: Call<object, object>, bytes: Uint8Array): Promise<Response> {
  const lines = linesOf(bytes);
  // The request itself was charged as one.
  if (lines.length > 1) call.charge(lines.length - 1);
  const answers: object[] = new Array(lines.length);
  const opened: Opened[] = [];
  let next = 0;
  const one = async () => {
    const at = next++;
    answers[at] = await submitLine(call, lines[at]!, opened);
  };
  // A new agent's first claim binds its label and brings its artifact: beside it the others would have to begin again.
  await one();
  const rest = async () => {
    while (next < lines.length) await one();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, rest));
  await sendToVerify(call.service, opened);
  return text(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(""), {
    cache: NEVER,
    type: NDJSON,
  });
}

type Opened = Accepted["job"];

async function submitLine(
  call: Call<object, object>,
  { line, bytes }: Line,
  opened: Opened[],
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

interface Line {
  /** Its number, from 1. */
  readonly line: number;
  readonly bytes: Uint8Array;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Split as bytes: whether a line is UTF-8 is its own fault. Empty lines are left out, but counted. */
function linesOf(bytes: Uint8Array): Line[] {
  const lines: Line[] = [];
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const found = bytes[start] === LINE_FEED ? start : bytes.indexOf(LINE_FEED, start);
    const end = found < 0 ? bytes.length : found;
    const empty = end === start || (end === start + 1 && bytes[start] === CARRIAGE_RETURN);
    if (!empty) lines.push({ line, bytes: bytes.subarray(start, end) });
    start = end + 1;
    if (lines.length > MAX_LINES) {
      const message = `A batch has at most ${MAX_LINES} lines.`;
      throw new Problem("too_large", message, { faults: [{ path: "", message }] });
    }
  }
  if (lines.length > 0) return lines;
  throw new Problem("invalid_request", "The batch has no line.", {
    faults: [{ path: "", message: "wanted one submission a line" }],
  });
}

export async function requireJob(call: Call<object, object>, claimId: string): Promise<Job> {
  const job = await readJob(call.service.db, claimId);
  if (job !== null) return job;
  throw new Problem("not_found", `There is no claim ${claimId}.`);
}
