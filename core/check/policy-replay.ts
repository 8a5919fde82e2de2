// The laws of replay: the same seed and observations give the same actions, whatever happened before or beside.
import type { Arbitrary } from "fast-check";
import type { Policy } from "../src/policies/policy.ts";
import { type Answer, difference, interleave, type Same } from "./answers.ts";
import type { Trial } from "./laws.ts";
import { emptily, type Past, pasts, plainly, play, playing, type Script, scripts } from "./policy-cases.ts";
import { alike } from "./values.ts";

interface Pair {
  readonly expected: readonly Answer[];
  readonly other: readonly Answer[];
  readonly same: Same;
}

/** Two instances, one after the other. The other laws compare with a fresh instance, so this one comes first. */
export function twoInstancesTrial<O>(
  make: () => Policy<O>,
  observations: Arbitrary<O>,
): Trial<Script<O>, Pair> {
  return {
    cases: scripts(observations),
    look: (script) => {
      const policy = make();
      return { expected: play(policy, script), other: play(make(), script), same: sameAction(policy) };
    },
    laws: [
      {
        property: "same_on_two_instances",
        fix: "Draw every random number from one stream that reset makes from its seed; no Math.random, no clock, nothing shared by instances",
        broken: (seen) => judge(seen, { a: "on one instance", b: "on another" }),
      },
    ],
  };
}

interface Replays {
  readonly same: Same;
  readonly fresh: readonly Answer[];
  readonly used: readonly Answer[];
  readonly usedAgain: readonly Answer[];
  readonly beside: readonly Answer[];
}

/** A used instance, and one that takes turns with another. */
export function pastTrial<O>(make: () => Policy<O>, observations: Arbitrary<O>): Trial<Past<O>, Replays> {
  return {
    cases: pasts(observations),
    look: ({ before, script }) => {
      const policy = make();
      const fresh = play(make(), script);
      for (const earlier of before) play(policy, earlier);
      const used = play(policy, script);
      const usedAgain = play(policy, script);
      const neighbour = before[0] ?? script;
      const beside = interleave(playing(make(), script), playing(make(), neighbour));
      return { same: sameAction(policy), fresh, used, usedAgain, beside };
    },
    laws: [
      {
        property: "same_after_reset",
        fix: "Let reset put back everything that a choice depends on: the random stream, counters, exploration rates, memories",
        broken: ({ same, fresh, used, usedAgain }) => {
          const words = { a: "on a new instance", b: "on one that was used before" };
          return (
            judge({ expected: fresh, other: used, same }, words) ??
            judge({ expected: fresh, other: usedAgain, same }, words)
          );
        },
      },
      {
        property: "instances_apart",
        fix: "Keep all state in the instance: no module-level or static stream, counter or cache that instances share",
        broken: ({ same, fresh, beside }) =>
          judge(
            { expected: fresh, other: beside, same },
            { a: "on an instance alone", b: "on one that took turns with another" },
          ),
      },
    ],
  };
}

interface Asked {
  readonly same: Same;
  readonly fully: readonly Answer[];
  readonly plainly: readonly Answer[];
  readonly emptily: readonly Answer[];
}

/** Asking without `explore` is asking with `explore: true`. */
export function defaultTrial<O>(make: () => Policy<O>, observations: Arbitrary<O>): Trial<Script<O>, Asked> {
  return {
    cases: scripts(observations).map(({ seed, choices }) => ({
      seed,
      choices: choices.map(({ observation }) => ({ observation, explore: true })),
    })),
    look: (script) => {
      const policy = make();
      return {
        same: sameAction(policy),
        fully: play(policy, script),
        plainly: play(make(), script, plainly),
        emptily: play(make(), script, emptily),
      };
    },
    laws: [
      {
        property: "explore_by_default",
        fix: "Write `selectAction(observation, { explore = true } = {})`: who says nothing explores",
        broken: ({ same, fully, plainly, emptily }) =>
          judge({ expected: fully, other: plainly, same }, { a: "as written", b: "without options" }) ??
          judge({ expected: fully, other: emptily, same }, { a: "as written", b: "with the options {}" }),
      },
    ],
  };
}

function judge({ expected, other, same }: Pair, where: { a: string; b: string }): string | null {
  return difference(expected, other, where, same);
}

/** Members of the action space are compared as the space compares them, anything else by what it holds. */
function sameAction(policy: Policy<never>): Same {
  const space = policy.actionSpace;
  return (a, b) => (space.contains(a) && space.contains(b) ? space.same(a, b) : alike(a, b));
}
