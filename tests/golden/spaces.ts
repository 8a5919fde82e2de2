// Spaces: samples of every kind by seed, as JSON and flat, and the descriptions.
import {
  BoxSpace,
  canonicalJson,
  DictSpace,
  DiscreteSpace,
  type Dtype,
  type Json,
  MultiBinarySpace,
  MultiDiscreteSpace,
  type Space,
  spaceFromJson,
  stream,
  TupleSpace,
} from "@policyledger/core";
import { answer, type GoldenCase, SEEDS } from "./case.ts";

const INTEGERS: readonly Dtype[] = ["int8", "int16", "int32", "uint8", "uint16", "uint32"];

const spaces: Readonly<Record<string, Space>> = {
  "Discrete(1)": new DiscreteSpace(1),
  "Discrete(7, start=-3)": new DiscreteSpace(7, -3),
  "Discrete of 2^16 + 1": new DiscreteSpace(65_537),
  "Discrete of 2^53 - 1": new DiscreteSpace(Number.MAX_SAFE_INTEGER),
  "Box between two numbers": new BoxSpace(-1, 1, { shape: [3, 2] }),
  "Box of float64": new BoxSpace(-0.1, 1e300, { shape: [8], dtype: "float64" }),
  "Box of the widest float64": new BoxSpace(-1.7976931348623157e308, 1.7976931348623157e308, {
    dtype: "float64",
  }),
  "Box open below": new BoxSpace("-Infinity", 0.1, { shape: [8] }),
  "Box open above": new BoxSpace([[0.1], [-2.5]], "Infinity", { dtype: "float64" }),
  "Box open on both sides": new BoxSpace("-Infinity", "Infinity", { shape: [16], dtype: "float64" }),
  "Box with a bound for each element": new BoxSpace(
    [0.1, "-Infinity", 3, "-Infinity"] as never,
    [0.2, 5, "Infinity", "Infinity"] as never,
  ),
  "Box without axes": new BoxSpace(-5, 5, { shape: [], dtype: "float64" }),
  ...Object.fromEntries(
    INTEGERS.map((dtype) => [
      `Box of ${dtype}`,
      new BoxSpace(dtype.startsWith("u") ? 0 : -100, 100, { shape: [2, 2, 2], dtype }),
    ]),
  ),
  "Box of all of uint32": new BoxSpace(0, 4294967295, { shape: [8], dtype: "uint32" }),
  "Box of int32, open": new BoxSpace("-Infinity", "Infinity", { shape: [8], dtype: "int32" }),
  "Box of int8, open above": new BoxSpace(120, "Infinity", { shape: [16], dtype: "int8" }),
  "Box of int16, open below": new BoxSpace("-Infinity", -32760, { shape: [16], dtype: "int16" }),
  MultiDiscrete: new MultiDiscreteSpace([5, 2, 70_000]),
  "MultiDiscrete of two axes": new MultiDiscreteSpace(
    [
      [2, 3],
      [4, 5],
    ],
    {
      start: [
        [-1, 0],
        [10, 100],
      ],
      dtype: "int16",
    },
  ),
  "MultiBinary(5)": new MultiBinarySpace(5),
  "MultiBinary([2, 3])": new MultiBinarySpace([2, 3]),
  Tuple: new TupleSpace([new DiscreteSpace(3), new BoxSpace(0, 1, { shape: [2] }), new TupleSpace([])]),
  Dict: new DictSpace({
    z: new DiscreteSpace(4, 10),
    "10": new MultiBinarySpace(3),
    "9": new TupleSpace([new DiscreteSpace(2), new DictSpace({})]),
    "\u00f6": new BoxSpace(0, 255, { shape: [2, 2], dtype: "uint8" }),
    "\ud83d\ude00": new DiscreteSpace(2),
    "\uffff": new DiscreteSpace(3),
    "a/b~c": new DiscreteSpace(5),
  }),
};

function goldenOf(space: Space): Json {
  const description = space.describe();
  const members = [...SEEDS, 2, 3, 4, 5].map((seed) => space.sample(seed));
  return {
    description,
    text: String(space),
    sizes: [space.size, space.depth, space.flatSize],
    readBack: spaceFromJson(JSON.parse(canonicalJson(description))).equals(space),
    samples: members.map((member) => space.toJson(member)),
    flat: answer(() => members.slice(0, 3).map((member) => Array.from(space.flatten(member)))),
    unflattened: answer(() => members.map((member) => space.toJson(space.unflatten(space.flatten(member))))),
    reread: members.map((member) => space.same(space.fromJson(space.toJson(member)), member)),
  };
}

/** Sums of many draws of the two rejection samplers, which take as many numbers as it takes. */
function longDraw(space: BoxSpace): Json {
  const random = stream("space", 99);
  let sum = 0;
  for (let i = 0; i < 500; i++) for (const value of space.draw(random).data) sum += value;
  return sum;
}

export const spaceCases: readonly GoldenCase[] = [
  ...Object.entries(spaces).map(([name, space]) => ({
    name: `space: ${name}`,
    value: () => goldenOf(space),
  })),
  {
    name: "space: sums of 500 draws",
    value: () =>
      ["Box open above", "Box open on both sides", "Box of int32, open", "Box of float64"].map((name) =>
        longDraw(spaces[name] as BoxSpace),
      ),
  },
];
