// What a run leaves: for each op of a committed batch a local receipt, for each batch a commit receipt that holds the Merkle root
// of the locals and the hash of the commit before it. The first commit follows the genesis. Nothing in them is a clock, or
// depends on how often something was tried. All integers that may be long are decimal texts, so a receipt is plain JSON.
import { leafHash } from "../hash.ts";
import type { Hasher } from "../host.ts";
import { merkleRoot } from "../log/tree.ts";
import { taggedHash } from "./hashes.ts";

export interface LocalReceipt {
  readonly opId: string;
  readonly opHash: string;
  readonly kernelHash: string;
  readonly footprintDigest: string;
  readonly blockIndex: number;
  readonly deltaBound: string;
  readonly requiresModeD: boolean;
  readonly glbModeId: string;
  readonly policyBundleId: string;
  /** The state chain before the batch. */
  readonly statePre: string;
  /** Of the op's own writes. */
  readonly writesHash: string;
  readonly batchPrevHash: string;
}

export interface CommitReceipt {
  readonly batchPrevHash: string;
  readonly batchSize: number;
  readonly localsRoot: string;
  /** Of all writes of the batch. */
  readonly writesHash: string;
  /** The state chain after the batch. */
  readonly statePost: string;
  readonly schedulerRuleId: string;
  readonly schedulerMode: string;
  readonly policyBundleId: string;
  readonly policyDigest: string;
  readonly curvatureMatrixVersionId: string;
  readonly curvatureMatrixDigest: string;
  readonly epsilonMeasured: string;
  readonly epsilonHat: string;
}

/** One batch that was committed: its receipt, and those of its ops, in the order of their ids. */
export interface Commit {
  readonly receipt: CommitReceipt;
  readonly locals: readonly LocalReceipt[];
}

export interface ReceiptChain {
  readonly genesis: string;
  readonly commits: readonly Commit[];
}

export function genesisHash(host: Hasher, planHash: string, initialStateHash: string): string {
  const text = `{"initialStateHash":"${initialStateHash}","planHash":"${planHash}"}`;
  return taggedHash(host, "nk2/genesis/v1", text);
}

/** The state chain after a batch; it starts with the hash of the initial state. */
export function nextState(host: Hasher, statePre: string, writesHash: string): string {
  const text = `{"statePre":"${statePre}","writesHash":"${writesHash}"}`;
  return taggedHash(host, "nk2/state-chain/v1", text);
}

/** RFC 6962's root over the local receipts' canonical JSON. */
export function localsRoot(host: Hasher, locals: readonly LocalReceipt[]): string {
  return merkleRoot(
    host,
    locals.map((local) => leafHash(host, localText(local))),
  );
}

export function commitHash(host: Hasher, receipt: CommitReceipt): string {
  return taggedHash(host, "nk2/commit-receipt/v1", commitText(receipt));
}

/** The canonical JSON of a local receipt. Identifiers may hold quotes, so they are written as JSON. */
export function localText(local: LocalReceipt): string {
  return (
    `{"batchPrevHash":"${local.batchPrevHash}","blockIndex":${local.blockIndex},"deltaBound":"${local.deltaBound}",` +
    `"footprintDigest":"${local.footprintDigest}","glbModeId":${JSON.stringify(local.glbModeId)},` +
    `"kernelHash":"${local.kernelHash}","opHash":"${local.opHash}","opId":${JSON.stringify(local.opId)},` +
    `"policyBundleId":${JSON.stringify(local.policyBundleId)},"requiresModeD":${local.requiresModeD},` +
    `"statePre":"${local.statePre}","writesHash":"${local.writesHash}"}`
  );
}

export function commitText(receipt: CommitReceipt): string {
  return (
    `{"batchPrevHash":"${receipt.batchPrevHash}","batchSize":${receipt.batchSize},` +
    `"curvatureMatrixDigest":"${receipt.curvatureMatrixDigest}",` +
    `"curvatureMatrixVersionId":"${receipt.curvatureMatrixVersionId}","epsilonHat":"${receipt.epsilonHat}",` +
    `"epsilonMeasured":"${receipt.epsilonMeasured}","localsRoot":"${receipt.localsRoot}",` +
    `"policyBundleId":${JSON.stringify(receipt.policyBundleId)},"policyDigest":"${receipt.policyDigest}",` +
    `"schedulerMode":"${receipt.schedulerMode}","schedulerRuleId":"${receipt.schedulerRuleId}",` +
    `"statePost":"${receipt.statePost}","writesHash":"${receipt.writesHash}"}`
  );
}
