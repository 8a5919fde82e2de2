// Where everything is kept: collections, document ids and the fields of each document. Times are UTC texts with
// milliseconds, which sort as they follow one another. docs/life-of-a-claim.md says who writes what, and when.
import type { Board, Claim, Entry, Evaluation, Head, Invalid, Progress, Tile } from "@policyledger/core";
import type { CollectionReference, DocumentReference, Firestore, Query } from "firebase-admin/firestore";

export type State =
  | "PENDING" // accepted, not decided
  | "VALID" // decided: it holds, and waits for its place in the ledger
  | "RECORDED" // it stands in the ledger
  | "INVALID" // decided: it does not hold
  | "FAILED"; // given up after many attempts; submitting the claim again opens it anew

export const FINAL_STATES: readonly State[] = ["RECORDED", "INVALID", "FAILED"];

/** `verification_jobs/{claim_id}`: one claim on its way. */
export interface Job {
  readonly claim_id: string;
  /** The claim's canonical JSON: the signed bytes. */
  readonly claim: string;
  readonly signature: string;
  readonly agent_id: string;
  /** What the claim is about: a policy, or a plan. */
  readonly policy_hash?: string;
  readonly plan_hash?: string;
  readonly state: State;
  readonly submitted_at: string;
  /** The request that brought it: with the claim's id, this finds it in the logs of every station. */
  readonly request_id: string;
  /** Of the very call that wrote it: so a commit that is tried again, its answer lost, knows its own work. */
  readonly opened_by: string;
  /** How often the sweep had to send it on its way again. */
  readonly attempts: number;
  /** When the sweep sends it, should it still be PENDING. */
  readonly resend_at: string;
  readonly decided_at?: string;
  readonly verified_reward?: number;
  readonly steps?: number;
  readonly evaluation?: Evaluation;
  /** Of a plan that holds: how many its run came to. */
  readonly commits?: number;
  readonly ops?: number;
  readonly reason?: Invalid["reason"] | "gave_up";
  readonly message?: string;
  readonly faults?: Invalid["faults"];
  readonly replayed_reward?: number;
  readonly replayed_state_hash?: string;
  readonly replayed_commit_hash?: string;
  readonly index?: number;
  readonly current_hash?: string;
  readonly recorded_at?: string;
}

/** `ledger_entries/{index}`: the entry's own fields, and the hash by which the next one names it. */
export type StoredEntry = Entry & { readonly current_hash: string };

/** `agents/{label}`: which key a label belongs to. Written once. */
export interface AgentBinding {
  readonly agent_id: string;
  readonly public_key: string;
  readonly claim_id: string;
  readonly bound_at: string;
}

/** What claims are about, and is kept beside them. */
export interface StoredSubject {
  /** Some claim with it is VALID: anyone may have it, and it stays. */
  readonly published: boolean;
  /** While it is not published: never before this is it deleted. */
  readonly keep_until?: string;
}

/** `policies/{policy_hash}`: an artifact's canonical JSON as bytes. */
export interface StoredPolicy extends StoredSubject {
  readonly policy_hash: string;
  readonly artifact: Uint8Array;
}

/** `plans/{plan_hash}`: which parts its document has and, once it is published, its receipts; they lie below it. */
export interface StoredPlan extends StoredSubject {
  readonly plan_hash: string;
  readonly document: KeptText;
  readonly receipts?: KeptText;
}

/** A long text that was put into parts. */
export interface KeptText {
  readonly parts: number;
  /** Of the text itself, in UTF-8. */
  readonly bytes: number;
}

/** `ledger/head`: the last entry, how many there are, and the tree over them. Its write wakes the ranking. */
export interface LedgerHead extends Head {
  readonly size: number;
  /** The roots of the tree's complete subtrees, the largest first: all that it takes to let it grow. */
  readonly peaks: readonly string[];
}

/** `log_tiles/{level}-{index}`: a tile as far as it has grown; the partial tiles of all smaller widths begin it. */
export interface StoredTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Uint8Array;
}

/** `ledger/checkpoint`: the last one that was published. */
export interface StoredCheckpoint {
  readonly size: number;
  readonly root: string;
  /** The note with the log's own signatures. */
  readonly note: string;
  readonly origin: string;
  /** The log's verifier keys, the current one first. */
  readonly keys: readonly string[];
  readonly published_at: string;
}

/** `ledger/cosigned`: the checkpoints of which cosignatures are kept, the newest first. */
export interface CosignedCheckpoints {
  readonly checkpoints: readonly {
    readonly size: number;
    readonly root: string;
    /** With all signatures. */
    readonly note: string;
  }[];
}

/** `rankings/watermark`: how far the ranking, and with it the audit of what it reads, has come. */
export interface Watermark {
  readonly size: number;
  readonly head: Head | null;
  readonly updated_at: string;
  /** The first entry that does not hold; ranking stops before it. */
  readonly fault: AuditFault | null;
}

export interface AuditFault {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

/** `rankings/{env_id}~{preset}`: a cached board. */
export type StoredBoard = Board;

/** `ledger/audit`: the walk over the whole ledger that the sweep does, a stretch at a time, again and again. */
export interface AuditWalk {
  /** The last entry that this walk has read; null at its begin. */
  readonly at: Head | null;
  readonly started_at: string;
  readonly completed: { readonly size: number; readonly head: string | null; readonly at: string } | null;
  readonly fault: AuditFault | null;
}

export type TrainingState = "QUEUED" | "RUNNING" | "DONE" | "FAILED";

/** `trainings/{training_id}`: a training on the server. */
export interface TrainingJob {
  readonly training_id: string;
  /** The signed request's canonical JSON. */
  readonly request: string;
  readonly signature: string;
  readonly public_key: string;
  readonly state: TrainingState;
  readonly requested_at: string;
  readonly request_id: string;
  /** As a job's. */
  readonly opened_by: string;
  /** The address that it was asked for from, hashed with the service's key. */
  readonly asked_from: string;
  readonly attempts: number;
  /** While it runs, it is somebody's until then; while it is queued, the sweep leaves it alone until then. */
  readonly lease_until: string;
  /** Numbered batches of points that are written. */
  readonly batches: number;
  readonly progress?: TrainingPoint;
  readonly stopped?: "episodes" | "converged" | "time";
  readonly claim_id?: string;
  readonly policy_hash?: string;
  readonly ended_at?: string;
  readonly message?: string;
}

export type TrainingPoint = Omit<Progress, "done" | "converged">;

/** `trainings/{training_id}/points/{n}` */
export interface PointBatch {
  readonly points: readonly TrainingPoint[];
}

/** gRPC's ALREADY_EXISTS and FAILED_PRECONDITION. */
const CHANGED = new Set<unknown>([6, 9]);
/** Wide enough that names sort as numbers do. */
const INDEX_DIGITS = 12;

export const jobs = (db: Firestore) => db.collection("verification_jobs");
export const policies = (db: Firestore) => db.collection("policies");
export const plans = (db: Firestore) => db.collection("plans");
export const trainings = (db: Firestore) => db.collection("trainings");
export const headRef = (db: Firestore) => db.doc("ledger/head");
export const checkpointRef = (db: Firestore) => db.doc("ledger/checkpoint");
export const cosignedRef = (db: Firestore) => db.doc("ledger/cosigned");
export const auditRef = (db: Firestore) => db.doc("ledger/audit");
export const watermarkRef = (db: Firestore) => db.doc("rankings/watermark");

export function pointsRef(training: DocumentReference, batch: number): DocumentReference {
  return training.collection("points").doc(String(batch).padStart(4, "0"));
}

export function entryRef(db: Firestore, index: number): DocumentReference {
  return db.doc(`ledger_entries/${String(index).padStart(INDEX_DIGITS, "0")}`);
}

/** Those from the first index up to, and without, the second. */
export function entryRefs(db: Firestore, from: number, until: number): DocumentReference[] {
  return Array.from({ length: Math.max(0, until - from) }, (_, i) => entryRef(db, from + i));
}

export function tileRef(db: Firestore, { level, index }: Pick<Tile, "level" | "index">): DocumentReference {
  return db.doc(`log_tiles/${level}-${String(index).padStart(INDEX_DIGITS, "0")}`);
}

export function boardRef(db: Firestore, { env_id, preset }: Pick<Board, "env_id" | "preset">) {
  return db.doc(`rankings/${env_id}~${preset}`);
}

/** A label may hold slashes, be "." or "__x__", which an id may not; "~" stands in no label. */
export function agentRef(db: Firestore, agentId: string): DocumentReference {
  return db.doc(`agents/~${agentId.replaceAll("/", "~")}`);
}

// Every query there is: each needs its index in firestore.indexes.json, and a test holds the two together. One that
// selects fields selects those that it is ordered by: where an answer breaks off, the client goes on behind the last
// document that came, and without them it throws where nobody can catch it.

export const waitingForAppend = (db: Firestore): Query =>
  jobs(db).where("state", "==", "VALID").orderBy("decided_at").select("decided_at");

export const dueForResending = (db: Firestore, time: string): Query =>
  jobs(db).where("state", "==", "PENDING").where("resend_at", "<", time).orderBy("resend_at");

export const oldestOf = (db: Firestore, state: State): Query =>
  jobs(db).where("state", "==", state).orderBy("submitted_at").limit(1);

export const latestOf = (db: Firestore, agentId: string): Query =>
  jobs(db).where("agent_id", "==", agentId).orderBy("submitted_at", "desc").limit(1);

export const keptUntilBefore = (subjects: CollectionReference, time: string): Query =>
  subjects.where("keep_until", "<", time).orderBy("keep_until").select("keep_until");

export const leasesBefore = (db: Firestore, state: TrainingState, time: string): Query =>
  trainings(db).where("state", "==", state).where("lease_until", "<", time).orderBy("lease_until");

/** Queued and running, in all, of one key, or asked for from one address. */
export const openTrainings = (db: Firestore): Query =>
  trainings(db).where("state", "in", ["QUEUED", "RUNNING"]);

export const openTrainingsOf = (db: Firestore, publicKey: string): Query =>
  openTrainings(db).where("public_key", "==", publicKey);

export const openTrainingsFrom = (db: Firestore, askedFrom: string): Query =>
  openTrainings(db).where("asked_from", "==", askedFrom);

/** Whether a write failed because somebody else has made or written the document since it was read. */
export function isChangedSince(error: unknown): boolean {
  return CHANGED.has((error as { code?: unknown }).code);
}

export function claimOf(job: Job): Claim {
  return JSON.parse(job.claim) as Claim;
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
