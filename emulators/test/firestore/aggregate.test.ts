// Aggregations: what they count, and exactly what they add up to.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aggregate, parseAggregations, type WireAggregation } from "../../src/firestore/aggregate.ts";
import { NumberSum } from "../../src/firestore/number-sum.ts";
import type { Value } from "../../src/firestore/value.ts";
import { Code } from "../../src/wire/status.ts";
import { documentAt, double, toValue } from "./query-samples.ts";

const sumOf = (fieldPath: string, alias = "s"): WireAggregation => ({ sum: { field: { fieldPath } }, alias });
const averageOf = (fieldPath: string, alias = "a"): WireAggregation => ({
  avg: { field: { fieldPath } },
  alias,
});
const count = (alias = "c", upTo?: string): WireAggregation => ({
  count: upTo === undefined ? {} : { upTo: { value: upTo } },
  alias,
});
const integer = (value: bigint): Value => ({ kind: "integer", value });

const MAX = 2n ** 63n - 1n;
const HUGE = Number.MAX_VALUE;
const INFINITY = Number.POSITIVE_INFINITY;
const NULL: Value = { kind: "null" };

describe("sum and average of", () => {
  // The cases are those of the aggregation tests that Google runs against the real service; what is integer and what
  // double is as query.proto has it.
  test.each<[string, Value[], Value, Value]>([
    ["nothing", [], integer(0n), NULL],
    ["no numbers", [toValue("3"), NULL, toValue([1])], integer(0n), NULL],
    ["integers", [integer(5n), integer(4n)], integer(9n), double(4.5)],
    ["integers among other types", [integer(5n), toValue("3"), integer(1n)], integer(6n), double(3)],
    ["integers and doubles", [integer(5n), double(4.5), integer(3n)], double(12.5), double(12.5 / 3)],
    [
      "doubles that add up to an integer",
      [integer(5n), double(4.5), double(3.5)],
      double(13),
      double(13 / 3),
    ],
    ["integers that overflow", [integer(MAX), integer(MAX)], double(2 ** 64), double(2 ** 63)],
    [
      "integers that overflow on the way",
      [integer(MAX), integer(1n), integer(-101n)],
      integer(MAX - 100n),
      double(2 ** 63 / 3),
    ],
    ["doubles that overflow", [double(HUGE), double(HUGE)], double(INFINITY), double(INFINITY)],
    [
      "doubles that overflow on the way",
      [double(HUGE), double(HUGE), double(-HUGE), double(-HUGE)],
      double(0),
      double(0),
    ],
    ["a NaN", [integer(5n), double(Number.NaN), integer(0n)], double(Number.NaN), double(Number.NaN)],
    ["an infinity", [integer(5n), double(-INFINITY)], double(-INFINITY), double(-INFINITY)],
    ["opposite infinities", [double(INFINITY), double(-INFINITY)], double(Number.NaN), double(Number.NaN)],
    ["the smallest double", [double(Number.MIN_VALUE)], double(Number.MIN_VALUE), double(Number.MIN_VALUE)],
    ["an underflow", [double(Number.MIN_VALUE), integer(0n)], double(Number.MIN_VALUE), double(0)],
    ["minus zero", [double(-0)], double(0), double(0)],
    [
      "the smallest beside the greatest",
      [double(HUGE), double(Number.MIN_VALUE)],
      double(HUGE),
      double(HUGE / 2),
    ],
    ["tenths, rounded once", [0.1, 0.2, 0.3, 0.4].map(double), double(1), double(0.25)],
    [
      "a half that a lost bit decides",
      [double(2 ** 53), integer(1n), double(2 ** -60)],
      double(2 ** 53 + 2),
      double((2 ** 53 + 2) / 3),
    ],
  ])("%s", (_, values, sum, average) => {
    const documents = values.map((x, i) => documentAt(`c/${i}`, { x }));
    const found = aggregate(parseAggregations([sumOf("x"), averageOf("x")]), documents);
    expect([found.get("s"), found.get("a")]).toEqual([sum, average]);
  });

  test("numbers is the same in any order, and the nearest to the exact sum", () => {
    const anyNumber = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ noNaN: true, min: -1, max: 1 }),
      fc.bigInt({ min: -MAX, max: MAX }),
    );
    fc.assert(
      fc.property(fc.array(anyNumber, { maxLength: 8 }), (numbers) => {
        const values = numbers.map((value) => (typeof value === "bigint" ? integer(value) : double(value)));
        const sum = sumAll(values);
        expect(sumAll([...values].reverse())).toEqual(sum);
        const exact = values.reduce((total, value) => total + exactly(value), 0n);
        const isInteger = !values.some(({ kind }) => kind === "double");
        if (isInteger && exact / UNIT <= MAX && exact / UNIT >= -MAX)
          expect(sum).toEqual(integer(exact / UNIT));
        else expect(isNearest(Number((sum as { value: number | bigint }).value), exact)).toBe(true);
      }),
    );
  });
});

function sumAll(values: readonly Value[]): Value {
  const sum = new NumberSum();
  for (const value of values) sum.add(value);
  return sum.sum();
}

/** 2^1074: every double is a whole number of its inverse. */
const UNIT = 1n << 1074n;

function exactly(value: Value): bigint {
  if (value.kind === "integer") return value.value * UNIT;
  // Doubling makes any double whole in the end; it is exact, but for what overflows.
  let doublings = 0n;
  let whole = (value as { value: number }).value;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    doublings += 1n;
  }
  return (BigInt(whole) * UNIT) >> doublings;
}

/** No neighbouring double is nearer. */
function isNearest(sum: number, exact: bigint): boolean {
  if (!Number.isFinite(sum)) return (exact < 0n ? -exact : exact) / UNIT > BigInt(HUGE);
  const away = (candidate: number) => {
    const difference = exactly(double(candidate)) - exact;
    return difference < 0n ? -difference : difference;
  };
  const view = new DataView(new ArrayBuffer(8));
  const neighbours = [1n, -1n].map((step) => {
    view.setFloat64(0, sum);
    view.setBigInt64(0, view.getBigInt64(0) + step);
    return view.getFloat64(0);
  });
  return sum === 0 || neighbours.filter(Number.isFinite).every((neighbour) => away(sum) <= away(neighbour));
}

describe("aggregate", () => {
  const documents = [
    documentAt("c/a", { pages: 100, year: 1980 }),
    documentAt("c/b", { pages: 50, year: 2020 }),
    documentAt("c/c", { pages: 150, year: 2021 }),
    documentAt("c/d", { pages: 50 }),
  ];

  test("counts every document", () => {
    expect(aggregate(parseAggregations([count()]), documents)).toEqual(new Map([["c", integer(4n)]]));
  });

  test("counts no further than up_to", () => {
    const found = aggregate(parseAggregations([count("few", "2"), count("many", "9")]), documents);
    expect([found.get("few"), found.get("many")]).toEqual([integer(2n), integer(4n)]);
  });

  test("takes only documents that have all the fields, as the real service does", () => {
    const wanted = [sumOf("pages"), averageOf("pages", "p"), averageOf("year", "y"), count()];
    expect(aggregate(parseAggregations(wanted), documents)).toEqual(
      new Map([
        ["s", integer(300n)],
        ["p", double(100)],
        ["y", double(2007)],
        ["c", integer(3n)],
      ]),
    );
  });

  test("reads fields in maps", () => {
    const nested = [documentAt("c/a", { m: { x: 1 } }), documentAt("c/b", { m: { x: 2 } })];
    expect(aggregate(parseAggregations([sumOf("m.x")]), nested).get("s")).toEqual(integer(3n));
  });

  test("gives unnamed results the names field_1, field_2 and so on", () => {
    const wanted = [count("first"), count(""), count("third"), sumOf("pages", "")];
    expect([...aggregate(parseAggregations(wanted), documents).keys()]).toEqual([
      "first",
      "field_1",
      "third",
      "field_2",
    ]);
  });
});

describe("parseAggregations refuses", () => {
  const six = ["a", "b", "c", "d", "e", "f"].map((alias) => count(alias));
  test.each<[string, WireAggregation[], string]>([
    ["none", [], "An aggregation query must have at least one aggregation."],
    [
      "more than five",
      six,
      "The maximum number of aggregations allowed in an aggregation query is 5. Received: 6",
    ],
    ["the same alias twice", [count("a"), sumOf("x", "a")], "Aggregation aliases contain duplicate alias: a"],
    ["an up_to of zero", [count("c", "0")], "up_to is 0; it must be greater than zero."],
    [
      "one without an operator",
      [{ alias: "a" }],
      'Aggregation "a" has no operator: count, sum or avg is wanted.',
    ],
  ])("%s", (_, wanted, message) => {
    expect(() => parseAggregations(wanted)).toThrow(
      expect.objectContaining({ code: Code.INVALID_ARGUMENT, message }),
    );
  });

  test("not five", () => {
    expect(parseAggregations(six.slice(1))).toHaveLength(5);
  });
});
