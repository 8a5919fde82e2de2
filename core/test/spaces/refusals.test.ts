// What spaces refuse, and in which words.
import { describe, expect, it } from "vitest";
import { PolicyLedgerError } from "../../src/error.ts";
import type { Json } from "../../src/json.ts";
import {
  BoxSpace,
  DictSpace,
  DiscreteSpace,
  type Dtype,
  MultiBinarySpace,
  MultiDiscreteSpace,
  ndArray,
  type Space,
  TupleSpace,
} from "../../src/spaces/index.ts";

const INF = Number.POSITIVE_INFINITY;
const wrong = (value: unknown): never => value as never;

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyLedgerError);
    expect((error as PolicyLedgerError).code).toBe("invalid_space");
    return (error as PolicyLedgerError).message;
  }
  throw new Error("nothing was refused");
}

const DTYPE_LIST = "wanted one of float32, float64, int8, int16, int32, uint8, uint16, uint32";

describe("a space that cannot be", () => {
  it.each<[string, () => unknown, string]>([
    ["Discrete(0)", () => new DiscreteSpace(0), "Cannot build Discrete: /n: 0 is not a positive integer"],
    [
      "Discrete of text",
      () => new DiscreteSpace(wrong("3"), 0.5),
      'Cannot build Discrete: /n: "3" is not a positive integer; /start: 0.5 is not an integer',
    ],
    [
      "Discrete beyond 2^53",
      () => new DiscreteSpace(2, Number.MAX_SAFE_INTEGER),
      "Cannot build Discrete: /n: the last value would be above 9007199254740991",
    ],
    [
      "Box of int64",
      () => new BoxSpace(0, 1, { dtype: wrong("int64") }),
      `Cannot build Box: /dtype: int64 is not supported, as numbers are exact up to 2^53 only: ${DTYPE_LIST}`,
    ],
    [
      "Box of another dtype",
      () => new BoxSpace(0, 1, { dtype: wrong("constructor") }),
      `Cannot build Box: /dtype: "constructor" is not a dtype: ${DTYPE_LIST}`,
    ],
    ["Box of NaN", () => new BoxSpace(Number.NaN, 1), "Cannot build Box: /low: NaN bounds nothing"],
    [
      "Box upside down",
      () => new BoxSpace([0, 3], [1, 2]),
      "Cannot build Box: /low/1: 3 is above the high bound 2",
    ],
    [
      "Box above infinity",
      () => new BoxSpace(INF, INF),
      "Cannot build Box: /low: Infinity leaves no value: wanted a finite number or -Infinity",
    ],
    [
      "Box of another shape",
      () => new BoxSpace([0, 0], 1, { shape: [3] }),
      "Cannot build Box: /low: a list of 2, wanted a list of 3",
    ],
    [
      "Box of an array of another shape",
      () => new BoxSpace(0, new Float32Array(2), { shape: [1, 2] }),
      "Cannot build Box: /high: the shape is [2], wanted [1,2]",
    ],
    [
      "Box of ragged lists",
      () => new BoxSpace([[0, 0], [0]], 1),
      "Cannot build Box: /low/1: a list of 1, wanted a list of 2",
    ],
    [
      "Box without elements",
      () => new BoxSpace(0, 1, { shape: [2, 0] }),
      "Cannot build Box: /shape/1: 0 is not a positive integer",
    ],
    [
      "Box too large",
      () => new BoxSpace(0, 1, { shape: [2048, 1024] }),
      "Cannot build Box: /shape: 2097152 elements, at most 1048576 are allowed",
    ],
    [
      "Box with too many axes",
      () => new BoxSpace(0, 1, { shape: [1, 1, 1, 1, 1, 1, 1, 1, 1] }),
      "Cannot build Box: /shape: 9 axes, at most 8 are allowed",
    ],
    [
      "Box of uint8 without an end",
      () => new BoxSpace(0, INF, { dtype: "uint8" }),
      "Cannot build Box: /high: Infinity is no bound of uint8: wanted 0 to 255",
    ],
    [
      "Box of int8 beyond int8",
      () => new BoxSpace(-129, 0.5, { dtype: "int8" }),
      "Cannot build Box: /low: -129 is outside of int8: wanted -128 to 127; /high: 0.5 is not an integer, and the dtype is int8",
    ],
    ["Box beyond float32", () => new BoxSpace(0, 1e39), "Cannot build Box: /high: 1e+39 is beyond float32"],
    [
      "MultiDiscrete of a number",
      () => new MultiDiscreteSpace(wrong(5)),
      "Cannot build MultiDiscrete: /nvec: 5, wanted a list of positive integers",
    ],
    [
      "MultiDiscrete of nothing",
      () =>
        new MultiDiscreteSpace([
          [2, 0],
          [1.5, 2],
        ]),
      "Cannot build MultiDiscrete: /nvec/0/1: 0 is not a positive integer; /nvec/1/0: 1.5 is not a positive integer",
    ],
    [
      "MultiDiscrete with another start",
      () => new MultiDiscreteSpace([2, 2], { start: [1] }),
      "Cannot build MultiDiscrete: /start: a list of 1, wanted a list of 2",
    ],
    [
      "MultiDiscrete beyond its dtype",
      () => new MultiDiscreteSpace([2, 129], { dtype: "int8" }),
      "Cannot build MultiDiscrete: /nvec: element 1 runs from 0 to 128, outside of int8",
    ],
    [
      "MultiDiscrete of floats",
      () => new MultiDiscreteSpace([2], { dtype: "float32" }),
      "Cannot build MultiDiscrete: /dtype: float32 holds no integers only: wanted an integer dtype",
    ],
    [
      "MultiBinary(-1)",
      () => new MultiBinarySpace(-1),
      "Cannot build MultiBinary: /shape/0: -1 is not a positive integer",
    ],
    [
      "MultiBinary without axes",
      () => new MultiBinarySpace([]),
      "Cannot build MultiBinary: /shape: no axes, wanted at least one",
    ],
    [
      "Tuple of no spaces",
      () => new TupleSpace([new DiscreteSpace(1), wrong(5), wrong({})]),
      "Cannot build Tuple: /spaces/1: 5 is not a space; /spaces/2: an object is not a space",
    ],
    [
      "Tuple of nothing",
      () => new TupleSpace(wrong(undefined)),
      "Cannot build Tuple: /spaces: undefined, wanted a list of spaces",
    ],
    [
      "Dict of no spaces",
      () => new DictSpace({ "a/b": wrong(null) }),
      "Cannot build Dict: /spaces/a~1b: null is not a space",
    ],
    [
      "Dict of a map",
      () => new DictSpace(wrong(new Map())),
      "Cannot build Dict: /spaces: an object, wanted a plain object of spaces",
    ],
    [
      'Dict with "__proto__"',
      () => new DictSpace({ ["__proto__"]: new DiscreteSpace(1) }),
      'Cannot build Dict: /spaces/__proto__: the key "__proto__" is not allowed',
    ],
    [
      "Dict with half a character",
      () => new DictSpace({ "\ud800": new DiscreteSpace(1) }),
      "Cannot build Dict: /spaces: a key holds half of a surrogate pair",
    ],
    [
      "an array of too few",
      () => ndArray("int8", [2], [300]),
      "Cannot build an array: /data: 1 values, wanted 2; /data/0: 300 is outside of int8: wanted -128 to 127",
    ],
    [
      "an array of no dtype",
      () => ndArray("bool" as Dtype, [1], [1]),
      `Cannot build an array: /dtype: "bool" is not a dtype: ${DTYPE_LIST}`,
    ],
  ])("%s says what was wrong", (_, build, message) => {
    expect(refusal(build)).toBe(message);
  });

  it("is nested too deep, or made of too many values", () => {
    let space: Space = new DiscreteSpace(2);
    for (let i = 0; i < 8; i++) space = new TupleSpace([space]);
    expect(space.depth).toBe(8);
    expect(refusal(() => new TupleSpace([space]))).toBe(
      "Cannot build Tuple: /spaces: nested 9 deep, at most 8 are allowed",
    );
    const half = new BoxSpace(0, 1, { shape: [1024, 512] });
    expect(refusal(() => new DictSpace({ a: half, b: half }))).toBe(
      "Cannot build Dict: /spaces: a member is made of 1048577 values, at most 1048576 are allowed",
    );
  });
});

const dict = new DictSpace({
  "a/b": new DiscreteSpace(3, 1),
  box: new BoxSpace([0, 0], [1, 2], { dtype: "int8" }),
  list: new TupleSpace([new MultiBinarySpace(2), new MultiDiscreteSpace([2, 2])]),
});

describe("a member that is none", () => {
  it.each<[Space, Json, string]>([
    [new DiscreteSpace(3), "1", '"1" is not in Discrete(3)'],
    [
      new BoxSpace(0, 1, { shape: [2, 1] }),
      [[2], ["x"]],
      'Cannot read a member of Box(0, 1, [2,1], float32): /0/0: 2 is not between 0 and 1; /1/0: "x" is not a number',
    ],
    [
      new BoxSpace(0, 1),
      ["Infinity"],
      "Cannot read a member of Box(0, 1, [1], float32): /0: Infinity is not between 0 and 1",
    ],
    [
      new BoxSpace(-INF, INF),
      [1e39],
      "Cannot read a member of Box(-Infinity, Infinity, [1], float32): /0: 1e+39 is beyond float32",
    ],
    [
      new MultiDiscreteSpace([2, 3], { start: [0, 5] }),
      [2, 4],
      "Cannot read a member of MultiDiscrete([2,3], start=[0,5]): /0: 2 is not between 0 and 1; /1: 4 is not between 5 and 7",
    ],
    [
      new MultiBinarySpace([1, 2]),
      [[0, true]],
      "Cannot read a member of MultiBinary([1, 2]): /0/1: true is not an integer",
    ],
    [
      new TupleSpace([new DiscreteSpace(2)]),
      [0, 0],
      "Cannot read a list of 2: wanted a member of Tuple(Discrete(2))",
    ],
    [
      new DictSpace({ a: new DiscreteSpace(2) }),
      { b: 1 },
      'Cannot read a member of Dict("a": Discrete(2)): /a: is missing; /b: is not a key of the space',
    ],
  ])("of %s is refused as JSON with all its faults", (space, json, message) => {
    expect(refusal(() => space.fromJson(json))).toBe(message);
  });

  it("is refused with the path of each fault, however deep", () => {
    try {
      dict.fromJson({
        "a/b": 0,
        box: [1, 3],
        list: [
          [0, 2],
          [0, 1, 0],
        ],
      });
      expect.unreachable();
    } catch (error) {
      expect((error as PolicyLedgerError).faults).toEqual([
        { path: "/a~1b", message: "0 is not in Discrete(3, start=1)" },
        { path: "/box/1", message: "3 is not between 0 and 2" },
        { path: "/list/0/1", message: "2 is neither 0 nor 1" },
        { path: "/list/1", message: "a list of 3, wanted a list of 2" },
      ]);
    }
  });

  it("is neither written nor flattened", () => {
    const box = new BoxSpace(0, 1, { shape: [2], dtype: "int8" });
    expect(refusal(() => box.toJson(new Float32Array(2)))).toBe(
      "Cannot write a Float32Array of 2: wanted a member of Box(0, 1, [2], int8)",
    );
    expect(refusal(() => new DiscreteSpace(2).flatten(2))).toBe(
      "Cannot flatten 2: wanted a member of Discrete(2)",
    );
    expect(refusal(() => new TupleSpace([new MultiBinarySpace(1)]).flatten([[2]]))).toBe(
      "Cannot flatten a member of Tuple(MultiBinary(1)): /0: Cannot flatten a list of 1: wanted a member of MultiBinary(1)",
    );
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    expect(refusal(() => new DiscreteSpace(2).toJson(wrong(proxy)))).toBe(
      "Cannot write an object: wanted a member of Discrete(2)",
    );
    expect(refusal(() => new DiscreteSpace(2).toJson(wrong(Object.create(null))))).toBe(
      "Cannot write an object: wanted a member of Discrete(2)",
    );
    expect(refusal(() => dict.toJson(wrong(null)))).toMatch(/^Cannot write null: wanted a member of Dict\(/);
  });

  it("is not unflattened", () => {
    const space = new DiscreteSpace(3);
    expect(refusal(() => space.unflatten([1, 0]))).toBe(
      "Cannot unflatten 2 numbers into Discrete(3): wanted 3",
    );
    for (const vector of [
      [0, 0, 0],
      [1, 0, 1],
      [0, 0.5, 0],
      [0, Number.NaN, 1],
      [2, 0, 1],
    ]) {
      expect(refusal(() => space.unflatten(vector))).toBe(
        "Cannot unflatten into Discrete(3): positions 0 to 2 are not one-hot, wanted a single 1 among zeros",
      );
    }
    expect(refusal(() => new BoxSpace(0, 1).unflatten([2]))).toBe(
      "Cannot unflatten into Box(0, 1, [1], float32): 2 is not between 0 and 1",
    );
    expect(refusal(() => new MultiBinarySpace(1).unflatten([0.5]))).toBe(
      "Cannot unflatten into MultiBinary(1): 0.5 is neither 0 nor 1",
    );
  });

  it("takes no more numbers than a flat vector may have", () => {
    const space = new DiscreteSpace(2 ** 40);
    expect(refusal(() => space.flatten(1))).toBe(
      "Cannot flatten a member of Discrete(1099511627776): it takes 1099511627776 numbers, at most 1048576 are allowed",
    );
  });
});

describe("sample", () => {
  it.each([-1, 0.5, 2 ** 53, Number.NaN, wrong("1")])("refuses the seed %s", (seed) => {
    expect(refusal(() => new DiscreteSpace(2).sample(seed))).toMatch(
      /^Cannot sample Discrete\(2\) with seed .*: wanted an integer from 0 to 9007199254740991$/,
    );
  });
});
