// The two passes that exact evaluation is made of: forward, where play can get; and back from the horizon, what it
// is worth there. Worth is an integer over a denominator that is the same for all states of a step.
import type { Dynamics, Row } from "./dynamics.ts";
import { type Rational, rational } from "./rational.ts";

/** Where play can get in one step: the states that it acts in, and the after-states that it leads to. */
export interface Stage {
  readonly states: readonly number[];
  readonly afters: readonly number[];
}

/** The actions that may be taken under an observation. */
export type Actions = (observation: number) => readonly number[];

/** The stages of play, from the first step to the horizon. `actionsOf` sees the step, from 0, and its states. */
export function reach(
  dynamics: Dynamics,
  actionsOf: (step: number, states: readonly number[]) => Actions,
): Stage[] {
  const { horizon, observationOf, rows, arrivals } = dynamics;
  const stages: Stage[] = [];
  let states = sorted(new Set(dynamics.start.states));
  for (let step = 0; step < horizon; step++) {
    const actions = actionsOf(step, states);
    const afters = new Set<number>();
    for (const state of states) {
      for (const action of actions(observationOf[state]!)) {
        for (const after of rows[state]![action]!.afters) afters.add(after);
      }
    }
    stages.push({ states, afters: sorted(afters) });
    const next = new Set<number>();
    for (const after of afters) for (const state of arrivals[after]!.states) next.add(state);
    states = sorted(next);
  }
  return stages;
}

/** What a row is worth at a step: an integer over that step's denominator. */
export type Worth = (row: Row) => bigint;

/** The expected return when `choose` says, from the last step to the first, what each state of the stages is worth. */
export function sweep(
  dynamics: Dynamics,
  stages: readonly Stage[],
  choose: (step: number, state: number, worth: Worth) => bigint,
): Rational {
  const { outcomeTotal, arrivalTotal, arrivals } = dynamics;
  // Entries outside a step's stage are left from later steps; nothing in the stage leads to them.
  const afterValues = [...dynamics.truncationRewards];
  const values = dynamics.observationOf.map(() => 0n);
  let denominator = 1n; // of afterValues
  for (let step = stages.length - 1; ; step--) {
    const unit = denominator;
    const worth: Worth = (row) => row.reward * unit + dot(row.weights, row.afters, afterValues);
    for (const state of stages[step]!.states) values[state] = choose(step, state, worth);
    denominator *= outcomeTotal; // of values
    if (step === 0) break;
    for (const after of stages[step - 1]!.afters) {
      const { weights, states } = arrivals[after]!;
      afterValues[after] = dot(weights, states, values);
    }
    denominator *= arrivalTotal;
  }
  const { start, startTotal } = dynamics;
  return rational(dot(start.weights, start.states, values), denominator * startTotal);
}

function dot(weights: readonly bigint[], indices: readonly number[], values: readonly bigint[]): bigint {
  let sum = 0n;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * values[indices[i]!]!;
  return sum;
}

function sorted(codes: ReadonlySet<number>): number[] {
  return [...codes].sort((a, b) => a - b);
}
