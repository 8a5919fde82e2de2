// How tests look at a refusal: the project's own error, and nothing else.
import { PolicyLedgerError } from "../src/error.ts";

/** The refusal that a call ends in; whatever else it throws goes through, and returning is a failure. */
export function refusal(run: () => unknown): PolicyLedgerError {
  try {
    run();
  } catch (error) {
    if (error instanceof PolicyLedgerError) return error;
    throw error;
  }
  throw new Error("expected a refusal, got none");
}

/** The paths of all that is wrong. */
export function pathsOf(run: () => unknown): readonly string[] {
  return refusal(run).faults.map(({ path }) => path);
}
