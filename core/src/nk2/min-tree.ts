// A row of integers that answers two questions in the logarithm of its length: which is the first place that is taken, and what is the
// least value up to a place. A place that is not taken holds NOTHING.

export const NOTHING = 0x7fffffff;

export class MinTree {
  private readonly width: number;
  /** Node 1 is the root; the children of node k are 2k and 2k + 1; the places are the last `width` nodes. */
  private readonly nodes: Int32Array;

  constructor(length: number) {
    let width = 1;
    while (width < length) width *= 2;
    this.width = width;
    this.nodes = new Int32Array(2 * width).fill(NOTHING);
  }

  /** The least of all. */
  least(): number {
    return this.nodes[1]!;
  }

  at(place: number): number {
    return this.nodes[this.width + place]!;
  }

  set(place: number, value: number): void {
    const { nodes } = this;
    let node = this.width + place;
    nodes[node] = value;
    while (node > 1) {
      node >>= 1;
      const [left, right] = [nodes[2 * node]!, nodes[2 * node + 1]!];
      const least = left < right ? left : right;
      if (nodes[node] === least) break;
      nodes[node] = least;
    }
  }

  /** The first place after `after` that is taken; -1 when there is none. */
  firstAfter(after: number): number {
    const { nodes, width } = this;
    let node = width + after + 1;
    if (after + 1 >= width) return -1;
    // Up until something is taken at or to the right of where we are, then down along the leftmost that is.
    while (nodes[node] === NOTHING) {
      while (node % 2 === 1) node >>= 1;
      if (node === 0) return -1;
      node += 1;
    }
    while (node < width) node = nodes[2 * node] === NOTHING ? 2 * node + 1 : 2 * node;
    return node - width;
  }

  /** The least of the places up to and with `last`. */
  leastUpTo(last: number): number {
    const { nodes } = this;
    let node = this.width + last + 1;
    let least = NOTHING;
    if (last + 1 >= this.width) return nodes[1]!;
    while (node > 1) {
      if (node % 2 === 1 && nodes[node - 1]! < least) least = nodes[node - 1]!;
      node >>= 1;
    }
    return least;
  }
}
