// Why a claim does not hold, on its way from the step that finds it to the verdict. It never leaves verification.
import { type Fault, PolicyLedgerError } from "./error.ts";

export type Reason =
  | "limits" // over a limit, before anything is run
  | "bad_signature"
  | "hash_mismatch"
  // Of policies only
  | "artifact_refused"
  | "unknown_environment"
  | "bad_config"
  | "reward_mismatch"
  // Of plans only
  | "plan_refused"
  | "plan_halted"
  | "final_state_mismatch"
  | "final_commit_mismatch";

/** What replay found, where it came that far. */
export interface Found {
  readonly replayed_reward?: number;
  readonly replayed_state_hash?: string;
  readonly replayed_commit_hash?: string;
}

export class Refusal extends Error {
  readonly reason: Reason;
  readonly faults: readonly Fault[];
  readonly found: Found;

  constructor(reason: Reason, message: string, faults: readonly Fault[] = [], found: Found = {}) {
    super(message);
    this.reason = reason;
    this.faults = faults;
    this.found = found;
  }
}

/** Runs what refuses with the core's error, and refuses for this reason. */
export function asRefusal<T>(reason: Reason, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof PolicyLedgerError) throw new Refusal(reason, error.message, error.faults);
    throw error;
  }
}
