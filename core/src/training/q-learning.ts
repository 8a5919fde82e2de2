// Q-learning: after each transition the value of what was done moves towards the reward plus the discounted best
// value of what follows. Nothing follows an end, neither a termination nor the horizon: it pays its bonus itself.
import type { Learner } from "./learner.ts";
import { Values } from "./values.ts";

export class QLearning implements Learner {
  readonly tables: readonly [Values];
  private readonly q: Values;
  private readonly rate: number;
  private readonly discount: number;

  constructor(
    stateCount: number,
    actionCount: number,
    options: { rate: number; discount: number; initial: number },
  ) {
    this.q = new Values(stateCount, actionCount, options.initial);
    this.tables = [this.q];
    this.rate = options.rate;
    this.discount = options.discount;
  }

  greedy(state: number): number {
    return this.q.best[state]!;
  }

  learn(state: number, action: number, reward: number, nextState: number, ended: boolean): void {
    const q = this.q;
    const next = ended ? 0 : q.get(nextState, q.best[nextState]!);
    const old = q.get(state, action);
    q.set(state, action, old + this.rate * (reward + this.discount * next - old));
  }

  value(state: number, action: number): number {
    return this.q.get(state, action);
  }
}
