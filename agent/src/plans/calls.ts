// Calls of plans: a document by its plan's hash, and the receipts of its run, checked without running it again.
import {
  CLAIM_LIMITS,
  checkPlan,
  checkReceipts,
  limits,
  type PlanDocument,
  PolicyLedgerError,
  parsePlanDocument,
  parseReceipts,
  planDocumentText,
  portableHasher,
  type ReceiptChain,
  type ReceiptReport,
} from "@policyledger/core";
import { API, type CallOptions, hash } from "../sdk/calls.ts";
import type { ClientOptions } from "../sdk/client.ts";
import { ClientError } from "../sdk/error.ts";
import { makeTransport } from "../sdk/transport.ts";

export interface FetchedPlan {
  readonly document: PlanDocument;
  /** In its normal form. */
  readonly text: string;
}

/** `finalCommitHash`: what the chain must end in; a claim, or an entry, says it. */
export interface ReceiptOptions extends CallOptions {
  readonly finalCommitHash?: string;
}

export interface FetchedReceipts {
  readonly document: PlanDocument;
  readonly chain: ReceiptChain;
  readonly report: ReceiptReport;
}

export type PlanClient = ReturnType<typeof openPlans>;

export function openPlans(endpoint: string, options: ClientOptions = {}) {
  const transport = makeTransport(endpoint, options);
  const hasher = options.hasher ?? portableHasher;

  /** A plan's document in its normal form, which has the hash that was asked for and may run. */
  async function plan(planHash: string, { signal }: CallOptions = {}): Promise<FetchedPlan> {
    const path = `${API}/plans/${hash(planHash)}`;
    const text = await transport.text({ path, signal, maxBytes: limits.MAX_CLAIMED_PLAN_BYTES });
    const document = reading(path, () => parsePlanDocument(text, limits.MAX_CLAIMED_PLAN_BYTES));
    const { planHash: found, faults } = checkPlan(hasher, document, CLAIM_LIMITS);
    if (found !== planHash || faults.length > 0 || planDocumentText(hasher, document) !== text) {
      const why =
        found === planHash
          ? (faults[0]?.message ?? "it is not in its normal form")
          : `its plan hashes to ${found}`;
      throw new ClientError(
        "false_answer",
        `The service answers for plan ${planHash} with another document: ${why}`,
      );
    }
    return { document, text };
  }

  /** The receipts of a verified plan, which are checked against its document. No kernel is run. */
  async function receipts(
    planHash: string,
    { signal, finalCommitHash }: ReceiptOptions = {},
  ): Promise<FetchedReceipts> {
    const { document } = await plan(planHash, { signal });
    const path = `${API}/plans/${planHash}/receipts`;
    const text = await transport.text({ path, signal, maxBytes: MAX_RECEIPTS_BYTES });
    const chain = reading(path, () => parseReceipts(text, MAX_RECEIPTS_BYTES));
    const end = finalCommitHash === undefined ? {} : { finalCommitHash };
    const report = checkReceipts(hasher, document, chain, { limits: CLAIM_LIMITS, ...end });
    if (report.ok) return { document, chain, report };
    throw new ClientError("false_answer", `The receipts of plan ${planHash} do not hold: ${report.summary}`);
  }

  return { plan, receipts };
}

/** Of a plan that may be claimed: 5,000 commits of one op each, with the longest names and numbers. */
const MAX_RECEIPTS_BYTES = 33_554_432;

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof PolicyLedgerError)) throw cause;
    throw new ClientError("unreadable_answer", `The answer from ${path} cannot be read: ${cause.message}`, {
      cause,
    });
  }
}
