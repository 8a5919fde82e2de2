// The figure of the transparency log's core: how many inclusion proofs a client checks in a second.
import {
  checkInclusion,
  EMPTY_TREE,
  growTree,
  type Inclusion,
  proveInclusion,
  rootOf,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { rate } from "./rate.ts";

const SIZE = 1_000_000;
const PROOFS = 1_000;
/** Times that a round goes through all proofs: a tenth of a second and more. */
const TIMES = 10;

export function checkedInclusions(): number {
  const proofs = proofsOf(SIZE, PROOFS);
  return rate(() => {
    for (let i = 0; i < TIMES; i++) {
      for (const { claim, path } of proofs) checkInclusion(nodeHost, claim, path);
    }
    return TIMES * PROOFS;
  });
}

/** Proofs of indices that are spread evenly over a tree of so many different leaves. */
function proofsOf(
  size: number,
  count: number,
): { readonly claim: Inclusion; readonly path: readonly string[] }[] {
  const levels: string[][] = [];
  const leaves = Array.from({ length: size }, (_, i) => nodeHost.sha256(`leaf ${i}`));
  const tree = growTree(nodeHost, EMPTY_TREE, leaves, (level, _, hash) => {
    if (levels.length === level) levels.push([]);
    levels[level]!.push(hash);
  });
  const reader = { hash: (level: number, index: number) => levels[level]![index]! };
  const root = rootOf(nodeHost, tree);
  return Array.from({ length: count }, (_, i) => {
    const index = Math.floor(((i + 0.5) * size) / count);
    const claim = { index, size, leaf: leaves[index]!, root };
    return { claim, path: proveInclusion(nodeHost, reader, index, size) };
  });
}
