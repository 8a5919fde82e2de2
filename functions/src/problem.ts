// What can be wrong with a request: stable codes, each with its HTTP status, answered as RFC 9457 problem documents.
import { type ErrorCode, type Fault, PolicyLedgerError } from "@policyledger/core";

export const PROBLEMS = {
  // What was sent
  invalid_json: [400, "Not strict JSON"],
  invalid_request: [400, "A parameter or a part of the body is not as it should be"],
  invalid_encoding: [400, "The body does not decode as its content-encoding says"],
  request_timeout: [408, "The body took too long to arrive"],
  too_large: [413, "Over a limit on size"],
  artifact_too_large: [413, "The artifact is over its limit on size"],
  unsupported_media_type: [415, "The body is of a type that is not accepted here"],
  unsupported_encoding: [415, "The body has a content-encoding that is not accepted here"],
  invalid_claim: [422, "Not a claim"],
  invalid_config: [422, "Not a configuration of the environment"],
  invalid_training: [422, "Not a training"],
  unknown_environment: [422, "There is no such environment"],
  hash_mismatch: [422, "The artifact does not have the hash that the claim names"],
  over_cap: [422, "More than a training on the server may ask for"],
  // Who sent it
  bad_signature: [403, "The signature is not the key's over these bytes"],
  key_mismatch: [403, "The label belongs to another key"],
  reserved_label: [403, "The label is reserved for the service"],
  rate_limited: [429, "Too many requests from this caller"],
  overloaded: [429, "Too many requests from everyone"],
  too_many_trainings: [429, "Too many trainings at once"],
  // What was asked for
  not_found: [404, "Not there"],
  method_not_allowed: [405, "Not with this method"],
  artifact_expired: [410, "The artifact is no longer kept"],
  // Ours
  internal: [500, "A fault of the service"],
  unavailable: [503, "The service cannot answer now"],
  training_unavailable: [503, "This service has no key to claim trainings with"],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly faults: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    message: string,
    more: { faults?: readonly Fault[]; headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.faults = more.faults ?? [];
    this.headers = more.headers ?? {};
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }
}

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly errors: readonly Fault[];
  readonly request_id?: string;
  /** In seconds, as the header says too; lines of a batch have none. */
  readonly retry_after?: number;
}

export function problemDocument(problem: Problem, requestId?: string): ProblemDocument {
  const [status, title] = PROBLEMS[problem.code];
  return {
    type: `/api/v1/docs#${problem.code}`,
    title,
    status,
    detail: problem.message,
    code: problem.code,
    errors: problem.faults,
    ...(requestId !== undefined && { request_id: requestId }),
    ...("retry-after" in problem.headers && { retry_after: Number(problem.headers["retry-after"]) }),
  };
}

/** The core's codes that foreign input can lead to; any other error of the core's is a bug of ours. */
const FROM_CORE: Partial<Record<ErrorCode, ProblemCode>> = {
  invalid_json: "invalid_json",
  too_large: "too_large",
  invalid_claim: "invalid_claim",
  invalid_config: "invalid_config",
  invalid_training: "invalid_training",
  unknown_environment: "unknown_environment",
};

/** gRPC: DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE: the database or the queue, not the request. */
const PASSING = new Set<unknown>([4, 8, 10, 14]);

/** What is wrong with all of the body, such as that it is no JSON, is said of its root. */
function faultsOf({ faults, message }: PolicyLedgerError): readonly Fault[] {
  return faults.length > 0 ? faults : [{ path: "", message }];
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof PolicyLedgerError) {
    const code = FROM_CORE[error.code];
    if (code !== undefined)
      return new Problem(code, error.message, { faults: faultsOf(error), cause: error });
  }
  if (error instanceof Error && PASSING.has((error as { code?: unknown }).code)) {
    return new Problem("unavailable", "The service cannot answer now; the same request may succeed later.", {
      headers: { "retry-after": "2" },
      cause: error,
    });
  }
  return new Problem("internal", "The service made a mistake; it is in its log under this request's id.", {
    cause: error,
  });
}
