// For a row of groups: the smallest bound that any of them has ready, the smallest rank, and the smallest rank among those whose bound
// is not above a given one. The last is a search that takes the smallest ranks first and leaves out what cannot be better; when what it
// found is hidden it goes on where it stopped, so that to hide one group after another costs no more than to look at each once.
import { IntHeap } from "./int-heap.ts";
import { NOTHING } from "./min-tree.ts";

export class GroupTree {
  private readonly width: number;
  /** Node 1 is the root; the children of node k are 2k and 2k + 1; the groups are the last `width` nodes. */
  private readonly bounds: Int32Array;
  private readonly ranks: Int32Array;
  /** The bound of the search that may go on; -1 where none may. */
  private sought = -1;
  /** What it has still to look into, by rank: nodes, and groups (odd) whose rank is exact. */
  private readonly open = new IntHeap();

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
    if (rank !== NOTHING || !this.skip(node)) this.forget();
    this.bounds[node] = bound;
    this.ranks[node] = rank;
    while (node > 1) {
      node >>= 1;
      this.bounds[node] = Math.min(this.bounds[2 * node]!, this.bounds[2 * node + 1]!);
      this.ranks[node] = Math.min(this.ranks[2 * node]!, this.ranks[2 * node + 1]!);
    }
    return true;
  }

  /** What is ready in some group is not what it was. */
  forget(): void {
    this.sought = -1;
  }

  /** The smallest rank of what has a bound up to `bound`; `leastIn` tells it of a single group. */
  leastRankUpTo(bound: number, leastIn: (place: number) => number): number {
    const { open, width } = this;
    if (this.sought !== bound) {
      this.sought = bound;
      open.clear();
      this.lookInto(1);
    }
    for (;;) {
      const next = open.peek();
      if (next < 0) return NOTHING;
      if (next % 2 === 1) return Math.floor(next / (4 * width));
      const node = (open.pop() % (4 * width)) / 2;
      if (node >= width) this.put(node, leastIn(node - width), 1);
      else for (const child of [2 * node, 2 * node + 1]) this.lookInto(child);
    }
  }

  private lookInto(node: number): void {
    if (this.bounds[node]! <= this.sought) this.put(node, this.ranks[node]!, 0);
  }

  private put(node: number, rank: number, isExact: 0 | 1): void {
    if (rank !== NOTHING) this.open.push(rank * 4 * this.width + 2 * node + isExact);
  }

  /** Takes a group out of the search, if it is what was found. */
  private skip(node: number): boolean {
    if (this.open.peek() % (4 * this.width) !== 2 * node + 1) return false;
    this.open.pop();
    return true;
  }
}
