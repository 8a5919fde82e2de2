// The small parts of NK-2, each against its definition: integers, expressions, the heap and the tree of the scheduler.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { roundHalfEven } from "../../src/evaluation/rational.ts";
import { BitLimit, BitsExceeded, compile, KernelError } from "../../src/nk2/compile.ts";
import { expressionText, nodeCount, type Operator, readExpression } from "../../src/nk2/expression.ts";
import { bitLength, floorDivide, squareRoot } from "../../src/nk2/integers.ts";
import { Reader } from "../../src/nk2/reader.ts";
import { cpuTime } from "../cpu-time.ts";

const big = fc.oneof(fc.bigInt({ min: -9n, max: 9n }), fc.bigInt({ min: -(1n << 80n), max: 1n << 80n }));

describe("integers", () => {
  const isRoot = (n: bigint) => {
    const root = squareRoot(n);
    return root * root <= n && n < (root + 1n) * (root + 1n);
  };

  test("squareRoot is the floor of the root: of small numbers, of random ones, around every square", () => {
    for (let n = 0n; n < 3_000n; n++) expect(isRoot(n)).toBe(true);
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 1n << 300n }), isRoot));
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 1n << 140n }), (root) => {
        expect([
          squareRoot(root * root - 1n),
          squareRoot(root * root),
          squareRoot(root * root + 2n * root),
        ]).toEqual([root - 1n, root, root]);
      }),
    );
  });

  test("squareRoot is right where doubles end", () => {
    for (let root = 94_906_260n; root < 94_906_270n; root++) {
      for (const n of [root * root - 1n, root * root, root * root + 1n]) expect(isRoot(n)).toBe(true);
    }
    for (const n of [(1n << 53n) - 1n, 1n << 53n, (1n << 53n) + 1n]) expect(isRoot(n)).toBe(true);
    expect(() => squareRoot(-1n)).toThrow("bug: the root of -1");
  });

  test("floorDivide rounds down, whatever the signs", () => {
    expect([7n, -7n].flatMap((a) => [2n, -2n].map((b) => floorDivide(a, b)))).toEqual([3n, -4n, -4n, 3n]);
    fc.assert(
      fc.property(big, big, (a, b) => {
        fc.pre(b !== 0n);
        const rest = a - b * floorDivide(a, b);
        return b > 0n ? 0n <= rest && rest < b : b < rest && rest <= 0n;
      }),
    );
  });

  test("bitLength is the length in binary", () => {
    fc.assert(
      fc.property(big, (n) => bitLength(n) === (n === 0n ? 0 : (n < 0n ? -n : n).toString(2).length)),
    );
  });

  test("roundHalfEven rounds to the nearest, halves to even", () => {
    expect([-5n, -3n, -1n, 1n, 3n, 5n, 7n].map((n) => roundHalfEven(n, 2n))).toEqual([
      -2n,
      -2n,
      0n,
      0n,
      2n,
      2n,
      4n,
    ]);
    expect([1n, 2n, 4n, 5n].map((n) => roundHalfEven(n, 3n))).toEqual([0n, 1n, 1n, 2n]);
  });
});

describe("BitLimit", () => {
  test("lets pass exactly the numbers of so many bits, and products of them", () => {
    for (const bits of [1, 2, 3, 8, 9, 64]) {
      const limit = new BitLimit(bits);
      const most = (1n << BigInt(bits)) - 1n;
      expect([limit.fit(most), limit.fit(-most)]).toEqual([most, -most]);
      for (const over of [most + 1n, -most - 1n]) expect(() => limit.fit(over)).toThrow(BitsExceeded);
    }
    const small = fc.bigInt({ min: -40n, max: 40n });
    fc.assert(
      fc.property(small, small, fc.integer({ min: 1, max: 12 }), (a, b, bits) => {
        const product = () => new BitLimit(bits).product(a, b);
        if (bitLength(a * b) > bits) expect(product).toThrow(BitsExceeded);
        else expect(product()).toBe(a * b);
      }),
    );
  });

  test("refuses a product by its operands' lengths, before it is made", () => {
    const huge = 1n << 2_000_000n;
    const start = cpuTime();
    for (let i = 0; i < 100; i++)
      expect(() => new BitLimit(64).product(huge + 1n, huge)).toThrow(BitsExceeded);
    expect(cpuTime() - start).toBeLessThan(2_000);
  });
});

describe("an expression", () => {
  const scope = (without: readonly Operator[] = []) => ({ params: ["p"], without, nodes: 0 });
  const value = (json: unknown, x = 7n, bits = 64): bigint | string => {
    const reader = new Reader();
    const expression = readExpression(reader, json, "", scope());
    expect(reader.faults).toEqual([]);
    expect(JSON.parse(expressionText(expression))).toEqual(json);
    try {
      const names = { slots: ["x", "y"], params: ["p"] };
      return compile(
        expression,
        names,
        new BitLimit(bits),
      )({ values: [-3n, x], slots: [1, 0], params: [2n] });
    } catch (error) {
      if (error instanceof KernelError || error instanceof BitsExceeded) return error.message;
      throw error;
    }
  };
  const [x, y, p, zero, never] = [
    { get: "x" },
    { get: "y" },
    { param: "p" },
    { sub: ["1", "1"] },
    { div: ["1", "0"] },
  ];

  test.each([
    ["12", 12n],
    ["-12", -12n],
    [x, 7n],
    [y, -3n],
    [p, 2n],
    [{ add: [x, y, p] }, 6n],
    [{ sub: [x, y, p] }, 8n],
    [{ mul: [x, y, p] }, -42n],
    [{ div: [x, p] }, 3n],
    [{ div: [y, p] }, -2n],
    [{ div: [x, "-2"] }, -4n],
    [{ mod: [y, p] }, 1n],
    [{ mod: [x, "-4"] }, -1n],
    [{ neg: [y] }, 3n],
    [{ abs: [y] }, 3n],
    [{ not: [y] }, 0n],
    [{ not: [zero] }, 1n],
    [{ min: [x, y, p] }, -3n],
    [{ max: [y, x, p] }, 7n],
    [{ eq: [x, "7"] }, 1n],
    [{ eq: [x, y] }, 0n],
    [{ lt: [y, x] }, 1n],
    [{ lt: [x, x] }, 0n],
    [{ and: [x, y, p] }, 1n],
    [{ and: [x, zero, never] }, 0n],
    [{ or: [zero, zero, y] }, 1n],
    [{ or: [zero, x, never] }, 1n],
    [{ or: [zero, zero] }, 0n],
    [{ if: [y, x, never] }, 7n],
    [{ if: [zero, never, p] }, 2n],
    [never, "division by zero"],
    [{ mod: [x, zero] }, "division by zero"],
    [{ and: [x, never] }, "division by zero"],
    [{ mul: [zero, never] }, "division by zero"],
  ])("%j is %s", (json, wanted) => expect(value(json)).toBe(wanted));

  test("is held to the bits of every value, those in between among them, left to right", () => {
    const over = "a value is beyond maxBigintBits";
    expect(value({ sub: [{ add: ["15", "0"] }, "15"] }, 0n, 4)).toBe(0n);
    expect(value({ sub: [{ add: ["15", "1"] }, "15"] }, 0n, 4)).toBe(over);
    expect(value({ add: ["15", "1", "-15"] }, 0n, 4)).toBe(over);
    expect(value({ add: ["15", "-15", "1"] }, 0n, 4)).toBe(1n);
    expect(value({ mul: ["3", "5"] }, 0n, 4)).toBe(15n);
    expect(value({ mul: ["4", "4"] }, 0n, 4)).toBe(over);
    expect([
      value(x, 15n, 4),
      value(x, 16n, 4),
      value("16", 0n, 4),
      value({ if: ["1", "1", "16"] }, 0n, 4),
    ]).toEqual([15n, over, over, 1n]);
    expect([value({ add: ["16", never] }, 0n, 4), value({ add: [never, "16"] }, 0n, 4)]).toEqual([
      over,
      "division by zero",
    ]);
  });

  const faults = (json: unknown, without: readonly Operator[] = []) => {
    const reader = new Reader();
    readExpression(reader, json, "", scope(without));
    return reader.faults.map(({ path, message }) => `${path}: ${message}`);
  };

  test("names all that is wrong with it, and where", () => {
    const wrong = {
      add: [{ get: "a b" }, { param: "q" }, { pow: ["1", "2"] }, { div: ["1"] }, 7, { if: "x" }, {}, "01"],
    };
    expect(faults(wrong)).toEqual([
      '/add/0/get: wanted 1 to 128 printable ASCII characters without spaces, got "a b"',
      '/add/1/param: there is no param "q"',
      expect.stringMatching(/^\/add\/2\/pow: there is no such operator here; there are add, sub, /),
      "/add/3/div: wanted 2 operands, got 1",
      "/add/4: wanted an object, got 7",
      '/add/5/if: wanted a list of operands, got "x"',
      '/add/6: wanted one operator, "get" or "param", got 0 fields',
      '/add/7: wanted an integer as a decimal text of at most 309 digits, got "01"',
    ]);
    expect(faults({ mod: ["1", "2"] }, ["div", "mod"])).toHaveLength(1);
    expect(faults({ constructor: ["1", "2"] })).toHaveLength(1);
  });

  const nested = (depth: number): unknown => (depth === 1 ? "1" : { neg: [nested(depth - 1)] });
  const wide = (nodes: number): unknown => ({ add: Array(nodes - 1).fill("1") });

  test("is at most 64 levels deep, and has at most 1,000 nodes", () => {
    expect(faults(nested(64))).toEqual([]);
    expect(faults(nested(65))).toEqual([expect.stringMatching(/: nested deeper than 64 levels$/)]);
    expect(faults(nested(9_000))).toHaveLength(1);
    expect(faults(wide(1_000))).toEqual([]);
    expect(faults(wide(1_001))).toEqual([": more than 1000 nodes in all"]);
    const reader = new Reader();
    expect(nodeCount(readExpression(reader, wide(1_000), "", scope()))).toBe(1_000);
  });
});
