// A small plan of three commits, its run, and what flips a bit of its receipts.
import { complete, type Draft } from "../../../tests/golden/nk2-draft.ts";
import { PolicyLedgerError } from "../../src/error.ts";
import { type CheckOptions, checkReceipts } from "../../src/nk2/check-receipts.ts";
import { acceptPlanDocument, type PlanDocument } from "../../src/nk2/document.ts";
import { parseReceipts } from "../../src/nk2/receipt-file.ts";
import type { ReceiptReport } from "../../src/nk2/receipt-report.ts";
import type { ReceiptChain } from "../../src/nk2/receipts.ts";
import { replayReceipts } from "../../src/nk2/replay-receipts.ts";
import { type FinishedRun, runPlan } from "../../src/nk2/run.ts";
import { host } from "../samples.ts";

const get = (slot: string) => ({ get: slot });
export const DRAFT: Draft = {
  kernels: { add: { params: ["n"], writes: { to: { add: [get("to"), { param: "n" }] } } } },
  ops: Object.fromEntries(
    ["a", "b", "c", "d", "e"].map((id, i) => [
      id,
      { kernel: "add", slots: { to: `f${i}` }, params: { n: `${i + 1}` } },
    ]),
  ),
  edges: [
    ["a", "c"],
    ["b", "d"],
    ["d", "e"],
  ],
  contracts: [
    {
      id: "sum",
      weight: { num: "1", den: "1" },
      residual: { add: [get("f0"), get("f1"), get("f2"), get("f3")] },
    },
  ],
  matrix: [[0, 0, 1, 2]],
};

export function finished(document: PlanDocument): FinishedRun {
  const run = runPlan(host, document);
  if (run.status !== "finished") throw new Error(`the plan is ${run.status}`);
  return run;
}

const document = acceptPlanDocument(complete(DRAFT, host));
export const run = finished(document);
export const check = (chain: ReceiptChain, options: CheckOptions = run) =>
  checkReceipts(host, document, chain, options);
export const replay = (chain: ReceiptChain) => replayReceipts(host, document, chain);
export const found = ({ fault }: ReceiptReport) => fault && [fault.commit, fault.code];

/** Whether with this bit flipped the bytes are no chain of receipts, or one that a verifier finds fault with. */
export function isFlipFound(
  bytes: Uint8Array,
  bit: number,
  judge: (chain: ReceiptChain) => ReceiptReport,
): boolean {
  const flipped = bytes.slice();
  flipped[bit >> 3]! ^= 1 << (bit & 7);
  try {
    return !judge(parseReceipts(flipped)).ok;
  } catch (error) {
    if (error instanceof PolicyLedgerError) return true;
    throw error;
  }
}
