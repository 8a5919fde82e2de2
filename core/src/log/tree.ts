// The tree of RFC 6962, 2.1, by its complete subtrees: the hash of the node (level k, index i) is the root of the
// 2^k leaves from i·2^k on. These are the only hashes that are ever stored, since the tree only grows to the right
// and they never change. Everything else is put together from them: a tree of n leaves has one complete subtree
// for each bit of n that is set, the largest first (its peaks), and its root folds them from the right. Five leaves:
//
//            root = H(1 ‖ p ‖ e)       peaks of 5 = 101₂: p = (2, 0) and e = (0, 4)
//           /                 \        a fifth leaf completes only itself; a sixth one, f, also (1, 2), and an
//          p = (2, 0)          e       eighth one (1, 3), (2, 1) and (3, 0)
//        /        \
//     (1, 0)    (1, 1)
//     /   \      /   \
//    a     b    c     d
import { PolicyLedgerError, quote, requireObject } from "../error.ts";
import type { Hasher } from "../host.ts";
import { EMPTY_ROOT, isHash, nodeHash } from "./hashes.ts";
import { floorLog2, MAX_SIZE, POWERS, requireSize } from "./size.ts";

/** The complete subtree of the 2^level leaves from index·2^level on. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

/**
 * Where stored hashes are read. It MUST give the hash of every complete subtree of the tree that is asked about, and
 * MAY refuse with an error. It is synchronous: whoever reads from afar asks `nodesOf…` first what will be needed.
 */
export interface HashReader {
  hash(level: number, index: number): string;
}

/** A tree as all that it takes to go on: a few hashes, however many leaves. */
export interface Tree {
  readonly size: number;
  /** The roots of its complete subtrees, the largest first. */
  readonly peaks: readonly string[];
}

export const EMPTY_TREE: Tree = { size: 0, peaks: [] };

/**
 * Adds leaves, each costing less than two hashes on average. `keep` is told every subtree that becomes complete, in
 * the order in which they do: these, and no others, are what a storage of hashes has to add.
 */
export function growTree(
  host: Hasher,
  tree: Tree,
  leaves: readonly string[],
  keep: (level: number, index: number, hash: string) => void = () => {},
): Tree {
  requireTree(tree);
  const peaks = [...tree.peaks];
  let { size } = tree;
  if (!Array.isArray(leaves) || leaves.length > MAX_SIZE - size) {
    throw new PolicyLedgerError("invalid_tree", "Cannot grow a tree: wanted a list of leaf hashes");
  }
  for (const leaf of leaves) {
    if (!isHash(leaf)) {
      const message = `wanted a leaf hash of 64 hex digits, got ${quote(leaf)}`;
      throw new PolicyLedgerError("invalid_tree", `Cannot add leaf ${size}: ${message}`);
    }
    let [hash, level, index] = [leaf, 0, size];
    keep(level, index, hash);
    // Each trailing 1 of the size is a peak as large as what was just made: both are one peak of the next level.
    for (; index % 2 === 1; level++, index = (index - 1) / 2) {
      hash = nodeHash(host, peaks.pop()!, hash);
      keep(level + 1, (index - 1) / 2, hash);
    }
    peaks.push(hash);
    size += 1;
  }
  return { size, peaks };
}

/** The root over leaves that are given by their hashes, all at once. */
export function merkleRoot(host: Hasher, leaves: readonly string[]): string {
  return foldPeaks(host, growTree(host, EMPTY_TREE, leaves).peaks);
}

export function rootOf(host: Hasher, tree: Tree): string {
  requireTree(tree);
  return foldPeaks(host, tree.peaks);
}

/** RFC 6962, 2.1: the right part of a tree that is not complete is a tree itself, down to the last peak. */
function foldPeaks(host: Hasher, peaks: readonly string[]): string {
  let hash = peaks.at(-1);
  if (hash === undefined) return EMPTY_ROOT;
  for (let i = peaks.length - 2; i >= 0; i--) hash = nodeHash(host, peaks[i]!, hash);
  return hash;
}

export function requireTree(tree: Tree): void {
  const what = "Cannot use a tree";
  requireObject(tree, "invalid_tree", what);
  requireSize(tree.size, `${what}: its size`);
  const wanted = nodesOfRange(0, tree.size).length;
  if (!Array.isArray(tree.peaks) || tree.peaks.length !== wanted || !tree.peaks.every(isHash)) {
    throw new PolicyLedgerError("invalid_tree", `${what} of ${tree.size} leaves: wanted its ${wanted} peaks`);
  }
}

/**
 * The complete subtrees whose roots make up that of the leaves from `start` to `end`, the largest first. `start` must
 * be a multiple of the largest power of two that is at most end − start, as it is in every split of RFC 6962.
 */
export function nodesOfRange(start: number, end: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = start; at < end; ) {
    const level = floorLog2(end - at);
    const width = POWERS[level]!;
    if (at % width !== 0) throw new Error(`bug: no subtree of ${width} leaves starts at ${at}`);
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The root of the leaves from `start` to `end`, as above. */
export function rangeHash(host: Hasher, reader: HashReader, start: number, end: number): string {
  return foldPeaks(
    host,
    nodesOfRange(start, end).map(({ level, index }) => read(reader, level, index)),
  );
}

/** The tree of the first `size` leaves, from stored hashes. */
export function readTree(reader: HashReader, size: number): Tree {
  requireSize(size, "Cannot read a tree: its size");
  const peaks = nodesOfRange(0, size).map(({ level, index }) => read(reader, level, index));
  return { size, peaks };
}

function read(reader: HashReader, level: number, index: number): string {
  const hash: unknown = reader.hash(level, index);
  if (isHash(hash)) return hash;
  const message = `the reader gave ${quote(hash)} for the subtree (${level}, ${index})`;
  throw new PolicyLedgerError("invalid_tree", `Cannot read a tree: ${message}, wanted 64 hex digits`);
}
