// What simple policies reach: a yardstick for whoever trains. Exact, over all that an environment may draw.
import {
  type Artifact,
  behaviourOf,
  type EnvironmentKind,
  expectedReturn,
  follow,
  makeEnvironment,
  prepareEvaluation,
  toBillionths,
} from "@policyledger/core";

/** Expected returns in billionths of the environment's unit. */
export interface Reached {
  readonly random: number;
  readonly rules: number | null;
  readonly optimum: number;
}

/** By hand, as one would write them first. */
const RULES: Readonly<Record<string, Artifact>> = {
  "cyber-defense-v1": {
    v: 1,
    kind: "rules",
    env_id: "cyber-defense-v1",
    default_action: 1,
    rules: [
      { when: { attack_severity: [2] }, action: 3 },
      { when: { attack_severity: [1], attack_type: [1, 2] }, action: 2 },
    ],
  },
  "energy-slot-v1": {
    v: 1,
    kind: "rules",
    env_id: "energy-slot-v1",
    default_action: 0,
    rules: [{ when: { battery: [2, 3, 4, 5, 6, 7, 8, 9, 10], demand: [1] }, action: 1 }],
  },
};

export function reachedIn(kind: EnvironmentKind, preset: string): Reached {
  const prepared = prepareEvaluation(makeEnvironment(kind.id, { preset }));
  const expected = (artifact: Artifact) =>
    toBillionths(expectedReturn(follow(prepared.dynamics, behaviourOf(artifact))));
  const rules = RULES[kind.id];
  return {
    random: expected({ v: 1, kind: "random", env_id: kind.id }),
    rules: rules === undefined ? null : expected(rules),
    optimum: toBillionths(prepared.optimum.value),
  };
}
