// A draw with rational probabilities: exact weights, in lowest terms.
import type { Chance } from "./environment.ts";

/** Builds a Chance from weighted outcomes, leaving out what cannot happen. */
export function chance<T>(weighted: readonly (readonly [outcome: T, weight: number])[]): Chance<T> {
  const possible = weighted.filter(([, weight]) => weight > 0);
  const divisor = possible.reduce((so, [, weight]) => gcd(so, weight), 0);
  const weights = possible.map(([, weight]) => weight / divisor);
  return {
    total: weights.reduce((sum, weight) => sum + weight, 0),
    weights,
    outcomes: possible.map(([outcome]) => outcome),
  };
}

/** Independent draws, one after the other, as one: the later one varies fastest. */
export function both<A, B, C>(
  first: Chance<A>,
  second: (a: A) => Chance<B>,
  combine: (a: A, b: B) => C,
): Chance<C> {
  const rows = first.outcomes.map((outcome) => second(outcome));
  const common = rows.reduce((so, row) => lcm(so, row.total), 1);
  return chance(
    rows.flatMap((row, i) =>
      row.outcomes.map((b, j) => {
        const weight = first.weights[i]! * row.weights[j]! * (common / row.total);
        return [combine(first.outcomes[i]!, b), weight] as const;
      }),
    ),
  );
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function lcm(a: number, b: number): number {
  return (a / gcd(a, b)) * b;
}
