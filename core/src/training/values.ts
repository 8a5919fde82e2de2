// A table of action values with the best action of each state kept beside it, so that being greedy is one look-up.

export class Values {
  readonly actionCount: number;
  readonly values: Float64Array;
  /** By state, the smallest action of the largest value. */
  readonly best: Uint8Array;

  constructor(stateCount: number, actionCount: number, initial: number) {
    this.actionCount = actionCount;
    this.values = new Float64Array(stateCount * actionCount).fill(initial);
    this.best = new Uint8Array(stateCount);
  }

  get(state: number, action: number): number {
    return this.values[state * this.actionCount + action]!;
  }

  set(state: number, action: number, value: number): void {
    const row = state * this.actionCount;
    const best = this.best[state]!;
    const before = this.values[row + action]!;
    this.values[row + action] = value;
    if (action === best) {
      if (value < before) this.findBest(state, row);
    } else {
      const top = this.values[row + best]!;
      if (value > top || (value === top && action < best)) this.best[state] = action;
    }
  }

  private findBest(state: number, row: number): void {
    let best = 0;
    let top = this.values[row]!;
    for (let action = 1; action < this.actionCount; action++) {
      const value = this.values[row + action]!;
      if (value > top) {
        top = value;
        best = action;
      }
    }
    this.best[state] = best;
  }
}
