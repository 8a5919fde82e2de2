// The contract of an environment: Gymnasium's two verbs, integer state codes beside the named observation, and a
// model that publishes the very table that `step` samples.
import type { JsonObject } from "../json.ts";
import type { Space } from "../spaces/space.ts";

/** A named observation: one integer a field, a member of the observation space. */
export type Observation = Readonly<Record<string, number>>;

export interface Reset {
  readonly observation: Observation;
  /** The observation's code: what tables are indexed by. */
  readonly state: number;
  readonly info: JsonObject;
}

export interface Step extends Reset {
  /** An integer in the environment's unit (see `EnvironmentKind.rewardUnit`), so that sums are exact. */
  readonly reward: number;
  /** The environment's own end; no bootstrapping beyond it. */
  readonly terminated: boolean;
  /** The horizon's end. */
  readonly truncated: boolean;
}

export interface Environment {
  readonly id: string;
  /** The whole configuration, with nothing left to default. */
  readonly config: JsonObject;
  readonly observationSpace: Space<Observation>;
  readonly actionSpace: Space<number>;
  readonly actionCount: number;
  readonly stateCount: number;
  /** The most steps that an episode can have. */
  readonly horizon: number;
  /** Every observation by its code. */
  readonly observations: readonly Observation[];
  /** Starts an episode. The seed decides all that happens in it, whatever went before. */
  reset(options: { readonly seed: number; readonly options?: JsonObject }): Reset;
  /** Advances it. After the end, or before the first reset, this throws. */
  step(action: number): Step;
  /** The exact dynamics. */
  model(): Model;
}

/** A draw with rational probabilities: outcome i has weights[i] / total. */
export interface Chance<T> {
  readonly total: number;
  readonly weights: readonly number[];
  readonly outcomes: readonly T[];
}

/** What an action leads to: a reward, and the after-state, or null when the episode terminates. */
export interface Outcome {
  readonly reward: number;
  readonly after: number | null;
  /** The observation's code that is shown if the episode ends with this outcome. */
  readonly endObservation: number;
}

/**
 * A finite Markov decision process. A step has two draws: the outcome of the action, which leads to an after-state,
 * and the arrival, which leads from there to the next state. After step number `horizon` there is no arrival: the
 * episode is truncated, and `truncationReward` of the after-state is added to the last reward.
 * States are Markov states: finer than observations where the environment remembers what it does not show.
 */
export interface Model {
  readonly horizon: number;
  readonly stateCount: number;
  readonly afterCount: number;
  readonly actionCount: number;
  /** The observation's code that each state shows. */
  readonly observationOf: readonly number[];
  readonly start: Chance<number>;
  outcomes(state: number, action: number): Chance<Outcome>;
  arrivals(after: number): Chance<number>;
  truncationReward(after: number): number;
}
