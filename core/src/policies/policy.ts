// The policy contract: an action space, a reset with a seed, and a choice. Four properties hold for every policy
// (`checkPolicy` in @policyledger/core/check proves them):
// 1. the action lies in the action space; 2. the same seed and observations give the same actions;
// 3. the observation is not changed; 4. the action space is the same object, and the same space, every time.
import type { Space } from "../spaces/space.ts";

export interface Policy<O = unknown, A = unknown> {
  readonly actionSpace: Space<A>;
  /** Starts anew: whatever was chosen before has no influence any more. */
  reset(options: { readonly seed: number }): void;
  /** Chooses. With `explore: false` the choice is the policy's best, without exploration; the default is true. */
  selectAction(observation: O, options?: { readonly explore?: boolean }): A;
}
