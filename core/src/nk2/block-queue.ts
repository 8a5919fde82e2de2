// The ready ops of one block of the matrix, while a batch grows: which of them adds least to the batch's bound. The marginal cost of an
// op depends on its bound alone, and never falls as the bound grows; so the least is that of the smallest bound that is ready, and the ties
// are the bounds right above it that cost the same. One term is added to a cost for each op that the batch has grown by, when it is asked for.
import type { Rational } from "../evaluation/rational.ts";
import { GroupTree } from "./group-tree.ts";
import { MinTree, NOTHING } from "./min-tree.ts";
import type { BlockOfGroups } from "./op-classes.ts";

export class BlockQueue {
  /** The least marginal cost, and the smallest rank that has it; NOTHING where no op is ready. Right after `refresh`. */
  cost = 0n;
  rank = NOTHING;
  private fresh = false;
  private readonly of: BlockOfGroups;
  private readonly shown: GroupTree;
  /** Of each group the smallest ready rank of each class; of a group of one class, as most are where all differ, in `ofOne`. */
  private readonly ready: readonly (MinTree | null)[];
  private readonly ofOne: Int32Array;
  /** floor(factor · a / den) is what one op of the batch adds to the cost of an op with the bound a. */
  private readonly terms: { readonly factor: bigint; readonly den: bigint }[] = [];
  /** By bound: the cost, and over how many of the terms. */
  private readonly costs: bigint[] = [];
  private readonly counted: number[] = [];

  constructor(block: BlockOfGroups) {
    this.of = block;
    const groups = block.classFrom.length - 1;
    this.shown = new GroupTree(groups);
    this.ready = Array.from({ length: groups }, (_, group) => {
      const length = block.classFrom[group + 1]! - block.classFrom[group]!;
      return length === 1 ? null : new MinTree(length);
    });
    this.ofOne = new Int32Array(groups).fill(NOTHING);
  }

  /** An empty batch: nothing costs anything. */
  clear(): void {
    if (this.terms.length === 0) return;
    this.fresh = false;
    this.terms.length = 0;
    this.costs.length = 0;
    this.counted.length = 0;
  }

  /** The batch has grown by an op of a block with which the matrix has an entry. */
  grow({ num, den }: Rational, bound: bigint): void {
    this.terms.push({ factor: num * bound, den });
    this.fresh = false;
  }

  /** The smallest ready rank of a class, or NOTHING; seen when its group is shown. */
  setReady(group: number, class_: number, rank: number): void {
    const ready = this.ready[group]!;
    if (ready === null) this.ofOne[group] = rank;
    else ready.set(class_ - this.of.classFrom[group]!, rank);
    // Also where the group's least bound and rank stay as they were: it may have been the best between them.
    this.fresh = false;
    this.shown.forget();
  }

  show(group: number): void {
    const ready = this.ready[group]!;
    const least = ready === null ? this.ofOne[group]! : ready.least();
    const first = ready === null || least === NOTHING ? 0 : ready.firstAfter(-1);
    const bound = least === NOTHING ? NOTHING : this.boundOf(group, first);
    if (this.shown.set(group, bound, least)) this.fresh = false;
  }

  hide(group: number): void {
    if (this.shown.set(group, NOTHING, NOTHING)) this.fresh = false;
  }

  refresh(): void {
    if (this.fresh) return;
    this.fresh = true;
    this.rank = this.shown.leastRank();
    this.cost = 0n;
    if (this.rank === NOTHING || this.terms.length === 0) return;
    const first = this.shown.leastBound();
    this.cost = this.costOf(first);
    const last = this.lastOfCost(first);
    if (last === this.of.bounds.length - 1) return;
    this.rank = this.shown.leastRankUpTo(last, (group) => this.leastUpTo(group, last));
  }

  /** Which of the bounds the class in this place of a group has. */
  private boundOf(group: number, place: number): number {
    return this.of.boundOf[this.of.classFrom[group]! + place]!;
  }

  /** The smallest ready rank in a group of what has a bound up to `bound`. */
  private leastUpTo(group: number, bound: number): number {
    const { classFrom } = this.of;
    let [low, high] = [-1, classFrom[group + 1]! - classFrom[group]!];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.boundOf(group, middle) <= bound) low = middle;
      else high = middle;
    }
    if (low < 0) return NOTHING;
    return this.ready[group]?.leastUpTo(low) ?? this.ofOne[group]!;
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
