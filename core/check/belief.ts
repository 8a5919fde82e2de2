// What somebody who sees only results can know of the hidden state: the states that it may be in, each with its
// probability, and what the model lets the next step show.
import type { Chance, Model, Step } from "../src/environments/environment.ts";

/** Markov states by probability; none where what was seen is impossible. */
export type Belief = ReadonlyMap<number, number>;

/** What a step can show, and the belief after it (empty after an end). */
export interface Event {
  readonly reward: number;
  readonly state: number;
  readonly end: End;
  readonly probability: number;
  readonly next: Belief;
}

type End = "terminated" | "truncated" | "goes on";

/** The name of what a step shows. */
export function eventOf({ reward, state, terminated, truncated }: Step): string {
  return name(reward, state, terminated ? "terminated" : truncated ? "truncated" : "goes on");
}

function name(reward: number, state: number, end: End): string {
  return `reward ${reward}, state ${state}, ${end}`;
}

/** The belief after a reset that shows the observation code. */
export function startBelief(model: Model, code: number): Belief {
  const belief = new Map<number, number>();
  for (const [state, probability] of possible(model.start)) {
    if (model.observationOf[state] === code) add(belief, state, probability);
  }
  return normal(belief);
}

/** Everything that an action can show, by name; `last` where the step is number `horizon`. */
export function foresee(
  model: Model,
  belief: Belief,
  action: number,
  last: boolean,
): ReadonlyMap<string, Event> {
  const events = new Map<string, Event & { probability: number; readonly next: Map<number, number> }>();
  const show = (reward: number, state: number, end: End, probability: number) => {
    const key = name(reward, state, end);
    const known = events.get(key);
    if (known === undefined) events.set(key, { reward, state, end, probability, next: new Map() });
    else known.probability += probability;
    return (known ?? events.get(key)!).next;
  };
  for (const [state, believed] of belief) {
    for (const [outcome, chance] of possible(model.outcomes(state, action))) {
      const { reward, after, endObservation } = outcome;
      const probability = believed * chance;
      if (after === null) show(reward, endObservation, "terminated", probability);
      else if (last) show(reward + model.truncationReward(after), endObservation, "truncated", probability);
      else {
        for (const [to, arrival] of possible(model.arrivals(after))) {
          const next = show(reward, model.observationOf[to]!, "goes on", probability * arrival);
          add(next, to, probability * arrival);
        }
      }
    }
  }
  return new Map([...events].map(([key, event]) => [key, { ...event, next: normal(event.next) }]));
}

function* possible<T>({ total, weights, outcomes }: Chance<T>): Generator<readonly [T, number]> {
  for (let i = 0; i < outcomes.length; i++) yield [outcomes[i]!, weights[i]! / total];
}

function add(belief: Map<number, number>, state: number, probability: number): void {
  belief.set(state, (belief.get(state) ?? 0) + probability);
}

function normal(belief: ReadonlyMap<number, number>): Belief {
  let sum = 0;
  for (const probability of belief.values()) sum += probability;
  return new Map([...belief].map(([state, probability]) => [state, probability / sum]));
}
