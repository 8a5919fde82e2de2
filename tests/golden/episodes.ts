// Random streams, and episodes of every environment and preset under each kind of artifact.
import {
  actorOf,
  type Chance,
  type EnvironmentKind,
  environmentKinds,
  episodeSeed,
  type Host,
  type Json,
  loadPolicy,
  makeEnvironment,
  type Policy,
  presetOf,
  recorder,
  resolveConfig,
  runEpisode,
  stream,
} from "@policyledger/core";
import { ARTIFACT_KINDS, artifactOf } from "./artifacts.ts";
import { type GoldenCase, SEEDS } from "./case.ts";

export const CUSTOM_CONFIGS: Readonly<Record<string, { readonly [name: string]: Json }>> = {
  "cyber-defense-v1": {
    preset: "extended",
    horizon: 7,
    severity_percent: [35, 25, 40],
    high_stays_percent: 95,
  },
  "energy-slot-v1": { slots: 13, battery_tenths: 3, demand_percent: 65 },
};

function draws(purpose: "explore" | "replay" | "policy" | "space", seed: number): Json {
  const random = stream(purpose, seed);
  const first = Array.from({ length: 20 }, random);
  let sum = 0;
  for (let i = 0; i < 5_000; i++) sum += random();
  return [...first, sum, random()];
}

const EPISODE_SEEDS = [0, 41, Number.MAX_SAFE_INTEGER];

function episodes(
  host: Host,
  kind: EnvironmentKind,
  config: Json,
  artifact: (typeof ARTIFACT_KINDS)[number],
): Json {
  const env = makeEnvironment(kind.id, config);
  const policy = loadPolicy(artifactOf(kind, artifact));
  return EPISODE_SEEDS.map((seed) => {
    const seen = recorder(host);
    return { ...runEpisode(env, policy, seed, seen.observe), digest: seen.digest() };
  });
}

/** An episode step by step, with a policy that explores and sees named observations only. */
function exploring(host: Host, kind: EnvironmentKind): Json {
  const env = makeEnvironment(kind.id);
  const policy = loadPolicy(artifactOf(kind, "linear"), { epsilon: 0.3 });
  const seen = recorder(host);
  const actor = actorOf(policy as Policy<never, number> as never, env.observations, { explore: true });
  const episode = runEpisode(env, actor, 8, seen.observe);
  return { episode: { ...episode }, steps: seen.steps.map((step) => ({ ...step })) };
}

function modelOf(kind: EnvironmentKind, config: Json): Json {
  const model = makeEnvironment(kind.id, config).model();
  const chance = <T>({ total, weights, outcomes }: Chance<T>, write: (outcome: T) => Json): Json => [
    total,
    weights,
    outcomes.map(write),
  ];
  const code = (state: number): Json => state;
  return {
    horizon: model.horizon,
    observationOf: model.observationOf,
    start: chance(model.start, code),
    outcomes: indices(model.stateCount).map((state) =>
      indices(model.actionCount).map((action) =>
        chance(model.outcomes(state, action), ({ reward, after, endObservation }) => [
          reward,
          after,
          endObservation,
        ]),
      ),
    ),
    arrivals: indices(model.afterCount).map((after) => chance(model.arrivals(after), code)),
    truncationRewards: indices(model.afterCount).map((after) => model.truncationReward(after)),
  };
}

function describe(kind: EnvironmentKind): Json {
  const env = makeEnvironment(kind.id);
  return {
    observations: env.observations,
    space: env.observationSpace.describe(),
    actions: env.actionSpace.describe(),
    presets: Object.keys(kind.presets).map((preset) => resolveConfig(kind, { preset })),
    named: Object.keys(kind.presets).map((preset) => presetOf(kind, resolveConfig(kind, { preset }))),
    custom: resolveConfig(kind, CUSTOM_CONFIGS[kind.id]),
  };
}

const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export const episodeCases: readonly GoldenCase[] = [
  ...(["explore", "replay", "policy", "space"] as const).map((purpose) => ({
    name: `stream: ${purpose}`,
    value: () => SEEDS.map((seed) => draws(purpose, seed)),
  })),
  {
    name: "stream: seeds of episodes",
    value: () =>
      SEEDS.map((seed) => [0, 1, 2, 3, 999, 99_999_999, 2_147_483_647].map((i) => episodeSeed(seed, i))),
  },
  ...environmentKinds.flatMap((kind) => {
    const configs: Readonly<Record<string, Json>> = {
      ...Object.fromEntries(Object.keys(kind.presets).map((preset) => [preset, { preset }])),
      custom: CUSTOM_CONFIGS[kind.id]!,
    };
    return [
      { name: `environment: ${kind.id}`, value: () => describe(kind) },
      {
        name: `episode: ${kind.id} with exploration, step by step`,
        value: (host: Host) => exploring(host, kind),
      },
      ...Object.entries(configs).flatMap(([name, config]) => [
        { name: `model: ${kind.id}/${name}`, value: () => modelOf(kind, config) },
        ...ARTIFACT_KINDS.map((artifact) => ({
          name: `episode: ${kind.id}/${name} under ${artifact}`,
          value: (host: Host) => episodes(host, kind, config, artifact),
        })),
      ]),
    ];
  }),
];
