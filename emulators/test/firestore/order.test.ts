import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compare, compareNames, compareStrings, equal, typeOrder } from "../../src/firestore/order.ts";
import type { Value } from "../../src/firestore/value.ts";
import {
  anyValue,
  array,
  bool,
  bytes,
  DATABASE,
  double,
  geo,
  int,
  map,
  NULL,
  ref,
  text,
  time,
  vector,
} from "./sample-values.ts";

/** From the smallest to the greatest; values in one row are equal. */
const ladder: Value[][] = [
  [NULL],
  [bool(false)],
  [bool(true)],
  [double(NaN)],
  [double(-Infinity)],
  [double(-(2 ** 63)), int(-(2n ** 63n))],
  [double(-1.5)],
  [int(-1), double(-1)],
  [double(-Number.MIN_VALUE)],
  [int(0), double(0), double(-0)],
  [double(Number.MIN_VALUE)],
  [int(1), double(1)],
  [double(1.5)],
  [int(2n ** 53n), double(2 ** 53)],
  [int(2n ** 53n + 1n)],
  [int(2n ** 53n + 2n), double(2 ** 53 + 2)],
  [int(2n ** 63n - 1n)],
  [double(2 ** 63)],
  [double(Infinity)],
  [time(-62_135_596_800_000_000n)],
  [time(0n)],
  [time(1n)],
  [text("")],
  [text("\u0000")],
  [text("A")],
  [text("a")],
  [text("a\u0000")],
  [text("aa")],
  [text("é")],
  [text("\uD7FF")],
  [text("\uE000")],
  [text("\uFFFD")],
  [text("\u{10000}")],
  [text("\u{10FFFF}")],
  [bytes()],
  [bytes(0)],
  [bytes(1, 255)],
  [bytes(255)],
  [ref("a/__id-1__")],
  [ref("a/__id2__")],
  [ref("a/__id10__")],
  [ref("a/__id10__/b/c")],
  [ref("a/B")],
  [ref("a/b")],
  [ref("a/b/c/d")],
  [ref("a/b c")],
  [ref("a/b!")],
  [ref("aa/a")],
  [geo(-90, 0)],
  [geo(0, -180), geo(-0, -180)],
  [geo(0, 180)],
  [geo(90, 0)],
  [array()],
  [array(int(1)), array(double(1))],
  [array(int(1), NULL)],
  [array(int(2))],
  [array(text("a"))],
  [vector()],
  [vector(9)],
  [vector(1, 2)],
  [vector(1, 3)],
  [map({})],
  [map({ a: int(1) })],
  [map({ a: int(1), b: NULL }), map({ b: NULL, a: int(1) })],
  [map({ a: int(2) })],
  [map({ b: int(0) })],
];

describe("compare", () => {
  test("orders every value of the ladder against every other", () => {
    for (const [i, row] of ladder.entries())
      for (const [j, other] of ladder.entries())
        for (const a of row)
          for (const b of other)
            expect({ a, b, sign: Math.sign(compare(a, b)) }).toEqual({ a, b, sign: Math.sign(i - j) });
  });

  test("is antisymmetric", () => {
    fc.assert(
      fc.property(
        anyValue,
        anyValue,
        (a, b) =>
          Math.sign(compare(a, b)) === -Math.sign(compare(b, a)) ||
          (compare(a, b) === 0 && compare(b, a) === 0),
      ),
    );
  });

  test("is transitive", () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (...values) => {
        const [a, b, c] = values.sort(compare) as [Value, Value, Value];
        return compare(a, b) <= 0 && compare(b, c) <= 0 && compare(a, c) <= 0;
      }),
      { numRuns: 500 },
    );
  });

  test("agrees with the exact fractions of integers and doubles", () => {
    // Every double from 2^53 on is an integer, which BigInt gives exactly.
    const big = fc.double({ min: 2 ** 53, max: 2 ** 63, noNaN: true });
    fc.assert(
      fc.property(big, fc.integer({ min: -2, max: 2 }), (number, offset) => {
        const near = BigInt(number) + BigInt(offset);
        return Math.sign(compare(int(near), double(number))) === Math.sign(offset);
      }),
    );
  });
});

describe("equal", () => {
  test("holds for 1 and 1.0, for the zeros and for NaN", () => {
    expect(equal(int(1), double(1))).toBe(true);
    expect(equal(double(0), double(-0))).toBe(true);
    expect(equal(double(NaN), double(NaN))).toBe(true);
  });

  test("holds for maps whatever the order of their keys, and not for 2^53 + 1 and its nearest double", () => {
    expect(equal(map({ a: int(1), b: int(2) }), map({ b: int(2), a: double(1) }))).toBe(true);
    expect(equal(int(2n ** 53n + 1n), double(2 ** 53))).toBe(false);
  });
});

test("typeOrder is one for integers and doubles, and puts vectors between arrays and maps", () => {
  expect(typeOrder(int(1))).toBe(typeOrder(double(1)));
  expect(typeOrder(array())).toBeLessThan(typeOrder(vector(1)));
  expect(typeOrder(vector(1))).toBeLessThan(typeOrder(map({})));
});

test("compareStrings agrees with the order of the UTF-8 bytes", () => {
  const string = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom("a", "é", "\uFFFD", "😀", "\u{10000}")).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(
      string,
      string,
      (a, b) => Math.sign(compareStrings(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b)),
    ),
  );
});

describe("compareNames", () => {
  const root = `${DATABASE}/documents`;

  test("agrees with a comparison segment by segment", () => {
    const id = fc.constantFrom(
      "a",
      "a!",
      "ab",
      "a b",
      "b",
      "__id1__",
      "__id02__",
      "__id10__",
      "__idx__",
      "é",
      "😀",
      "\uFFFD",
      "-",
      ".a",
    );
    const name = fc.array(id, { minLength: 1, maxLength: 4 }).map((ids) => [root, ...ids].join("/"));
    fc.assert(
      fc.property(name, name, (a, b) => Math.sign(compareNames(a, b)) === Math.sign(naive(a, b))),
      { numRuns: 2_000 },
    );
  });

  test("puts a document before what is under it, and that before its next neighbour", () => {
    const names = ["a/b", "a/b/c/d", "a/b!", "a/c"].map((path) => `${root}/${path}`);
    expect([...names].reverse().sort(compareNames)).toEqual(names);
  });
});

function naive(a: string, b: string): number {
  const [segmentsA, segmentsB] = [a.split("/"), b.split("/")];
  for (let i = 0; i < Math.min(segmentsA.length, segmentsB.length); i += 1) {
    const [x, y] = [segmentsA[i]!, segmentsB[i]!];
    const [n, m] = [x, y].map((id) => id.match(/^__id(\d+)__$/)?.[1]);
    if (n !== undefined && m !== undefined && n !== m) return Number(n) - Number(m);
    if ((n === undefined) !== (m === undefined)) return n === undefined ? 1 : -1;
    const order = Buffer.compare(Buffer.from(x), Buffer.from(y));
    if (order !== 0) return order;
  }
  return segmentsA.length - segmentsB.length;
}
