// What a client of a log throws beside the SDK's own errors: a contradiction, with the evidence of it.
import { type Evidence, PolicyLedgerError } from "@policyledger/core";
import { ClientError } from "../sdk/error.ts";

/** The log does not continue what it showed before. */
export class ContradictionError extends ClientError {
  readonly evidence: Evidence;
  /** Whether the evidence alone convicts the log, or only says that it did not show that it kept its word. */
  readonly proven: boolean;
  /** Verifier keys of the log, under which its notes are read. */
  readonly keys: readonly string[];

  constructor(message: string, evidence: Evidence, proven: boolean, keys: readonly string[]) {
    super("contradiction", message);
    this.name = "ContradictionError";
    this.evidence = evidence;
    this.proven = proven;
    this.keys = keys;
  }
}

/** Runs a check of what the service gave; what does not hold is the service's false answer. */
export function checked<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof PolicyLedgerError)) throw cause;
    throw new ClientError("false_answer", cause.message, { faults: cause.faults, cause });
  }
}
