// The search that finds a rule: of all boxes, one condition a field, the one that gains most. A condition is an
// interval of the values that were seen or, where values have names and are few, any set of them.
import type { Field } from "../environments/kind.ts";

/** A condition on one field: the ranks, among the seen values, that it admits. */
interface Condition {
  readonly ranks: readonly number[];
  /** How much there is to read: none for every value, one a bound or a named value. */
  readonly cost: number;
}

/** A rule by ranks. */
export interface Box {
  readonly conditions: readonly Condition[];
  readonly action: number;
  readonly gain: number;
  readonly cost: number;
}

/** What a search is for: each bound costs `price`, and the gain less that must be above `floor`. */
export interface Wanted {
  readonly price: number;
  readonly floor: number;
}

/** A choice of condition; its sum is the one before it plus `adds`, or `adds` alone. */
interface Choice extends Condition {
  readonly extend: boolean;
  readonly adds: readonly number[];
}

const MAX_SET = 5;

export class BoxSearch {
  private readonly choices: readonly (readonly Choice[])[];
  private readonly actionCount: number;
  /** By field how many numbers one of its values holds, and where those of a choice are summed up. */
  private readonly strides: readonly number[];
  private readonly sums: readonly Float64Array[];
  private readonly chosen: Choice[] = [];
  private best: Box | null = null;
  private price = 0;
  private floor = 0;

  /** `sizes` are the numbers of seen values, by field. */
  constructor(fields: readonly Field[], sizes: readonly number[], actionCount: number) {
    this.choices = fields.map(({ labels }, i) => choicesOf(sizes[i]!, labels !== undefined));
    this.actionCount = actionCount;
    this.strides = sizes.map((_, i) => sizes.slice(i + 1).reduce((a, b) => a * b, actionCount));
    this.sums = this.strides.map((length) => new Float64Array(length));
  }

  /** An empty grid, for what each situation gains: by ranks, then by action. */
  grid(): Float64Array {
    return new Float64Array(this.strides[0]! * this.choices[0]![0]!.ranks.length);
  }

  /** Where in a grid a situation's action is. */
  at(ranks: readonly number[], action: number): number {
    return ranks.reduce((sum, rank, i) => sum + rank * this.strides[i]!, action);
  }

  /** The box that gains most, less its price; of equal ones the first in the order of the fields. */
  find(grid: Float64Array, { price, floor }: Wanted): Box | null {
    this.best = null;
    this.price = price;
    this.floor = floor;
    this.descend(0, grid, 0);
    return this.best;
  }

  private descend(field: number, grid: Float64Array, cost: number): void {
    if (field === this.choices.length) {
      this.compare(grid, cost);
      return;
    }
    const sums = this.sums[field]!;
    for (const choice of this.choices[field]!) {
      this.sum(sums, grid, choice);
      const total = cost + choice.cost;
      if (this.mostIn(sums) - this.price * total <= this.floor) continue;
      this.chosen[field] = choice;
      this.descend(field + 1, sums, total);
    }
  }

  private sum(sums: Float64Array, grid: Float64Array, { extend, adds }: Choice): void {
    const length = sums.length;
    for (let j = 0; j < adds.length; j++) {
      const from = adds[j]! * length;
      if (j === 0 && !extend) for (let i = 0; i < length; i++) sums[i] = grid[from + i]!;
      else for (let i = 0; i < length; i++) sums[i]! += grid[from + i]!;
    }
  }

  /** What no box within these sums can gain more than: all that gains, of the action that has most of it. */
  private mostIn(sums: Float64Array): number {
    let most = 0;
    for (let action = 0; action < this.actionCount; action++) {
      let gain = 0;
      for (let i = action; i < sums.length; i += this.actionCount) if (sums[i]! > 0) gain += sums[i]!;
      if (gain > most) most = gain;
    }
    return most;
  }

  private compare(gains: Float64Array, cost: number): void {
    for (let action = 0; action < this.actionCount; action++) {
      const gain = gains[action]!;
      const net = gain - this.price * cost;
      if (net <= this.floor) continue;
      this.floor = net;
      this.best = { conditions: [...this.chosen], action, gain, cost };
    }
  }
}

/** Every value comes first, so that of equals the shorter is found first. */
function choicesOf(size: number, named: boolean): readonly Choice[] {
  const all = Array.from({ length: size }, (_, rank) => rank);
  const every: Choice = { ranks: all, cost: 0, extend: false, adds: all };
  return [every, ...(named && size <= MAX_SET ? setsOf(all) : intervalsOf(all))];
}

function setsOf(all: readonly number[]): Choice[] {
  let sets: number[][] = [[]];
  for (const rank of all) sets = [...sets, ...sets.map((set) => [...set, rank])];
  return sets
    .filter((ranks) => ranks.length > 0 && ranks.length < all.length)
    .map((ranks) => ({ ranks, cost: ranks.length, extend: false, adds: ranks }));
}

function intervalsOf(all: readonly number[]): Choice[] {
  const last = all.length - 1;
  return all.flatMap((low) =>
    all.slice(low).map((high) => {
      const bounds = low === high ? 1 : Number(low > 0) + Number(high < last);
      return { ranks: all.slice(low, high + 1), cost: bounds, extend: high > low, adds: [high] };
    }),
  );
}
