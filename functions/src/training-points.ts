// What a watcher of a training sees: points along its way, in numbered batches that are the same in each run.
import type { Progress } from "@policyledger/core";
import { type PointBatch, pointsRef, type TrainingPoint } from "./documents.ts";
import type { HeldTraining } from "./training-lease.ts";

/** Of one training; watchers get them at a pace that the eye follows, wherever they lie on the way. */
const POINTS = 500;
const POINTS_A_BATCH = 25;

/** Collects a point every so many episodes, and writes them in numbered batches that are the same in each run. */
export class PointWriter {
  private readonly held: HeldTraining;
  private readonly every: number;
  private pending: TrainingPoint[] = [];
  private batches = 0;

  constructor(held: HeldTraining, episodes: number) {
    this.held = held;
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
    const ready: PointBatch[] = [];
    while (this.pending.length >= least) ready.push({ points: this.pending.splice(0, POINTS_A_BATCH) });
    if (ready.length === 0) return;
    const first = this.batches;
    this.batches += ready.length;
    const progress = ready.at(-1)!.points.at(-1)!;
    await this.held.write({ batches: this.batches, progress }, (batch) => {
      for (const [i, points] of ready.entries()) batch.set(pointsRef(this.held.ref, first + i), points);
    });
  }
}

export function pointOf(progress: Progress): TrainingPoint {
  const { done: _, converged: __, ...point } = progress;
  return point;
}
