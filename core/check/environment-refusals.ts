// The laws of refusal: an action or a seed that there is not, and a step before the first reset, throw the error that
// says so and disturb nothing.
import fc from "fast-check";
import type { Environment } from "../src/environments/environment.ts";
import { type Answer, difference, showAnswer, showCalls } from "./answers.ts";
import { actions, isEnd, play, playing, reset, type Script, step } from "./environment-cases.ts";
import type { Trial } from "./laws.ts";
import { seeds } from "./policy-cases.ts";

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
  const all: readonly unknown[] = [...NEITHER, env.actionCount, Number.MAX_SAFE_INTEGER];
  const invalid = fc.constantFrom(...all);
  return {
    cases: fc.record({ seed: seeds(), actions: fc.array(actions(env), { maxLength: 8 }), invalid }),
    examples: all.map((invalid) => ({ seed: 0, actions: [], invalid })),
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
  const all: readonly unknown[] = [...NEITHER, 2 ** 53];
  return {
    cases: fc.record({ seed: fc.constantFrom(...all) }),
    examples: all.map((seed) => ({ seed })),
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
export function refused(calls: readonly Answer[], refusals: readonly Answer[], code: string): string | null {
  const wrong = refusals.find(({ threw }) => threw?.code !== code);
  if (wrong === undefined) return null;
  const until = showCalls(calls.slice(0, calls.indexOf(wrong) + 1));
  return `${until}: wanted a PolicyLedgerError with the code "${code}", got ${showAnswer(wrong)}`;
}
