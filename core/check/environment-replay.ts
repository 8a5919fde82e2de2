// The laws of replay: the same seed and actions give the same everything, whatever happened before or beside; and
// an episode ends, and stays ended.
import type { Environment } from "../src/environments/environment.ts";
import { type Answer, difference, interleave, showCalls } from "./answers.ts";
import {
  isEnd,
  type Past,
  pasts,
  play,
  playing,
  playOut,
  type Script,
  scripts,
  step,
} from "./environment-cases.ts";
import { refused } from "./environment-refusals.ts";
import type { Trial } from "./laws.ts";

interface Pair {
  readonly one: readonly Answer[];
  readonly other: readonly Answer[];
}

/** Two instances, one after the other. The other laws compare with a fresh instance, so this one comes first. */
export function twoInstancesTrial(make: () => Environment): Trial<Script, Pair> {
  return {
    cases: scripts(make()),
    look: (script) => ({ one: play(make(), script), other: play(make(), script) }),
    laws: [
      {
        property: "same_on_two_instances",
        fix: "Draw every random number from one stream that reset makes from its seed; no Math.random, no clock, nothing shared by instances",
        broken: ({ one, other }) => difference(one, other, { a: "on one instance", b: "on another" }),
      },
    ],
  };
}

interface Replays {
  readonly fresh: readonly Answer[];
  readonly used: readonly Answer[];
  readonly usedAgain: readonly Answer[];
  readonly beside: readonly Answer[];
}

/** A used instance, and one that takes turns with another. */
export function pastTrial(make: () => Environment): Trial<Past, Replays> {
  return {
    cases: pasts(make()),
    look: ({ before, script }) => {
      const fresh = play(make(), script);
      const env = make();
      for (const earlier of before) play(env, earlier);
      const used = play(env, script);
      const usedAgain = play(env, script);
      const beside = interleave(playing(make(), script), playing(make(), before[0] ?? script));
      return { fresh, used, usedAgain, beside };
    },
    laws: [
      {
        property: "same_after_history",
        fix: "Let reset put back everything that a step depends on: the random stream, the hidden state, every counter",
        broken: ({ fresh, used, usedAgain }) => {
          const where = { a: "on a new instance", b: "on one that was used before" };
          return difference(fresh, used, where) ?? difference(fresh, usedAgain, where);
        },
      },
      {
        property: "instances_apart",
        fix: "Keep all state in the instance: no module-level or static stream, counter or state that instances share",
        broken: ({ fresh, beside }) =>
          difference(fresh, beside, { a: "on an instance alone", b: "on one that took turns with another" }),
      },
    ],
  };
}

interface Ended {
  readonly env: Environment;
  readonly answers: readonly Answer[];
  /** One step too many, twice; null where the episode did not end. */
  readonly beyond: readonly Answer[] | null;
  readonly next: readonly Answer[];
  readonly nextAlone: readonly Answer[];
}

/** An episode to its end, a step beyond it, and the episode after that. */
export function endTrial(make: () => Environment): Trial<Script, Ended> {
  return {
    cases: scripts(make()),
    look: (script) => {
      const [env, other] = [make(), make()];
      const answers = playOut(env, script);
      const ended = isEnd(answers.at(-1)!);
      const beyond = ended ? [step(env, 0), step(env, 0)] : null;
      playOut(other, script);
      return { env, answers, beyond, next: play(env, script), nextAlone: play(other, script) };
    },
    laws: [
      {
        property: "ends_by_horizon",
        fix: "Set `truncated` in step number `horizon` if the episode has not terminated by then",
        broken: ({ env, answers }) => {
          const steps = answers.length - 1;
          if (steps <= env.horizon) return null;
          return `${showCalls(answers)}: the episode has a step number ${steps}; the horizon is ${env.horizon}`;
        },
      },
      {
        property: "step_after_end",
        fix: 'Throw new PolicyLedgerError("episode_over", …) from every step after the end, until the next reset',
        broken: ({ answers, beyond }) =>
          refused([...answers, ...(beyond ?? [])], beyond ?? [], "episode_over"),
      },
      {
        property: "end_undisturbed",
        fix: "Refuse a step after the end before anything is changed or drawn",
        broken: ({ beyond, next, nextAlone }) =>
          beyond === null
            ? null
            : difference(nextAlone, next, {
                a: "in the next episode",
                b: "in the next episode when a step after the end was tried before it",
              }),
      },
    ],
  };
}
