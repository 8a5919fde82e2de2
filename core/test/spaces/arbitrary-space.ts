// Arbitrary spaces for property tests, composites of composites included.
import fc from "fast-check";
import {
  BoxSpace,
  DictSpace,
  DiscreteSpace,
  type Dtype,
  MultiBinarySpace,
  MultiDiscreteSpace,
  type Nested,
  type Space,
  TupleSpace,
} from "../../src/spaces/index.ts";

export const DTYPES: readonly Dtype[] = [
  "float32",
  "float64",
  "int8",
  "int16",
  "int32",
  "uint8",
  "uint16",
  "uint32",
];

const shape = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 });

/** Flat values as nested lists. */
function nestedOf(values: readonly number[], axes: readonly number[]): Nested {
  if (axes.length === 0) return values[0]!;
  const step = values.length / axes[0]!;
  return Array.from({ length: axes[0]! }, (_, i) =>
    nestedOf(values.slice(i * step, (i + 1) * step), axes.slice(1)),
  );
}

function filled<T>(item: fc.Arbitrary<T>): fc.Arbitrary<{ axes: number[]; items: T[] }> {
  return shape.chain((axes) => {
    const length = axes.reduce((a, b) => a * b, 1);
    return fc.record({
      axes: fc.constant(axes),
      items: fc.array(item, { minLength: length, maxLength: length }),
    });
  });
}

const discrete = fc
  .tuple(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(2 ** 40)), fc.integer())
  .map(([n, start]) => new DiscreteSpace(n, start));

const side = (number: fc.Arbitrary<number>) =>
  fc.tuple(number, number, fc.boolean(), fc.boolean()).map(([a, b, openLow, openHigh]) => ({
    low: openLow ? Number.NEGATIVE_INFINITY : Math.min(a, b),
    high: openHigh ? Number.POSITIVE_INFINITY : Math.max(a, b),
  }));

function box(dtype: Dtype, number: fc.Arbitrary<number>, open: boolean): fc.Arbitrary<BoxSpace> {
  const sides = open
    ? side(number)
    : fc.tuple(number, number).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));
  return filled(sides).map(({ axes, items }) => {
    const low = nestedOf(
      items.map((item) => item.low),
      axes,
    );
    const high = nestedOf(
      items.map((item) => item.high),
      axes,
    );
    return new BoxSpace(low, high, { shape: axes, dtype });
  });
}

const boxes: fc.Arbitrary<BoxSpace> = fc.oneof(
  box("float32", fc.float({ noNaN: true, noDefaultInfinity: true }), true),
  box("float64", fc.double({ noNaN: true, noDefaultInfinity: true }), true),
  box("int8", fc.integer({ min: -128, max: 127 }), true),
  box("int32", fc.integer(), true),
  box("uint8", fc.integer({ min: 0, max: 255 }), false),
  box("uint32", fc.integer({ min: 0, max: 2 ** 32 - 1 }), false),
);

const multiDiscrete = filled(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: -9, max: 9 })))
  .filter(({ axes }) => axes.length > 0)
  .map(({ axes, items }) => {
    const nvec = nestedOf(
      items.map(([n]) => n),
      axes,
    );
    const start = nestedOf(
      items.map(([, from]) => from),
      axes,
    );
    return new MultiDiscreteSpace(nvec, { start });
  });

const multiBinary = shape.filter((axes) => axes.length > 0).map((axes) => new MultiBinarySpace(axes));

const key = fc.oneof(fc.constantFrom("constructor", "10", "9", "toString", "", "~/"), fc.string());

const leaves: fc.Arbitrary<Space> = fc.oneof(discrete, boxes, multiDiscrete, multiBinary);

export const spaces: fc.Arbitrary<Space> = fc.letrec<{ space: Space }>((tie) => ({
  space: fc.oneof(
    { maxDepth: 3 },
    leaves,
    fc.array(tie("space"), { maxLength: 3 }).map((parts) => new TupleSpace(parts)),
    fc
      .dictionary(
        key.filter((name) => name !== "__proto__"),
        tie("space"),
        { maxKeys: 3 },
      )
      .map((parts) => new DictSpace({ ...parts })),
  ),
})).space;

export const seeds: fc.Arbitrary<number> = fc.maxSafeNat();
