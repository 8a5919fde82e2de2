// Episodes of a real environment, through the one loop, as a check on exact evaluation.
import type { Environment } from "../src/environments/environment.ts";
import { type Actor, runEpisode } from "../src/episode.ts";
import type { Optimum } from "../src/evaluation/optimum.ts";
import type { Behaviour } from "../src/policies/behaviour.ts";
import { episodeSeed, type Random, stream } from "../src/random.ts";
import { type Sample, sample } from "./evaluation-oracle.ts";

/** Uniform play, a policy that looks arbitrary, and each constant one. */
export function behavioursOf(env: Environment): Behaviour[] {
  const table = (act: (observation: number) => number) =>
    Uint8Array.from({ length: env.stateCount }, (_, observation) => act(observation));
  const constant = Array.from({ length: env.actionCount }, (_, action) => table(() => action));
  return ["uniform", table((observation) => episodeSeed(3, observation) % env.actionCount), ...constant];
}

/** The mean return of a policy. */
export function sampled(env: Environment, behaviour: Behaviour, episodes: number): Sample {
  return play(env, actorOf(env, behaviour), episodes);
}

/** The mean return of a policy that sees the step. */
export function sampledTable(env: Environment, table: Optimum["table"], episodes: number): Sample {
  let step = 0;
  const actor: Actor = {
    begin: () => {
      step = 0;
    },
    act: (observation) => table[step++]![observation]!,
  };
  return play(env, actor, episodes);
}

function play(env: Environment, actor: Actor, episodes: number): Sample {
  return sample(episodes, (i) => runEpisode(env, actor, episodeSeed(2_026, i)).reward);
}

function actorOf(env: Environment, behaviour: Behaviour): Actor {
  if (behaviour !== "uniform") return { begin: () => {}, act: (observation) => behaviour[observation]! };
  let random: Random;
  return {
    begin: (seed) => {
      random = stream("policy", seed);
    },
    act: () => Math.floor(random() * env.actionCount),
  };
}
