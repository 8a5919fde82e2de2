// What a run tells as it goes: one event an attempt, from which batches, failures, splits and ε against its bound can be shown.
import type { Capped, Failed } from "./attempt.ts";

/** What follows a failure: the end, the batch without its last op, or its smallest op alone. */
export type Transform = "halt" | "drop_last" | "split";

export interface PlanEvent {
  /** From 1. */
  readonly attempt: number;
  /** Whether a failure forced this batch; otherwise the scheduler built it. */
  readonly forced: boolean;
  /** The ops, in the order in which they were appended. */
  readonly batch: readonly string[];
  readonly outcome: Committed | ((Failed | Capped) & { readonly transform: Transform });
  /** Ops committed so far, and all. */
  readonly committed: number;
  readonly ops: number;
}

interface Committed {
  readonly kind: "committed";
  /** The commit's place in the chain of receipts. */
  readonly index: number;
  readonly commitHash: string;
  readonly epsilonMeasured: bigint;
  readonly epsilonHat: bigint;
}

/** Must not throw: what it throws ends the run. */
export type PlanObserver = (event: PlanEvent) => void;
