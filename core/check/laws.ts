// Laws, proved by trying them: every law of a trial is put to the same random cases, and for each one that breaks
// fast-check looks for the smallest case that still breaks it.
import fc, { type Arbitrary } from "fast-check";
import type { Tally } from "./report.ts";
import { asJson } from "./values.ts";

export interface Law<S> {
  readonly property: string;
  readonly fix: string;
  /** What is wrong with what was seen; null when nothing is. */
  broken(seen: S): string | null;
}

/** Laws that are judged on the same cases: `look` plays a case and gives what was seen; it must not throw. */
export interface Trial<C, S> {
  readonly cases: Arbitrary<C>;
  /** Cases that are always tried, before the random ones. */
  readonly examples?: readonly C[];
  look(c: C): S;
  readonly laws: readonly Law<S>[];
}

interface Failure<C> {
  readonly input: C;
  readonly message: string;
}

const MAX_MESSAGE = 900;

/** Puts the laws to the test. A law that breaks is noted once, with its smallest case. */
export function prove<C, S>(tally: Tally, trial: Trial<C, S>): void {
  const first = new Map<Law<S>, Failure<C>>();
  const runs = runAll(tally, trial, (input) => {
    if (first.size === trial.laws.length) return true;
    const seen = trial.look(input);
    for (const law of trial.laws) {
      if (first.has(law)) continue;
      const message = law.broken(seen);
      if (message !== null) first.set(law, { input, message });
    }
    return true;
  });
  for (const law of trial.laws) {
    tally.checked.push({ property: law.property, runs });
    const found = first.get(law);
    if (found === undefined) continue;
    const { input, message } = shrink(tally, trial, law) ?? found;
    tally.findings.push({
      property: law.property,
      message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message,
      fix: law.fix,
      counterexample: asJson(input),
    });
  }
}

/** The smallest failure; null when the law does not break a second time (whoever breaks it is not reproducible). */
function shrink<C, S>(tally: Tally, trial: Trial<C, S>, law: Law<S>): Failure<C> | null {
  let last: Failure<C> | null = null;
  runAll(tally, trial, (input) => {
    const message = law.broken(trial.look(input));
    // fast-check goes on from a failing case only to smaller ones, so the last failure is the smallest.
    if (message !== null) last = { input, message };
    return message === null;
  });
  return last;
}

/** Runs the predicate until it says false, and then on smaller and smaller cases; how many runs it took. */
function runAll<C>(
  tally: Tally,
  { cases, examples = [] }: Pick<Trial<C, never>, "cases" | "examples">,
  predicate: (input: C) => boolean,
): number {
  const thrown: unknown[] = [];
  const property = fc.property(cases, (input) => {
    if (thrown.length > 0) return true;
    try {
      return predicate(input);
    } catch (error) {
      // A space that throws, or a mistake in this package: nothing that a smaller case would explain.
      thrown.push(error);
      return true;
    }
  });
  const { numRuns } = fc.check(property, {
    seed: tally.seed,
    numRuns: tally.runs + examples.length,
    examples: examples.map((example): [C] => [example]),
  });
  if (thrown.length > 0) throw thrown[0];
  return numRuns;
}
