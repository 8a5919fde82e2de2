// Station 3, append: group commit. Every VALID job that waits gets its entry, up to a limit, in one transaction that
// also moves the head and the jobs' states. So an entry, its index and its job's RECORDED are one fact.
//
// A crash before the commit leaves the jobs VALID: the next wake-up, or the sweep's, takes them. A crash after it
// leaves all of it done. Two instances at once are held apart by the transaction on the head; one instance, which
// takes what waits in one go, makes it fast, and the transaction makes it right.
import {
  ChainAudit,
  type EntryContent,
  type Head,
  headOf,
  PolicyLedgerError,
  policyContent,
  type Sealed,
  sealEntry,
} from "@policyledger/core";
import type { DocumentReference, Transaction } from "firebase-admin/firestore";
import {
  claimOf,
  entryRef,
  headRef,
  isoTime,
  type Job,
  type LedgerHead,
  waitingForAppend,
} from "./documents.ts";
import type { Service } from "./service.ts";

/** Entries of one transaction; with the longest claims they take 3 MB of the 10 MiB that a commit may have. */
export const GROUP_SIZE = 250;
/** The client's own five are few where many instances meet. */
const ATTEMPTS = 10;

/** Appends all that waits; says how many entries it made. */
export async function appendWaiting(service: Service, groupSize = GROUP_SIZE): Promise<number> {
  let appended = 0;
  for (;;) {
    const waiting = await waitingForAppend(service.db).limit(groupSize).get();
    if (waiting.empty) return appended;
    appended += await appendGroup(
      service,
      waiting.docs.map(({ ref }) => ref),
    );
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
  for (const { job, index } of recorded) {
    service.log({
      station: "append",
      event: "claim_recorded",
      claim_id: job.claim_id,
      request_id: job.request_id,
      index,
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
  readonly recorded: readonly { readonly job: Job; readonly index: number }[];
  readonly head: LedgerHead | null;
}

async function writeGroup(
  service: Service,
  transaction: Transaction,
  refs: readonly DocumentReference[],
): Promise<Group> {
  const { db, host } = service;
  const [headSnapshot, ...snapshots] = await transaction.getAll(headRef(db), ...refs);
  let head = (headSnapshot!.data() as LedgerHead | undefined) ?? null;
  // A head that is none is no job's fault: it throws here, before any of them is given up for it.
  if (head !== null) new ChainAudit(host, { from: head });
  const now = isoTime(service.now());
  const recorded: { job: Job; index: number }[] = [];
  for (const [i, snapshot] of snapshots.entries()) {
    const job = snapshot.data() as Job | undefined;
    // Another instance was faster.
    if (job?.state !== "VALID") continue;
    const sealed = sealOrNull(service, head, job, now);
    if (sealed === null) {
      transaction.update(refs[i]!, {
        state: "FAILED",
        reason: "gave_up",
        message: UNSEALABLE,
        decided_at: now,
      });
      continue;
    }
    const { entry, current_hash } = sealed;
    transaction.create(entryRef(db, entry.index), { ...entry, current_hash });
    transaction.update(refs[i]!, {
      state: "RECORDED",
      index: entry.index,
      current_hash,
      recorded_at: entry.timestamp,
    });
    head = { ...headOf(sealed), size: entry.index + 1 };
    recorded.push({ job, index: entry.index });
  }
  if (recorded.length > 0) transaction.set(headRef(db), head!);
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
  const { claim_id, signature, evaluation } = job;
  return policyContent(claimOf(job), { claim_id, signature, ...(evaluation && { evaluation }) });
}
