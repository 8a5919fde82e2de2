// Keys of values: equal for equal values only.
import fc from "fast-check";
import { expect, test } from "vitest";
import { equal } from "../../src/firestore/order.ts";
import { keyOf } from "../../src/firestore/value-key.ts";
import { anyValue, array, double, geo, int, map, text, vector } from "./sample-values.ts";

test("keyOf gives two values the same key when they are equal, and otherwise not", () => {
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      expect(keyOf(a) === keyOf(b)).toBe(equal(a, b));
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  [int(1), double(1)],
  [double(Number.NaN), double(Number.NaN)],
  [double(-0), int(0)],
  [geo(-0, 0), geo(0, -0)],
  [map({ a: int(1), b: text("") }), map({ b: text(""), a: double(1) })],
  [array(int(2), map({})), array(double(2), map({}))],
  [vector(1, 2), vector(1, 2)],
  [double(2 ** 63), double(2 ** 63)],
])("keyOf holds equal values for the same: %#", (a, b) => {
  expect(equal(a, b)).toBe(true);
  expect(keyOf(a)).toBe(keyOf(b));
});
