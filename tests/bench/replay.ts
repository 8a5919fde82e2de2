// The figure of replays: episodes of one greedy policy through the one loop, in Node and in a browser's worker alike.
import { type Artifact, loadPolicy, makeEnvironment, runEpisode } from "@policyledger/core";
import { rate } from "./rate.ts";

const EPISODES = 100_000;

/** Steps a second. */
export function replayRate(artifact: Artifact): number {
  const env = makeEnvironment(artifact.env_id);
  const policy = loadPolicy(artifact);
  let seed = 0;
  return rate(() => {
    let steps = 0;
    for (let i = 0; i < EPISODES; i++) {
      // 32-bit seeds, as trainings and agents draw them: each one is used once.
      steps += runEpisode(env, policy, Math.imul(++seed, 0x9e37_79b1) >>> 0).steps;
    }
    return steps;
  });
}
