// How often a policy acts under each observation in an episode, exactly: the forward pass over the same dynamics and
// stages that the expected return goes back through.
import type { Play } from "./expected.ts";

/** Expected visits as integers over one denominator; `of` holds exactly the reachable observations, ascending. */
export interface Visits {
  readonly denominator: bigint;
  readonly of: ReadonlyMap<number, bigint>;
}

/** The expected number of steps of an episode in which the policy acts under each observation. */
export function expectedVisits({ dynamics, stages, actions }: Play): Visits {
  const { observationOf, rows, outcomeTotal, arrivalTotal, arrivals } = dynamics;
  const visits = new Map<number, bigint>();
  let chances = spread(dynamics.start, 1n, new Map());
  let denominator = dynamics.startTotal; // of chances and of visits
  for (const [step, { states }] of stages.entries()) {
    const afters = new Map<number, bigint>();
    for (const state of states) {
      const chance = chances.get(state)!;
      const observation = observationOf[state]!;
      add(visits, observation, chance);
      const row = rows[state]![actions(observation)[0]!]!;
      for (const [i, after] of row.afters.entries()) add(afters, after, chance * row.weights[i]!);
    }
    if (step === stages.length - 1) break;
    chances = new Map();
    for (const [after, chance] of afters) spread(arrivals[after]!, chance, chances);
    const growth = outcomeTotal * arrivalTotal;
    for (const [observation, sum] of visits) visits.set(observation, sum * growth);
    denominator *= growth;
  }
  return { denominator, of: new Map([...visits].sort(([a], [b]) => a - b)) };
}

function spread(
  { states, weights }: Play["dynamics"]["start"],
  chance: bigint,
  into: Map<number, bigint>,
): Map<number, bigint> {
  for (const [i, state] of states.entries()) add(into, state, chance * weights[i]!);
  return into;
}

function add(sums: Map<number, bigint>, key: number, value: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + value);
}
