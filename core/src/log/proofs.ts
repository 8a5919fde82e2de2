// Inclusion and consistency proofs (RFC 6962, 2.1.1 and 2.1.2): a prover over stored hashes, and a checker that needs
// nothing but the hashes given. The checkers follow RFC 9162, 2.1.3.2 and 2.1.4.2, step by step, which say of the same
// proofs how they are checked; a path that is too long or too short by one hash fails, and so does any hash that is
// not exactly 32 bytes.
import { PolicyLedgerError, quote, requireObject } from "../error.ts";
import type { Hasher } from "../host.ts";
import { isHash, nodeHash } from "./hashes.ts";
import { floorLog2, isPowerOfTwo, isSize, POWERS, requireList } from "./size.ts";
import { type HashReader, nodesOfRange, rangeHash, type TreeNode } from "./tree.ts";

/** No tree of fewer than 2^53 leaves has a longer path: 53 for inclusion, one more for consistency. */
export const MAX_PATH = 54;

/** The leaf with this hash stands at `index` in the tree of `size` leaves that has this root. */
export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leaf: string;
  readonly root: string;
}

/** The tree of `newSize` leaves starts with the `oldSize` leaves of the old one. */
export interface Consistency {
  readonly oldSize: number;
  readonly oldRoot: string;
  readonly newSize: number;
  readonly newRoot: string;
}

type Range = readonly [start: number, end: number];

/** The hashes beside the way from the leaf to the root, the leaf's sibling first. */
export function proveInclusion(host: Hasher, reader: HashReader, index: number, size: number): string[] {
  return besideLeaf(index, size).map(([start, end]) => rangeHash(host, reader, start, end));
}

/** What `proveInclusion` will read. */
export function nodesOfInclusion(index: number, size: number): TreeNode[] {
  return besideLeaf(index, size).flatMap(([start, end]) => nodesOfRange(start, end));
}

/** The proof that the first `oldSize` leaves of the tree are those of the tree that it once was. */
export function proveConsistency(
  host: Hasher,
  reader: HashReader,
  oldSize: number,
  newSize: number,
): string[] {
  return besideTree(oldSize, newSize).map(([start, end]) => rangeHash(host, reader, start, end));
}

/** What `proveConsistency` will read. */
export function nodesOfConsistency(oldSize: number, newSize: number): TreeNode[] {
  return besideTree(oldSize, newSize).flatMap(([start, end]) => nodesOfRange(start, end));
}

/** RFC 6962, 2.1.1, from the root downwards: the half without the leaf is on the path. */
function besideLeaf(index: number, size: number): Range[] {
  if (!isSize(size) || !isSize(index) || index >= size) {
    throw invalid(`Cannot prove inclusion: there is no leaf ${quote(index)} in a tree of ${quote(size)}`);
  }
  const ranges: Range[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = split(start, end);
    ranges.push(index < middle ? [middle, end] : [start, middle]);
    if (index < middle) end = middle;
    else start = middle;
  }
  return ranges.reverse();
}

/** RFC 6962, 2.1.2: SUBPROOF from the root downwards, until what is left is all old. */
function besideTree(oldSize: number, newSize: number): Range[] {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize === 0 || oldSize > newSize) {
    const message = `wanted 0 < old ≤ new, got ${quote(oldSize)} and ${quote(newSize)}`;
    throw invalid(`Cannot prove consistency: ${message}`);
  }
  const ranges: Range[] = [];
  let [start, end] = [0, newSize];
  while (oldSize < end) {
    const middle = split(start, end);
    ranges.push(oldSize <= middle ? [middle, end] : [start, middle]);
    if (oldSize <= middle) end = middle;
    else start = middle;
  }
  // Whoever checks knows the old root, so that it is not sent where it would stand alone.
  if (start > 0) ranges.push([start, end]);
  return ranges.reverse();
}

/** The largest power of two below the width, from `start` on. */
function split(start: number, end: number): number {
  return start + POWERS[floorLog2(end - start - 1)]!;
}

/** Returns when the path proves it, and says otherwise why not. */
export function checkInclusion(host: Hasher, claim: Inclusion, path: readonly string[]): void {
  const what = "The inclusion proof does not hold";
  requireObject(claim, "invalid_proof", what);
  const { index, size, leaf, root } = claim;
  if (!isSize(index) || !isSize(size) || index >= size) {
    throw unproven(`${what}: there is no leaf ${quote(index)} in a tree of ${quote(size)}`);
  }
  requireEnds([leaf, root], path, what);
  let [place, last, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) throw unproven(`${what}: it is longer than a leaf of ${size} needs`);
    if (place % 2 === 1 || place === last) {
      hash = parentOf(host, sibling, hash);
      // Levels on which the leaf's subtree is the last and has no sibling.
      for (; place % 2 === 0 && place !== 0; place /= 2) last = half(last);
    } else {
      hash = parentOf(host, hash, sibling);
    }
    place = half(place);
    last = half(last);
  }
  if (last !== 0) throw unproven(`${what}: it is shorter than leaf ${index} of ${size} needs`);
  if (hash !== root)
    throw unproven(`${what}: leaf ${index} of ${size} leads to the root ${hash}, not ${root}`);
}

/** Returns when the path proves it, and says otherwise why not. */
export function checkConsistency(host: Hasher, claim: Consistency, path: readonly string[]): void {
  const what = "The consistency proof does not hold";
  const { old, fresh } = rootsOfConsistency(host, claim, path);
  const { oldRoot, newRoot, oldSize, newSize } = claim;
  if (old !== oldRoot)
    throw unproven(`${what}: the ${oldSize} old leaves have the root ${old}, not ${oldRoot}`);
  if (fresh !== newRoot) throw unproven(`${what}: ${newSize} leaves have the root ${fresh}, not ${newRoot}`);
}

/**
 * The two roots that a path leads to. Where the new root is right and the old one is another, the path proves that
 * the new tree started with other leaves.
 */
export function rootsOfConsistency(
  host: Hasher,
  claim: Consistency,
  path: readonly string[],
): { readonly old: string; readonly fresh: string } {
  const what = "The consistency proof does not hold";
  requireObject(claim, "invalid_proof", what);
  const { oldSize, oldRoot, newSize, newRoot } = claim;
  if (!isSize(oldSize) || !isSize(newSize) || oldSize === 0 || oldSize > newSize) {
    throw unproven(`${what}: wanted sizes 0 < old ≤ new, got ${quote(oldSize)} and ${quote(newSize)}`);
  }
  requireEnds([oldRoot, newRoot], path, what);
  if (oldSize === newSize) {
    if (path.length > 0) throw unproven(`${what}: between equal sizes it is empty`);
    return { old: newRoot, fresh: newRoot };
  }
  if (path.length === 0) throw unproven(`${what}: it is empty`);
  // RFC 9162, 2.1.4.2: the old tree is a subtree of the new one then, and its root is left out of the path.
  const [first, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...path] : (path as [string, ...string[]]);
  let [place, last] = [oldSize - 1, newSize - 1];
  for (; place % 2 === 1; place = half(place)) last = half(last);
  let old = first;
  let fresh = first;
  for (const hash of rest) {
    if (last === 0) throw unproven(`${what}: it is longer than from ${oldSize} to ${newSize} is needed`);
    if (place % 2 === 1 || place === last) {
      old = parentOf(host, hash, old);
      fresh = parentOf(host, hash, fresh);
      for (; place % 2 === 0 && place !== 0; place /= 2) last = half(last);
    } else {
      fresh = parentOf(host, fresh, hash);
    }
    place = half(place);
    last = half(last);
  }
  if (last !== 0) throw unproven(`${what}: it is shorter than from ${oldSize} to ${newSize} is needed`);
  return { old, fresh };
}

function half(n: number): number {
  return Math.floor(n / 2);
}

/** Hashing proves in passing that a path is made of hashes. */
function parentOf(host: Hasher, left: string, right: string): string {
  return nodeHash(host, left, right, "invalid_proof");
}

/** What may stand alone, without being hashed, must be 32 bytes too. */
function requireEnds(ends: readonly string[], path: readonly string[], what: string): void {
  requireList(path, MAX_PATH, "invalid_proof", what);
  for (const hash of ends) if (!isHash(hash)) throw unproven(`${what}: ${quote(hash)} is not 64 hex digits`);
}

function invalid(message: string): PolicyLedgerError {
  return new PolicyLedgerError("invalid_tree", message);
}

function unproven(message: string): PolicyLedgerError {
  return new PolicyLedgerError("invalid_proof", message);
}
