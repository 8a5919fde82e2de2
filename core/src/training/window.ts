// The last rewards, their exact sum, and whether their mean still rises.
import type { TrainingConfig } from "./config.ts";

/** How many rewards the moving average spans where no early stop says otherwise. */
const DEFAULT_WINDOW = 100;

export interface SavedWindow {
  /** Oldest first. */
  readonly rewards: readonly number[];
  /** The largest sum of a full window, and for how many episodes no sum has beaten it. */
  readonly best: number | null;
  readonly since: number;
}

export class RewardWindow {
  readonly size: number;
  private readonly earlyStop: TrainingConfig["early_stop"];
  private readonly ring: number[] = [];
  private at = 0;
  private sum = 0;
  private best: number | null = null;
  private since = 0;

  constructor(config: TrainingConfig) {
    this.earlyStop = config.early_stop;
    this.size = this.earlyStop?.window ?? DEFAULT_WINDOW;
  }

  get last(): number {
    return this.ring.length === 0 ? 0 : this.ring[(this.at + this.size - 1) % this.size]!;
  }

  get average(): number {
    return this.ring.length === 0 ? 0 : this.sum / this.ring.length;
  }

  /** The mean has not risen by enough for long enough. */
  get converged(): boolean {
    return this.earlyStop !== null && this.since >= this.earlyStop.patience;
  }

  add(reward: number): void {
    this.sum += reward - (this.ring[this.at] ?? 0);
    this.ring[this.at] = reward;
    this.at = (this.at + 1) % this.size;
    if (this.earlyStop === null || this.ring.length < this.size) return;
    if (this.best === null || this.sum > this.best + this.earlyStop.min_gain * this.size) {
      this.best = this.sum;
      this.since = 0;
    } else {
      this.since += 1;
    }
  }

  save(): SavedWindow {
    const full = this.ring.length === this.size;
    const rewards = full ? [...this.ring.slice(this.at), ...this.ring.slice(0, this.at)] : [...this.ring];
    return { rewards, best: this.best, since: this.since };
  }

  load({ rewards, best, since }: SavedWindow): void {
    for (const reward of rewards) {
      this.ring.push(reward);
      this.sum += reward;
    }
    this.at = rewards.length % this.size;
    this.best = best;
    this.since = since;
  }
}
