// What a watcher of a training sees: points along its way, in numbered batches that are the same in each run.
import type { Progress } from "@policyledger/core";
import type { DocumentReference, Firestore } from "firebase-admin/firestore";
import { type PointBatch, pointsRef, type TrainingPoint, trainings } from "./documents.ts";

/** Of one training; watchers get them at a pace that the eye follows, wherever they lie on the way. */
const POINTS = 500;
const POINTS_A_BATCH = 25;

/** Collects a point every so many episodes, and writes them in numbered batches that are the same in each run. */
export class PointWriter {
  private readonly db: Firestore;
  private readonly ref: DocumentReference;
  private readonly every: number;
  private pending: TrainingPoint[] = [];
  private batches = 0;

  constructor(db: Firestore, trainingId: string, episodes: number) {
    this.db = db;
    this.ref = trainings(db).doc(trainingId);
    this.every = Math.max(1, Math.ceil(episodes / POINTS));
  }

  readonly add = (progress: Progress): void => {
    if (progress.episode % this.every === 0 || progress.done) this.pending.push(pointOf(progress));
  };

  /** Only whole batches: what stands in a batch must not depend on how fast this run is. */
  async writeFull(): Promise<void> {
    await this.write(POINTS_A_BATCH);
  }

  async finish(): Promise<number> {
    await this.write(1);
    return this.batches;
  }

  private async write(least: number): Promise<void> {
    if (this.pending.length < least) return;
    const batch = this.db.batch();
    let last: TrainingPoint | null = null;
    while (this.pending.length >= least) {
      const points = this.pending.splice(0, POINTS_A_BATCH);
      batch.set(pointsRef(this.ref, this.batches), { points } satisfies PointBatch);
      this.batches += 1;
      last = points.at(-1)!;
    }
    batch.update(this.ref, { batches: this.batches, progress: last });
    await batch.commit();
  }
}

export function pointOf(progress: Progress): TrainingPoint {
  const { done: _, converged: __, ...point } = progress;
  return point;
}
