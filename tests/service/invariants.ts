// What must hold of the service's documents whenever nothing is on its way, whatever went wrong before.

import type { Firestore } from "@google-cloud/firestore";
import { auditChain, EMPTY_RANKING, type Entry, foldRanking } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Job, LedgerHead, StoredPolicy, Watermark } from "../../functions/src/documents.ts";
import { type StoredEntry, textOf } from "../../functions/src/rank.ts";

export interface Found {
  readonly jobs: readonly Job[];
  readonly entries: readonly StoredEntry[];
  readonly head: LedgerHead | null;
  readonly faults: readonly string[];
}

/** Reads everything and names all that does not hold; `accepted` are the ids that the service said it took. */
export async function findFaults(db: Firestore, accepted: readonly string[]): Promise<Found> {
  const [jobDocs, entryDocs, policyDocs, rankings, headDoc] = await Promise.all([
    db.collection("verification_jobs").get(),
    db.collection("ledger_entries").get(),
    db.collection("policies").get(),
    db.collection("rankings").get(),
    db.doc("ledger/head").get(),
  ]);
  const jobs = jobDocs.docs.map((one) => one.data() as Job);
  const entries = entryDocs.docs.map((one) => one.data() as StoredEntry);
  const head = (headDoc.data() as LedgerHead | undefined) ?? null;
  const faults: string[] = [];
  const check = (holds: boolean, fault: string) => void (holds || faults.push(fault));

  const byId = new Map(jobs.map((job) => [job.claim_id, job]));
  for (const id of accepted) check(byId.has(id), `claim ${id} was accepted and is gone`);
  for (const job of jobs) {
    check(
      ["RECORDED", "INVALID", "FAILED"].includes(job.state),
      `claim ${job.claim_id} is still ${job.state}`,
    );
  }

  const size = head?.size ?? 0;
  check(entries.length === size, `there are ${entries.length} entries, the head says ${size}`);
  entryDocs.docs.forEach(({ id }, i) => {
    check(Number(id) === i && entries[i]!.index === i, `where entry ${i} belongs stands ${id}`);
  });
  const report = auditChain(nodeHost, entries.map(textOf), {
    expected: { size, head: head?.current_hash ?? null },
    signatures: true,
  });
  check(report.ok, report.summary);

  const recorded = new Map(entries.map((entry) => [entry.claim_id, entry]));
  check(recorded.size === entries.length, "a claim stands in the ledger twice");
  for (const job of jobs) {
    const entry = recorded.get(job.claim_id);
    check(
      (job.state === "RECORDED") === (entry !== undefined),
      `claim ${job.claim_id} is ${job.state}, its entry ${entry?.index}`,
    );
    if (entry === undefined) continue;
    check(
      job.index === entry.index && job.current_hash === entry.current_hash,
      `claim ${job.claim_id} names entry ${job.index}`,
    );
  }
  for (const entry of entries) check(byId.has(entry.claim_id), `entry ${entry.index} is of no job`);

  const policies = new Map(policyDocs.docs.map((one) => [one.id, one.data() as StoredPolicy]));
  for (const entry of entries) {
    if (entry.kind !== "policy") continue;
    const policy = policies.get(entry.policy_hash);
    check(
      policy?.published === true && policy.keep_until === undefined,
      `the policy of entry ${entry.index} is not published`,
    );
    check(
      policy !== undefined && nodeHost.sha256(policy.artifact) === entry.policy_hash,
      `the policy of entry ${entry.index} is another`,
    );
  }

  const ranking = foldRanking(
    EMPTY_RANKING,
    entries.map(({ current_hash: _, ...entry }) => entry as Entry),
  );
  const stored = new Map(rankings.docs.map((one) => [one.id, one.data()]));
  const mark = stored.get("watermark") as Watermark | undefined;
  check((mark?.size ?? 0) === size, `the ranking has seen ${mark?.size ?? 0} of ${size} entries`);
  check(mark?.fault == null, `the ranking met a fault: ${mark?.fault?.message}`);
  stored.delete("watermark");
  check(stored.size === Object.keys(ranking.boards).length, `there are ${stored.size} boards`);
  for (const board of Object.values(ranking.boards)) {
    const found = stored.get(`${board.env_id}~${board.preset}`);
    check(
      JSON.stringify(sorted(found)) === JSON.stringify(sorted(board)),
      `the board of ${board.env_id}, ${board.preset} is not the fold`,
    );
  }
  return { jobs, entries, head, faults };
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
