// The returns of one policy over seeds, and what they come to. Whoever may choose the seed of an episode chooses a lucky
// one: these say how lucky it was. Rewards are integers in the environment's unit, so that their sums are exact.
import type { Environment } from "../environments/environment.ts";
import { type Actor, runEpisode } from "../episode.ts";
import { PolicyLedgerError, quote } from "../error.ts";

export interface Seeds {
  readonly first: number;
  readonly count: number;
}

/** The return on each seed: first, first + 1, … One at a time, so that whoever asks may rest, tell, or stop in between. */
export function* returnsOverSeeds(
  env: Environment,
  actor: Actor,
  { first, count }: Seeds,
): Generator<number, void, undefined> {
  for (let i = 0; i < count; i++) yield runEpisode(env, actor, first + i).reward;
}

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
export function figuresOf(returns: readonly number[]): Figures {
  const sorted = sortedReturns(returns);
  const n = sorted.length;
  const mean = sorted.reduce((sum, reward) => sum + reward, 0) / n;
  const squares = sorted.reduce((sum, reward) => sum + (reward - mean) * (reward - mean), 0);
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

/** Where a return lies among others: how many are less, the same, more. */
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
export function binsOf(returns: readonly number[]): readonly Bin[] {
  const lowest = returns.reduce((a, b) => Math.min(a, b));
  const highest = returns.reduce((a, b) => Math.max(a, b));
  const width = widthFor(lowest, highest);
  const first = Math.floor(lowest / width);
  const counts = Array.from({ length: Math.floor(highest / width) - first + 1 }, () => 0);
  for (const reward of returns) counts[Math.floor(reward / width) - first]! += 1;
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

/**
 * What the best of so many seeds is worth, on average, to whoever draws them from these returns: each return times the
 * probability that it is the largest of n, which is F(r)^n − F(r − 1)^n.
 */
export function expectedBestOf(tries: number, returns: readonly number[]): number {
  if (!Number.isSafeInteger(tries) || tries < 1) {
    throw new PolicyLedgerError("invalid_seed", `Cannot draw ${quote(tries)} seeds: wanted at least one`);
  }
  const sorted = sortedReturns(returns);
  const n = sorted.length;
  let expected = 0;
  let below = 0;
  for (let i = 1; i <= n; i++) {
    const upTo = power(i / n, tries);
    expected += sorted[i - 1]! * (upTo - below);
    below = upTo;
  }
  return expected;
}

/** By squaring: the engine's own power differs between engines. */
function power(base: number, exponent: number): number {
  let result = 1;
  for (let left = exponent, square = base; left > 0; left = Math.floor(left / 2), square *= square) {
    if (left % 2 === 1) result *= square;
  }
  return result;
}

function sortedReturns(returns: readonly number[]): number[] {
  if (!Array.isArray(returns) || returns.length === 0) {
    throw new PolicyLedgerError("invalid_seed", "Cannot say what no returns come to: wanted at least one");
  }
  return [...(returns as readonly number[])].sort((a, b) => a - b);
}
