// The best expected return of all policies that see the observation and the step.
// Dynamic programming over Markov states finds the best of those that see the state itself, which no other policy
// can exceed, not even one with memory. Then a policy that sees only observation and step is built which plays, in
// every state that it gets to, an action that is optimal there: so the bound is attained, and is the optimum.
import { PolicyLedgerError } from "../error.ts";
import type { Dynamics } from "./dynamics.ts";
import type { Rational } from "./rational.ts";
import { reach, sweep } from "./sweep.ts";

export interface Optimum {
  readonly value: Rational;
  /**
   * A policy that attains it: `table[step][observation]`, steps from 0, the smallest action where several would do;
   * null where this policy never gets.
   */
  readonly table: readonly (readonly (number | null)[])[];
}

export function optimum(dynamics: Dynamics): Optimum {
  const { value, best } = solve(dynamics);
  return { value, table: attain(dynamics, value, best) };
}

/** Every optimal action, ascending: `best[step][state]`. */
type Best = readonly (readonly (readonly number[])[])[];

function solve(dynamics: Dynamics): { value: Rational; best: Best } {
  const { horizon, actionCount, rows } = dynamics;
  const all = Array.from({ length: actionCount }, (_, action) => action);
  const stages = reach(dynamics, () => () => all);
  const best: number[][][] = Array.from({ length: horizon }, () => []);
  const value = sweep(dynamics, stages, (step, state, worth) => {
    const worths = rows[state]!.map(worth);
    let most = worths[0]!;
    for (const one of worths) if (one > most) most = one;
    best[step]![state] = all.filter((action) => worths[action] === most);
    return most;
  });
  return { value, best };
}

function attain(dynamics: Dynamics, value: Rational, best: Best): Optimum["table"] {
  const { observationOf, rows } = dynamics;
  const observationCount = Math.max(...observationOf) + 1;
  const table: (number | null)[][] = [];
  const stages = reach(dynamics, (step, states) => {
    const choices = new Array<number | null>(observationCount).fill(null);
    for (const [observation, actions] of shared(step, states, observationOf, best)) {
      choices[observation] = actions[0]!;
    }
    table.push(choices);
    return (observation) => [choices[observation]!];
  });
  const attained = sweep(dynamics, stages, (step, state, worth) =>
    worth(rows[state]![table[step]![observationOf[state]!]!]!),
  );
  if (attained.num !== value.num || attained.den !== value.den) {
    throw new Error("bug: a policy of optimal actions does not attain the optimum");
  }
  return table;
}

/** For each observation of a step the actions that are optimal in all of its states; there must be one. */
function shared(
  step: number,
  states: readonly number[],
  observationOf: readonly number[],
  best: Best,
): Map<number, readonly number[]> {
  const byObservation = new Map<number, readonly number[]>();
  for (const state of states) {
    const observation = observationOf[state]!;
    const optimal = best[step]![state]!;
    const common = byObservation.get(observation)?.filter((action) => optimal.includes(action)) ?? optimal;
    if (common.length === 0) {
      throw new PolicyLedgerError(
        "model_hides_state",
        `Cannot find the optimum: at step ${step + 1}, observation ${observation} hides what decides; ` +
          "no one action is optimal in all of its states, so the best return of who sees the state is not attained",
      );
    }
    byObservation.set(observation, common);
  }
  return byObservation;
}
