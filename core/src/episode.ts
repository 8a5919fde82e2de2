// The one loop. Training, verification and reuse all run it; only who chooses the action differs. Nothing else in
// the project advances an environment.
import type { Environment } from "./environments/environment.ts";

/** Who chooses the action: the loop's view of a policy, on integer codes. */
export interface Actor {
  /** An episode begins; whatever is random about the choices is seeded here. */
  begin(seed: number): void;
  act(state: number): number;
}

/** Sees every transition as it happens: learning and recording hang on to the loop through this. */
export type Observer = (
  state: number,
  action: number,
  reward: number,
  nextState: number,
  terminated: boolean,
  truncated: boolean,
) => void;

export interface Episode {
  /** The sum of the rewards, exact, in the environment's unit. */
  readonly reward: number;
  readonly steps: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

export function runEpisode(env: Environment, actor: Actor, seed: number, observe?: Observer): Episode {
  let { state } = env.reset({ seed });
  actor.begin(seed);
  let reward = 0;
  let steps = 0;
  for (;;) {
    const action = actor.act(state);
    const step = env.step(action);
    reward += step.reward;
    steps += 1;
    if (observe !== undefined) {
      observe(state, action, step.reward, step.state, step.terminated, step.truncated);
    }
    if (step.terminated || step.truncated) {
      return { reward, steps, terminated: step.terminated, truncated: step.truncated };
    }
    state = step.state;
  }
}
