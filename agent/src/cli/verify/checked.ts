// What `verify` found of one claim: whether it holds, what it is, and everything that is not as it was said.
import type { Claim, Evaluation } from "@policyledger/core";
import type { Job } from "@policyledger/core/api";
import type { Difference } from "../replay/differences.ts";
import type { ClaimFinding } from "../replay/tasks.ts";

export interface Wrong {
  readonly message: string;
  readonly differences: readonly Difference[];
  /** Who said what differs: "claimed", "recorded", "the service says". */
  readonly said: string;
}

/**
 * HOLDS: replay found what is claimed, and the service says so too where it was asked. FALSE: it did not. LIES: the
 * service says what is not so. PENDING: it holds, and the service has not decided. UNCHECKED: nothing can be replayed.
 */
export type CheckedState = "HOLDS" | "FALSE" | "LIES" | "PENDING" | "UNCHECKED";

export interface Checked {
  /** The file, or the claim's id. */
  readonly what: string;
  readonly state: CheckedState;
  /** Null where the service answered with another. */
  readonly claim: Claim | null;
  /** Null for a claim that nobody signed yet: its id depends on the key. */
  readonly claim_id: string | null;
  readonly verdict: ClaimFinding["verdict"] | null;
  readonly evaluation: Evaluation | null;
  readonly job: Job | null;
  readonly wrong: readonly Wrong[];
}
