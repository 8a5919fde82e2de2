// The main loop: validate, then build a batch, attempt it, commit it, split it or halt, until nothing is pending. The batch that a
// failure forces is the next one attempted. So every failure of a wide batch is followed by a commit or by the end: there are at most
// 2 · ops attempts and ops · (P + 1) runs of kernels, which is asserted, and there is no other limit on the loop.
import { requireObject } from "../error.ts";
import type { Hasher } from "../host.ts";
import { type AttemptResult, attempt, type Capped, type Failed, type Machine } from "./attempt.ts";
import type { CapCode, TerminalCode } from "./codes.ts";
import { type Link, makeCommit } from "./commit.ts";
import { type PlanDocument, requireDocument } from "./document.ts";
import { HOST_LIMITS, type HostLimits } from "./host-limits.ts";
import type { PlanEvent, PlanObserver, Transform } from "./observe.ts";
import { PotentialAt } from "./potential.ts";
import { type CompiledOp, compileProgram, type Program } from "./program.ts";
import { type Commit, genesisHash, type ReceiptChain } from "./receipts.ts";
import { Scheduler } from "./scheduler.ts";
import { type State, stateHash } from "./state.ts";
import { type PlanFault, validate } from "./validate.ts";

export interface Statistics {
  /** What the scheduler built; a batch that a failure forces is not built. */
  readonly batchesBuilt: number;
  readonly attempts: number;
  readonly commits: number;
  /** Terminal ones only. */
  readonly failures: number;
  /** Batches that lost their last op. */
  readonly planningRetries: number;
  /** Batches that were split. */
  readonly executionSplits: number;
  readonly totalOpsCommitted: number;
}

interface Ran {
  readonly planHash: string;
  readonly initialStateHash: string;
  readonly receipts: ReceiptChain;
  readonly statistics: Statistics;
}

export interface FinishedRun extends Ran {
  readonly status: "finished";
  readonly finalState: State;
  readonly finalStateHash: string;
  /** The last commit's hash; of a plan without ops the genesis. */
  readonly finalCommitHash: string;
}

/** Ended by a failure or a cap. Its receipts are those of the batches before; it cannot be claimed. */
export interface HaltedRun extends Ran {
  readonly status: "halted";
  readonly code: TerminalCode | CapCode;
  /** The batch that was attempted, and the op that it is about, where it is about one. */
  readonly batch: readonly string[];
  readonly opId: string | null;
  readonly message: string;
}

/** Did not begin. */
export interface RefusedRun {
  readonly status: "refused";
  readonly faults: readonly PlanFault[];
}

export type PlanRun = FinishedRun | HaltedRun | RefusedRun;

export interface RunOptions {
  readonly limits?: HostLimits;
  readonly observe?: PlanObserver;
}

/** Runs a plan to its end. The same document gives the same run, whatever the order in which its ops and edges were listed. */
export function runPlan(host: Hasher, document: PlanDocument, options: RunOptions = {}): PlanRun {
  requireDocument(document, "Cannot run plan");
  requireObject(options, "invalid_plan", "Cannot run plan: its options");
  const validated = validate(host, document, options.limits ?? HOST_LIMITS);
  if (validated.faults.length > 0) return { status: "refused", faults: validated.faults };
  return new Run(host, compileProgram(host, document, validated), options.observe ?? null).toEnd();
}

class Run {
  private readonly host: Hasher;
  private readonly program: Program;
  private readonly observe: PlanObserver | null;
  private readonly machine: Machine;
  private readonly scheduler: Scheduler;
  private readonly inDegree: Int32Array;
  private readonly genesis: string;
  private readonly commits: Commit[] = [];
  private readonly counts = {
    batchesBuilt: 0,
    attempts: 0,
    planningRetries: 0,
    executionSplits: 0,
    committed: 0,
  };
  private link: Link;

  constructor(host: Hasher, program: Program, observe: PlanObserver | null) {
    this.host = host;
    this.program = program;
    this.observe = observe;
    const values = [...program.initialValues];
    this.machine = { program, values, potential: new PotentialAt(program.potential, values), kernelRuns: 0 };
    this.scheduler = new Scheduler(program);
    this.inDegree = program.dag.inDegree.slice();
    this.genesis = genesisHash(host, program.planHash, program.initialStateHash);
    this.link = { hash: this.genesis, state: program.initialStateHash };
    for (const { rank } of program.ops) if (this.inDegree[rank] === 0) this.scheduler.add(rank);
  }

  toEnd(): PlanRun {
    /** The batch that the last failure forces, in the order in which it was appended. */
    let forced: number[] | null = null;
    while (this.counts.committed < this.program.ops.length) {
      const batch: number[] = forced ?? this.build();
      const ops = [...batch].sort((a, b) => a - b).map((rank) => this.program.ops[rank]!);
      const result = attempt(this.machine, ops);
      this.count();
      if (result.kind === "passed") this.commit(ops, result);
      const transform = result.kind === "passed" ? null : transformOf(result, batch.length);
      this.tell(batch, forced !== null, result, transform);
      if (result.kind !== "passed" && transform === "halt") return this.halted(batch, result);
      forced = this.transformed(batch, ops, transform);
    }
    return this.finished();
  }

  private build(): number[] {
    this.counts.batchesBuilt += 1;
    return this.scheduler.build();
  }

  /** The proven bounds of the loop. */
  private count(): void {
    this.counts.attempts += 1;
    const { ops, plan } = this.program;
    const runs = ops.length * (plan.maxParallelWidth + 1);
    if (this.counts.attempts > 2 * ops.length || this.machine.kernelRuns > runs) {
      const { attempts } = this.counts;
      throw new Error(
        `bug: ${attempts} attempts and ${this.machine.kernelRuns} kernel runs of ${ops.length} ops`,
      );
    }
  }

  private commit(ops: readonly CompiledOp[], passed: Extract<AttemptResult, { kind: "passed" }>): void {
    const { commit, link } = makeCommit(this.host, this.program, this.link, ops, passed);
    this.commits.push(commit);
    this.link = link;
    this.counts.committed += ops.length;
    const { from, next } = this.program.dag;
    for (const { rank } of ops) {
      for (let i = from[rank]!; i < from[rank + 1]!; i++) {
        this.inDegree[next[i]!]! -= 1;
        if (this.inDegree[next[i]!] === 0) this.scheduler.add(next[i]!);
      }
    }
  }

  /** What is attempted next because of a failure; null when the scheduler is asked. The others are ready again. */
  private transformed(
    batch: readonly number[],
    ops: readonly CompiledOp[],
    transform: Transform | null,
  ): number[] | null {
    if (transform === "split") {
      this.counts.executionSplits += 1;
      for (const { rank } of ops.slice(1)) this.scheduler.add(rank);
      return [ops[0]!.rank];
    }
    if (transform === "drop_last") {
      this.counts.planningRetries += 1;
      this.scheduler.add(batch.at(-1)!);
      return batch.slice(0, -1);
    }
    return null;
  }

  private tell(
    batch: readonly number[],
    forced: boolean,
    result: AttemptResult,
    transform: Transform | null,
  ): void {
    if (this.observe === null) return;
    const outcome: PlanEvent["outcome"] =
      result.kind === "passed"
        ? {
            kind: "committed",
            index: this.commits.length - 1,
            commitHash: this.link.hash,
            epsilonMeasured: result.epsilonMeasured,
            epsilonHat: result.epsilonHat,
          }
        : { ...result, transform: transform! };
    const { attempts, committed } = this.counts;
    this.observe({
      attempt: attempts,
      forced,
      batch: this.idsOf(batch),
      outcome,
      committed,
      ops: this.program.ops.length,
    });
  }

  private idsOf(batch: readonly number[]): readonly string[] {
    return batch.map((rank) => this.program.ops[rank]!.spec.opId);
  }

  private finished(): FinishedRun {
    const { fields } = this.program;
    const finalState = fields
      .map((field, i) => [field, this.machine.values[i]!] as const)
      .filter(([, value]) => value !== 0n);
    return {
      status: "finished",
      ...this.ran(0),
      finalState,
      finalStateHash: stateHash(this.host, finalState),
      finalCommitHash: this.link.hash,
    };
  }

  private halted(batch: readonly number[], result: Failed | Capped): HaltedRun {
    const { opId, message } = result;
    const code = result.kind === "capped" ? result.code : terminalOf(result);
    return { status: "halted", ...this.ran(1), code, batch: this.idsOf(batch), opId, message };
  }

  private ran(failures: number): Ran {
    const { committed, ...counts } = this.counts;
    const { planHash, initialStateHash } = this.program;
    const commits = this.commits.length;
    return {
      planHash,
      initialStateHash,
      receipts: { genesis: this.genesis, commits: this.commits },
      statistics: { ...counts, commits, failures, totalOpsCommitted: committed },
    };
  }
}

/** What a failure does to its batch. */
export function transformOf(result: Failed | Capped, size: number): Transform {
  if (result.kind === "capped" || size === 1) return "halt";
  return result.code === "fail.independence" || result.code === "fail.policy_veto" ? "drop_last" : "split";
}

/** What a failure of an op alone is called. One op cannot depend on another, so that veto and dependence are one. */
export function terminalOf({ code }: Failed): TerminalCode {
  switch (code) {
    case "fail.independence":
    case "fail.policy_veto":
      return "err.policy_veto.singleton";
    case "fail.kernel_error":
      return "err.kernel_error.singleton";
    case "fail.delta_bound":
      return "err.delta_bound.singleton";
    case "fail.gate_eps":
      return "err.gate_eps.singleton";
  }
}
