// Sends claims: one by one request, many in batches, and again what the service could not take at the moment. Sending
// again is always safe: the same claim is one claim.
import { setTimeout as sleep } from "node:timers/promises";
import type { Submission } from "@policyledger/core";
import type { Accepted, BatchLine, Problem } from "@policyledger/core/api";
import { type Client, ClientError, submissionText } from "../../sdk/index.ts";
import { asSent } from "../service.ts";

/** What became of a claim that was to be sent. */
export type Fate =
  | { readonly kind: "accepted"; readonly accepted: Accepted }
  /** The service will not have it, however often it is sent. */
  | { readonly kind: "refused"; readonly problem: Problem }
  /** It may have arrived, or not; with null, it was stopped before. */
  | { readonly kind: "unsent"; readonly error: ClientError | null };

/** As many as one batch may have. */
export const ROUND = 100;
/** Of a whole batch; the service's own bound is 8 MiB. */
const MAX_BATCH_BYTES = 8_000_000;
/** In a row, without that one more claim was taken; a service takes some a second of each key. */
const VAIN_RETRIES = 8;
const PAUSE_S = 1;

/** Of at most a hundred claims, in their order. */
export async function send(
  client: Client,
  submissions: readonly Submission[],
  signal: AbortSignal,
): Promise<Fate[]> {
  const fates: Fate[] = [];
  for (const batch of batchesOf(submissions)) {
    const failed = fates.find((fate) => fate.kind === "unsent");
    // Where the service does not answer, it need not be asked for each.
    if (failed !== undefined) fates.push(...batch.map(() => failed));
    else
      fates.push(
        ...(batch.length === 1
          ? [await sendOne(client, batch[0]!, signal)]
          : await sendBatch(client, batch, signal)),
      );
  }
  return fates;
}

function batchesOf(submissions: readonly Submission[]): Submission[][] {
  const batches: Submission[][] = [];
  let room = 0;
  for (const submission of submissions) {
    // What is sent is ASCII, but for an artifact that somebody wrote by hand.
    const bytes = Buffer.byteLength(submissionText(asSent(submission))) + 1;
    if (bytes > room || batches.at(-1)!.length >= ROUND) {
      batches.push([]);
      room = MAX_BATCH_BYTES;
    }
    batches.at(-1)!.push(submission);
    room -= bytes;
  }
  return batches;
}

async function sendOne(client: Client, submission: Submission, signal: AbortSignal): Promise<Fate> {
  try {
    return { kind: "accepted", accepted: await client.submit(asSent(submission), { signal }) };
  } catch (error) {
    return unsentFor(error, signal);
  }
}

async function sendBatch(client: Client, batch: readonly Submission[], signal: AbortSignal): Promise<Fate[]> {
  const fates: (Fate | null)[] = batch.map(() => null);
  let vain = 0;
  for (;;) {
    const left = fates.flatMap((fate, i) => (fate === null ? [i] : []));
    try {
      const lines = await client.submitMany(
        left.map((i) => asSent(batch[i]!)),
        { signal },
      );
      let pause = 0;
      for (const [i, line] of lines.entries()) {
        const again = vain < VAIN_RETRIES && isPassing(line.status);
        if (again) pause = Math.max(pause, line.problem?.retry_after ?? PAUSE_S);
        else fates[left[i]!] = fateOf(line);
      }
      const open = fates.filter((fate) => fate === null).length;
      if (open === 0) return fates as Fate[];
      vain = open < left.length ? 0 : vain + 1;
      await sleep(1_000 * pause, null, { signal });
    } catch (error) {
      return fates.map((fate) => fate ?? unsentFor(error, signal));
    }
  }
}

function fateOf({ accepted, problem, status }: BatchLine): Fate {
  if (accepted !== undefined) return { kind: "accepted", accepted };
  if (problem === undefined) {
    const error = new ClientError(
      "unreadable_answer",
      `A line was answered with ${status}, and nothing else`,
    );
    return { kind: "unsent", error };
  }
  if (status < 500 && !isPassing(status)) return { kind: "refused", problem };
  return { kind: "unsent", error: new ClientError("refused", problem.detail, { problem }) };
}

function unsentFor(error: unknown, signal: AbortSignal): Fate {
  if (signal.aborted) return { kind: "unsent", error: null };
  // What is false is no trouble: nothing more is asked of such a service.
  if (!(error instanceof ClientError) || error.code === "false_answer") throw error;
  const { problem } = error;
  if (problem !== undefined && problem.status < 500 && !isPassing(problem.status))
    return { kind: "refused", problem };
  return { kind: "unsent", error };
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status === 503;
}
