// Runs a checked policy greedily, seed after seed, until all are run or Ctrl-C.
import { type Environment, type LoadedPolicy, returnsOverSeeds, type Seeds } from "@policyledger/core";
import { progress } from "../progress.ts";
import type { Terminal } from "../terminal.ts";

/** Between two looks at the clock and for Ctrl-C. */
const AT_ONCE = 100;

/** The rewards, in the order of the seeds: first, first + 1, … */
export async function runSeeds(
  env: Environment,
  policy: LoadedPolicy,
  seeds: Seeds,
  { signal, terminal }: { readonly signal: AbortSignal; readonly terminal: Terminal },
): Promise<readonly number[]> {
  const rewards: number[] = [];
  const bar = progress(terminal, { label: "running", total: seeds.count, unit: "runs" });
  for (const reward of returnsOverSeeds(env, policy, seeds)) {
    rewards.push(reward);
    if (rewards.length % AT_ONCE > 0) continue;
    bar.set(rewards.length);
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) break;
  }
  bar.end();
  return rewards;
}
