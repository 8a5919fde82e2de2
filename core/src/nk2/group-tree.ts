// For a row of groups: the smallest bound that any of them has ready, the smallest rank, and the smallest rank among those whose bound
// is not above a given one. The last is a search that starts where the smallest ranks are and leaves out what cannot be better.
import { NOTHING } from "./min-tree.ts";

export class GroupTree {
  private readonly width: number;
  /** Node 1 is the root; the children of node k are 2k and 2k + 1; the groups are the last `width` nodes. */
  private readonly bounds: Int32Array;
  private readonly ranks: Int32Array;

  constructor(length: number) {
    let width = 1;
    while (width < length) width *= 2;
    this.width = width;
    this.bounds = new Int32Array(2 * width).fill(NOTHING);
    this.ranks = new Int32Array(2 * width).fill(NOTHING);
  }

  leastBound(): number {
    return this.bounds[1]!;
  }

  leastRank(): number {
    return this.ranks[1]!;
  }

  /** The smallest bound and the smallest rank of a group; they may be of different ops. Says whether that is new. */
  set(place: number, bound: number, rank: number): boolean {
    let node = this.width + place;
    if (this.bounds[node] === bound && this.ranks[node] === rank) return false;
    this.bounds[node] = bound;
    this.ranks[node] = rank;
    while (node > 1) {
      node >>= 1;
      this.bounds[node] = Math.min(this.bounds[2 * node]!, this.bounds[2 * node + 1]!);
      this.ranks[node] = Math.min(this.ranks[2 * node]!, this.ranks[2 * node + 1]!);
    }
    return true;
  }

  /** The smallest rank of what has a bound up to `bound`; `leastIn` tells it of a single group. */
  leastRankUpTo(bound: number, leastIn: (place: number) => number): number {
    return this.search(1, bound, NOTHING, leastIn);
  }

  private search(node: number, bound: number, best: number, leastIn: (place: number) => number): number {
    const { bounds, ranks, width } = this;
    if (bounds[node]! > bound || ranks[node]! >= best) return best;
    if (node >= width) return Math.min(best, leastIn(node - width));
    const nearer = ranks[2 * node]! <= ranks[2 * node + 1]! ? 2 * node : 2 * node + 1;
    const found = this.search(nearer, bound, best, leastIn);
    return this.search(nearer ^ 1, bound, found, leastIn);
  }
}
