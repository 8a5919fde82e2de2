// What the worker does for pages: each task's input, what it tells on the way, and what it gives in the end.
import type { Bin, Explanation, Figures, Progress, Standing, TrainingOptions } from "@policyledger/core";
import type { LedgerPage, Marketplace } from "@policyledger/core/api";

export type PlanEntry = Extract<LedgerPage["entries"][number], { kind: "plan" }>;
export type PolicyEntry = Extract<LedgerPage["entries"][number], { kind: "policy" }>;

export interface Tasks {
  /** Fetches and checks every entry, from the first to the last. */
  readonly chain: {
    readonly input: {
      readonly origin: string;
      /** The checkpoint that this browser accepts; null where the log has signed none. */
      readonly signed: { readonly size: number; readonly root: string } | null;
    };
    readonly told: { readonly checked: number; readonly total: number };
    readonly done: {
      readonly size: number;
      readonly head: string | null;
      /** Of every entry that was checked, 32 bytes each. */
      readonly hashes: Uint8Array;
      /** The first entry that does not hold. */
      readonly fault: { readonly index: number; readonly message: string } | null;
      /** How entries that hold are not those that the log signed. */
      readonly unsigned: string | null;
      readonly milliseconds: number;
    };
  };
  /** Fetches an entry's policy and runs it again on the entry's seed. */
  readonly replay: {
    readonly input: { readonly origin: string; readonly entry: PolicyEntry };
    readonly told: never;
    readonly done: {
      readonly holds: boolean;
      readonly reward: number | null;
      readonly message: string;
      readonly milliseconds: number;
    };
  };
  /** Runs an entry's plan again, and checks the receipts that the service keeps of it. */
  readonly plan: {
    readonly input: { readonly origin: string; readonly entry: PlanEntry };
    readonly told: { readonly committed: number; readonly ops: number };
    readonly done: PlanStudy;
  };
  /** Puts an entry's claim together again, and decides on it as the verifier does. */
  readonly verdict: {
    readonly input: { readonly origin: string; readonly entry: PolicyEntry | PlanEntry };
    readonly told: never;
    readonly done: {
      /** The claim with its signature and its subject, as it is submitted. */
      readonly submission: string;
      /** The policy's artifact, or the plan's document. */
      readonly subject: string;
      readonly report: FileReport;
    };
  };
  /** Explains an entry's policy, and records the episode that earned the reward. */
  readonly study: {
    readonly input: { readonly origin: string; readonly entry: PolicyEntry };
    readonly told: never;
    readonly done: Study;
  };
  /** Goes on with a training for so many episodes: a pause is to ask for no more. */
  readonly train: {
    readonly input: {
      readonly options: TrainingOptions;
      /** What the call before it gave; null at the begin. */
      readonly saved: string | null;
      readonly episodes: number;
    };
    readonly told: never;
    readonly done: { readonly saved: string; readonly progress: Progress };
  };
  /** What a training has made: its artifact, what it is worth exactly, and what it earns on a seed. */
  readonly outcome: {
    readonly input: { readonly saved: string; readonly seed: number };
    readonly told: never;
    readonly done: Outcome;
  };
  /** Fetches the entries behind places of a board, and compares what the two say. */
  readonly places: {
    readonly input: {
      readonly origin: string;
      readonly board: Pick<Marketplace, "env_id" | "preset" | "optimum">;
      readonly places: readonly Place[];
    };
    readonly told: Behind;
    readonly done: null;
  };
  /** Runs an entry's policy on many seeds: how lucky was the one that was claimed? */
  readonly luck: {
    readonly input: { readonly origin: string; readonly entry: PolicyEntry };
    readonly told: { readonly done: number; readonly total: number };
    readonly done: Luck;
  };
  /** Checks files by themselves, without asking anyone. */
  readonly files: {
    readonly input: {
      readonly files: readonly File[];
      /** Verifier keys of logs. */
      readonly keys: readonly string[];
    };
    readonly told: { readonly doing: string; readonly done: number; readonly total: number };
    readonly done: { readonly reports: readonly FileReport[] };
  };
}

export interface Outcome {
  /** The artifact's canonical JSON. */
  readonly artifact: string;
  readonly policy_hash: string;
  /** Exact, in billionths of the environment's unit. */
  readonly expected: number;
  readonly optimum: number;
  /** On the seed that was asked for. */
  readonly reward: number;
}

export type Place = Marketplace["entries"][number];

/** What stands behind a place: its entry, or why that is none. */
export type Behind = { readonly index: number } & (
  | { readonly entry: PolicyEntry; readonly fault: null }
  | { readonly entry: null; readonly fault: string }
);

/** Rewards in the environment's unit. */
export interface Luck {
  readonly figures: Figures;
  readonly bins: readonly Bin[];
  /** Of the verified reward among the others. */
  readonly standing: Standing;
  /** What the best of so many seeds earns on average. */
  readonly best: readonly { readonly tries: number; readonly reward: number }[];
}

export interface FileReport {
  readonly name: string;
  readonly what: string;
  /** Null where something is missing to say. */
  readonly holds: boolean | null;
  readonly steps: readonly FileStep[];
}

export interface FileStep {
  readonly name: string;
  readonly holds: boolean | null;
  readonly text: string;
  readonly faults?: readonly { readonly path: string; readonly message: string }[];
}

export interface PlanStudy {
  readonly ops: readonly string[];
  /** Which op comes before which. */
  readonly edges: readonly (readonly [string, string])[];
  readonly attempts: readonly PlanAttempt[];
  /** Whether the run came to what the entry says, and how that is known. */
  readonly holds: boolean;
  readonly message: string;
  /** What the receipts that the service keeps come to, without a kernel being run. */
  readonly receipts: string;
  /** Their text, as a file. */
  readonly receiptsText: string;
  readonly genesis: string;
  readonly commits: readonly PlanCommit[];
  readonly milliseconds: number;
}

/** One receipt of the chain that the service keeps. */
export interface PlanCommit {
  readonly hash: string;
  readonly ops: readonly string[];
  /** The hash before it: the genesis, or that of the commit before. */
  readonly before: string;
  readonly localsRoot: string;
  readonly statePost: string;
}

export interface PlanAttempt {
  readonly batch: readonly string[];
  /** Whether a failure forced it; otherwise the scheduler built it. */
  readonly forced: boolean;
  /** Null for a batch that was committed. */
  readonly failure: { readonly code: string; readonly message: string; readonly next: string } | null;
  readonly commitHash: string | null;
  /** ε as measured over its bound, of 1; null where the gate was not reached. */
  readonly epsilon: number | null;
}

export interface Study {
  readonly explanation: Explanation;
  readonly steps: readonly Step[];
  /** What the episode earned, which is what the entry says. */
  readonly reward: number;
}

export interface Step {
  /** By field the label of its value, or the value where it has none. */
  readonly observation: Readonly<Record<string, string | number>>;
  readonly action: string;
  readonly reward: number;
  /** The rewards up to and with this one. */
  readonly total: number;
}

export type TaskName = keyof Tasks;

interface Order {
  readonly id: number;
  readonly task: TaskName;
  readonly input: unknown;
}

/** A page orders, or gives up what it has ordered. */
export type ToWorker =
  | Order
  | { readonly id: number; readonly stop: true }
  | { readonly id: number; readonly prepare: TaskName };

export type FromWorker =
  | { readonly id: number; readonly told: unknown }
  | { readonly id: number; readonly done: unknown }
  | { readonly id: number; readonly failed: Failed };

/** An error's own parts: the rest of it does not come over. */
export interface Failed {
  readonly code: string;
  readonly message: string;
  readonly problem?: { readonly title: string } | undefined;
  readonly faults: NonNullable<FileStep["faults"]>;
  readonly status?: number | undefined;
}
