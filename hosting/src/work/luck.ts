// How lucky a recorded reward is: the policy, which must earn on its own seed what its entry says, on many other seeds.
import { binsOf, expectedBestOf, figuresOf, returnsOverSeeds, standingOf } from "@policyledger/core";
import { pauses } from "./pause.ts";
import { recordedPolicy } from "./recorded-policy.ts";
import type { Tasks } from "./tasks.ts";

type LuckTask = Tasks["luck"];

/** As many as the command takes; seeds 0, 1, 2, … */
const SEEDS = 3_000;
const TRIES = [10, 100, 1_000];
const TOLD_EVERY = 100;

export async function howLucky(
  input: LuckTask["input"],
  tell: (told: LuckTask["told"]) => void,
  signal: AbortSignal,
): Promise<LuckTask["done"]> {
  const { env, policy } = (await recordedPolicy(input, signal)).reuse();
  const pause = pauses(signal);
  const rewards: number[] = [];
  for (const reward of returnsOverSeeds(env, policy, { first: 0, count: SEEDS })) {
    rewards.push(reward);
    if (rewards.length % TOLD_EVERY === 0) tell({ done: rewards.length, total: SEEDS });
    await pause();
  }
  return {
    figures: figuresOf(rewards),
    bins: binsOf(rewards),
    standing: standingOf(input.entry.verified_reward, rewards),
    best: TRIES.map((tries) => ({ tries, reward: expectedBestOf(tries, rewards) })),
  };
}
