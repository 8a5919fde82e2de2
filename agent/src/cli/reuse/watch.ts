// One episode, step by step: what the policy sees, what it does, what it earns. Paced where somebody looks on.
import { setTimeout } from "node:timers/promises";
import {
  type Environment,
  type EnvironmentKind,
  type Episode,
  type LoadedPolicy,
  runEpisode,
} from "@policyledger/core";
import { fieldColumn, stacked, valueText } from "../stacked.ts";
import { points, type Terminal } from "../terminal.ts";

interface WatchedStep {
  readonly observation: Readonly<Record<string, number>>;
  readonly action: number;
  readonly reward: number;
  /** All rewards so far. */
  readonly total: number;
}

export interface Watched extends Episode {
  readonly seed: number;
  readonly watched: readonly WatchedStep[];
}

export function watchedEpisode(env: Environment, policy: LoadedPolicy, seed: number): Watched {
  const watched: WatchedStep[] = [];
  let total = 0;
  const episode = runEpisode(env, policy, seed, (state, action, reward) => {
    total += reward;
    watched.push({ observation: env.observations[state]!, action, reward, total });
  });
  return { ...episode, seed, watched };
}

/** Prints it line by line; how many steps were shown before Ctrl-C. */
export async function showSteps(
  kind: EnvironmentKind,
  { watched }: Watched,
  {
    delay,
    signal,
    terminal,
  }: { readonly delay: number; readonly signal: AbortSignal; readonly terminal: Terminal },
): Promise<number> {
  const { paint } = terminal;
  const unit = kind.rewardUnit;
  const widest = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length));
  const { titles, row } = stacked(terminal, [
    { title: "#", right: true, width: String(watched.length).length },
    ...kind.fields.map(fieldColumn),
    { title: "action", width: widest(kind.actions) },
    { title: "reward", right: true, width: widest(watched.map(({ reward }) => points(reward, unit))) },
    { title: "total", right: true, width: widest(watched.map(({ total }) => points(total, unit))) },
  ]);
  for (const title of titles) terminal.print(title);
  for (const [i, { observation, action, reward, total }] of watched.entries()) {
    if (signal.aborted) return i;
    const earned = points(reward, unit);
    const cells = [
      String(i + 1),
      ...kind.fields.map((field) => valueText(field, observation[field.name]!)),
      paint.cyan(kind.actions[action]!),
      reward < 0 ? paint.red(earned) : earned,
      points(total, unit),
    ];
    terminal.print(row(cells));
    if (delay > 0 && i < watched.length - 1) await paused(delay, signal);
  }
  return watched.length;
}

async function paused(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** How it ended. */
export function endText({ terminated, steps, reward, seed }: Watched, unit: number): string {
  const end = terminated ? "it ended by itself" : "the horizon's end";
  return `seed ${seed}: ${points(reward, unit)} points in ${steps} steps, ${end}`;
}
