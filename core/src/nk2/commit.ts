// Makes the receipts of a batch that passed.
import type { Hasher } from "../host.ts";
import type { Passed } from "./attempt.ts";
import { taggedHash } from "./hashes.ts";
import type { CompiledOp, Program } from "./program.ts";
import {
  type Commit,
  type CommitReceipt,
  commitHash,
  type LocalReceipt,
  localsRoot,
  nextState,
} from "./receipts.ts";

/** Where a chain of receipts stands. */
export interface Link {
  /** The last commit's hash, or the genesis. */
  readonly hash: string;
  /** The state chain. */
  readonly state: string;
}

export function makeCommit(
  host: Hasher,
  program: Program,
  { hash: batchPrevHash, state: statePre }: Link,
  ops: readonly CompiledOp[],
  { written, epsilonMeasured, epsilonHat }: Passed,
): { readonly commit: Commit; readonly link: Link } {
  const pairs = ops.map(({ writes }, i) => writes.map((field, k) => pairOf(program, field, written[i]![k]!)));
  const hashes = pairs.map((own) => writesHash(host, own));
  const locals = ops.map((op, i) => localOf(program, op, batchPrevHash, statePre, hashes[i]!));
  const all =
    ops.length === 1
      ? hashes[0]!
      : writesHash(
          host,
          pairs.flat().sort((a, b) => a.field - b.field),
        );
  const { plan } = program;
  const receipt: CommitReceipt = {
    batchPrevHash,
    batchSize: ops.length,
    localsRoot: localsRoot(host, locals),
    writesHash: all,
    statePost: nextState(host, statePre, all),
    schedulerRuleId: plan.schedulerRuleId,
    schedulerMode: plan.schedulerMode,
    policyBundleId: plan.policyBundleId,
    policyDigest: plan.policyDigest,
    curvatureMatrixVersionId: program.matrixVersionId,
    curvatureMatrixDigest: program.matrixDigest,
    epsilonMeasured: String(epsilonMeasured),
    epsilonHat: String(epsilonHat),
  };
  const link = { hash: commitHash(host, receipt), state: receipt.statePost };
  return { commit: { receipt, locals }, link };
}

interface WrittenPair {
  readonly field: number;
  readonly text: string;
}

function pairOf({ fieldTexts }: Program, field: number, value: bigint): WrittenPair {
  return { field, text: `[${fieldTexts[field]},"${value}"]` };
}

/** Of sorted [field, value] pairs. A field that was set to 0 stands there with "0", though the state does not keep it. */
function writesHash(host: Hasher, pairs: readonly WrittenPair[]): string {
  return taggedHash(host, "nk2/writes/v1", `[${pairs.map(({ text }) => text).join(",")}]`);
}

function localOf(
  { plan }: Program,
  { spec, hash }: CompiledOp,
  batchPrevHash: string,
  statePre: string,
  writesHash: string,
): LocalReceipt {
  return {
    opId: spec.opId,
    opHash: hash,
    kernelHash: spec.kernelHash,
    footprintDigest: spec.footprintDigest,
    blockIndex: spec.blockIndex,
    deltaBound: String(spec.deltaBound),
    requiresModeD: spec.requiresModeD,
    glbModeId: spec.glbModeId,
    policyBundleId: plan.policyBundleId,
    statePre,
    writesHash,
    batchPrevHash,
  };
}
