// Exact evaluation: expected returns as fractions, the optimum and who attains it, the behaviour hash.
import {
  behaviourOf,
  environmentKinds,
  evaluate,
  expectedReturn,
  follow,
  type Host,
  type Json,
  makeEnvironment,
  prepareEvaluation,
  type Rational,
  reachableObservations,
  toBillionths,
} from "@policyledger/core";
import { ARTIFACT_KINDS, artifactOf } from "./artifacts.ts";
import type { GoldenCase } from "./case.ts";
import { CUSTOM_CONFIGS } from "./episodes.ts";

const written = ({ num, den }: Rational): Json => `${num}/${den}`;

function goldenOf(host: Host, id: string, config: Json): Json {
  const env = makeEnvironment(id, config);
  const kind = environmentKinds.find((known) => known.id === id)!;
  const prepared = prepareEvaluation(env);
  return {
    optimum: written(prepared.optimum.value),
    table: prepared.optimum.table,
    policies: ARTIFACT_KINDS.map((artifact) => {
      const behaviour = behaviourOf(artifactOf(kind, artifact));
      const play = follow(prepared.dynamics, behaviour);
      return [
        { ...evaluate(host, env, behaviour, prepared) },
        written(expectedReturn(play)),
        reachableObservations(play),
      ];
    }),
  };
}

/** Halves to even, on both sides of zero, and fractions of many digits. */
const FRACTIONS: readonly (readonly [bigint, bigint])[] = [
  [1n, 2_000_000_000n],
  [3n, 2_000_000_000n],
  [-1n, 2_000_000_000n],
  [-3n, 2_000_000_000n],
  [5n, 2_000_000_000n],
  [1n, 3n],
  [-2n, 3n],
  [9_007_199_254_740_991n, 1_000_000_000n],
  [10n ** 60n + 1n, 3n * 10n ** 59n],
  [-(7n ** 90n), 7n ** 89n + 1n],
];

export const evaluationCases: readonly GoldenCase[] = [
  {
    name: "evaluation: fractions rounded",
    value: () => FRACTIONS.map(([num, den]) => toBillionths({ num, den })),
  },
  ...environmentKinds.flatMap(({ id, presets }) => [
    ...Object.keys(presets).map((preset) => ({
      name: `evaluation: ${id}/${preset}`,
      value: (host: Host) => goldenOf(host, id, { preset }),
    })),
    { name: `evaluation: ${id}/custom`, value: (host: Host) => goldenOf(host, id, CUSTOM_CONFIGS[id]!) },
  ]),
];
