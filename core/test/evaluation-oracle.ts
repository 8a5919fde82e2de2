// A second opinion on exact evaluation: every trajectory, one by one, in fractions. Slow, and shares no code with
// core/src/evaluation. Also toy models, and a sampler that plays a model with a random stream.
import fc from "fast-check";
import type { Chance, Model, Outcome } from "../src/environments/environment.ts";
import type { Random } from "../src/random.ts";

export type Fraction = readonly [num: bigint, den: bigint];

const ZERO: Fraction = [0n, 1n];

function plus([a, b]: Fraction, [c, d]: Fraction): Fraction {
  return lowest([a * d + c * b, b * d]);
}

function times([a, b]: Fraction, [c, d]: Fraction): Fraction {
  return lowest([a * c, b * d]);
}

export function compare([a, b]: Fraction, [c, d]: Fraction): number {
  return Number(a * d - c * b);
}

function lowest([num, den]: Fraction): Fraction {
  for (let a = num < 0n ? -num : num, b = den; ; [a, b] = [b, a % b]) {
    if (b === 0n) return [num / a, den / a];
  }
}

function share<T>(chance: Chance<T>, i: number): Fraction {
  return [BigInt(chance.weights[i]!), BigInt(chance.total)];
}

/** The actions, equally often, that a player takes; steps from 0. */
export type Player = (step: number, observation: number) => readonly number[];

/** The sum over all trajectories of probability times return. */
export function enumerate(model: Model, player: Player): Fraction {
  let sum = ZERO;
  const end = (probability: Fraction, reward: number) => {
    sum = plus(sum, times(probability, [BigInt(reward), 1n]));
  };
  const visit = (step: number, state: number, probability: Fraction, sofar: number): void => {
    const actions = player(step, model.observationOf[state]!);
    for (const action of actions) {
      const outcomes = model.outcomes(state, action);
      for (const [i, { reward, after }] of outcomes.outcomes.entries()) {
        const here = times(times(probability, [1n, BigInt(actions.length)]), share(outcomes, i));
        const earned = sofar + reward;
        if (here[0] === 0n) continue;
        if (after === null) end(here, earned);
        else if (step + 1 === model.horizon) end(here, earned + model.truncationReward(after));
        else arrive(step + 1, model.arrivals(after), here, earned);
      }
    }
  };
  const arrive = (step: number, arrivals: Chance<number>, probability: Fraction, sofar: number): void => {
    for (const [i, state] of arrivals.outcomes.entries()) {
      const here = times(probability, share(arrivals, i));
      if (here[0] !== 0n) visit(step, state, here, sofar);
    }
  };
  arrive(0, model.start, [1n, 1n], 0);
  return sum;
}

/** Every policy that sees observation and step, as a table. */
function* players(model: Model): Generator<Player> {
  const observations = Math.max(...model.observationOf) + 1;
  const cells = model.horizon * observations;
  for (let code = 0; code < model.actionCount ** cells; code++) {
    const digit = (cell: number) => Math.floor(code / model.actionCount ** cell) % model.actionCount;
    yield (step, observation) => [digit(step * observations + observation)];
  }
}

/** The most that a policy of `players` can expect. */
export function bestByBruteForce(model: Model): Fraction {
  const values = [...players(model)].map((player) => enumerate(model, player));
  return values.reduce((a, b) => (compare(b, a) > 0 ? b : a));
}

export interface Sample {
  readonly mean: number;
  readonly standardError: number;
}

/** The mean of many episodes. */
export function sample(episodes: number, episode: (i: number) => number): Sample {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < episodes; i++) {
    const value = episode(i);
    sum += value;
    squares += value * value;
  }
  const mean = sum / episodes;
  return { mean, standardError: Math.sqrt((squares / episodes - mean * mean) / (episodes - 1)) };
}

/** One episode of a model, by a stream of its own. */
export function simulate(model: Model, player: Player, random: Random): number {
  const draw = <T>({ total, weights, outcomes }: Chance<T>): T => {
    let left = Math.floor(random() * total);
    const i = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return outcomes[i]!;
  };
  let sum = 0;
  let state = draw(model.start);
  for (let step = 0; ; step++) {
    const actions = player(step, model.observationOf[state]!);
    const action = actions[Math.floor(random() * actions.length)]!;
    const { reward, after } = draw(model.outcomes(state, action));
    sum += reward;
    if (after === null) return sum;
    if (step + 1 === model.horizon) return sum + model.truncationReward(after);
    state = draw(model.arrivals(after));
  }
}

/** Weighted outcomes as a draw. */
export function odds<T>(...weighted: readonly (readonly [weight: number, outcome: T])[]): Chance<T> {
  return {
    total: weighted.reduce((sum, [weight]) => sum + weight, 0),
    weights: weighted.map(([weight]) => weight),
    outcomes: weighted.map(([, outcome]) => outcome),
  };
}

export function to(reward: number, after: number | null = 0): Outcome {
  return { reward, after, endObservation: 0 };
}

/** A model from its tables. What is left out: a start in state 0, an after-state for every state, nothing at the end. */
export function toy(tables: {
  horizon: number;
  outcomes: readonly (readonly Chance<Outcome>[])[];
  observationOf?: readonly number[];
  start?: Chance<number>;
  arrivals?: readonly Chance<number>[];
  truncationRewards?: readonly number[];
}): Model {
  const { horizon, outcomes } = tables;
  const arrivals = tables.arrivals ?? outcomes.map((_, state) => odds([1, state]));
  return {
    horizon,
    stateCount: outcomes.length,
    afterCount: arrivals.length,
    actionCount: outcomes[0]!.length,
    observationOf: tables.observationOf ?? outcomes.map((_, state) => state),
    start: tables.start ?? odds([1, 0]),
    outcomes: (state, action) => outcomes[state]![action]!,
    arrivals: (after) => arrivals[after]!,
    truncationReward: (after) => tables.truncationRewards?.[after] ?? 0,
  };
}

/** Small models; some hide their state behind fewer observations. */
export function anyModel(maxHorizon: number): fc.Arbitrary<Model> {
  return fc
    .record({
      horizon: fc.integer({ min: 1, max: maxHorizon }),
      states: fc.integer({ min: 1, max: 3 }),
      afters: fc.integer({ min: 1, max: 2 }),
      actions: fc.integer({ min: 1, max: 2 }),
    })
    .chain(({ horizon, states, afters, actions }) =>
      fc
        .record({
          outcomes: grid(
            states,
            actions,
            anyChance(
              fc.record({
                reward: fc.integer({ min: -9, max: 9 }),
                after: fc.option(fc.nat(afters - 1), { freq: 4 }),
                endObservation: fc.constant(0),
              }),
            ),
          ),
          observationOf: fc.oneof(
            fc.constant(Array.from({ length: states }, (_, state) => state)),
            fc.array(fc.nat(1), { minLength: states, maxLength: states }),
          ),
          start: anyChance(fc.nat(states - 1)),
          arrivals: fc.array(anyChance(fc.nat(states - 1)), { minLength: afters, maxLength: afters }),
          truncationRewards: fc.array(fc.integer({ min: -9, max: 9 }), {
            minLength: afters,
            maxLength: afters,
          }),
        })
        .map((tables) => toy({ horizon, ...tables })),
    );
}

function anyChance<T>(outcome: fc.Arbitrary<T>): fc.Arbitrary<Chance<T>> {
  return fc
    .array(fc.tuple(fc.integer({ min: 0, max: 4 }), outcome), { minLength: 1, maxLength: 2 })
    .filter((weighted) => weighted.some(([weight]) => weight > 0))
    .map((weighted) => odds(...weighted));
}

function grid<T>(rows: number, columns: number, cell: fc.Arbitrary<T>): fc.Arbitrary<T[][]> {
  const row = fc.array(cell, { minLength: columns, maxLength: columns });
  return fc.array(row, { minLength: rows, maxLength: rows });
}
