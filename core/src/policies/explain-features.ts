// Which fields of the observation decide: of all pairs of situations that differ in one field only, in how many the
// action differs too.
import type { Field } from "../environments/kind.ts";

export interface Feature {
  readonly field: string;
  /** The values that the field takes in the situations, ascending. */
  readonly seen: readonly number[];
  /** Pairs of situations that differ in this field only; 0 where nothing can be said about it. */
  readonly pairs: number;
  /** Those of them in which the action differs. */
  readonly changed: number;
}

/** What the policy does in one situation: the values of the fields, and the action; null where it draws. */
export interface Case {
  readonly values: readonly number[];
  readonly action: number | null;
}

/** By the share of pairs in which the action changes, the largest first; of equal ones in the order of the fields. */
export function featuresOf(fields: readonly Field[], cases: readonly Case[]): readonly Feature[] {
  const features = fields.map((field, i) => featureOf(field, i, cases));
  // Exact: a / b > c / d, with a pair that is not there counted as one in which nothing changes.
  return features.sort((a, b) => b.changed * Math.max(a.pairs, 1) - a.changed * Math.max(b.pairs, 1));
}

function featureOf({ name }: Field, i: number, cases: readonly Case[]): Feature {
  const groups = new Map<string, Map<number | null, number>>();
  for (const { values, action } of cases) {
    const others = values.filter((_, j) => j !== i).join();
    const group = groups.get(others) ?? new Map<number | null, number>();
    groups.set(others, group.set(action, (group.get(action) ?? 0) + 1));
  }
  let pairs = 0;
  let alike = 0;
  for (const group of groups.values()) {
    const counts = [...group.values()];
    pairs += pairsOf(counts.reduce((a, b) => a + b, 0));
    alike += counts.reduce((sum, count) => sum + pairsOf(count), 0);
  }
  return { field: name, seen: seenValues(cases, i), pairs, changed: pairs - alike };
}

export function seenValues(cases: readonly Case[], field: number): readonly number[] {
  return [...new Set(cases.map(({ values }) => values[field]!))].sort((a, b) => a - b);
}

function pairsOf(count: number): number {
  return (count * (count - 1)) / 2;
}
