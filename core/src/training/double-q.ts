// Double Q-learning with experience replay: two tables, each learning from the other's opinion of its own best
// action; every transition is remembered, and each step learns from a batch drawn from the memory.
import type { Fault } from "../error.ts";
import type { ResumableRandom } from "../random.ts";
import type { Learner } from "./learner.ts";
import { ReplayMemory, type SavedMemory } from "./replay-memory.ts";
import { Values } from "./values.ts";

export interface DoubleQOptions {
  readonly rate: number;
  readonly discount: number;
  readonly initial: number;
  readonly capacity: number;
  readonly batch: number;
}

export class DoubleQLearning implements Learner {
  readonly tables: readonly [Values, Values];
  private readonly memory: ReplayMemory;
  private readonly stateCount: number;
  private readonly a: Values;
  private readonly b: Values;
  private readonly options: DoubleQOptions;
  private readonly random: ResumableRandom;

  constructor(stateCount: number, actionCount: number, options: DoubleQOptions, random: ResumableRandom) {
    this.stateCount = stateCount;
    this.a = new Values(stateCount, actionCount, options.initial);
    this.b = new Values(stateCount, actionCount, options.initial);
    this.tables = [this.a, this.b];
    this.memory = new ReplayMemory(options.capacity);
    this.options = options;
    this.random = random;
  }

  greedy(state: number): number {
    let best = 0;
    let top = this.value(state, 0);
    for (let action = 1; action < this.a.actionCount; action++) {
      const value = this.value(state, action);
      if (value > top) {
        top = value;
        best = action;
      }
    }
    return best;
  }

  learn(state: number, action: number, reward: number, nextState: number, ended: boolean): void {
    const memory = this.memory;
    memory.add(state, action, reward, ended ? -1 : nextState);
    const next = this.random.next;
    const choices = 2 * memory.size;
    for (let i = 0; i < this.options.batch; i++) {
      // One draw decides both which transition, and which of the two tables learns.
      const draw = Math.floor(next() * choices);
      const at = draw >> 1;
      if ((draw & 1) === 0) this.update(this.a, this.b, at);
      else this.update(this.b, this.a, at);
    }
  }

  value(state: number, action: number): number {
    return (this.a.get(state, action) + this.b.get(state, action)) / 2;
  }

  readonly save = (): SavedMemory => this.memory.save();

  readonly load = (saved: SavedMemory, faults: Fault[]): void =>
    this.memory.load(saved, this.stateCount, this.a.actionCount, faults);

  private update(learning: Values, other: Values, at: number): void {
    const memory = this.memory;
    const state = memory.states[at]!;
    const action = memory.actions[at]!;
    const nextState = memory.nextStates[at]!;
    const next = nextState < 0 ? 0 : other.get(nextState, learning.best[nextState]!);
    const old = learning.get(state, action);
    learning.set(
      state,
      action,
      old + this.options.rate * (memory.rewards[at]! + this.options.discount * next - old),
    );
  }
}
