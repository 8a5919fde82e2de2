// What the two verifiers say of a chain of receipts: that it holds, or which commit is the first that does not, and why.

export type ReceiptFaultCode =
  | "plan_refused" // the plan itself may not run
  | "plan_halted" // the plan, run, halts where the chain goes on or ends (replay)
  | "wrong_genesis" // it is not of this plan on this state
  | "wrong_link" // it does not name the commit before it
  | "altered" // it does not hash to what the next commit, or the expected end, says
  | "wrong_size" // its batch is empty, wider than allowed, or not as large as it says
  | "wrong_op" // an op that is not of the plan, stands there twice, or not in order
  | "not_ready" // an op before one that must come before it
  | "not_independent" // two of its ops touch one field, or an op breaks the mode rules
  | "wrong_local" // a local receipt is not what the plan says of its op
  | "wrong_root" // the root is not that of the local receipts
  | "wrong_receipt" // a field is not what the plan says
  | "wrong_state" // the state chain does not follow from what was written
  | "wrong_epsilon" // ε̂ is not the batch's bound, or ε is over it
  | "differs" // it is not what running the plan gives (replay)
  | "missing_tail" // the chain ends before the plan does
  | "surplus_tail"; // the chain goes on behind the plan's end

export interface ReceiptFault {
  /** The first commit that does not hold. */
  readonly commit: number;
  readonly code: ReceiptFaultCode;
  readonly message: string;
}

export interface ReceiptReport {
  readonly ok: boolean;
  /** How many commits hold, from the first. */
  readonly commits: number;
  /** The last one's hash, or the genesis; null where there is a fault. */
  readonly finalCommitHash: string | null;
  /** Whether the end was compared with an expected one. Without, what nothing follows may have been changed. */
  readonly tail: "checked" | "unchecked";
  readonly fault: ReceiptFault | null;
  readonly summary: string;
}

export function receiptReport(
  commits: number,
  finalCommitHash: string,
  tail: ReceiptReport["tail"],
  fault: ReceiptFault | null,
): ReceiptReport {
  if (fault !== null) {
    const summary = `broken at commit ${fault.commit}: ${fault.message}`;
    return { ok: false, commits: fault.commit, finalCommitHash: null, tail, fault, summary };
  }
  const counted = commitsInWords(commits);
  const summary = tail === "checked" ? `complete: ${counted}` : `${counted}, tail unchecked`;
  return { ok: true, commits, finalCommitHash, tail, fault, summary };
}

export function commitsInWords(commits: number): string {
  return commits === 1 ? "1 commit" : `${commits} commits`;
}
