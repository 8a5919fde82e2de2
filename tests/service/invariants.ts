// What must hold of the service's documents whenever nothing is on its way, whatever went wrong before.

import type { Firestore } from "@google-cloud/firestore";
import { auditChain, type Board, EMPTY_RANKING, type Entry, foldRanking } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { StoredEntry } from "../../functions/src/documents.ts";
import {
  type AgentBinding,
  type AuditWalk,
  claimOf,
  FINAL_STATES,
  type Job,
  type LedgerHead,
  type State,
  type StoredBoard,
  type StoredCheckpoint,
  type StoredPolicy,
  type StoredTile,
  type TrainingJob,
  type Watermark,
} from "../../functions/src/documents.ts";
import { textOf } from "../../functions/src/rank.ts";
import { checkLog } from "./log-invariants.ts";
import { checkPlans, type PlanAsStored, readPlans } from "./plan-invariants.ts";

/** All documents; maps are by document id, in its order. */
export interface Documents {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly entries: ReadonlyMap<string, StoredEntry>;
  readonly head: LedgerHead | null;
  readonly walk: AuditWalk | null;
  readonly policies: ReadonlyMap<string, StoredPolicy>;
  readonly plans: ReadonlyMap<string, PlanAsStored>;
  readonly agents: ReadonlyMap<string, AgentBinding>;
  readonly boards: ReadonlyMap<string, StoredBoard>;
  readonly mark: Watermark | null;
  readonly trainings: ReadonlyMap<string, TrainingJob>;
  readonly tiles: ReadonlyMap<string, StoredTile>;
  readonly checkpoint: StoredCheckpoint | null;
}

export interface Found {
  readonly jobs: readonly Job[];
  readonly entries: readonly StoredEntry[];
  readonly head: LedgerHead | null;
  readonly faults: readonly string[];
}

/**
 * Reads everything and names all that does not hold; `accepted` are the ids that the service said it took, where it is
 * known with the state in which each deserves to end.
 */
export async function findFaults(
  db: Firestore,
  accepted: readonly string[] | ReadonlyMap<string, State>,
): Promise<Found> {
  const documents = await readDocuments(db);
  return {
    jobs: [...documents.jobs.values()],
    entries: [...documents.entries.values()],
    head: documents.head,
    faults: faultsIn(documents, accepted),
  };
}

export async function readDocuments(db: Firestore): Promise<Documents> {
  const all = async <T>(collection: string) =>
    new Map(
      (await db.collection(collection).get()).docs.map(
        (one) => [one.id, one.data() as unknown as T] as const,
      ),
    );
  const [jobs, entries, ledger, policies, plans, agents, rankings, trainings, tiles] = await Promise.all([
    all<Job>("verification_jobs"),
    all<StoredEntry>("ledger_entries"),
    all<unknown>("ledger"),
    all<StoredPolicy>("policies"),
    readPlans(db),
    all<AgentBinding>("agents"),
    all<unknown>("rankings"),
    all<TrainingJob>("trainings"),
    all<StoredTile>("log_tiles"),
  ]);
  const mark = (rankings.get("watermark") as Watermark | undefined) ?? null;
  rankings.delete("watermark");
  const head = (ledger.get("head") as LedgerHead | undefined) ?? null;
  const walk = (ledger.get("audit") as AuditWalk | undefined) ?? null;
  const checkpoint = (ledger.get("checkpoint") as StoredCheckpoint | undefined) ?? null;
  const boards = rankings as Map<string, StoredBoard>;
  return { jobs, entries, head, walk, policies, plans, agents, boards, mark, trainings, tiles, checkpoint };
}

export type Check = (holds: boolean, fault: string) => void;

/** The same of documents that were read before. */
export function faultsIn(
  documents: Documents,
  accepted: readonly string[] | ReadonlyMap<string, State>,
): string[] {
  const faults: string[] = [];
  const check: Check = (holds, fault) => void (holds || faults.push(fault));
  checkAccepted(documents, accepted, check);
  checkLedger(documents, check);
  checkLog(documents, check);
  checkJobs(documents, check);
  checkPolicies(documents, check);
  checkPlans(documents, check);
  checkLabels(documents, check);
  checkRanking(documents, check);
  checkTrainings(documents, check);
  return faults;
}

function checkAccepted(
  { jobs }: Documents,
  accepted: readonly string[] | ReadonlyMap<string, State>,
  check: Check,
): void {
  const ids = Array.isArray(accepted) ? (accepted as string[]) : [...(accepted as Map<string, State>).keys()];
  for (const id of ids) {
    const job = jobs.get(id);
    check(job !== undefined, `claim ${id} was accepted and is gone`);
    const deserved = accepted instanceof Map ? accepted.get(id) : undefined;
    if (job === undefined || deserved === undefined) continue;
    check(job.state === deserved, `claim ${id} is ${job.state}, and deserves to be ${deserved}`);
  }
}

function checkLedger({ entries, head, walk }: Documents, check: Check): void {
  const size = head?.size ?? 0;
  check(entries.size === size, `there are ${entries.size} entries, the head says ${size}`);
  [...entries].forEach(([id, entry], i) => {
    check(Number(id) === i && entry.index === i, `where entry ${i} belongs stands ${id}`);
  });
  const stored = [...entries.values()];
  const report = auditChain(nodeHost, stored.map(textOf), {
    expected: { size, head: head?.current_hash ?? null },
    signatures: true,
  });
  check(report.ok, report.summary);
  for (const entry of stored) {
    check(
      nodeHost.sha256(leaf(textOf(entry))) === entry.current_hash,
      `entry ${entry.index} has another hash`,
    );
  }
  check(head === null || head.index === size - 1, `the head is at ${head?.index} of ${size} entries`);
  check(walk?.fault == null, `the audit met a fault: ${walk?.fault?.message}`);
}

/** RFC 6962: a leaf's hash is over 0x00 and its bytes. */
function leaf(text: string): Uint8Array {
  return Buffer.concat([Buffer.of(0), Buffer.from(text)]);
}

function checkJobs({ jobs, entries }: Documents, check: Check): void {
  const recorded = new Map([...entries.values()].map((entry) => [entry.claim_id, entry]));
  check(recorded.size === entries.size, "a claim stands in the ledger twice");
  for (const [id, job] of jobs) {
    check(FINAL_STATES.includes(job.state), `claim ${id} is still ${job.state}`);
    check(nodeHost.sha256(job.claim) === id && job.claim_id === id, `claim ${id} is stored under another id`);
    const entry = recorded.get(id);
    check(
      (job.state === "RECORDED") === (entry !== undefined),
      `claim ${id} is ${job.state}, its entry ${entry?.index}`,
    );
    check(
      (job.state === "INVALID") === (job.reason !== undefined && job.reason !== "gave_up"),
      `claim ${id} is ${job.state} for ${job.reason}`,
    );
    if (entry === undefined) continue;
    check(
      job.index === entry.index && job.current_hash === entry.current_hash,
      `claim ${id} names entry ${job.index}`,
    );
    if (entry.kind === "plan") {
      check(
        job.commits === entry.commits && job.ops === entry.ops,
        `claim ${id} came to ${job.commits} commits, its entry says ${entry.commits}`,
      );
      continue;
    }
    check(
      job.verified_reward === entry.verified_reward,
      `claim ${id} earned ${job.verified_reward}, its entry says ${entry.verified_reward}`,
    );
  }
  for (const entry of entries.values()) {
    check(jobs.has(entry.claim_id), `entry ${entry.index} is of no job`);
  }
}

function checkPolicies({ jobs, entries, policies }: Documents, check: Check): void {
  for (const entry of entries.values()) {
    if (entry.kind !== "policy") continue;
    const policy = policies.get(entry.policy_hash);
    check(
      policy?.published === true && policy.keep_until === undefined,
      `the policy of entry ${entry.index} is not published`,
    );
  }
  const held = new Set(
    [...jobs.values()]
      .filter(({ state, verified_reward }) => state === "RECORDED" || verified_reward !== undefined)
      .map(({ policy_hash }) => policy_hash),
  );
  for (const [hash, policy] of policies) {
    check(nodeHost.sha256(policy.artifact) === hash, `policy ${hash} is another`);
    check(policy.published === held.has(hash), `policy ${hash} is published: ${policy.published}`);
    check(policy.published || policy.keep_until !== undefined, `policy ${hash} is kept for ever`);
  }
}

function checkLabels({ jobs, agents }: Documents, check: Check): void {
  const bound = new Map([...agents.values()].map((one) => [one.agent_id, one]));
  check(bound.size === agents.size, "a label is bound twice");
  for (const [id, job] of jobs) {
    const { agent_id, public_key } = claimOf(job);
    check(bound.get(agent_id)?.public_key === public_key, `claim ${id} is under the label of another key`);
  }
  for (const { agent_id, claim_id } of agents.values()) {
    check(jobs.has(claim_id), `label ${agent_id} is bound by claim ${claim_id}, which is not there`);
  }
}

function checkRanking({ entries, head, boards, mark }: Documents, check: Check): void {
  const size = head?.size ?? 0;
  check((mark?.size ?? 0) === size, `the ranking has seen ${mark?.size ?? 0} of ${size} entries`);
  check(
    (mark?.head?.current_hash ?? null) === (head?.current_hash ?? null),
    `the ranking stands at another head`,
  );
  check(mark?.fault == null, `the ranking met a fault: ${mark?.fault?.message}`);
  const folded = fold([...entries.values()]);
  check(folded !== null, "the entries do not follow one another: they cannot be ranked");
  if (folded === null) return;
  check(boards.size === folded.length, `there are ${boards.size} boards, the fold makes ${folded.length}`);
  for (const board of folded) {
    const found = boards.get(`${board.env_id}~${board.preset}`);
    check(
      JSON.stringify(sorted(found)) === JSON.stringify(sorted(board)),
      `the board of ${board.env_id}, ${board.preset} is not the fold`,
    );
  }
}

function fold(entries: readonly StoredEntry[]): Board[] | null {
  if (entries.some(({ index }, i) => index !== i)) return null;
  const plain = entries.map(({ current_hash: _, ...entry }) => entry as Entry);
  return Object.values(foldRanking(EMPTY_RANKING, plain).boards);
}

function checkTrainings({ trainings, jobs }: Documents, check: Check): void {
  for (const [id, { state, claim_id }] of trainings) {
    check(state === "DONE" || state === "FAILED", `training ${id} is still ${state}`);
    if (state === "DONE") check(jobs.has(claim_id ?? ""), `training ${id} ended in no claim`);
  }
}

/** With keys in one order: a database keeps none. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
