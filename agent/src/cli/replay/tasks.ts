// What is checked by running it: entries with their artifacts, and submissions. The same whether in this thread or in
// another.
import {
  auditChain,
  claimOfEntry,
  type Evaluation,
  evaluate,
  GENESIS,
  type Head,
  keepPrepared,
  loadPolicy,
  makeEnvironment,
  type PlanEntry,
  type PlanSubmission,
  PolicyLedgerError,
  type PolicySubmission,
  type PolicyVerdict,
  readArtifact,
  readEntry,
  reusePolicy,
  type Submission,
  verifyClaim,
  verifyUnsignedClaim,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import {
  type Difference,
  entryDifferences,
  planVerdictDifferences,
  policyVerdictDifferences,
} from "./differences.ts";
import { type PlanText, type PlanVerdict, planText, replayPlan } from "./plan.ts";

/** An entry with what it is about, an artifact or a document; without that, only its claim's id and signature are checked. */
export interface EntryTask {
  readonly kind: "entry";
  readonly text: string;
  readonly subject: string | null;
}

/** Without a signature, all but that is checked. */
type ClaimTask =
  | { readonly kind: "policy"; readonly submission: PolicySubmission | Omit<PolicySubmission, "signature"> }
  | { readonly kind: "plan"; readonly submission: PlanText };

export type Task = EntryTask | ClaimTask;

/** A submission, or one that nobody has signed yet, as it is handed to a thread. */
export type Unsigned = Omit<PolicySubmission, "signature"> | Omit<PlanSubmission, "signature">;

export function claimTask(submission: Submission | Unsigned): ClaimTask {
  return "document" in submission
    ? { kind: "plan", submission: planText(submission) }
    : { kind: "policy", submission };
}

/** What is wrong with an entry, or null. */
export interface EntryFinding {
  readonly kind: "entry";
  readonly fault: { readonly code: string; readonly message: string } | null;
  /** Of an entry with a fault, the fields that are not what was found. */
  readonly differences: readonly Difference[];
}

export type ClaimFinding = PolicyFinding | PlanFinding;

interface PolicyFinding {
  readonly kind: "policy";
  readonly verdict: PolicyVerdict;
  /** Of a claim that holds, what its entry will say. */
  readonly evaluation: Evaluation | null;
  readonly differences: readonly Difference[];
}

interface PlanFinding {
  readonly kind: "plan";
  readonly verdict: PlanVerdict;
  readonly evaluation: null;
  readonly differences: readonly Difference[];
}

export type FindingOf<T extends Task> = T extends EntryTask ? EntryFinding : ClaimFinding;

export function check<T extends Task>(task: T): FindingOf<T> {
  return findingOf(task) as FindingOf<T>;
}

function findingOf(task: Task): EntryFinding | ClaimFinding {
  switch (task.kind) {
    case "entry":
      return entryFinding(task);
    case "policy":
      return policyFinding(task.submission);
    case "plan":
      return planFinding(task.submission);
  }
}

function policyFinding(submission: PolicySubmission | Omit<PolicySubmission, "signature">): PolicyFinding {
  const verdict =
    "signature" in submission ? verifyClaim(nodeHost, submission) : verifyUnsignedClaim(nodeHost, submission);
  const { claim, artifact } = submission;
  const differences = policyVerdictDifferences(submission, verdict);
  if (verdict.verdict === "INVALID") return { kind: "policy", verdict, evaluation: null, differences };
  const env = makeEnvironment(claim.env_id, claim.env_config);
  const { behaviour } = loadPolicy(readArtifact(artifact));
  const evaluation = evaluate(nodeHost, env, behaviour, preparedFor(env));
  return { kind: "policy", verdict, evaluation, differences };
}

function planFinding(submission: PlanText): PlanFinding {
  const { verdict } = replayPlan(submission);
  const { claim, signature } = submission;
  const differences = verdict.verdict === "VALID" ? [] : planVerdictDifferences(claim, verdict, signature);
  return { kind: "plan", verdict, evaluation: null, differences };
}

function entryFinding(task: EntryTask): EntryFinding {
  const fault = entryFault(task);
  return { kind: "entry", fault, differences: fault === null ? [] : differencesIn(task) };
}

function differencesIn({ text, subject }: EntryTask): readonly Difference[] {
  try {
    return entryDifferences(readEntry(text), subject, preparedFor);
  } catch (error) {
    if (error instanceof PolicyLedgerError) return [];
    throw error;
  }
}

function entryFault({ text, subject }: EntryTask): EntryFinding["fault"] {
  try {
    const entry = readEntry(text);
    // Behind a head that fits: what stands before it is for the chain to say.
    const { index, previous_hash, timestamp } = entry;
    const from: Head = { index: index - 1, current_hash: previous_hash, timestamp };
    const isFirst = index === 0 || previous_hash === GENESIS;
    const { fault } = auditChain(nodeHost, [text], { signatures: true, ...(!isFirst && { from }) });
    if (fault !== null) return fault;
    if (subject === null) return null;
    if (entry.kind === "plan") return planFault(entry, subject);
    reusePolicy(nodeHost, entry, subject, preparedFor);
    return null;
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    return { code: error.code, message: error.message };
  }
}

function planFault(entry: PlanEntry, document: string): EntryFinding["fault"] {
  const { verdict } = replayPlan({ claim: claimOfEntry(entry), document });
  if (verdict.verdict === "INVALID") return { code: verdict.reason, message: verdict.message };
  const { commits, ops } = verdict;
  if (commits === entry.commits && ops === entry.ops) return null;
  const message = `its run comes to ${commits} commits of ${ops} ops, the entry says ${entry.commits} of ${entry.ops}`;
  return { code: "wrong_counts", message };
}

/** What all policies in one environment and configuration share takes far longer than a replay, and some megabytes. */
const preparedFor = keepPrepared(16);
