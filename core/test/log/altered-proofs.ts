// Every proof of every tree up to a size, with one thing wrong with it at a time: none may hold.
import { expect } from "vitest";
import { checkConsistency, checkInclusion, proveConsistency, proveInclusion } from "../../src/log/proofs.ts";
import { naiveRoot } from "./naive-tree.ts";
import { entriesOf, grown, host, leavesOf } from "./samples.ts";

/** Whether a checker accepts; anything but a refusal as a proof that does not hold goes through. */
export function holds(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ name: "PolicyLedgerError", code: "invalid_proof" });
    return false;
  }
}

const OTHER = "ab".repeat(32);

function flipped(hash: string, bit: number): string {
  const digit = bit >> 2;
  const value = Number.parseInt(hash[digit]!, 16) ^ (1 << (bit & 3));
  return hash.slice(0, digit) + value.toString(16) + hash.slice(digit + 1);
}

/** A path with one bit flipped, one hash dropped, doubled, too short, too long, or swapped, or one too many. */
function* alteredPaths(path: readonly string[], salt: number): Generator<readonly string[]> {
  for (const [i, hash] of path.entries()) {
    yield path.with(i, flipped(hash, (salt * 7 + i * 31) % 256));
    yield path.toSpliced(i, 1);
    yield path.toSpliced(i, 0, hash);
    yield path.with(i, hash.slice(2));
    yield path.with(i, `${hash}00`);
    if (i > 0 && path[i - 1] !== hash) yield path.with(i, path[i - 1]!).with(i - 1, hash);
  }
  yield [...path, OTHER];
  yield [OTHER, ...path];
}

function world(most: number) {
  const entries = entriesOf(most);
  const leaves = leavesOf(entries);
  const roots = Array.from({ length: most + 1 }, (_, size) => naiveRoot(entries.slice(0, size)));
  return { leaves, roots, reader: grown(leaves).reader };
}

/** Says how many were refused. Another size comes with its own root: the two stand together in a checkpoint. */
export function alteredInclusions(most: number): number {
  const { leaves, roots, reader } = world(most);
  let refused = 0;
  for (let size = 1; size <= most; size++) {
    for (let index = 0; index < size; index++) {
      const path = proveInclusion(host, reader, index, size);
      const claim = { index, size, leaf: leaves[index]!, root: roots[size]! };
      const wrong = (changes: Partial<typeof claim>, changedPath: readonly string[] = path) => {
        if (holds(() => checkInclusion(host, { ...claim, ...changes }, changedPath))) {
          throw new Error(`accepted ${JSON.stringify({ index, size, changes, changedPath })}`);
        }
        refused += 1;
      };
      for (const altered of alteredPaths(path, size + index)) wrong({}, altered);
      for (let i = 0; i <= size; i++) if (i !== index) wrong({ index: i });
      for (let s = 0; s <= most; s++) if (s !== size) wrong({ size: s, root: roots[s]! });
      for (const bit of [0, 100, 255]) {
        wrong({ leaf: flipped(claim.leaf, bit) });
        wrong({ root: flipped(claim.root, bit) });
      }
    }
  }
  return refused;
}

export function alteredConsistencies(most: number): number {
  const { roots, reader } = world(most);
  let refused = 0;
  for (let newSize = 1; newSize <= most; newSize++) {
    for (let oldSize = 1; oldSize <= newSize; oldSize++) {
      const path = proveConsistency(host, reader, oldSize, newSize);
      const claim = { oldSize, oldRoot: roots[oldSize]!, newSize, newRoot: roots[newSize]! };
      const wrong = (changes: Partial<typeof claim>, changedPath: readonly string[] = path) => {
        if (holds(() => checkConsistency(host, { ...claim, ...changes }, changedPath))) {
          throw new Error(`accepted ${JSON.stringify({ oldSize, newSize, changes, changedPath })}`);
        }
        refused += 1;
      };
      for (const altered of alteredPaths(path, oldSize + newSize)) wrong({}, altered);
      for (let s = 0; s <= most; s++) {
        if (s !== oldSize && s !== newSize) wrong({ oldSize: s, oldRoot: roots[s]! });
        if (s !== newSize && s !== oldSize) wrong({ newSize: s, newRoot: roots[s]! });
      }
      for (const bit of [0, 100, 255]) {
        wrong({ oldRoot: flipped(claim.oldRoot, bit) });
        wrong({ newRoot: flipped(claim.newRoot, bit) });
      }
      if (oldSize < newSize) wrong({ oldRoot: claim.newRoot, newRoot: claim.oldRoot });
    }
  }
  return refused;
}
