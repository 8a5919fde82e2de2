// The last transitions, in a ring: once it is full, the newest takes the place of the oldest.
import { isIndex } from "../environments/kind.ts";
import type { Fault } from "../error.ts";

/** Transitions as [state, action, reward, next state or −1 at an end], in the ring's order, and where it writes next. */
export interface SavedMemory {
  readonly at: number;
  readonly transitions: readonly (readonly number[])[];
}

export class ReplayMemory {
  readonly states: Int32Array;
  readonly actions: Uint8Array;
  readonly rewards: Int32Array;
  readonly nextStates: Int32Array;
  size = 0;
  private at = 0;

  constructor(capacity: number) {
    this.states = new Int32Array(capacity);
    this.actions = new Uint8Array(capacity);
    this.rewards = new Int32Array(capacity);
    this.nextStates = new Int32Array(capacity);
  }

  add(state: number, action: number, reward: number, nextState: number): void {
    const at = this.at;
    this.states[at] = state;
    this.actions[at] = action;
    this.rewards[at] = reward;
    this.nextStates[at] = nextState;
    this.at = at + 1 === this.states.length ? 0 : at + 1;
    if (this.size < this.states.length) this.size += 1;
  }

  save(): SavedMemory {
    const transitions = Array.from({ length: this.size }, (_, i) => [
      this.states[i]!,
      this.actions[i]!,
      this.rewards[i]!,
      this.nextStates[i]!,
    ]);
    return { at: this.at, transitions };
  }

  /** Takes a saved ring, or adds what is wrong with it to the faults. */
  load({ at, transitions }: SavedMemory, stateCount: number, actionCount: number, faults: Fault[]): void {
    const capacity = this.states.length;
    const next = transitions.length < capacity ? transitions.length : at;
    if (transitions.length > capacity || at !== next % capacity) {
      faults.push({
        path: "/memory",
        message: `wanted at most ${capacity} transitions, and at where the next one goes`,
      });
      return;
    }
    for (const [i, [state, action, reward, nextState]] of transitions.entries()) {
      const known = isIndex(state, stateCount) && isIndex(action, actionCount);
      if (!known || !(nextState === -1 || isIndex(nextState, stateCount)) || (reward! | 0) !== reward) {
        faults.push({
          path: `/memory/transitions/${i}`,
          message: "wanted [state, action, reward, next state or -1]",
        });
        return;
      }
      this.add(state!, action!, reward!, nextState!);
    }
    this.at = at;
  }
}
