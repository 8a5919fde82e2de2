// Tiles: their names, which there are, what an append writes, and that nothing is read out of one that does not hash
// up to the root.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PolicyLedgerError } from "../../src/error.ts";
import { appendToTiles, type TileData, tilesToAppend } from "../../src/log/append.ts";
import {
  checkConsistency,
  checkInclusion,
  nodesOfConsistency,
  nodesOfInclusion,
  proveConsistency,
  proveInclusion,
} from "../../src/log/proofs.ts";
import { treeFromTiles, verifiedTiles } from "../../src/log/tile-reader.ts";
import {
  formatBundlePath,
  formatTilePath,
  newBundles,
  newTiles,
  parseBundlePath,
  parseTilePath,
  partialTiles,
  type Tile,
  tileAt,
  tilesFor,
} from "../../src/log/tiles.ts";
import { EMPTY_TREE, rootOf, type Tree } from "../../src/log/tree.ts";
import { refusal } from "../refusal.ts";
import { naiveRoot, naiveTile } from "./naive-tree.ts";
import { entriesOf, flips, grown, host, leavesOf, TileStore } from "./samples.ts";

const MAX = Number.MAX_SAFE_INTEGER;

describe("tile paths", () => {
  test.each([
    ["tile/0/000", { level: 0, index: 0, width: 256 }],
    ["tile/0/005.p/1", { level: 0, index: 5, width: 1 }],
    ["tile/3/255.p/255", { level: 3, index: 255, width: 255 }],
    ["tile/0/x001/x234/067", { level: 0, index: 1_234_067, width: 256 }],
    ["tile/1/x001/x234/067.p/112", { level: 1, index: 1_234_067, width: 112 }],
    ["tile/2/x001/000", { level: 2, index: 1_000, width: 256 }],
    ["tile/6/000.p/31", { level: 6, index: 0, width: 31 }],
    ["tile/0/x035/x184/x372/x088/830", { level: 0, index: 35_184_372_088_830, width: 256 }],
  ] as const)("%s is parsed and formatted", (path, tile) => {
    expect(parseTilePath(path)).toEqual(tile);
    expect(formatTilePath(tile)).toBe(path);
    if (tile.level > 0) return;
    const bundle = path.replace("tile/0/", "tile/entries/");
    expect(parseBundlePath(bundle)).toEqual({ index: tile.index, width: tile.width });
    expect(formatBundlePath(tile)).toBe(bundle);
  });

  test.each([
    "",
    "tile",
    "tile/",
    "tile/0",
    "tile/0/",
    "/tile/0/000",
    "tile/0/000/",
    "tile/0/0",
    "tile/0/00",
    "tile/0/0000",
    "tile/0/1000",
    "tile/0/1/000",
    "tile/0/001/000",
    "tile/0/x000/000",
    "tile/0/x000/x001/000",
    "tile/0/x001",
    "tile/0/x001/x000",
    "tile/0/X001/000",
    "tile/0/x01/000",
    "tile/0/x0001/000",
    "tile/0/x001//000",
    "tile/0/000.p",
    "tile/0/000.p/",
    "tile/0/000.p/0",
    "tile/0/000.p/01",
    "tile/0/000.p/256",
    "tile/0/000.p/257",
    "tile/0/000.p/1/",
    "tile/0/000.p/1.p/1",
    "tile/0/000.p/-1",
    "tile/0/000.p/1e1",
    "tile/0/000.P/1",
    "tile/0/000p/1",
    "tile/00/000",
    "tile/01/000",
    "tile/-1/000",
    "tile/7/000",
    "tile/63/000",
    "tile/64/000",
    "tile/+0/000",
    "tile/0x0/000",
    "tile/6/000",
    "tile/6/000.p/32",
    "tile/6/001.p/1",
    "tile/0/x035/x184/x372/x088/832",
    "tile/0/x999/x999/x999/x999/999",
    "tile/0/000\n",
    "\ntile/0/000",
    "tile/0/000 ",
    "tile/0/0٠0",
    "tile/8/0/000",
    "tile/data/000",
    "tile/entries/000",
    "https://log.example/tile/0/000",
    "tile/0/../0/000",
    "tile/0/%30%30%30",
    `tile/0/${"x001/".repeat(100_000)}000`,
  ])("%s is refused", (path) => {
    expect(refusal(() => parseTilePath(path)).code).toBe("invalid_tile");
    const bundle = path.replace("tile/0/", "tile/entries/");
    if (bundle !== "tile/entries/000") {
      expect(refusal(() => parseBundlePath(bundle)).code).toBe("invalid_tile");
    }
  });

  test("every tile has one path, and what is parsed is formatted the same", () => {
    const tile = fc
      .record({ level: fc.nat(6), index: fc.maxSafeNat(), width: fc.integer({ min: 1, max: 256 }) })
      .map(({ level, index, width }) => ({
        level,
        index: index % (Math.floor(MAX / 256 ** (level + 1)) || 1),
        width: level === 6 ? Math.min(width, 31) : width,
      }));
    fc.assert(
      fc.property(tile, (one) => {
        expect(parseTilePath(formatTilePath(one))).toEqual(one);
      }),
    );
    const path = fc.stringMatching(/^tile\/[0-6]\/(x[0-9]{3}\/){0,3}[0-9]{3}(\.p\/[0-9]{1,3})?$/);
    fc.assert(
      fc.property(path, (one) => {
        try {
          expect(formatTilePath(parseTilePath(one))).toBe(one);
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyLedgerError);
        }
      }),
    );
  });

  test("tiles that no tree has are not named", () => {
    for (const tile of [
      { level: 7, index: 0, width: 1 },
      { level: 0, index: MAX, width: 1 },
      { level: 0, index: 0, width: 0 },
      { level: 0, index: 0, width: 257 },
      { level: 0, index: -1, width: 1 },
      { level: 0.5, index: 0, width: 1 },
      { level: "constructor", index: 0, width: 1 } as never,
    ]) {
      expect(refusal(() => formatTilePath(tile)).code).toBe("invalid_tile");
    }
  });
});

const names = (tiles: Iterable<Tile>) => Array.from(tiles, formatTilePath);

describe("newTiles", () => {
  test("of a tree of 70,000 are those of the specification's example", () => {
    const all = [...newTiles(0, 70_000)];
    const of = (level: number, isFull: boolean) =>
      all.filter((tile) => tile.level === level && (tile.width === 256) === isFull);
    expect(of(0, true)).toHaveLength(273);
    expect(of(0, false)).toEqual([{ level: 0, index: 273, width: 112 }]);
    expect(of(1, true)).toEqual([{ level: 1, index: 0, width: 256 }]);
    expect(of(1, false)).toEqual([{ level: 1, index: 1, width: 17 }]);
    expect(all.filter(({ level }) => level > 1)).toEqual([{ level: 2, index: 0, width: 1 }]);
    expect(names(newTiles(0, 256))).toEqual(["tile/0/000", "tile/1/000.p/1"]);
    expect(Array.from(newBundles(0, 257), formatBundlePath)).toEqual([
      "tile/entries/000",
      "tile/entries/001.p/1",
    ]);
  });

  test.each([
    [0, 0, []],
    [1, 1, []],
    [100, 101, ["tile/0/000.p/101"]],
    [255, 256, ["tile/0/000", "tile/1/000.p/1"]],
    [255, 257, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]],
    [256, 257, ["tile/0/001.p/1"]],
    [65_535, 65_536, ["tile/0/255", "tile/1/000", "tile/2/000.p/1"]],
    [MAX - 1, MAX, ["tile/0/x035/x184/x372/x088/831.p/255"]],
  ])("from %i to %i are %j", (from, to, paths) => expect(names(newTiles(from, to))).toEqual(paths));

  test("come one by one, however many there are, and sizes that go back are refused", () => {
    expect(newTiles(0, MAX).next().value).toEqual({ level: 0, index: 0, width: 256 });
    expect(partialTiles(MAX)).toHaveLength(7);
    for (const [from, to] of [
      [2, 1],
      [-1, 1],
      [0, MAX + 1],
      [0, Number.NaN],
    ] as const) {
      expect(refusal(() => newTiles(from, to).next()).code).toBe("invalid_tree");
    }
    expect(tileAt(70_000, 0, 273)).toEqual({ level: 0, index: 273, width: 112 });
    for (const [level, index] of [
      [0, 274],
      [1, 2],
      [3, 0],
      [7, 0],
      [-1, 0],
      [0, -1],
      [0, 0.5],
    ] as const) {
      expect(tileAt(70_000, level, index)).toBeNull();
    }
    expect(tileAt(256, 0, 1)).toBeNull();
  });
});

describe("appendToTiles", () => {
  const entries = entriesOf(2_000);
  const leaves = leavesOf(entries);

  test("writes what the definition of a tile says, whatever the pieces, and reads only what tilesToAppend names", () => {
    const pieces = fc.array(fc.oneof(fc.nat(3), fc.integer({ min: 200, max: 600 })), { maxLength: 6 });
    fc.assert(
      fc.property(pieces, (counts) => {
        const store = new TileStore();
        let tree: Tree = EMPTY_TREE;
        for (const count of counts) {
          const from = tree.size;
          const to = Math.min(entries.length, from + count);
          const read: string[] = [];
          const appended = appendToTiles(host, tree, leaves.slice(from, to), (tile) => {
            read.push(formatTilePath(tile));
            return store.source(tile);
          });
          expect(read.sort()).toEqual(names(tilesToAppend(from, to)).sort());
          expect(names(appended.tiles.map(({ tile }) => tile))).toEqual(names(newTiles(from, to)));
          for (const { tile, bytes } of appended.tiles) {
            const wanted = naiveTile(entries, tile.level, tile.index, tile.width);
            expect(Buffer.compare(bytes, wanted)).toBe(0);
            store.files.set(formatTilePath(tile), bytes);
          }
          tree = appended.tree;
          expect(treeFromTiles(host, tree.size, store.source)).toEqual(tree);
        }
        expect(rootOf(host, tree)).toBe(naiveRoot(entries.slice(0, tree.size)));
      }),
      { numRuns: 15 },
    );
  });

  test("takes over a full tile in place of a partial one that is gone", () => {
    const store = new TileStore();
    const { tree } = store.append(EMPTY_TREE, leaves.slice(0, 100));
    const all = new TileStore();
    all.append(EMPTY_TREE, leaves.slice(0, 300));
    const full = all.files.get("tile/0/000")!;
    const { tiles } = appendToTiles(host, tree, leaves.slice(100, 120), () => full);
    expect(tiles.map(({ tile }) => formatTilePath(tile))).toEqual(["tile/0/000.p/120"]);
    expect(Buffer.compare(tiles[0]!.bytes, full.subarray(0, 32 * 120))).toBe(0);
  });

  test("refuses a tile that is missing or of another length", () => {
    const { tree } = grown(leaves.slice(0, 100));
    const append = (bytes: unknown) => () =>
      appendToTiles(host, tree, leaves.slice(100, 101), () => bytes as null);
    expect(refusal(append(null)).code).toBe("missing_tile");
    expect(refusal(append(undefined)).code).toBe("missing_tile");
    for (const wrong of [new Uint8Array(0), new Uint8Array(3_199), new Uint8Array(3_232), "x", [], {}]) {
      expect(refusal(append(wrong)).code).toBe("invalid_tile");
    }
    // Nothing is read where nothing is added.
    expect(appendToTiles(host, tree, [], () => null).tiles).toEqual([]);
  });

  test("hashes two nodes an entry at most, on average, and nothing that stands in a tile already", () => {
    const store = new TileStore();
    let { tree } = store.append(EMPTY_TREE, leaves.slice(0, 1_500));
    let hashed = 0;
    const counting = {
      sha256(data: string | Uint8Array) {
        hashed += 1;
        return host.sha256(data);
      },
    };
    const kept: TileData[] = [];
    for (let i = 1_500; i < 2_000; i++) {
      const appended = appendToTiles(counting, tree, [leaves[i]!], store.source);
      tree = appended.tree;
      kept.push(...appended.tiles);
      for (const { tile, bytes } of appended.tiles) store.files.set(formatTilePath(tile), bytes);
    }
    expect(hashed).toBeLessThan(2 * 500);
    expect(kept.length).toBeLessThan(2 * 500);
  });
});

describe("verifiedTiles", () => {
  const entries = entriesOf(70_000);
  const leaves = leavesOf(entries);
  const store = new TileStore();
  const { tree } = store.append(EMPTY_TREE, leaves);
  const { reader } = grown(leaves);
  const checkpoint = { size: tree.size, root: rootOf(host, tree) };

  test("reads every hash that the tree has, and no other", () => {
    const verified = verifiedTiles(host, checkpoint, store.source);
    for (let level = 0; level <= 16; level++) {
      const count = Math.floor(tree.size / 2 ** level);
      for (let index = 0; index < count; index += Math.max(1, Math.floor(count / 40))) {
        expect(verified.hash(level, index)).toBe(reader.hash(level, index));
      }
      expect(refusal(() => verified.hash(level, count)).code).toBe("invalid_tree");
    }
    for (const [level, index] of [
      [-1, 0],
      [54, 0],
      [0.5, 0],
      [0, -1],
      [0, 0.5],
      ["0", 0],
      [0, null],
    ] as never[][]) {
      expect(refusal(() => verified.hash(level!, index!)).code).toBe("invalid_tree");
    }
  });

  test("is given all that it needs for a proof by tilesFor, and nothing more", () => {
    for (const index of [0, 255, 256, 65_535, 65_536, 69_887, 69_999]) {
      const tiles = tilesFor(tree.size, nodesOfInclusion(index, tree.size));
      const path = proveInclusion(host, verifiedTiles(host, checkpoint, only(tiles)), index, tree.size);
      checkInclusion(host, { index, ...checkpoint, leaf: leaves[index]! }, path);
    }
    for (const oldSize of [1, 255, 256, 257, 65_536, 65_537, 69_999, 70_000]) {
      const tiles = tilesFor(tree.size, nodesOfConsistency(oldSize, tree.size));
      const path = proveConsistency(host, verifiedTiles(host, checkpoint, only(tiles)), oldSize, tree.size);
      const oldRoot = rootOf(host, grown(leaves.slice(0, oldSize)).tree);
      const claim = { oldSize, oldRoot, newSize: tree.size, newRoot: checkpoint.root };
      checkConsistency(host, claim, path);
    }
    expect(refusal(() => tilesFor(10, [{ level: 0, index: 10 }])).code).toBe("invalid_tree");
    expect(refusal(() => tilesFor(10, [null as never])).code).toBe("invalid_tree");
  });

  /** A source that has these tiles only, and is asked for each. */
  function only(tiles: readonly Tile[]) {
    const left = new Set(names(tiles));
    return (tile: Tile) => {
      if (!left.has(formatTilePath(tile))) throw new Error(`not named: ${formatTilePath(tile)}`);
      return store.source(tile);
    };
  }

  test("finds any bit that is flipped in any tile, and names the tile", () => {
    let found = 0;
    for (const tile of newTiles(0, tree.size)) {
      if (tile.level === 0 && tile.index % 90 !== 0 && tile.width === 256) continue;
      const honest = store.source(tile)!;
      const index = 256 * tile.index * 256 ** tile.level;
      for (let bit = (tile.index + 7 * tile.level) % 61; bit < 8 * honest.length; bit += 4_001) {
        const bytes = honest.slice();
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        const source = (one: Tile) =>
          formatTilePath(one) === formatTilePath(tile) ? bytes : store.source(one);
        const refused = refusal(() => verifiedTiles(host, checkpoint, source).hash(0, index));
        expect(refused.code).toBe("wrong_tile");
        expect(refused.message).toContain(formatTilePath(tile));
        found += 1;
      }
    }
    expect(found).toBeGreaterThan(80);
  });

  test("finds every single bit of every tile of a small log", () => {
    const small = new TileStore();
    const tiny = small.append(EMPTY_TREE, leaves.slice(0, 259)).tree;
    const root = rootOf(host, tiny);
    let found = 0;
    for (const tile of newTiles(0, 259)) {
      const step = tile.width === 256 ? 37 : 1;
      for (const { bit, bytes } of flips(small.source(tile)!)) {
        if (bit % step !== 0) continue;
        const source = (one: Tile) =>
          one.index === tile.index && one.level === tile.level ? bytes : small.source(one);
        expect(refusal(() => verifiedTiles(host, { size: 259, root }, source).hash(0, 0)).code).toBe(
          "wrong_tile",
        );
        found += 1;
      }
    }
    expect(found).toBeGreaterThan(2_500);
  });

  test("finds tiles that are swapped, missing, cut or of another tree", () => {
    const read = (source: (tile: Tile) => Uint8Array | null) => () =>
      verifiedTiles(host, checkpoint, source).hash(0, 70);
    const instead = (path: string, bytes: Uint8Array | null) =>
      read((tile) => (formatTilePath(tile) === path ? bytes : store.source(tile)));
    expect(refusal(instead("tile/0/000", store.files.get("tile/0/001")!)).code).toBe("wrong_tile");
    expect(refusal(instead("tile/1/000", store.files.get("tile/0/000")!)).code).toBe("wrong_tile");
    for (const path of ["tile/0/000", "tile/1/000", "tile/2/000.p/1", "tile/0/273.p/112"]) {
      expect(refusal(instead(path, null))).toMatchObject({
        code: "missing_tile",
        message: `There is no ${path}`,
      });
      expect(refusal(instead(path, store.files.get(path)!.slice(1))).code).toBe("invalid_tile");
    }
    const wrongSize = { size: 69_999, root: checkpoint.root };
    const partial = new TileStore();
    partial.append(EMPTY_TREE, leaves.slice(0, 69_999));
    expect(refusal(() => verifiedTiles(host, wrongSize, partial.source)).code).toBe("wrong_tile");
    expect(refusal(() => verifiedTiles(host, { size: 0, root: checkpoint.root }, () => null)).code).toBe(
      "wrong_tile",
    );
    expect(refusal(() => verifiedTiles(host, { size: 1, root: "ab" }, () => null)).code).toBe("invalid_tree");
  });

  test("accepts the full tile where the partial one is gone, and keeps on when it has many", () => {
    const size = 69_900;
    const root = rootOf(host, grown(leaves.slice(0, size)).tree);
    const later = (tile: Tile) => {
      const partial = tile.level === 0 && tile.index === 273;
      return partial
        ? new Uint8Array(Buffer.concat([store.files.get("tile/0/273.p/112")!, new Uint8Array(4_608)]))
        : store.source(tile);
    };
    const verified = verifiedTiles(host, { size, root }, later);
    for (let index = 0; index < size; index += 200) expect(verified.hash(0, index)).toBe(leaves[index]);
  });
});
