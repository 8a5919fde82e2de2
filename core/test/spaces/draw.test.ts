// The distributions of samples, and the values themselves, which must never change.
import { describe, expect, it } from "vitest";
import { stream } from "../../src/random.ts";
import {
  BoxSpace,
  DictSpace,
  DiscreteSpace,
  MultiBinarySpace,
  MultiDiscreteSpace,
  TupleSpace,
} from "../../src/spaces/index.ts";

const INF = Number.POSITIVE_INFINITY;
const COUNT = 20_000;

/** Mean, variance, and the share of values at most 1, of many draws from a one-element box. */
function moments(space: BoxSpace): [mean: number, variance: number, upToOne: number] {
  const random = stream("space", 1);
  const values = Array.from({ length: COUNT }, () => space.draw(random).data[0]!);
  const mean = values.reduce((a, b) => a + b, 0) / COUNT;
  const variance = values.reduce((a, b) => a + (b - mean) * (b - mean), 0) / COUNT;
  return [mean, variance, values.filter((value) => value <= 1).length / COUNT];
}

describe("draw", () => {
  it.each<[string, BoxSpace, [number, number, number]]>([
    ["uniform", new BoxSpace(-1, 3), [1, 16 / 12, 0.5]],
    ["exponential above a low bound", new BoxSpace(0, INF), [1, 1, 0.632]],
    ["exponential below a high bound", new BoxSpace(-INF, 2, { dtype: "float64" }), [1, 1, 0.368]],
    ["standard normal without bounds", new BoxSpace(-INF, INF), [0, 1, 0.841]],
    ["uniform over integers, both ends included", new BoxSpace(-1, 2, { dtype: "int8" }), [0.5, 1.25, 0.75]],
  ])("is %s", (_, space, expected) => {
    // Seven standard errors of the least certain of them, and the stream is always the same one.
    moments(space).forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(0.14);
    });
    expect(Math.abs(moments(space)[2] - expected[2])).toBeLessThan(0.02);
  });

  it("reaches every integer, and both ends of the widest dtypes' range", () => {
    const random = stream("space", 2);
    const seen = new Set(Array.from({ length: 500 }, () => new DiscreteSpace(5, -2).draw(random)));
    expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    const wide = new BoxSpace(0, 2 ** 32 - 1, { dtype: "uint32", shape: [1000] }).draw(random).data;
    expect(Math.min(...wide)).toBeLessThan(2 ** 25);
    expect(Math.max(...wide)).toBeGreaterThan(2 ** 32 - 2 ** 25);
    const odd = Array.from({ length: 100 }, () => new DiscreteSpace(2 ** 53 - 1).draw(random) % 2);
    expect(new Set(odd).size).toBe(2);
  });

  it("favours no integer, even when the count divides 2^53 badly", () => {
    // Two draws give 2^53 values; taken modulo 3 × 2^51, the lowest third would come up half of the time.
    const random = stream("space", 3);
    const space = new DiscreteSpace(3 * 2 ** 51);
    const values = Array.from({ length: 5000 }, () => space.draw(random));
    expect(values.filter((value) => value < 2 ** 51).length / 5000).toBeCloseTo(1 / 3, 1);
  });

  it("stays within bounds that are as far apart as numbers go, or at their end", () => {
    const { MAX_VALUE } = Number;
    const far = new BoxSpace(-MAX_VALUE, MAX_VALUE, { dtype: "float64", shape: [50] });
    const end = new BoxSpace(MAX_VALUE, INF, { dtype: "float64", shape: [50] });
    const top = new BoxSpace(3.4028234663852886e38, INF, { shape: [50] });
    const last = new BoxSpace(127, INF, { dtype: "int8", shape: [50] });
    const first = new BoxSpace(-INF, -128, { dtype: "int8", shape: [50] });
    for (const space of [far, end, top, last, first]) {
      const sample = space.sample(1);
      expect(space.contains(sample)).toBe(true);
      expect(sample.data.every(Number.isFinite)).toBe(true);
    }
    expect(new Set(far.sample(1).data.map(Math.sign)).size).toBe(2);
    const point = new BoxSpace(1.9999999999999998, 1.9999999999999998, { dtype: "float64", shape: [100] });
    expect(new Set(point.sample(1).data)).toEqual(new Set([1.9999999999999998]));
  });

  it("ends even when the stream is stuck", () => {
    const space = new BoxSpace([0, -INF], INF, { dtype: "float64" });
    for (const cycle of [[0], [1 - 2 ** -32], [0.9, 0.9, 0.1, 0.1, 0.5, 0.5]]) {
      let i = 0;
      const stuck = () => cycle[i++ % cycle.length]!;
      expect(space.contains(space.draw(stuck))).toBe(true);
      expect(new DiscreteSpace(2 ** 52 + 1).contains(new DiscreteSpace(2 ** 52 + 1).draw(stuck))).toBe(true);
    }
  });

  it("draws the parts of a composite in order from one stream", () => {
    const [a, b] = [new DiscreteSpace(100), new BoxSpace(0, 1)];
    const random = stream("space", 4);
    const parts = [b.draw(random), a.draw(random)];
    expect(new TupleSpace([b, a]).sample(4)).toEqual(parts);
    expect(new DictSpace({ z: a, y: b }).sample(4)).toEqual({ y: parts[0], z: parts[1] });
  });

  it("gives these very samples, today and in every other engine", () => {
    const space = new DictSpace({
      bits: new MultiBinarySpace(6),
      box: new BoxSpace([0, 0, -INF, -INF], [1, INF, 0, INF], { dtype: "float64" }),
      byte: new BoxSpace(0, 255, { dtype: "uint8", shape: [3] }),
      multi: new MultiDiscreteSpace([5, 2, 2]),
      one: new DiscreteSpace(1000, -500),
      wide: new DiscreteSpace(2 ** 50),
    });
    expect(space.toJson(space.sample(42))).toEqual({
      bits: [0, 0, 0, 1, 1, 1],
      box: [0.6559984408352507, 2.070406658237608, -0.881203963425677, 0.6816701688154364],
      byte: [130, 243, 141],
      multi: [0, 0, 1],
      one: 157,
      wide: 589292544343444,
    });
  });
});
