// Cases that a user of Gymnasium (1.x) and NumPy can compare by hand.
import { describe, expect, it } from "vitest";
import {
  BoxSpace,
  canCast,
  DictSpace,
  DiscreteSpace,
  type Dtype,
  MultiBinarySpace,
  MultiDiscreteSpace,
  ndArray,
  TupleSpace,
} from "../../src/spaces/index.ts";
import { DTYPES } from "./arbitrary-space.ts";

const INF = Number.POSITIVE_INFINITY;

describe("canCast", () => {
  // numpy.can_cast(row, column), columns in the order of DTYPES: f4 f8 i1 i2 i4 u1 u2 u4.
  it.each<[Dtype, string]>([
    ["float32", "11000000"],
    ["float64", "01000000"],
    ["int8", "11111000"],
    ["int16", "11011000"],
    ["int32", "01001000"],
    ["uint8", "11011111"],
    ["uint16", "11001011"],
    ["uint32", "01000001"],
  ])("from %s is NumPy's table of safe casts", (from, table) => {
    expect(DTYPES.map((to) => (canCast(from, to) ? 1 : 0)).join("")).toBe(table);
    const values = ndArray(from, [1], [1]);
    for (const to of DTYPES) {
      expect(new BoxSpace(0, 1, { dtype: to }).contains(values)).toBe(canCast(from, to));
    }
  });
});

describe("Discrete", () => {
  it("holds start to start + n - 1", () => {
    const space = new DiscreteSpace(3, -1);
    expect([-2, -1, 0, 1, 2].map((value) => space.contains(value))).toEqual([false, true, true, true, false]);
    expect(String(space)).toBe("Discrete(3, start=-1)");
  });

  it("flattens one-hot", () => {
    expect([...new DiscreteSpace(4).flatten(2)]).toEqual([0, 0, 1, 0]);
    expect([...new DiscreteSpace(3, -1).flatten(-1)]).toEqual([1, 0, 0]);
  });
});

describe("Box", () => {
  it("has float32 and shape [1] when nothing is said", () => {
    const space = new BoxSpace(-1, 2);
    expect([space.dtype, space.shape, space.flatSize]).toEqual(["float32", [1], 1]);
    expect(String(space)).toBe("Box(-1, 2, [1], float32)");
  });

  it("takes its shape from array bounds, and broadcasts a number", () => {
    const space = new BoxSpace([-1, -2], 4, { dtype: "float64" });
    expect([[...space.low], [...space.high]]).toEqual([
      [-1, -2],
      [4, 4],
    ]);
    expect(new BoxSpace(0, ndArray("float64", [2, 1], [1, 2])).shape).toEqual([2, 1]);
    expect(new BoxSpace(0, new Float32Array(3)).shape).toEqual([3]);
    expect(new BoxSpace(0, 100, { shape: [] }).contains(ndArray("float32", [], [7]))).toBe(true);
  });

  it("rounds its bounds to float32, so that they are members", () => {
    const space = new BoxSpace(0.1, 0.3);
    expect(space.low[0]).toBe(Math.fround(0.1));
    expect(space.contains(Float32Array.of(0.1))).toBe(true);
    expect(space.contains(Float32Array.of(0.3))).toBe(true);
    expect([...(space.fromJson([0.1]).data as Float32Array)]).toEqual([Math.fround(0.1)]);
  });

  it("contains infinities only where a side is open, and NaN nowhere", () => {
    const space = new BoxSpace([-INF, 0, -INF], [0, INF, INF], { dtype: "float64" });
    expect(space.contains(Float64Array.of(-INF, INF, INF))).toBe(true);
    expect(space.contains(Float64Array.of(-INF, INF, -INF))).toBe(true);
    expect(space.contains(Float64Array.of(INF, INF, 0))).toBe(false);
    expect(space.contains(Float64Array.of(0, -INF, 0))).toBe(false);
    expect(space.contains(Float64Array.of(0, 0, Number.NaN))).toBe(false);
    const member = Float64Array.of(-INF, INF, -0);
    expect(space.toJson(member)).toStrictEqual(["-Infinity", "Infinity", 0]);
    expect(space.same(space.fromJson(space.toJson(member)), member)).toBe(true);
  });

  it("of integers with an open side goes to the end of the dtype", () => {
    const space = new BoxSpace(-INF, INF, { dtype: "int8" });
    expect(space.contains(Int8Array.of(-128)) && space.contains(Int8Array.of(127))).toBe(true);
    expect(space.equals(new BoxSpace(-128, 127, { dtype: "int8" }))).toBe(false);
    expect(() => space.fromJson([128])).toThrow("/0: 128 is outside of int8: wanted -128 to 127");
  });

  it("takes only arrays of its very shape", () => {
    const space = new BoxSpace(0, 1, { shape: [2, 2] });
    expect(space.contains(ndArray("float32", [2, 2], [0, 0, 1, 1]))).toBe(true);
    expect(space.contains(ndArray("float32", [4], [0, 0, 1, 1]))).toBe(false);
    expect(space.contains(new Float32Array(4))).toBe(false);
    expect(
      space.contains([
        [0, 0],
        [1, 1],
      ]),
    ).toBe(false);
    expect(space.contains(new BoxSpace(0, 2, { shape: [2, 2] }).sample(1))).toBe(false);
  });

  it("cannot be changed through the bounds that it shows", () => {
    const space = new BoxSpace([0, 1], [2, 3]);
    space.low[0] = 9;
    expect([...space.low]).toEqual([0, 1]);
  });
});

describe("MultiDiscrete", () => {
  it("holds [3, 1, 0] for nvec [5, 2, 2], as an array or a list", () => {
    const space = new MultiDiscreteSpace([5, 2, 2]);
    for (const member of [
      [3, 1, 0],
      Int32Array.of(3, 1, 0),
      Int8Array.of(3, 1, 0),
      Uint16Array.of(3, 1, 0),
    ]) {
      expect(space.contains(member)).toBe(true);
      expect(space.toJson(member)).toEqual([3, 1, 0]);
    }
    for (const other of [
      [5, 0, 0],
      [0, 0],
      [0, 0, 0.5],
      [0, 0, -1],
      Float32Array.of(3, 1, 0),
      Uint32Array.of(0, 0, 0),
    ]) {
      expect(space.contains(other)).toBe(false);
    }
    expect(space.same([3, 1, 0], Int8Array.of(3, 1, 0))).toBe(true);
  });

  it("may have several axes and a start", () => {
    const nvec = [
      [1, 2],
      [3, 4],
    ];
    const space = new MultiDiscreteSpace(nvec, {
      start: [
        [0, 0],
        [10, -1],
      ],
    });
    expect(
      space.contains([
        [0, 1],
        [12, -1],
      ]),
    ).toBe(true);
    expect(
      space.contains([
        [0, 1],
        [13, -1],
      ]),
    ).toBe(false);
    expect(space.contains([0, 1, 12, -1])).toBe(false);
    expect([space.shape, space.flatSize]).toEqual([[2, 2], 10]);
    expect([
      ...space.flatten([
        [0, 1],
        [12, -1],
      ]),
    ]).toEqual([1, 0, 1, 0, 0, 1, 1, 0, 0, 0]);
    expect(space.sample(3)).toMatchObject({ dtype: "int32", shape: [2, 2] });
    expect(space.equals(new MultiDiscreteSpace(nvec))).toBe(false);
    expect(
      space.equals(
        new MultiDiscreteSpace(nvec, {
          start: [
            [0, 0],
            [10, -1],
          ],
        }),
      ),
    ).toBe(true);
    expect(new MultiDiscreteSpace([2]).equals(new MultiDiscreteSpace([2], { dtype: "int8" }))).toBe(false);
  });
});

describe("MultiBinary", () => {
  it("holds zeros and ones of any dtype, as Gymnasium does", () => {
    const space = new MultiBinarySpace(2);
    for (const member of [Int8Array.of(0, 1), Uint8Array.of(0, 1), Float64Array.of(0, 1), [0, 1]]) {
      expect(space.contains(member)).toBe(true);
    }
    for (const other of [Int8Array.of(0, 2), Int8Array.of(0), [0, 0.5], [true, false]]) {
      expect(space.contains(other)).toBe(false);
    }
  });

  it("may have several axes, and draws int8", () => {
    const space = new MultiBinarySpace([3, 2]);
    expect(
      space.contains([
        [1, 0],
        [1, 0],
        [1, 1],
      ]),
    ).toBe(true);
    expect([
      ...space.flatten([
        [1, 0],
        [1, 0],
        [1, 1],
      ]),
    ]).toEqual([1, 0, 1, 0, 1, 1]);
    expect(space.sample(1)).toMatchObject({ dtype: "int8", shape: [3, 2] });
    expect(space.equals(new MultiBinarySpace(6))).toBe(false);
  });
});

describe("Tuple", () => {
  it("flattens Gymnasium's example", () => {
    const space = new TupleSpace([
      new BoxSpace(0, 1, { shape: [2] }),
      new BoxSpace(0, 1, { shape: [3], dtype: "float64" }),
      new DiscreteSpace(3),
    ]);
    const flat = space.flatten([Float32Array.of(0.5, 0.25), Float64Array.of(1, 0, 0.2), 1]);
    expect([...flat]).toEqual([0.5, 0.25, 1, 0, 0.2, 0, 1, 0]);
  });

  it("holds lists with one member of each space, no more and no fewer", () => {
    const space = new TupleSpace([new DiscreteSpace(2), new DiscreteSpace(3)]);
    expect(space.contains([1, 2])).toBe(true);
    for (const other of [[1], [1, 2, 0], [2, 1], { 0: 1, 1: 2, length: 2 }, Int8Array.of(1, 2)]) {
      expect(space.contains(other)).toBe(false);
    }
  });
});

describe("Dict", () => {
  it("has flatdim 5 in Gymnasium's example, and sorts its keys", () => {
    const space = new DictSpace({ velocity: new DiscreteSpace(3), position: new DiscreteSpace(2) });
    expect(space.flatSize).toBe(5);
    expect(space.keys).toEqual(["position", "velocity"]);
    expect([...space.flatten({ velocity: 0, position: 1 })]).toEqual([0, 1, 1, 0, 0]);
    expect(Object.keys(space.sample(1))).toEqual(["position", "velocity"]);
  });

  it("does not depend on the order in which its keys were given, digits included", () => {
    const [a, b] = [new DiscreteSpace(1000), new DiscreteSpace(900)];
    const one = new DictSpace({ "9": a, "10": b, Z: a, a: b });
    const two = new DictSpace({ a: b, Z: a, "10": b, "9": a });
    expect(one.keys).toEqual(["10", "9", "Z", "a"]);
    expect(one.equals(two)).toBe(true);
    expect(one.sample(5)).toStrictEqual(two.sample(5));
  });

  it("gives keys like constructor no meaning", () => {
    const space = new DictSpace({ constructor: new DiscreteSpace(2), toString: new DiscreteSpace(2) });
    const sample = space.sample(1);
    expect(Object.keys(sample)).toEqual(["constructor", "toString"]);
    expect(space.fromJson(space.toJson(sample))).toEqual(sample);
    expect(space.spaces.constructor).toBeInstanceOf(DiscreteSpace);
    expect("valueOf" in space.spaces).toBe(false);
  });
});
