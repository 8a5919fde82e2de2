// What many returns come to. Rewards are integers in the environment's unit; sums of them are exact.

export interface Figures {
  readonly episodes: number;
  readonly mean: number;
  /** Of the sample; 0 for one episode. */
  readonly deviation: number;
  readonly min: number;
  /** Returns that occurred: the smallest that a quarter, a half, three quarters of all do not exceed. */
  readonly quartiles: readonly [number, number, number];
  readonly max: number;
}

/** Of at least one. */
export function figuresOf(rewards: readonly number[]): Figures {
  const sorted = [...rewards].sort((a, b) => a - b);
  const n = sorted.length;
  const mean = sorted.reduce((sum, reward) => sum + reward, 0) / n;
  const squares = sorted.reduce((sum, reward) => sum + (reward - mean) ** 2, 0);
  const at = (quarters: number) => sorted[Math.ceil((n * quarters) / 4) - 1]!;
  return {
    episodes: n,
    mean,
    deviation: n === 1 ? 0 : Math.sqrt(squares / (n - 1)),
    min: sorted[0]!,
    quartiles: [at(1), at(2), at(3)],
    max: sorted[n - 1]!,
  };
}

/** Where a reward lies among others: how many earn less, the same, more. */
export interface Standing {
  readonly below: number;
  readonly equal: number;
  readonly above: number;
}

export function standingOf(reward: number, among: readonly number[]): Standing {
  const below = among.filter((other) => other < reward).length;
  const equal = among.filter((other) => other === reward).length;
  return { below, equal, above: among.length - below - equal };
}

export interface Bin {
  /** Rewards from this one on, up to the next bin's. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const MOST_BINS = 12;
/** Widths, in units, that are read easily. */
const STEPS = [1, 2, 5];

/** Bins of one easily read width, empty ones between them included. */
export function binsOf(rewards: readonly number[]): readonly Bin[] {
  const lowest = rewards.reduce((a, b) => Math.min(a, b));
  const highest = rewards.reduce((a, b) => Math.max(a, b));
  const width = widthFor(lowest, highest);
  const first = Math.floor(lowest / width);
  const counts = Array.from({ length: Math.floor(highest / width) - first + 1 }, () => 0);
  for (const reward of rewards) counts[Math.floor(reward / width) - first]! += 1;
  return counts.map((count, i) => ({ from: (first + i) * width, to: (first + i + 1) * width, count }));
}

function widthFor(lowest: number, highest: number): number {
  for (let scale = 1; ; scale *= 10) {
    for (const step of STEPS) {
      const width = step * scale;
      if (Math.floor(highest / width) - Math.floor(lowest / width) < MOST_BINS) return width;
    }
  }
}
