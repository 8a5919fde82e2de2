// The expected return of a policy that sees the observation and nothing else, and what it does wherever it can get.
import { PolicyLedgerError, quote } from "../error.ts";
import type { Behaviour } from "../policies/behaviour.ts";
import { type Dynamics, withUniformActions } from "./dynamics.ts";
import type { Rational } from "./rational.ts";
import { type Actions, reach, type Stage, sweep } from "./sweep.ts";

/** A policy at play in an environment: where it gets, and what it does there. */
export interface Play {
  readonly dynamics: Dynamics;
  readonly stages: readonly Stage[];
  readonly actions: Actions;
}

/** Follows a policy from the start to the horizon. */
export function follow(dynamics: Dynamics, behaviour: Behaviour): Play {
  if (behaviour !== "uniform" && !(behaviour instanceof Uint8Array)) {
    throw new PolicyLedgerError(
      "invalid_policy",
      `Cannot evaluate a policy: its behaviour is ${quote(behaviour)}, wanted a table of actions or "uniform"`,
    );
  }
  const played = behaviour === "uniform" ? withUniformActions(dynamics) : dynamics;
  const actions = behaviour === "uniform" ? () => [0] : actionsOf(behaviour, dynamics.actionCount);
  return { dynamics: played, stages: reach(played, () => actions), actions };
}

/** The exact expected return, in the environment's unit of reward. */
export function expectedReturn({ dynamics, stages, actions }: Play): Rational {
  const { observationOf, rows } = dynamics;
  return sweep(dynamics, stages, (_, state, worth) => {
    const [action] = actions(observationOf[state]!);
    return worth(rows[state]![action!]!);
  });
}

/** The observations under which the policy may be asked to act, ascending. */
export function reachableObservations({ dynamics, stages }: Play): number[] {
  const states = new Set(stages.flatMap((stage) => stage.states));
  const seen = new Set([...states].map((state) => dynamics.observationOf[state]!));
  return [...seen].sort((a, b) => a - b);
}

function actionsOf(table: Uint8Array, actionCount: number): Actions {
  const one = Array.from({ length: actionCount }, (_, action) => [action]);
  return (observation) => {
    const action = table[observation];
    const actions = action === undefined ? undefined : one[action];
    if (actions !== undefined) return actions;
    throw new PolicyLedgerError(
      "invalid_policy",
      `Cannot evaluate the policy: under observation ${observation} its action is ${action ?? "missing"}, ` +
        `wanted an integer from 0 to ${actionCount - 1}`,
    );
  };
}
