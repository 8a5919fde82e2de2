// The ready ops of one block of the matrix, while a batch grows: which of them adds least to the batch's bound. The marginal cost of an
// op depends on its bound alone, and never falls as the bound grows; so the least is at the first class that is ready, and
// the ties are the classes right behind it. One term is added to a cost for each op that the batch has grown by, when it is asked for.
import type { Rational } from "../evaluation/rational.ts";
import { MinTree, NOTHING } from "./min-tree.ts";
import type { BlockOfClasses } from "./op-classes.ts";

export class BlockQueue {
  /** The least marginal cost, and the smallest rank that has it; NOTHING where no op is ready. Right after `refresh`. */
  cost = 0n;
  rank = NOTHING;
  /** The smallest ready rank of each class, by place. */
  readonly ready: MinTree;
  private fresh = false;
  private readonly of: BlockOfClasses;
  /** floor(factor · a / den) is what one op of the batch adds to the cost of an op with the bound a. */
  private readonly terms: { readonly factor: bigint; readonly den: bigint }[] = [];
  /** By bound: the cost, and over how many of the terms. */
  private readonly costs: bigint[] = [];
  private readonly counted: number[] = [];

  constructor(block: BlockOfClasses) {
    this.of = block;
    this.ready = new MinTree(block.boundAt.length);
  }

  /** An empty batch: nothing costs anything. */
  clear(): void {
    this.fresh = false;
    if (this.terms.length === 0) return;
    this.terms.length = 0;
    this.costs.length = 0;
    this.counted.length = 0;
  }

  /** The batch has grown by an op of a block with which the matrix has an entry. */
  grow({ num, den }: Rational, bound: bigint): void {
    this.terms.push({ factor: num * bound, den });
    this.fresh = false;
  }

  setReady(place: number, rank: number): void {
    if (this.ready.at(place) === rank) return;
    this.ready.set(place, rank);
    this.fresh = false;
  }

  refresh(): void {
    if (this.fresh) return;
    this.fresh = true;
    this.rank = this.ready.least();
    this.cost = 0n;
    if (this.rank === NOTHING || this.terms.length === 0) return;
    const first = this.of.boundAt[this.ready.firstAfter(-1)]!;
    this.cost = this.costOf(first);
    this.rank = this.ready.leastUpTo(this.of.lastPlace[this.lastOfCost(first)]!);
  }

  /** The largest bound that costs what the bound `first` costs; the costs from there on are sorted. */
  private lastOfCost(first: number): number {
    let [low, high] = [first, first + 1];
    const { length } = this.of.bounds;
    // Usually the next one costs more already; otherwise in strides that double.
    while (high < length && this.costOf(high) === this.cost) [low, high] = [high, 2 * high - first + 1];
    high = Math.min(high, length);
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.costOf(middle) === this.cost) low = middle;
      else high = middle;
    }
    return low;
  }

  private costOf(i: number): bigint {
    const bound = this.of.bounds[i]!;
    let cost = this.costs[i] ?? 0n;
    for (let k = this.counted[i] ?? 0; k < this.terms.length; k++) {
      const { factor, den } = this.terms[k]!;
      cost += (factor * bound) / den;
    }
    this.costs[i] = cost;
    this.counted[i] = this.terms.length;
    return cost;
  }
}
