// A model as flat rows of integers over two common denominators, so that dynamic programming needs no fractions:
// a weight of `rows[state][action]` is over `outcomeTotal`, a weight of `arrivals[after]` over `arrivalTotal`.
import type { Chance, Model } from "../environments/environment.ts";
import { requireObject } from "../error.ts";
import { lcm } from "./rational.ts";

/** What an action does in a state. Weights of terminating outcomes are in `reward` only. */
export interface Row {
  /** The expected reward, times `outcomeTotal`. */
  readonly reward: bigint;
  readonly afters: readonly number[];
  readonly weights: readonly bigint[];
}

interface Arrivals {
  readonly states: readonly number[];
  readonly weights: readonly bigint[];
}

export interface Dynamics {
  readonly horizon: number;
  readonly actionCount: number;
  readonly observationOf: readonly number[];
  readonly startTotal: bigint;
  readonly start: Arrivals;
  readonly outcomeTotal: bigint;
  readonly rows: readonly (readonly Row[])[];
  readonly arrivalTotal: bigint;
  readonly arrivals: readonly Arrivals[];
  readonly truncationRewards: readonly bigint[];
}

/** Tabulates a model; one that breaks its contract is a bug of the environment. */
export function tabulate(model: Model): Dynamics {
  requireObject(model, "invalid_environment", "Cannot tabulate a model");
  const { horizon, stateCount, afterCount, actionCount, observationOf } = model;
  if (!(Number.isSafeInteger(horizon) && horizon >= 1)) throw new Error(`bug: a horizon of ${horizon}`);
  if (observationOf.length !== stateCount) {
    throw new Error(`bug: ${observationOf.length} observations for ${stateCount} states`);
  }
  const outcomes = range(stateCount).map((state) =>
    range(actionCount).map((action) => checked(model.outcomes(state, action), `${state}, ${action}`)),
  );
  const arrivals = range(afterCount).map((after) => checked(model.arrivals(after), `after ${after}`));
  const start = checked(model.start, "the start");
  const outcomeTotal = commonTotal(outcomes.flat());
  const arrivalTotal = commonTotal(arrivals);
  return {
    horizon,
    actionCount,
    observationOf,
    startTotal: BigInt(start.total),
    start: arrivalsOver(BigInt(start.total), start, stateCount),
    outcomeTotal,
    rows: outcomes.map((actions) => actions.map((chance) => rowOver(outcomeTotal, chance, afterCount))),
    arrivalTotal,
    arrivals: arrivals.map((chance) => arrivalsOver(arrivalTotal, chance, stateCount)),
    truncationRewards: range(afterCount).map((after) => BigInt(model.truncationReward(after))),
  };
}

/** The same dynamics for who has no choice: one action, which is each action equally often. */
export function withUniformActions(dynamics: Dynamics): Dynamics {
  const { actionCount, outcomeTotal, rows } = dynamics;
  return {
    ...dynamics,
    actionCount: 1,
    outcomeTotal: outcomeTotal * BigInt(actionCount),
    rows: rows.map((actions) => [sumOf(actions)]),
  };
}

function sumOf(rows: readonly Row[]): Row {
  const weights = new Map<number, bigint>();
  for (const row of rows) {
    for (const [i, after] of row.afters.entries()) add(weights, after, row.weights[i]!);
  }
  const reward = rows.reduce((sum, row) => sum + row.reward, 0n);
  return { reward, afters: [...weights.keys()], weights: [...weights.values()] };
}

function rowOver(total: bigint, chance: ReturnType<Model["outcomes"]>, afterCount: number): Row {
  const scale = total / BigInt(chance.total);
  const weights = new Map<number, bigint>();
  let reward = 0n;
  chance.outcomes.forEach((outcome, i) => {
    const weight = BigInt(chance.weights[i]!) * scale;
    reward += weight * BigInt(outcome.reward);
    if (outcome.after !== null) add(weights, within(outcome.after, afterCount), weight);
  });
  return { reward, afters: [...weights.keys()], weights: [...weights.values()] };
}

function arrivalsOver(total: bigint, chance: Chance<number>, stateCount: number): Arrivals {
  const scale = total / BigInt(chance.total);
  const weights = new Map<number, bigint>();
  chance.outcomes.forEach((state, i) => {
    add(weights, within(state, stateCount), BigInt(chance.weights[i]!) * scale);
  });
  return { states: [...weights.keys()], weights: [...weights.values()] };
}

/** Adds what is not impossible: reachability goes by the keys. */
function add(weights: Map<number, bigint>, key: number, weight: bigint): void {
  if (weight > 0n) weights.set(key, (weights.get(key) ?? 0n) + weight);
}

function checked<T>(chance: Chance<T>, where: string): Chance<T> {
  const { total, weights, outcomes } = chance;
  const fits = weights.length === outcomes.length && weights.every((w) => Number.isSafeInteger(w) && w >= 0);
  const sum = weights.reduce((a, b) => a + b, 0);
  if (!fits || sum !== total || !Number.isSafeInteger(total) || total <= 0) {
    throw new Error(`bug: the chances of ${where} are ${weights.join(" + ")} out of ${total}`);
  }
  return chance;
}

function within(index: number, count: number): number {
  if (Number.isInteger(index) && index >= 0 && index < count) return index;
  throw new Error(`bug: the model leads to ${index} of ${count}`);
}

function commonTotal(chances: readonly Chance<unknown>[]): bigint {
  return [...new Set(chances.map((chance) => chance.total))].reduce((a, b) => lcm(a, BigInt(b)), 1n);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
