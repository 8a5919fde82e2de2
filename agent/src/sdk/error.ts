// The one error that the SDK throws: a stable code, a sentence, and what the service said, where it said something.
import type { Fault, Problem } from "@policyledger/core/api";

export type ClientErrorCode =
  | "invalid_argument" // what the caller gave cannot be sent
  | "unreachable" // no answer came, however often it was asked
  | "refused" // the service answered with a problem; `problem` has its code and every fault
  | "unreadable_answer" // an answer that is not what the API describes, or over its bound
  | "false_answer" // an answer of the right shape that is not what was asked for: another hash, another claim
  | "not_in_time" // what was waited for did not come
  | "no_log" // the service has published no checkpoint, so that nothing can be proven of it
  | "unknown_key" // a checkpoint that no key has signed that is pinned or remembered
  | "no_quorum" // no checkpoint that as many witnesses cosigned as are demanded
  | "contradiction"; // a log that does not continue what it showed before

export class ClientError extends Error {
  readonly code: ClientErrorCode;
  /** What the service answered, if it refused. */
  readonly problem: Problem | undefined;
  readonly faults: readonly Fault[];
  /** Of the answer, where one came that was not of success. */
  readonly status: number | undefined;

  constructor(
    code: ClientErrorCode,
    message: string,
    more: { problem?: Problem; faults?: readonly Fault[]; status?: number; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "ClientError";
    this.code = code;
    this.problem = more.problem;
    this.faults = more.faults ?? more.problem?.errors ?? [];
    this.status = more.problem?.status ?? more.status;
  }
}
