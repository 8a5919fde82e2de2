// Whose a training is: one run has it at a time, until its lease is over, and writes only while it has it.
import type { DocumentReference, Firestore, Timestamp, WriteBatch } from "firebase-admin/firestore";
import { isChangedSince, isoTime, type TrainingJob, trainings } from "./documents.ts";
import type { Service } from "./service.ts";
import { CAPS } from "./training-requests.ts";

/** Beyond the cap on running time, for the claim at the end. */
const LEASE_MS = CAPS.milliseconds + 30_000;
const MAX_ATTEMPTS = 5;

/** Another run has the training by now, or it was given up. */
export class LeaseLost extends Error {}

/** The training, or null where it is done, or somebody's. */
export async function takeLease(service: Service, trainingId: string): Promise<HeldTraining | null> {
  const { db } = service;
  const job = await lease(service, trainingId);
  if (job === null) return null;
  const stored = await trainings(db).doc(trainingId).get();
  // Somebody who came while this run stood still longer than its lease.
  if (stored.get("attempts") !== job.attempts) return null;
  return new HeldTraining(db, job, stored.updateTime!);
}

async function lease({ db, now, log }: Service, trainingId: string): Promise<TrainingJob | null> {
  return db.runTransaction(async (transaction) => {
    const ref = trainings(db).doc(trainingId);
    const job = (await transaction.get(ref)).data() as TrainingJob | undefined;
    if (job === undefined || job.state === "DONE" || job.state === "FAILED") return null;
    const time = now();
    if (job.state === "RUNNING" && job.lease_until > isoTime(time)) return null;
    if (job.attempts >= MAX_ATTEMPTS) {
      transaction.update(ref, { state: "FAILED", message: GAVE_UP, ended_at: isoTime(time) });
      log({ station: "train", event: "training_given_up", severity: "ERROR", training_id: trainingId });
      return null;
    }
    const taken = {
      state: "RUNNING" as const,
      attempts: job.attempts + 1,
      lease_until: isoTime(time + LEASE_MS),
    };
    transaction.update(ref, taken);
    return { ...job, ...taken };
  });
}

const GAVE_UP = "The service could not finish this training in several attempts.";

/** A training that this run has taken. */
export class HeldTraining {
  readonly job: TrainingJob;
  readonly ref: DocumentReference;
  private readonly db: Firestore;
  private at: Timestamp;

  constructor(db: Firestore, job: TrainingJob, at: Timestamp) {
    this.db = db;
    this.job = job;
    this.ref = trainings(db).doc(job.training_id);
    this.at = at;
  }

  /** Writes to it, and whatever else belongs to that, only as long as nobody else has written to it. */
  async write(fields: Partial<TrainingJob>, more: (batch: WriteBatch) => void = () => {}): Promise<void> {
    try {
      await this.commit(fields, more);
    } catch (error) {
      if (!isChangedSince(error)) throw error;
      // If it was this run that wrote since, an answer was lost: of this commit, which may be done twice, or of one before.
      this.at = await this.ownWrite();
      await this.commit(fields, more);
    }
  }

  private async commit(fields: Partial<TrainingJob>, more: (batch: WriteBatch) => void): Promise<void> {
    const batch = this.db.batch();
    more(batch);
    batch.update(this.ref, { ...fields }, { lastUpdateTime: this.at });
    this.at = (await batch.commit()).at(-1)!.writeTime;
  }

  /** When this run wrote last; throws where it was somebody else. */
  private async ownWrite(): Promise<Timestamp> {
    const now = await this.ref.get();
    const { attempts, state } = now.data() as TrainingJob;
    if (attempts !== this.job.attempts || state === "FAILED") {
      throw new LeaseLost(`Cannot write to training ${this.job.training_id}: another run has it`);
    }
    return now.updateTime!;
  }
}
