// Runs a checked policy greedily, seed after seed, until all are run or Ctrl-C.
import { type Environment, type LoadedPolicy, runEpisode } from "@policyledger/core";
import { progress } from "../progress.ts";
import type { Terminal } from "../terminal.ts";

export interface Seeds {
  readonly first: number;
  readonly count: number;
}

/** Between two looks at the clock and for Ctrl-C. */
const AT_ONCE = 100;

/** The rewards, in the order of the seeds: first, first + 1, … */
export async function runSeeds(
  env: Environment,
  policy: LoadedPolicy,
  { first, count }: Seeds,
  { signal, terminal }: { readonly signal: AbortSignal; readonly terminal: Terminal },
): Promise<readonly number[]> {
  const rewards: number[] = [];
  const bar = progress(terminal, { label: "running", total: count, unit: "runs" });
  while (rewards.length < count && !signal.aborted) {
    const until = Math.min(count, rewards.length + AT_ONCE);
    while (rewards.length < until) rewards.push(runEpisode(env, policy, first + rewards.length).reward);
    bar.set(rewards.length);
    await new Promise((resolve) => setImmediate(resolve));
  }
  bar.end();
  return rewards;
}
