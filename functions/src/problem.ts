// What went wrong with a request, as it is thrown here and as it is answered: an RFC 9457 problem document.
import { type ErrorCode, type Fault, PolicyLedgerError } from "@policyledger/core";
import { PROBLEMS, type ProblemCode, type Problem as ProblemDocument } from "@policyledger/core/api";

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

export function problemDocument(problem: Problem, requestId?: string): ProblemDocument {
  const [status, title] = PROBLEMS[problem.code];
  return {
    type: `/api/v1/docs#${problem.code}`,
    title,
    status,
    detail: problem.message,
    code: problem.code,
    errors: [...problem.faults],
    ...(requestId !== undefined && { request_id: requestId }),
    ...("retry-after" in problem.headers && { retry_after: Number(problem.headers["retry-after"]) }),
  };
}

/** The core's codes that foreign input can lead to; any other error of the core's is a bug of ours. */
const FROM_CORE: Partial<Record<ErrorCode, ProblemCode>> = {
  invalid_json: "invalid_json",
  too_large: "too_large",
  invalid_claim: "invalid_claim",
  invalid_plan: "invalid_plan",
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
