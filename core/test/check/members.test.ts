// The arbitraries of members: what they make lies in the space, and shrinks to the least member.
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkPolicy } from "../../check/index.ts";
import { members } from "../../check/members.ts";
import type { Policy } from "../../src/policies/policy.ts";
import {
  BoxSpace,
  DictSpace,
  DiscreteSpace,
  MultiBinarySpace,
  MultiDiscreteSpace,
  type Space,
  TupleSpace,
} from "../../src/spaces/index.ts";

/** Each space, and what a member shrinks to. */
const SPACES: readonly (readonly [space: Space, smallest: unknown])[] = [
  [new DiscreteSpace(6, -2), -2],
  [new MultiDiscreteSpace([2, 3, 4]), [0, 0, 0]],
  [new MultiDiscreteSpace([[2], [3]], { start: [[5], [-1]] }), [[5], [-1]]],
  [
    new MultiBinarySpace([2, 2]),
    [
      [0, 0],
      [0, 0],
    ],
  ],
  [new BoxSpace(-1, 1, { shape: [2], dtype: "float64" }), [0, 0]],
  [new BoxSpace(-Infinity, Infinity, { shape: [2] }), [0, 0]],
  [new BoxSpace([0, 7], [5, 9], { dtype: "uint8" }), [0, 7]],
  [new BoxSpace([1, 2], 3), [1, 2]],
  [new TupleSpace([new DiscreteSpace(2), new BoxSpace(0, 1, { shape: [1] })]), [0, [0]]],
  [
    new DictSpace({ b: new DiscreteSpace(2), a: new TupleSpace([new DiscreteSpace(3, 1)]) }),
    { a: [1], b: 0 },
  ],
];

test.each(SPACES)("members of %s lie in the space and shrink part by part", (space, smallest) => {
  const all = members(space as Space);
  for (const member of fc.sample(all, { seed: 1, numRuns: 50 })) expect(space.contains(member)).toBe(true);
  const { counterexample } = fc.check(
    fc.property(all, () => false),
    { seed: 1 },
  );
  expect(space.toJson(counterexample![0])).toEqual(smallest);
});

test("members of a space that is large, or describes itself in words of its own, are its samples", () => {
  const large = new BoxSpace(0, 1, { shape: [40, 40] });
  const strange = {
    ...surface(new DiscreteSpace(3)),
    describe: () => ({ kind: "three" }),
  } as unknown as Space;
  const lying = { ...surface(new DiscreteSpace(3)), describe: () => ({ kind: "discrete", n: 9, start: 0 }) };
  for (const space of [large, strange, lying as unknown as Space]) {
    for (const member of fc.sample(members(space), { seed: 1, numRuns: 20 })) {
      expect(space.contains(member)).toBe(true);
    }
  }
});

test.each(SPACES)("checkPolicy finds nothing in a policy that acts in %s", (space) => {
  const make = (): Policy =>
    Object.freeze({ actionSpace: space, reset() {}, selectAction: () => space.sample(0) });
  expect(checkPolicy(make, space as Space, { runs: 10 }).findings).toEqual([]);
});

function surface(space: DiscreteSpace) {
  return {
    contains: (value: unknown) => space.contains(value),
    sample: (seed: number) => space.sample(seed),
    fromJson: (json: never) => space.fromJson(json),
  };
}
