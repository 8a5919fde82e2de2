// The tree against RFC 6962's own recursive definitions, and its proofs against everything that they must refuse.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/hash.ts";
import { portableHost } from "../../src/host.ts";
import { EMPTY_ROOT, leafHashOf, nodeHash } from "../../src/log/hashes.ts";
import {
  checkConsistency,
  checkInclusion,
  nodesOfConsistency,
  nodesOfInclusion,
  proveConsistency,
  proveInclusion,
} from "../../src/log/proofs.ts";
import { EMPTY_TREE, growTree, type HashReader, readTree, rootOf } from "../../src/log/tree.ts";
import { cpuTime } from "../cpu-time.ts";
import { refusal } from "../refusal.ts";
import { alteredConsistencies, alteredInclusions, holds } from "./altered-proofs.ts";
import { naiveConsistency, naiveInclusion, naiveRoot } from "./naive-tree.ts";
import { entriesOf, grown, host, leavesOf } from "./samples.ts";

const MOST = 64;
const entries = entriesOf(MOST + 1);
const leaves = leavesOf(entries);
const roots = Array.from({ length: MOST + 2 }, (_, size) => naiveRoot(entries.slice(0, size)));
const { reader } = grown(leaves);
const other = "ab".repeat(32);

const spying = (asked: object[]): HashReader => ({
  hash(level, index) {
    asked.push({ level, index });
    return reader.hash(level, index);
  },
});

describe("growTree and rootOf", () => {
  test("make the root of every tree up to 64 leaves that RFC 6962 defines, on both hosts", () => {
    expect(roots[0]).toBe(EMPTY_ROOT);
    for (const on of [host, portableHost]) {
      let tree = EMPTY_TREE;
      for (let size = 0; size <= MOST; size++) {
        expect(rootOf(on, tree)).toBe(roots[size]);
        expect(tree.size).toBe(size);
        tree = growTree(on, tree, [leaves[size]!]);
      }
    }
  });

  test("make the same tree in any pieces, and keep each complete subtree once", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 8 }), (pieces) => {
        let tree = EMPTY_TREE;
        const kept: string[] = [];
        for (const piece of pieces) {
          const part = leaves.slice(tree.size, tree.size + piece);
          tree = growTree(host, tree, part, (level, index, hash) => kept.push(`${level}/${index}/${hash}`));
        }
        expect(rootOf(host, tree)).toBe(roots[tree.size]);
        expect(readTree(reader, tree.size)).toEqual(tree);
        let wanted = 0;
        for (let width = tree.size; width > 0; width = Math.floor(width / 2)) wanted += width;
        expect(new Set(kept).size).toBe(wanted);
        expect(kept).toHaveLength(wanted);
      }),
    );
  });

  test("keep only subtrees of which every leaf is there, as RFC 6962 hashes them", () => {
    for (let level = 0; level <= 6; level++) {
      for (let index = 0; (index + 1) * 2 ** level <= MOST; index++) {
        const part = entries.slice(index * 2 ** level, (index + 1) * 2 ** level);
        expect(reader.hash(level, index)).toBe(naiveRoot(part));
      }
    }
  });

  test("refuse what is no tree and what is no leaf", () => {
    const code = (run: () => unknown) => refusal(run).code;
    expect(code(() => rootOf(host, { size: 3, peaks: [other] }))).toBe("invalid_tree");
    expect(code(() => rootOf(host, { size: 2, peaks: ["ab"] }))).toBe("invalid_tree");
    expect(code(() => rootOf(host, { size: -1, peaks: [] }))).toBe("invalid_tree");
    expect(code(() => rootOf(host, { size: 2 ** 53, peaks: [other] }))).toBe("invalid_tree");
    for (const leaf of ["", other.toUpperCase(), `${other}0`, `${other.slice(1)}·`, null]) {
      expect(code(() => growTree(host, EMPTY_TREE, [leaf as string]))).toBe("invalid_tree");
      expect(code(() => nodeHash(host, leaf as string, other))).toBe("invalid_tree");
      expect(code(() => nodeHash(host, other, leaf as string))).toBe("invalid_tree");
    }
    const full = { size: Number.MAX_SAFE_INTEGER, peaks: Array(53).fill(other) };
    expect(code(() => growTree(host, full, [other]))).toBe("invalid_tree");
  });
});

describe("inclusion", () => {
  test("every leaf of every tree up to 64 has the path of RFC 6962, and it holds", () => {
    for (let size = 1; size <= MOST; size++) {
      for (let index = 0; index < size; index++) {
        const path = proveInclusion(host, reader, index, size);
        expect(path).toEqual(naiveInclusion(index, entries.slice(0, size)));
        checkInclusion(host, { index, size, leaf: leaves[index]!, root: roots[size]! }, path);
      }
    }
  });

  test("no altered path, place, size, leaf or root holds, in trees up to 24 leaves", () => {
    // proofs.slow.test.ts goes to 80.
    expect(alteredInclusions(24)).toBeGreaterThan(15_000);
  });

  test("a path of another length than the claimed place needs is refused, though it leads to the root", () => {
    const lengths = Array.from({ length: 25 }, (_, size) =>
      Array.from({ length: size }, (__, i) => proveInclusion(host, reader, i, size).length),
    );
    for (let size = 1; size <= 12; size++) {
      for (let index = 0; index < size; index++) {
        const path = proveInclusion(host, reader, index, size);
        for (let otherSize = 1; otherSize <= 24; otherSize++) {
          for (let i = 0; i < otherSize; i++) {
            if (lengths[otherSize]![i] === path.length) continue;
            const claim = { index: i, size: otherSize, leaf: leaves[index]!, root: roots[size]! };
            expect(holds(() => checkInclusion(host, claim, path))).toBe(false);
          }
        }
      }
    }
  });

  test("nodesOfInclusion names exactly what proveInclusion reads", () => {
    for (const [index, size] of [
      [0, 1],
      [3, 7],
      [63, 64],
      [40, 61],
    ] as const) {
      const asked: object[] = [];
      const spy = spying(asked);
      proveInclusion(host, spy, index, size);
      expect(nodesOfInclusion(index, size)).toEqual(asked);
    }
  });
});

describe("consistency", () => {
  test("every pair of sizes up to 64 has the proof of RFC 6962, and it holds", () => {
    for (let newSize = 1; newSize <= MOST; newSize++) {
      for (let oldSize = 1; oldSize <= newSize; oldSize++) {
        const path = proveConsistency(host, reader, oldSize, newSize);
        expect(path).toEqual(naiveConsistency(oldSize, entries.slice(0, newSize)));
        const claim = { oldSize, oldRoot: roots[oldSize]!, newSize, newRoot: roots[newSize]! };
        checkConsistency(host, claim, path);
      }
    }
  });

  test("no altered proof, size or root holds, in trees up to 24 leaves", () => {
    expect(alteredConsistencies(24)).toBeGreaterThan(15_000);
  });

  test("a proof of another length than the claimed sizes need is refused, though it leads to the roots", () => {
    const lengths = Array.from({ length: 33 }, (_, n) =>
      Array.from({ length: n + 1 }, (__, m) => (m === 0 ? -1 : proveConsistency(host, reader, m, n).length)),
    );
    for (let newSize = 2; newSize <= 16; newSize++) {
      for (let oldSize = 1; oldSize < newSize; oldSize++) {
        const path = proveConsistency(host, reader, oldSize, newSize);
        for (let n = 2; n <= 32; n++) {
          for (let m = 1; m < n; m++) {
            // A claimed power of two takes the old root as its first hash.
            const [oldRoot, newRoot] = [roots[oldSize]!, roots[newSize]!];
            if (lengths[n]![m] === path.length) continue;
            const claim = { oldSize: m, oldRoot, newSize: n, newRoot };
            expect(holds(() => checkConsistency(host, claim, path))).toBe(false);
          }
        }
      }
    }
  });

  test("nodesOfConsistency names exactly what proveConsistency reads", () => {
    for (const [oldSize, newSize] of [
      [1, 1],
      [3, 7],
      [32, 64],
      [33, 61],
    ] as const) {
      const asked: object[] = [];
      const spy = spying(asked);
      proveConsistency(host, spy, oldSize, newSize);
      expect(nodesOfConsistency(oldSize, newSize)).toEqual(asked);
    }
  });
});

describe("sizes up to 2^53 − 1", () => {
  const MAX = Number.MAX_SAFE_INTEGER;
  /** A tree of equal leaves: every complete subtree of a level has one hash, so that any size can be read. */
  const levels = [leafHashOf(host, new Uint8Array(0))];
  for (let level = 1; level <= 53; level++)
    levels.push(nodeHash(host, levels[level - 1]!, levels[level - 1]!));
  const uniform: HashReader = { hash: (level) => levels[level]! };
  const rootAt = (size: number) => rootOf(host, readTree(uniform, size));

  test("proofs of the largest trees are at most 53 and 54 hashes long, and hold", () => {
    const sizes = [MAX, MAX - 1, 2 ** 52, 2 ** 52 + 1, 2 ** 40 - 1, 2 ** 33 + 12_345];
    for (const size of sizes) {
      for (const index of [0, 1, size - 1, Math.floor(size / 2), Math.floor(size / 3)]) {
        const path = proveInclusion(host, uniform, index, size);
        expect(path.length).toBeLessThanOrEqual(53);
        checkInclusion(host, { index, size, leaf: levels[0]!, root: rootAt(size) }, path);
      }
      for (const oldSize of [1, 2, 3, size - 1, Math.floor(size / 2), Math.floor(size / 3)]) {
        const path = proveConsistency(host, uniform, oldSize, size);
        expect(path.length).toBeLessThanOrEqual(54);
        checkConsistency(
          host,
          { oldSize, oldRoot: rootAt(oldSize), newSize: size, newRoot: rootAt(size) },
          path,
        );
      }
    }
  });

  test("sizes and indices that are no such integers are refused, and so are endless paths, at once", () => {
    const root = rootAt(7);
    const start = cpuTime();
    for (const n of [MAX + 1, Number.POSITIVE_INFINITY, Number.NaN, -1, -0, 0.5, "7", null, undefined, 7n]) {
      const size = n as number;
      expect(refusal(() => proveInclusion(host, uniform, 0, size)).code).toBe("invalid_tree");
      expect(refusal(() => proveConsistency(host, uniform, size, 7)).code).toBe("invalid_tree");
      expect(refusal(() => readTree(uniform, size)).code).toBe("invalid_tree");
      for (const claim of [
        { index: size, size: 7 },
        { index: 0, size },
      ]) {
        expect(holds(() => checkInclusion(host, { ...claim, leaf: root, root }, []))).toBe(false);
      }
      for (const claim of [
        { oldSize: size, newSize: 7 },
        { oldSize: 7, newSize: size },
      ]) {
        expect(holds(() => checkConsistency(host, { ...claim, oldRoot: root, newRoot: root }, []))).toBe(
          false,
        );
      }
    }
    const endless = Array<string>(5_000_000).fill(root);
    expect(holds(() => checkInclusion(host, { index: 3, size: MAX, leaf: root, root }, endless))).toBe(false);
    const claim = { oldSize: 3, oldRoot: root, newSize: MAX, newRoot: root };
    expect(holds(() => checkConsistency(host, claim, endless))).toBe(false);
    expect(cpuTime() - start).toBeLessThan(2_000);
  });
});

test("hashes are the same whether an entry is given as bytes or as text", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(leafHashOf(host, bytes)).toBe(naiveRoot([bytes]));
      expect(leafHashOf(portableHost, bytes)).toBe(host.sha256(Buffer.concat([Buffer.of(0), bytes])));
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
    }),
  );
});
