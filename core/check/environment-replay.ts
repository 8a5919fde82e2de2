// The laws of replay and of refusal: the same seed and actions give the same everything, and a call that may not be
// made throws the error that says so and disturbs nothing.
import fc from "fast-check";
import type { Environment } from "../src/environments/environment.ts";
import { type Answer, difference, interleave, showAnswer, showCalls } from "./answers.ts";
import {
  actions,
  isEnd,
  type Past,
  pasts,
  play,
  playing,
  playOut,
  reset,
  type Script,
  scripts,
  step,
} from "./environment-cases.ts";
import type { Trial } from "./laws.ts";
import { seeds } from "./policy-cases.ts";

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

/** What is neither an action nor a seed, whatever the environment. */
const NEITHER = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "0", null, undefined, true, [0], {}] as const;

interface Refused {
  readonly calls: readonly Answer[];
  readonly refusals: readonly Answer[];
  readonly undisturbed: readonly Answer[];
  readonly disturbed: readonly Answer[];
}

/** An action that there is not, in the middle of an episode. */
export function invalidActionTrial(make: () => Environment): Trial<Script & { invalid: unknown }, Refused> {
  const env = make();
  const invalid = fc.constantFrom<unknown[]>(...NEITHER, env.actionCount, Number.MAX_SAFE_INTEGER);
  return {
    cases: fc.record({ seed: seeds(), actions: fc.array(actions(env), { maxLength: 8 }), invalid }),
    look: ({ seed, actions, invalid }) => {
      const env = make();
      const refusals: Answer[] = [];
      const calls: Answer[] = [];
      const disturbed: Answer[] = [];
      for (const answer of playing(env, { seed, actions })) {
        disturbed.push(answer);
        calls.push(answer);
        if (isEnd(answer) || answer.threw !== null) break;
        const refusal = step(env, invalid);
        refusals.push(refusal);
        calls.push(refusal);
      }
      return { calls, refusals, disturbed, undisturbed: play(make(), { seed, actions }) };
    },
    laws: [
      {
        property: "invalid_action",
        fix: 'Throw new PolicyLedgerError("invalid_action", …) for whatever is not an integer from 0 to actionCount − 1',
        broken: ({ calls, refusals }) => refused(calls, refusals, "invalid_action"),
      },
      {
        property: "invalid_action_undisturbing",
        fix: "Check the action before anything is changed, drawn or counted",
        broken: ({ undisturbed, disturbed, refusals }) =>
          refusals.every(({ threw }) => threw !== null)
            ? difference(undisturbed, disturbed, {
                a: "as written",
                b: `when ${refusals[0]?.call() ?? "an invalid step"} was tried after each call`,
              })
            : null,
      },
    ],
  };
}

/** A seed that is none. */
export function invalidSeedTrial(make: () => Environment): Trial<{ seed: unknown }, readonly Answer[]> {
  return {
    cases: fc.record({ seed: fc.constantFrom<unknown[]>(...NEITHER, 2 ** 53) }),
    look: ({ seed }) => [reset(make(), seed)],
    laws: [
      {
        property: "invalid_seed",
        fix: 'Throw new PolicyLedgerError("invalid_seed", …) for whatever is not an integer from 0 to 2^53 − 1',
        broken: (answers) => refused(answers, answers, "invalid_seed"),
      },
    ],
  };
}

/** A step before the first reset. */
export function notResetTrial(make: () => Environment): Trial<{ action: number }, readonly Answer[]> {
  return {
    cases: fc.record({ action: actions(make()) }),
    look: ({ action }) => [step(make(), action)],
    laws: [
      {
        property: "step_before_reset",
        fix: 'Throw new PolicyLedgerError("not_reset", …) from step until reset was called once',
        broken: (answers) => refused(answers, answers, "not_reset"),
      },
    ],
  };
}

/** Whether each of the refusals carries the code; otherwise the first that does not, with the calls up to it. */
function refused(calls: readonly Answer[], refusals: readonly Answer[], code: string): string | null {
  const wrong = refusals.find(({ threw }) => threw?.code !== code);
  if (wrong === undefined) return null;
  const until = showCalls(calls.slice(0, calls.indexOf(wrong) + 1));
  return `${until}: wanted a PolicyLedgerError with the code "${code}", got ${showAnswer(wrong)}`;
}
