// Station 3, append: group commit. Every VALID job that waits gets its entry, up to a limit, in one transaction that
// also moves the head and the jobs' states, and lets the log's tiles grow. So an entry, its index, its place in the tree
// and its job's RECORDED are one fact. Then the checkpoint of what is committed is published.
//
// A crash before the commit leaves the jobs VALID: the next wake-up, or the sweep's, takes them. A crash after it
// leaves all of it done, and the checkpoint to the next wake-up. Two instances at once are held apart by the transaction
// on the head; one instance, which takes what waits in one go, makes it fast, and the transaction makes it right.
import {
  ChainAudit,
  type EntryContent,
  type Head,
  headOf,
  PolicyLedgerError,
  planContent,
  policyContent,
  type Sealed,
  sealEntry,
} from "@policyledger/core";
import type { DocumentReference, Transaction } from "firebase-admin/firestore";
import { publishCheckpoint } from "./checkpoint.ts";
import {
  claimOf,
  entryRef,
  headRef,
  isoTime,
  type Job,
  type LedgerHead,
  waitingForAppend,
} from "./documents.ts";
import { onceAtATime } from "./once-at-a-time.ts";
import type { Service } from "./service.ts";
import { growLog, treeOf, writeTiles } from "./tiles.ts";

/** Entries of one transaction; with the longest claims they take 3 MB of the 10 MiB that a commit may have. */
export const GROUP_SIZE = 250;
/** The client's own five are few where many instances meet. */
const ATTEMPTS = 10;

/** Appends all that waits; says how many entries it made. */
export async function appendWaiting(service: Service, groupSize = GROUP_SIZE): Promise<number> {
  // Beside the next group, and for several at once where they are faster than it is.
  const publish = onceAtATime(() => publishCheckpoint(service));
  let published: Promise<void> | null = null;
  let appended = 0;
  try {
    for (;;) {
      const waiting = await waitingForAppend(service.db).limit(groupSize).get();
      if (waiting.empty) return appended;
      appended += await appendGroup(
        service,
        waiting.docs.map(({ ref }) => ref),
      );
      published = publish();
      published.catch(() => {});
    }
  } finally {
    // Also where nothing waited: whoever was woken before may have come no further than to the commit.
    await (published ?? publish());
  }
}

async function appendGroup(service: Service, refs: readonly DocumentReference[]): Promise<number> {
  const { db } = service;
  const started = service.now();
  const { recorded, head } = await db.runTransaction(
    (transaction) => writeGroup(service, transaction, refs),
    {
      maxAttempts: ATTEMPTS,
    },
  );
  for (const { job, sealed } of recorded) {
    service.log({
      station: "append",
      event: "claim_recorded",
      claim_id: job.claim_id,
      request_id: job.request_id,
      index: sealed.entry.index,
    });
  }
  service.log({
    station: "append",
    event: "group_appended",
    size: head?.size ?? 0,
    milliseconds: service.now() - started,
    counted: { entries_appended: recorded.length, groups_appended: 1 },
  });
  return recorded.length;
}

interface Group {
  readonly recorded: readonly Recorded[];
  readonly head: LedgerHead | null;
}

interface Recorded {
  readonly ref: DocumentReference;
  readonly job: Job;
  readonly sealed: Sealed;
}

async function writeGroup(
  service: Service,
  transaction: Transaction,
  refs: readonly DocumentReference[],
): Promise<Group> {
  const { db, host } = service;
  const [headSnapshot, ...snapshots] = await transaction.getAll(headRef(db), ...refs);
  const before = (headSnapshot!.data() as LedgerHead | undefined) ?? null;
  // A head that is none is no job's fault: it throws here, before any of them is given up for it.
  if (before !== null) new ChainAudit(host, { from: before });
  const now = isoTime(service.now());
  let last: Head | null = before;
  const recorded: Recorded[] = [];
  const unsealable: DocumentReference[] = [];
  for (const [i, snapshot] of snapshots.entries()) {
    const job = snapshot.data() as Job | undefined;
    // Another instance was faster.
    if (job?.state !== "VALID") continue;
    const sealed = sealOrNull(service, last, job, now);
    if (sealed === null) {
      unsealable.push(refs[i]!);
      continue;
    }
    last = headOf(sealed);
    recorded.push({ ref: refs[i]!, job, sealed });
  }
  const leaves = recorded.map(({ sealed }) => sealed.current_hash);
  const { tree, tiles } = await growLog(service, transaction, treeOf(before), leaves);
  for (const ref of unsealable) {
    const message = UNSEALABLE;
    transaction.update(ref, { state: "FAILED", reason: "gave_up", message, decided_at: now });
  }
  for (const { ref, sealed } of recorded) {
    const { entry, current_hash } = sealed;
    const { index, timestamp } = entry;
    transaction.create(entryRef(db, index), { ...entry, current_hash });
    transaction.update(ref, { state: "RECORDED", index, current_hash, recorded_at: timestamp });
  }
  if (recorded.length === 0) return { recorded, head: before };
  writeTiles(db, transaction, tiles);
  const head: LedgerHead = { ...last!, size: tree.size, peaks: tree.peaks };
  transaction.set(headRef(db), head);
  return { recorded, head };
}

/** Null for a job that no entry can be made of: it must not keep all others waiting. */
function sealOrNull({ host, log }: Service, head: Head | null, job: Job, now: string): Sealed | null {
  try {
    return sealEntry(host, head, contentOf(job), now);
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    const { claim_id, request_id } = job;
    const about = {
      station: "append",
      event: "job_unsealable",
      severity: "ERROR",
      claim_id,
      request_id,
    } as const;
    log({ ...about, error: error.message });
    return null;
  }
}

const UNSEALABLE = "No entry can be made of this job; the service's log says why.";

function contentOf(job: Job): EntryContent {
  const { claim_id, signature, evaluation, commits, ops } = job;
  const claim = claimOf(job);
  if (claim.kind === "plan") return planContent(claim, { claim_id, signature, commits: commits!, ops: ops! });
  return policyContent(claim, { claim_id, signature, ...(evaluation && { evaluation }) });
}
