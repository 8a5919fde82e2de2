// The verifier that trusts nothing: it runs the plan and compares every receipt, byte for byte.
import { requireObject } from "../error.ts";
import type { Hasher } from "../host.ts";
import type { Json } from "../json.ts";
import type { CheckOptions } from "./check-receipts.ts";
import type { PlanDocument } from "./document.ts";
import { acceptReceipts } from "./receipt-file.ts";
import { commitsInWords, type ReceiptFault, type ReceiptReport, receiptReport } from "./receipt-report.ts";
import { type Commit, commitHash, type ReceiptChain } from "./receipts.ts";
import { type PlanRun, runPlan } from "./run.ts";

/** Runs the plan and compares its receipts with these; names the first commit that differs, and in what. */
export function replayReceipts(
  host: Hasher,
  document: PlanDocument,
  chain: ReceiptChain,
  options: Omit<CheckOptions, "finalCommitHash"> = {},
): ReceiptReport {
  requireObject(options, "invalid_receipts", "Cannot replay receipts: the options");
  const given = acceptReceipts(chain as unknown as Json);
  const run = runPlan(host, document, options);
  const fault = faultOf(given, run);
  const last = given.commits.at(-1);
  const finalCommitHash = last === undefined ? given.genesis : commitHash(host, last.receipt);
  return receiptReport(given.commits.length, finalCommitHash, "checked", fault);
}

function faultOf(given: ReceiptChain, run: PlanRun): ReceiptFault | null {
  if (run.status === "refused") {
    const { code, message } = run.faults[0]!;
    return { commit: 0, code: "plan_refused", message: `${code}: ${message}` };
  }
  const { genesis, commits } = run.receipts;
  if (given.genesis !== genesis) {
    return {
      commit: 0,
      code: "wrong_genesis",
      message: `the genesis is ${given.genesis}, wanted ${genesis}`,
    };
  }
  for (const [at, commit] of commits.entries()) {
    const other = given.commits[at];
    if (other === undefined) break;
    const message = difference(commit, other);
    if (message !== null) return { commit: at, code: "differs", message };
  }
  return endFault(given.commits.length, commits.length, run);
}

function endFault(
  given: number,
  wanted: number,
  run: Exclude<PlanRun, { status: "refused" }>,
): ReceiptFault | null {
  const commit = Math.min(given, wanted);
  if (given < wanted)
    return { commit, code: "missing_tail", message: `${given} commits, running the plan gives ${wanted}` };
  if (run.status === "halted") {
    return {
      commit,
      code: "plan_halted",
      message: `the plan halts behind ${commitsInWords(wanted)}: ${run.code}, ${run.message}`,
    };
  }
  if (given === wanted) return null;
  return { commit, code: "surplus_tail", message: `${given} commits, running the plan gives ${wanted}` };
}

function difference(wanted: Commit, got: Commit): string | null {
  if (wanted.locals.length !== got.locals.length) {
    return `it has ${got.locals.length} ops, running the plan gives ${wanted.locals.length}`;
  }
  for (const [i, local] of wanted.locals.entries()) {
    const message = fieldDifference(local, got.locals[i]!);
    if (message !== null) return `op ${local.opId}: ${message}`;
  }
  return fieldDifference(wanted.receipt, got.receipt);
}

function fieldDifference<T extends object>(wanted: T, got: T): string | null {
  for (const name of Object.keys(wanted) as (keyof T & string)[]) {
    if (wanted[name] !== got[name]) return `${name} is ${got[name]}, running the plan gives ${wanted[name]}`;
  }
  return null;
}
