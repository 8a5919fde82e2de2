// Station 7, sweep: mends what a crash, or a message that was lost, has left behind. It runs every minute, looks at
// what should have moved on by now, and sends it on its way again; it decides and appends nothing itself.
import type { Head } from "@policyledger/core";
import type { DocumentReference, Query, Transaction } from "firebase-admin/firestore";
import {
  type AuditWalk,
  auditRef,
  checkpointRef,
  dueForResending,
  entryRefs,
  headRef,
  isChangedSince,
  isoTime,
  type Job,
  keptUntilBefore,
  type LedgerHead,
  leasesBefore,
  oldestOf,
  plans,
  policies,
  type State,
  type StoredEntry,
  type StoredPlan,
  type StoredSubject,
  type TrainingJob,
  waitingForAppend,
} from "./documents.ts";
import { audit, rankNew } from "./rank.ts";
import { messageOf, type Service } from "./service.ts";
import { deleteSubject } from "./subjects.ts";
import { KEEP_ARTIFACT_MS, RESEND_AFTER_MS, sendToVerify } from "./submit.ts";
import { sendToTrain } from "./training-requests.ts";

/** What one run takes on of each kind. */
const MOST = 500;
/** After so many times on its way again a claim is given up: some fault of ours keeps it from its verdict. */
export const MAX_ATTEMPTS = 12;
const LONGEST_PAUSE_MS = 3_600_000;
/** Entries that one run reads again for the audit of the whole ledger. */
const AUDIT_STRETCH = 2_000;

/** Runs every task; one that fails does not keep the others from theirs. */
export async function sweep(service: Service): Promise<void> {
  const failures: unknown[] = [];
  for (const task of [resendClaims, wakeAppend, rankNew, resumeTrainings, dropArtifacts, auditStretch]) {
    try {
      await task(service);
    } catch (error) {
      failures.push(error);
      service.log({
        station: "sweep",
        event: "sweep_failed",
        severity: "ERROR",
        task: task.name,
        error: messageOf(error),
        counted: { sweep_failures: 1 },
      });
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** PENDING for too long: the message was lost, or the verifier could not decide. */
async function resendClaims(service: Service): Promise<void> {
  const now = service.now();
  const found = await dueForResending(service.db, isoTime(now)).limit(MOST).get();
  const resent: Job[] = [];
  for (const one of found.docs) {
    const job = one.data() as Job;
    const gaveUp = job.attempts >= MAX_ATTEMPTS;
    const fields = gaveUp
      ? { state: "FAILED" as const, reason: "gave_up" as const, message: GAVE_UP, decided_at: isoTime(now) }
      : { attempts: job.attempts + 1, resend_at: isoTime(now + pauseAfter(job.attempts + 1)) };
    // Only as it was read: a verdict that came meanwhile stays.
    const written = await one.ref.update(fields, { lastUpdateTime: one.updateTime }).then(
      () => true,
      (error) => {
        if (isChangedSince(error)) return false;
        throw error;
      },
    );
    if (!written) continue;
    if (!gaveUp) resent.push(job);
    service.log({
      station: "sweep",
      event: gaveUp ? "claim_given_up" : "claim_resent",
      severity: gaveUp ? "ERROR" : "WARNING",
      claim_id: job.claim_id,
      request_id: job.request_id,
      attempts: job.attempts,
      counted: gaveUp ? { claims_given_up: 1 } : { claims_resent: 1 },
    });
  }
  await sendToVerify(service, resent);
}

const GAVE_UP =
  "The service could not decide on this claim in many attempts. That is no verdict: submit it again to have it opened anew.";

/** Twice as long after each attempt. */
function pauseAfter(attempts: number): number {
  return Math.min(LONGEST_PAUSE_MS, RESEND_AFTER_MS * 2 ** attempts);
}

/** VALID and not yet RECORDED, or RECORDED and not under a checkpoint: one wake-up is enough for all of them. */
async function wakeAppend(service: Service): Promise<void> {
  const oldest = await waitingForAppend(service.db).limit(1).get();
  if (oldest.empty && (await isPublished(service))) return;
  await service.publish("verdicts", [{ swept: true }]);
  service.log({ station: "sweep", event: "append_woken", counted: { append_woken: 1 } });
}

async function isPublished({ db }: Service): Promise<boolean> {
  const [head, checkpoint] = await db.getAll(headRef(db), checkpointRef(db), { fieldMask: ["size"] });
  return checkpoint!.exists && checkpoint!.get("size") === (head!.get("size") ?? 0);
}

/** QUEUED or RUNNING, and nobody's by now. */
async function resumeTrainings(service: Service): Promise<void> {
  const now = isoTime(service.now());
  const found = await Promise.all(
    (["QUEUED", "RUNNING"] as const).map((state) => leasesBefore(service.db, state, now).limit(MOST).get()),
  );
  const ids = found.flatMap(({ docs }) => docs.map((one) => (one.data() as TrainingJob).training_id));
  if (ids.length === 0) return;
  await sendToTrain(service, ids);
  service.log({ station: "sweep", event: "trainings_resent", counted: { trainings_resent: ids.length } });
}

/**
 * Artifacts of claims that did not hold, and documents of plans. One that an undecided claim needs is never among them: a claim's artifact is
 * kept for KEEP_ARTIFACT_MS at least from its submission, and nothing is dropped that an older open claim may need.
 */
async function dropArtifacts(service: Service): Promise<void> {
  const { db } = service;
  const oldestOpen = await Promise.all(
    (["PENDING", "VALID"] as const).map((state: State) => first(oldestOf(db, state))),
  );
  const limits = oldestOpen.flatMap((job) =>
    job === null ? [] : [Date.parse((job as Job).submitted_at) + KEEP_ARTIFACT_MS],
  );
  const before = isoTime(Math.min(service.now(), ...limits));
  let dropped = 0;
  for (const subjects of [policies(db), plans(db)]) {
    const found = await keptUntilBefore(subjects, before).limit(MOST).get();
    for (const { ref } of found.docs) {
      dropped += await db.runTransaction((transaction) => dropUnpublished(transaction, ref, before));
    }
  }
  if (dropped > 0) {
    service.log({ station: "sweep", event: "artifacts_dropped", counted: { artifacts_dropped: dropped } });
  }
}

/** Whether it still is one that nobody needs, looked at again before it goes; how many went. */
async function dropUnpublished(
  transaction: Transaction,
  ref: DocumentReference,
  before: string,
): Promise<0 | 1> {
  const fieldMask = ["published", "keep_until", "document"];
  const [now] = await transaction.getAll(ref, { fieldMask });
  const stored = now!.data() as (StoredSubject & Partial<StoredPlan>) | undefined;
  if (stored === undefined || stored.published || stored.keep_until! >= before) return 0;
  deleteSubject(transaction, ref, stored);
  return 1;
}

async function first(query: Query): Promise<unknown> {
  const found = await query.get();
  return found.empty ? null : found.docs[0]!.data();
}

/** Between two walks: each costs as many reads as the ledger has entries, and new ones are audited by rank. */
const REST_MS = 24 * 3_600_000;

function rests(walk: AuditWalk | undefined, now: number): boolean {
  if (walk === undefined || walk.at !== null || walk.fault !== null || walk.completed === null) return false;
  return Date.parse(walk.completed.at) + REST_MS > now;
}

/** The next stretch of a walk over the whole ledger, which begins again a day after it has come to the end. */
async function auditStretch(service: Service): Promise<void> {
  const { db } = service;
  const [headSnapshot, walkSnapshot] = await db.getAll(headRef(db), auditRef(db));
  const ledger = headSnapshot!.data() as LedgerHead | undefined;
  const before = walkSnapshot!.data() as AuditWalk | undefined;
  if (ledger === undefined || rests(before, service.now())) return;
  const now = isoTime(service.now());
  const starts = before === undefined || before.at === null;
  const from: Head | null = starts ? null : before.at;
  const index = from === null ? 0 : from.index + 1;
  const until = Math.min(ledger.size, index + AUDIT_STRETCH);
  const snapshots = index < until ? await db.getAll(...entryRefs(db, index, until)) : [];
  const { head, fault } = audit(
    service,
    from,
    snapshots.map((one) => one.data() as StoredEntry | undefined),
  );
  const atEnd = fault === null && until === ledger.size;
  const wrongEnd = atEnd && head?.current_hash !== ledger.current_hash;
  const found = wrongEnd
    ? {
        index: until - 1,
        code: "altered",
        message: `the last entry hashes to ${head?.current_hash}, the head says ${ledger.current_hash}`,
      }
    : fault;
  const walk: AuditWalk = {
    // From the begin again after the end, and after a fault: it may have been mended.
    at: atEnd || found !== null ? null : head,
    started_at: starts ? now : before!.started_at,
    completed:
      atEnd && found === null
        ? { size: until, head: head?.current_hash ?? null, at: now }
        : (before?.completed ?? null),
    fault: found ?? (atEnd ? null : (before?.fault ?? null)),
  };
  await auditRef(db).set(walk);
  if (found !== null)
    service.log({ station: "sweep", event: "audit_fault", severity: "ERROR", fault: found });
}
