// Which ops come before which, by rank (their place in the order of ids): successors in one flat list, and a cycle where there is one.
import type { Edge } from "./plan.ts";

export interface Dag {
  /** The successors of op r are next[from[r]] to next[from[r + 1] - 1]. */
  readonly from: Int32Array;
  readonly next: Int32Array;
  /** How many edges lead to each op. */
  readonly inDegree: Int32Array;
}

/** Edges whose ends are not both known are left out: validation names them. */
export function dagOf(count: number, edges: readonly Edge[], rankOf: ReadonlyMap<string, number>): Dag {
  const ends = new Int32Array(2 * edges.length);
  const from = new Int32Array(count + 1);
  const inDegree = new Int32Array(count);
  let known = 0;
  for (const [before, after] of edges) {
    const [a, b] = [rankOf.get(before), rankOf.get(after)];
    if (a === undefined || b === undefined) continue;
    ends[2 * known] = a;
    ends[2 * known + 1] = b;
    known += 1;
    from[a + 1]! += 1;
    inDegree[b]! += 1;
  }
  for (let rank = 0; rank < count; rank++) from[rank + 1]! += from[rank]!;
  const next = new Int32Array(known);
  const free = from.slice();
  for (let edge = 0; edge < known; edge++) next[free[ends[2 * edge]!]!++] = ends[2 * edge + 1]!;
  return { from, next, inDegree };
}

/** The ranks along a cycle, the first not repeated; null where there is none. */
export function cycleOf({ from, next, inDegree }: Dag): readonly number[] | null {
  const waiting = inDegree.slice();
  const order: number[] = [];
  for (let rank = 0; rank < waiting.length; rank++) if (waiting[rank] === 0) order.push(rank);
  for (let at = 0; at < order.length; at++) {
    const rank = order[at]!;
    for (let i = from[rank]!; i < from[rank + 1]!; i++) {
      waiting[next[i]!]! -= 1;
      if (waiting[next[i]!] === 0) order.push(next[i]!);
    }
  }
  if (order.length === waiting.length) return null;
  return walkBack({ from, next, inDegree }, waiting);
}

/** What still waits for something waits for what waits, too: going back from one to the next ends in a cycle. */
function walkBack({ from, next }: Dag, waiting: Int32Array): readonly number[] {
  const before = new Int32Array(waiting.length).fill(-1);
  for (let rank = 0; rank < waiting.length; rank++) {
    if (waiting[rank] === 0) continue;
    for (let i = from[rank]!; i < from[rank + 1]!; i++) before[next[i]!] = rank;
  }
  const met = new Map<number, number>();
  const path: number[] = [];
  let rank = waiting.findIndex((count) => count > 0);
  while (!met.has(rank)) {
    met.set(rank, path.length);
    path.push(rank);
    rank = before[rank]!;
  }
  return path.slice(met.get(rank)!).reverse();
}
