// What is refused, with code, message, faults and their order: the wording is ours, so that it is part of the product.
import {
  BoxSpace,
  DictSpace,
  DiscreteSpace,
  environmentKind,
  type Json,
  loadPolicy,
  MultiBinarySpace,
  MultiDiscreteSpace,
  makeEnvironment,
  ndArray,
  parseArtifact,
  readArtifact,
  resumeTraining,
  spaceFromJson,
  startTraining,
  TupleSpace,
} from "@policyledger/core";
import { artifactOf } from "./artifacts.ts";
import { answer, type GoldenCase } from "./case.ts";

const CYBER = "cyber-defense-v1";
const ENERGY = "energy-slot-v1";
const HARD_NUMBERS = [
  -0,
  0.1,
  -1,
  1e21,
  5e-324,
  1e-7,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  9007199254740992,
] as const;
const ODD = [
  undefined,
  null,
  true,
  "7",
  '\u202e\u0000\u009f\u2028\ud83d\ude00"\\',
  [],
  {},
  7n,
  Symbol.iterator,
  () => 1,
] as const;

/** Runs with each input, most of which no type would let through. */
function each(inputs: readonly unknown[], run: (input: never) => unknown): Json {
  return inputs.map((input) => answer(() => (run(input as never) === undefined ? "nothing" : "something")));
}

const numbersAndOdd = [...HARD_NUMBERS, ...ODD];

const environments: Readonly<Record<string, () => Json>> = {
  ids: () =>
    each([...numbersAndOdd, "", "cyber-defense-v2", "x".repeat(200), "toString", "\ud800"], environmentKind),
  configs: () =>
    each(
      [
        ...numbersAndOdd,
        { preset: "none" },
        { preset: "constructor" },
        { preset: 1 },
        { slots: 0, battery_tenths: 11, demand_percent: 7 },
        { slots: 1.5, battery_tenths: "1", demand_percent: null },
        { slots: 1e21, zeal: 1, 10: 2, 9: 3 },
      ],
      (config) => makeEnvironment(ENERGY, config),
    ),
  moreConfigs: () =>
    each(
      [
        { severity_percent: [50, 30] },
        { severity_percent: [50, 30, 20, 0] },
        { severity_percent: [50, 30, 25] },
        { severity_percent: [5.5, -5, "x"], horizon: 241 },
        { high_stays_percent: 101, severity_percent: {} },
      ],
      (config) => makeEnvironment(CYBER, config),
    ),
  seeds: () => each(numbersAndOdd, (seed) => makeEnvironment(CYBER).reset({ seed })),
  noOptions: () => each(ODD, (options) => makeEnvironment(CYBER).reset(options)),
  resetOptions: () =>
    each([{}, { horizon: 3 }], (options) => makeEnvironment(CYBER).reset({ seed: 1, options })),
  actions: () =>
    each([...HARD_NUMBERS, null, true, "1", [], {}, 5, 1.5], (action) => {
      const env = makeEnvironment(CYBER);
      env.reset({ seed: 1 });
      return env.step(action);
    }),
  order: () => [
    answer(() => makeEnvironment(CYBER).step(0).state),
    answer(() => {
      const env = makeEnvironment(ENERGY, { slots: 1 });
      env.reset({ seed: 1 });
      env.step(0);
      return env.step(0).state;
    }),
  ],
};

const common = { v: 1, env_id: ENERGY } as const;
const artifacts: readonly unknown[] = [
  null,
  [],
  "text",
  7,
  {},
  { kind: 1 },
  { kind: "tree" },
  { kind: "hasOwnProperty" },
  { ...common, kind: "random", env_id: "no-such-v1" },
  { ...common, kind: "random", v: 2, more: 1, b: 2, 10: 3, 9: 4 },
  { kind: "linear" },
  { ...common, kind: "q-table", default_action: 2, q: {} },
  { ...common, kind: "q-table", default_action: -0.5, q: [] },
  {
    ...common,
    kind: "q-table",
    default_action: 0,
    q: [[1, 2], [0, 1, 2], [0, 1, 2], [550, 1, 2], [1.5, 1e13, "x"], [3, null, -1e21], 7],
  },
  { ...common, kind: "action-table", default_action: 0, actions: "01.z2\u202e\ud83d\ude00" },
  { ...common, kind: "linear", weights: [[1], 2] },
  {
    ...common,
    kind: "linear",
    weights: [Array.from({ length: 39 }, (_, i) => (i % 2 === 0 ? 1e-7 : 1e21)), Array(39).fill("x")],
  },
  { ...common, kind: "linear", weights: [] },
  {
    ...common,
    kind: "rules",
    default_action: 1,
    rules: [
      { when: { slot: [2, 1], battery: [11], zeal: [1] }, action: 9 },
      { when: [], action: 0 },
      { action: 0 },
      { when: { demand: [0.5] }, action: 0 },
    ],
  },
  { ...common, kind: "rules", default_action: 1, rules: Array(1_001).fill({ when: {}, action: 0 }) },
];

const training = { algorithm: "q-learning", env_id: ENERGY, seed: 1 } as const;
const trainings: readonly unknown[] = [
  null,
  {},
  { ...training, algorithm: "sarsa" },
  { ...training, seed: -1, episodes: 0, learning_rate: 1.5, discount: -1e-7 },
  { ...training, epsilon: { start: 2, end: -1 }, initial_value: 1e7, early_stop: { window: 0 } },
  { ...training, replay: { capacity: 1, batch: 1 } },
  { ...training, algorithm: "double-q-learning", replay: { capacity: 0, batch: 1e21, more: 1 } },
  { ...training, env_id: "none" },
  { ...training, env_config: { preset: "none" } },
  { ...training, seed: 9007199254740992, zeal: true },
];

function savedTrainings(): Json {
  const begun = startTraining({
    ...training,
    algorithm: "double-q-learning",
    replay: { capacity: 5, batch: 1 },
  });
  begun.advance(2);
  const saved = JSON.parse(begun.save());
  const changed = (changes: object): Json =>
    answer(() => resumeTraining(JSON.stringify({ ...saved, ...changes })).save().length);
  return [
    changed({}),
    changed({ v: 2, kind: "policy", episode: -1, epsilon: 2, more: 1 }),
    changed({ tables: [[0]], seen: [1, 1], action_counts: [1] }),
    changed({ episode: 5_001, window: { rewards: [], best: null, since: 0 } }),
    changed({ replay: null, memory: null }),
    changed({ memory: { at: 3, transitions: [[0, 0, 0, 0]] } }),
    changed({ memory: { at: 1, transitions: [[0, 9, 0, 0]] } }),
    changed({ memory: { at: 6, transitions: Array(6).fill([0, 0, 0, 0]) } }),
    changed({ explore: { c: 2_091_640, s: [0, 4_294_967_296, 0.5] } }),
    changed({ config: { ...saved.config, seed: -1 } }),
    answer(() => resumeTraining("{").save()),
    answer(() => startTraining(training, artifactOf(environmentKind(CYBER), "q-table")).save()),
    answer(() => startTraining(training, artifactOf(environmentKind(ENERGY), "rules")).save()),
  ];
}

const spaces: Readonly<Record<string, () => Json>> = {
  discrete: () => each([...numbersAndOdd, 0, 3], (n) => new DiscreteSpace(n)),
  starts: () => each([...numbersAndOdd, 9007199254740990], (start) => new DiscreteSpace(3, start)),
  box: () =>
    each(
      [
        [1, 0],
        [Number.NaN, "Infinity"],
        ["Infinity", "-Infinity"],
        [
          [1, 2],
          [0, 3],
        ],
        [[1, 2], [3]],
        [[[1], [2, 3]], 4],
        [0, 1e39],
        ["0", null],
        [-0, 5e-324],
      ],
      ([low, high]: [never, never]) => new BoxSpace(low, high),
    ),
  boxOptions: () =>
    each(
      [
        { dtype: "int64" },
        { dtype: "bool" },
        { dtype: "toString" },
        { shape: [0] },
        { shape: [1e3, 1e3, 1e3] },
        { shape: Array(9).fill(1) },
        { shape: "x" },
        { dtype: "uint8" },
        { dtype: "int8" },
      ],
      (options) => new BoxSpace(-0.5, 300, options),
    ),
  multi: () => [
    each(
      [...ODD, [], [0], [1.5, -1], [[2], [3, 4]], [4294967296, 1]],
      (nvec) => new MultiDiscreteSpace(nvec),
    ),
    each([...ODD, 0, -1, [2, 0], 1e21], (n) => new MultiBinarySpace(n)),
  ],
  composite: () => [
    each([...ODD, [1], [{ kind: "discrete" }]], (parts) => new TupleSpace(parts)),
    each(
      [...ODD, { a: 1, "b/c~": null, 10: 0, 9: 0 }, { "\ud800": new DiscreteSpace(1) }],
      (parts) => new DictSpace(parts),
    ),
  ],
  arrays: () =>
    each([[300], [0.5], [-129, 1], [Number.NaN], ["x"]], (values) => ndArray("int8", [1], values)),
  descriptions: () =>
    each(
      [
        ...ODD,
        { kind: "sphere" },
        { kind: "discrete" },
        { kind: "discrete", n: 0, start: "x" },
        { kind: "discrete", n: 1, "a/b": 1, 10: 1, 9: 1 },
        { kind: "tuple", spaces: [{ kind: "box", low: 1, high: 0 }, { kind: "dict", spaces: [] }, 7] },
        {
          kind: "dict",
          spaces: {
            b: { kind: "multi_binary", shape: [] },
            a: { kind: "multi_discrete", nvec: [[1], 2] },
            2: null,
          },
        },
        Array.from({ length: 9 }).reduce((inner) => ({ kind: "tuple", spaces: [inner] }), {
          kind: "discrete",
          n: 1,
        }),
      ],
      spaceFromJson,
    ),
  members: () => {
    const space = new DictSpace({
      a: new DiscreteSpace(3, 5),
      b: new BoxSpace(0, 1, { shape: [2] }),
      c: new TupleSpace([new MultiBinarySpace(2), new MultiDiscreteSpace([2, 3])]),
    });
    return [
      each(
        [
          ...ODD,
          {},
          {
            a: 8,
            b: [0, 2],
            c: [
              [0, 2],
              [2, 3],
            ],
            d: 1,
            1: 1,
          },
          { a: -0, b: [[0], 1], c: [[1], "x"] },
          { a: 5.5, b: [1e-7, "Infinity"], c: [] },
        ],
        (member) => space.fromJson(member),
      ),
      each(ODD, (member) => space.toJson(member)),
      each([[], [1, 1], Array(12).fill(1), Array(12).fill(0.1)], (vector) => space.unflatten(vector)),
      each([...numbersAndOdd], (seed) => space.sample(seed)),
    ];
  },
};

const group = (prefix: string, cases: Readonly<Record<string, () => Json>>): readonly GoldenCase[] =>
  Object.entries(cases).map(([name, value]) => ({ name: `refused: ${prefix} ${name}`, value }));

export const refusalCases: readonly GoldenCase[] = [
  ...group("environment,", environments),
  ...group("space,", spaces),
  { name: "refused: artifacts", value: () => each(artifacts, parseArtifact) },
  {
    name: "refused: artifacts as text",
    value: () =>
      each(["", "{}", "[]", " {}", '{"kind":"random","v":1,"env_id":"x"}', '{"a":1,"a":1}'], readArtifact),
  },
  { name: "refused: trainings", value: () => each(trainings, startTraining) },
  { name: "refused: saved trainings", value: savedTrainings },
  {
    name: "refused: policies without a seed or an observation",
    value: () => {
      const policy = loadPolicy(artifactOf(environmentKind(ENERGY), "random"));
      return [
        answer(() => policy.act(0)),
        each(numbersAndOdd, (seed) => policy.reset({ seed })),
        each(
          [...ODD, { slot: 1 }, { slot: 25, battery: 1, demand: 0 }, { slot: 1, battery: 0.5, demand: 0 }],
          (observation) => policy.selectAction(observation),
        ),
      ];
    },
  },
];
