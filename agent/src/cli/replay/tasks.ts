// What is checked by running it: entries with their artifacts, and submissions. The same whether in this thread or in
// another.
import {
  auditChain,
  canonicalJson,
  type Environment,
  type Evaluation,
  evaluate,
  GENESIS,
  type Head,
  loadPolicy,
  makeEnvironment,
  PolicyLedgerError,
  type Prepared,
  prepareEvaluation,
  readArtifact,
  readEntry,
  reusePolicy,
  type Submission,
  type Verdict,
  verifyClaim,
  verifyUnsignedClaim,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { type Difference, entryDifferences, verdictDifferences } from "./differences.ts";

/** An entry of a policy; without the artifact, only its claim's id and signature are checked. */
export interface EntryTask {
  readonly kind: "entry";
  readonly text: string;
  readonly artifact: string | null;
}

interface ClaimTask {
  readonly kind: "claim";
  /** Without a signature, all but that is checked. */
  readonly submission: Submission | Omit<Submission, "signature">;
}

export type Task = EntryTask | ClaimTask;

/** What is wrong with an entry, or null. */
export interface EntryFinding {
  readonly kind: "entry";
  readonly fault: { readonly code: string; readonly message: string } | null;
  /** Of an entry with a fault, the fields that are not what was found. */
  readonly differences: readonly Difference[];
}

export interface ClaimFinding {
  readonly kind: "claim";
  readonly verdict: Verdict;
  /** Of a claim that holds, what its entry will say. */
  readonly evaluation: Evaluation | null;
  readonly differences: readonly Difference[];
}

export type FindingOf<T extends Task> = T extends EntryTask ? EntryFinding : ClaimFinding;

export function check<T extends Task>(task: T): FindingOf<T> {
  const finding: EntryFinding | ClaimFinding =
    task.kind === "entry" ? entryFinding(task) : claimFinding(task.submission);
  return finding as FindingOf<T>;
}

function claimFinding(submission: ClaimTask["submission"]): ClaimFinding {
  const verdict =
    "signature" in submission ? verifyClaim(nodeHost, submission) : verifyUnsignedClaim(nodeHost, submission);
  const { claim, artifact } = submission;
  const differences = verdictDifferences(submission, verdict);
  if (verdict.verdict === "INVALID") return { kind: "claim", verdict, evaluation: null, differences };
  const env = makeEnvironment(claim.env_id, claim.env_config);
  const { behaviour } = loadPolicy(readArtifact(artifact));
  const evaluation = evaluate(nodeHost, env, behaviour, preparedFor(env));
  return { kind: "claim", verdict, evaluation, differences };
}

function entryFinding(task: EntryTask): EntryFinding {
  const fault = entryFault(task);
  return { kind: "entry", fault, differences: fault === null ? [] : differencesIn(task) };
}

function differencesIn({ text, artifact }: EntryTask): readonly Difference[] {
  try {
    const entry = readEntry(text);
    return entry.kind === "policy" ? entryDifferences(entry, artifact, preparedFor) : [];
  } catch (error) {
    if (error instanceof PolicyLedgerError) return [];
    throw error;
  }
}

function entryFault({ text, artifact }: EntryTask): EntryFinding["fault"] {
  try {
    const entry = readEntry(text);
    // Behind a head that fits: what stands before it is for the chain to say.
    const { index, previous_hash, timestamp } = entry;
    const from: Head = { index: index - 1, current_hash: previous_hash, timestamp };
    const isFirst = index === 0 || previous_hash === GENESIS;
    const { fault } = auditChain(nodeHost, [text], { signatures: true, ...(!isFirst && { from }) });
    if (fault !== null) return fault;
    if (artifact === null || entry.kind !== "policy") return null;
    reusePolicy(nodeHost, entry, artifact, preparedFor);
    return null;
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    return { code: error.code, message: error.message };
  }
}

const prepared = new Map<string, Prepared>();
/** Configurations are an agent's to choose; each takes some megabytes. */
const MAX_PREPARED = 16;

/** What all policies in one environment and configuration share: it takes far longer than a replay. */
function preparedFor(env: Environment): Prepared {
  const key = canonicalJson({ id: env.id, config: env.config });
  const known = prepared.get(key);
  if (known !== undefined) return known;
  const made = prepareEvaluation(env);
  if (prepared.size >= MAX_PREPARED) prepared.clear();
  prepared.set(key, made);
  return made;
}
