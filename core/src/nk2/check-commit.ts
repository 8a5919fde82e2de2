// Checks one commit against the plan and against the commit before it.
import type { Hasher } from "../host.ts";
import { gateFailure, plannedBound, planningFailure } from "./attempt.ts";
import type { Link } from "./commit.ts";
import type { CompiledOp, Program } from "./program.ts";
import type { ReceiptFault, ReceiptFaultCode } from "./receipt-report.ts";
import { type Commit, type CommitReceipt, type LocalReceipt, localsRoot, nextState } from "./receipts.ts";

export class CommitCheck {
  /** How many ops are not committed yet. */
  pending: number;
  private readonly host: Hasher;
  private readonly program: Program;
  private readonly rankOf: ReadonlyMap<string, number>;
  private readonly inDegree: Int32Array;
  private readonly done: Uint8Array;

  constructor(host: Hasher, program: Program) {
    this.host = host;
    this.program = program;
    this.pending = program.ops.length;
    this.rankOf = new Map(program.ops.map(({ spec, rank }) => [spec.opId, rank]));
    this.inDegree = program.dag.inDegree.slice();
    this.done = new Uint8Array(program.ops.length);
  }

  /** Takes the commit in place `at`, which must follow `link`. */
  next(at: number, commit: Commit, link: Link): ReceiptFault | null {
    const { receipt, locals } = commit;
    if (receipt.batchPrevHash !== link.hash) return wrongLink(at, commit, link);
    const found =
      this.checkSize(commit) ??
      this.checkOps(locals) ??
      this.checkLocals(locals, link) ??
      this.checkReceipt(commit, link) ??
      this.checkBatch(commit);
    if (found !== null) return { commit: at, code: found[0], message: found[1] };
    this.accept(this.opsOf(locals));
    return null;
  }

  private checkSize({ receipt: { batchSize }, locals }: Commit): Found {
    if (batchSize !== locals.length) {
      return ["wrong_size", `it says ${batchSize} ops, and has ${locals.length} local receipts`];
    }
    if (batchSize >= 1 && batchSize <= this.program.width) return null;
    return ["wrong_size", `${batchSize} ops, where 1 to ${this.program.width} are allowed`];
  }

  private checkOps(locals: readonly LocalReceipt[]): Found {
    for (const [i, { opId }] of locals.entries()) {
      const rank = this.rankOf.get(opId);
      if (rank === undefined) return ["wrong_op", `the plan has no op ${opId}`];
      if (this.done[rank] === 1) return ["wrong_op", `op ${opId} was committed before`];
      if (i > 0 && locals[i - 1]!.opId >= opId) return ["wrong_op", `op ${opId} does not stand in order`];
      if (this.inDegree[rank]! > 0)
        return ["not_ready", `op ${opId} comes before one that must come before it`];
    }
    return null;
  }

  private checkLocals(locals: readonly LocalReceipt[], { hash, state }: Link): Found {
    const { policyBundleId } = this.program.plan;
    for (const [i, { spec, hash: opHash }] of this.opsOf(locals).entries()) {
      const wanted: Omit<LocalReceipt, "opId" | "writesHash"> = {
        opHash,
        kernelHash: spec.kernelHash,
        footprintDigest: spec.footprintDigest,
        blockIndex: spec.blockIndex,
        deltaBound: String(spec.deltaBound),
        requiresModeD: spec.requiresModeD,
        glbModeId: spec.glbModeId,
        policyBundleId,
        statePre: state,
        batchPrevHash: hash,
      };
      const message = difference(wanted, locals[i]!);
      if (message !== null) return ["wrong_local", `op ${spec.opId}: ${message}`];
    }
    return null;
  }

  private checkReceipt({ receipt, locals }: Commit, { state }: Link): Found {
    const root = localsRoot(this.host, locals);
    if (receipt.localsRoot !== root) return ["wrong_root", `its locals' root is ${root}`];
    const { plan, matrixDigest, matrixVersionId } = this.program;
    const message = difference<Partial<CommitReceipt>>(
      {
        schedulerRuleId: plan.schedulerRuleId,
        schedulerMode: plan.schedulerMode,
        policyBundleId: plan.policyBundleId,
        policyDigest: plan.policyDigest,
        curvatureMatrixVersionId: matrixVersionId,
        curvatureMatrixDigest: matrixDigest,
        // What one op wrote is what its batch wrote.
        ...(locals.length === 1 ? { writesHash: locals[0]!.writesHash } : {}),
      },
      receipt,
    );
    if (message !== null) return ["wrong_receipt", message];
    const post = nextState(this.host, state, receipt.writesHash);
    return post === receipt.statePost ? null : ["wrong_state", `the state chain goes on with ${post}`];
  }

  private checkBatch({ receipt, locals }: Commit): Found {
    const ops = this.opsOf(locals);
    const bound = plannedBound(this.program, ops);
    if (typeof bound !== "bigint") return ["wrong_epsilon", `${bound.code}: ${bound.message}`];
    const failure = planningFailure(this.program, ops, bound);
    if (failure !== null) return ["not_independent", failure.message];
    if (receipt.epsilonHat !== String(bound)) return ["wrong_epsilon", `the batch's bound is ${bound}`];
    const measured = BigInt(receipt.epsilonMeasured);
    if (ops.length === 1 && measured !== 0n) return ["wrong_epsilon", "one op alone has an ε of 0"];
    const over = gateFailure(this.program, measured, bound);
    return over === null ? null : ["wrong_epsilon", over.message];
  }

  private opsOf(locals: readonly LocalReceipt[]): readonly CompiledOp[] {
    return locals.map(({ opId }) => this.program.ops[this.rankOf.get(opId)!]!);
  }

  private accept(ops: readonly CompiledOp[]): void {
    const { from, next } = this.program.dag;
    for (const { rank } of ops) {
      this.done[rank] = 1;
      this.pending -= 1;
      for (let i = from[rank]!; i < from[rank + 1]!; i++) this.inDegree[next[i]!]! -= 1;
    }
  }
}

/** A code and a message, or nothing that is wrong. */
type Found = readonly [code: ReceiptFaultCode, message: string] | null;

/**
 * A commit that does not name the one before it: one of the two was changed. Its local receipts name the one before it, too; if they
 * agree with it, the one before it was changed.
 */
function wrongLink(at: number, { receipt, locals }: Commit, { hash }: Link): ReceiptFault {
  const said = receipt.batchPrevHash;
  const agree = locals.every(({ batchPrevHash }) => batchPrevHash === said);
  if (at > 0 && agree) {
    const message = `commit ${at - 1} hashes to ${hash}, and commit ${at} says ${said} came before it`;
    return { commit: at - 1, code: "altered", message };
  }
  return {
    commit: at,
    code: "wrong_link",
    message: `commit ${at} says ${said} came before it, wanted ${hash}`,
  };
}

/** The first field that is not as wanted. */
function difference<T extends object>(
  wanted: T,
  got: { readonly [Name in keyof T]: unknown },
): string | null {
  for (const name of Object.keys(wanted) as (keyof T & string)[]) {
    if (wanted[name] !== got[name]) return `${name} is ${got[name]}, wanted ${wanted[name]}`;
  }
  return null;
}
