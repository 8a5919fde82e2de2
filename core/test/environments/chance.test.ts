// The laws of draws with rational probabilities.
import fc from "fast-check";
import { expect, test } from "vitest";
import { both, chance } from "../../src/environments/chance.ts";

const weights = fc
  .array(fc.nat(60), { minLength: 1, maxLength: 5 })
  .filter((list) => list.some((weight) => weight > 0));
const chances = weights.map((list) => chance(list.map((weight, i) => [i, weight] as const)));
const law = { numRuns: 200, seed: 1 };

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

test("chance keeps the proportions and the order, drops what cannot happen, and is in lowest terms", () => {
  fc.assert(
    fc.property(weights, (list) => {
      const { total, weights: kept, outcomes } = chance(list.map((weight, i) => [i, weight] as const));
      const sum = list.reduce((so, weight) => so + weight, 0);
      expect(outcomes).toEqual([...list.keys()].filter((i) => list[i]! > 0));
      expect(kept.reduce((so, weight) => so + weight, 0)).toBe(total);
      expect(kept.reduce(gcd)).toBe(1);
      outcomes.forEach((outcome, i) => {
        expect(kept[i]! * sum).toBe(list[outcome]! * total);
      });
    }),
    law,
  );
});

test("chance is the same for every multiple of its weights", () => {
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 50 }), (list, factor) => {
      const of = (scale: number) => chance(list.map((weight, i) => [i, weight * scale] as const));
      expect(of(factor)).toEqual(of(1));
    }),
    law,
  );
});

test("both multiplies the probabilities, and counts through the outcomes with the later one fastest", () => {
  fc.assert(
    fc.property(chances, fc.array(chances, { minLength: 5, maxLength: 5 }), (first, seconds) => {
      const joint = both(
        first,
        (a) => seconds[a]!,
        (a, b) => a * 10 + b,
      );
      expect(joint.outcomes).toEqual(
        first.outcomes.flatMap((a) => seconds[a]!.outcomes.map((b) => a * 10 + b)),
      );
      expect(joint.weights.reduce((so, weight) => so + weight, 0)).toBe(joint.total);
      for (const [i, outcome] of joint.outcomes.entries()) {
        const [a, b] = [Math.floor(outcome / 10), outcome % 10];
        const second = seconds[a]!;
        expect(BigInt(joint.weights[i]!) * BigInt(first.total) * BigInt(second.total)).toBe(
          BigInt(first.weights[first.outcomes.indexOf(a)]!) *
            BigInt(second.weights[second.outcomes.indexOf(b)]!) *
            BigInt(joint.total),
        );
      }
    }),
    law,
  );
});

test("both with a certain second draw changes no probability of the first", () => {
  fc.assert(
    fc.property(chances, (first) => {
      const joint = both(
        first,
        () => chance([["certain", 7]]),
        (a) => a,
      );
      expect(joint).toEqual(first);
    }),
    law,
  );
});
