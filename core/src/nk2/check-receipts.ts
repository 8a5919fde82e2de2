// The receipt-only verifier: whether a chain of receipts can be of this plan, without running a kernel. It knows everything but what the
// kernels wrote and how much V bent; those are held by the chain of hashes, whose end must be known to hold the last commit.
import { requireObject } from "../error.ts";
import { fromHex } from "../hash.ts";
import type { Hasher } from "../host.ts";
import type { Json } from "../json.ts";
import { CommitCheck } from "./check-commit.ts";
import type { Link } from "./commit.ts";
import { type PlanDocument, requireDocument } from "./document.ts";
import { HOST_LIMITS, type HostLimits } from "./host-limits.ts";
import { compileProgram } from "./program.ts";
import { acceptReceipts } from "./receipt-file.ts";
import { type ReceiptFault, type ReceiptReport, receiptReport } from "./receipt-report.ts";
import { commitHash, genesisHash, type ReceiptChain } from "./receipts.ts";
import { validate } from "./validate.ts";

export interface CheckOptions {
  readonly limits?: HostLimits;
  /** What the chain must end in: a claim, or a ledger's entry, has it. */
  readonly finalCommitHash?: string;
}

/** Checks links, sizes, roots, order, independence, allow-lists, digests and bounds, and names the first commit that does not hold. */
export function checkReceipts(
  host: Hasher,
  document: PlanDocument,
  chain: ReceiptChain,
  options: CheckOptions = {},
): ReceiptReport {
  requireDocument(document, "Cannot check receipts");
  requireObject(options, "invalid_receipts", "Cannot check receipts: the options");
  const { limits = HOST_LIMITS, finalCommitHash } = options;
  const { genesis, commits } = acceptReceipts(chain as unknown as Json);
  const tail = finalCommitHash === undefined ? "unchecked" : "checked";
  const broken = (fault: ReceiptFault) => receiptReport(fault.commit, genesis, tail, fault);

  const validated = validate(host, document, limits);
  const [refused] = validated.faults;
  if (refused !== undefined) {
    return broken({ commit: 0, code: "plan_refused", message: `${refused.code}: ${refused.message}` });
  }
  const program = compileProgram(host, document, validated);
  const wanted = genesisHash(host, program.planHash, program.initialStateHash);
  if (genesis !== wanted) {
    return broken({
      commit: 0,
      code: "wrong_genesis",
      message: `the genesis is ${genesis}, wanted ${wanted}`,
    });
  }
  const check = new CommitCheck(host, program);
  let link: Link = { hash: genesis, state: program.initialStateHash };
  for (const [at, commit] of commits.entries()) {
    const fault = check.next(at, commit, link);
    if (fault !== null) return broken(fault);
    link = { hash: commitHash(host, commit.receipt), state: commit.receipt.statePost };
  }
  const fault = tailFault(check.pending, commits.length, link.hash, finalCommitHash);
  return fault === null ? receiptReport(commits.length, link.hash, tail, null) : broken(fault);
}

function tailFault(
  pending: number,
  commits: number,
  hash: string,
  expected: string | undefined,
): ReceiptFault | null {
  if (pending > 0) {
    return { commit: commits, code: "missing_tail", message: `${pending} ops are not committed` };
  }
  if (expected === undefined || expected === hash) return null;
  const named = fromHex(expected, 32) === null ? "what is no hash" : expected;
  const message = `the last commit hashes to ${hash}, expected ${named}`;
  return { commit: Math.max(0, commits - 1), code: "altered", message };
}
