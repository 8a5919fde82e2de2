// The laws of what an environment hands out: results of the right shape and types, members of their spaces, codes
// and observations that belong together, and nothing that is changed or shared afterwards.
import type { Environment, Step } from "../src/environments/environment.ts";
import { type Answer, difference, showAnswer, showCalls } from "./answers.ts";
import { play, playing, reset, type Script, scripts } from "./environment-cases.ts";
import type { Law, Trial } from "./laws.ts";
import { tamper } from "./tamper.ts";
import { alike, isRecord, isThenable, show } from "./values.ts";

interface Seen {
  readonly env: Environment;
  /** The reset's answer, each step's, and that of one more reset. */
  readonly answers: readonly Answer[];
}

export function resultsTrial(make: () => Environment): Trial<Script, Seen> {
  return {
    cases: scripts(make()),
    look: (script) => {
      const env = make();
      const answers = play(env, script);
      return { env, answers: [...answers, reset(env, script.seed)] };
    },
    laws: [ANSWERS, SYNCHRONOUS, RESET, STEP, REWARD, IN_SPACE, STATE, ONE_END, LEFT_ALONE],
  };
}

/** The first answer that breaks the law, as a sentence; the calls up to it go before. */
function firstBroken(
  { answers }: Seen,
  broken: (answer: Answer, result: Step, i: number) => string | null,
): string | null {
  for (const [i, answer] of answers.entries()) {
    // A field may be missing or of any type, whatever the type says: each law looks before it judges.
    const result = (typeof answer.copy === "object" && answer.copy !== null ? answer.copy : {}) as Step;
    const message = broken(answer, result, i);
    if (message !== null) return `${showCalls(answers.slice(0, i + 1))}: ${message}`;
  }
  return null;
}

const ANSWERS: Law<Seen> = {
  property: "answers",
  fix: "Let reset take every seed from 0 to 2^53 − 1, and step every action of the space until the episode ends",
  broken: (seen) =>
    firstBroken(seen, ({ threw }) => (threw === null ? null : `it threw ${show(threw.error)}`)),
};

const SYNCHRONOUS: Law<Seen> = {
  property: "synchronous",
  fix: "Return the result itself; neither reset nor step may be async",
  broken: (seen) =>
    firstBroken(seen, ({ value }) => (isThenable(value) ? "it returned a promise, not a result" : null)),
};

const RESET: Law<Seen> = {
  property: "reset_result",
  fix: "Return { observation, state, info } from reset: an object, a number, and an object",
  broken: (seen) =>
    firstBroken(seen, (answer, _, i) => (isReset(seen, i) ? missing(answer, RESET_FIELDS) : null)),
};

const STEP: Law<Seen> = {
  property: "step_result",
  fix: "Return { observation, state, reward, terminated, truncated, info } from step, the two ends as booleans",
  broken: (seen) =>
    firstBroken(seen, (answer, _, i) => (isReset(seen, i) ? null : missing(answer, STEP_FIELDS))),
};

const REWARD: Law<Seen> = {
  property: "reward_integer",
  fix: "Count rewards in a unit so small that all are integers (tenths, say), so that sums are exact",
  broken: (seen) =>
    firstBroken(seen, (_, { reward }) => {
      if (typeof reward !== "number" || Number.isSafeInteger(reward)) return null;
      return `the reward is ${show(reward)}, not an integer that a double holds exactly`;
    }),
};

const IN_SPACE: Law<Seen> = {
  property: "observation_in_space",
  fix: "Return members of `observationSpace`, or declare the space that the observations do come from",
  broken: (seen) =>
    firstBroken(seen, (_, { observation }) => {
      if (!isRecord(observation) || seen.env.observationSpace.contains(observation)) return null;
      return `the observation ${show(observation)} is not in the space ${show(seen.env.observationSpace.describe())}`;
    }),
};

const STATE: Law<Seen> = {
  property: "state_code",
  fix: "Return as `state` the index of the observation in `observations`, from 0 to stateCount − 1",
  broken: (seen) =>
    firstBroken(seen, (_, { state, observation }) => {
      if (typeof state !== "number" || !isRecord(observation)) return null;
      const { stateCount, observations } = seen.env;
      if (!Number.isInteger(state) || state < 0 || state >= stateCount) {
        return `the state is ${show(state)}, not an integer from 0 to ${stateCount - 1}`;
      }
      if (alike(observations[state], observation)) return null;
      return `the state is ${state}, which is ${show(observations[state])}, but the observation is ${show(observation)}`;
    }),
};

const ONE_END: Law<Seen> = {
  property: "one_end",
  fix: "Set `truncated` only where the horizon cuts an episode off that has not terminated in the same step",
  broken: (seen) =>
    firstBroken(seen, (_, { terminated, truncated }) =>
      terminated === true && truncated === true ? "the episode is both terminated and truncated" : null,
    ),
};

const LEFT_ALONE: Law<Seen> = {
  property: "result_left_alone",
  fix: "Return a new result every time; do not write to one that was handed out before",
  broken: (seen) =>
    firstBroken(seen, ({ value, copy }, _, i) => {
      if (alike(value, copy)) return null;
      const later = showCalls(seen.answers.slice(i + 1));
      return `the result was ${show(copy)} when it was returned, and was ${show(value)} after ${later}`;
    }),
};

const RESET_FIELDS = { observation: "object", state: "number", info: "object" } as const;
const STEP_FIELDS = {
  ...RESET_FIELDS,
  reward: "number",
  terminated: "boolean",
  truncated: "boolean",
} as const;

function missing(
  answer: Answer,
  fields: Readonly<Record<string, "object" | "number" | "boolean">>,
): string | null {
  if (answer.threw !== null || isThenable(answer.value)) return null;
  if (typeof answer.copy !== "object" || answer.copy === null) return `the result is ${showAnswer(answer)}`;
  for (const [name, type] of Object.entries(fields)) {
    const value: unknown = Reflect.get(answer.copy, name);
    if (type === "object" ? !isRecord(value) : typeof value !== type) {
      return `\`${name}\` is ${show(value)}, not ${type === "object" ? "an object" : `a ${type}`}`;
    }
  }
  return null;
}

function isReset(seen: Seen, i: number): boolean {
  return i === 0 || i === seen.answers.length - 1;
}

interface Shared {
  readonly alone: readonly Answer[];
  readonly tampered: readonly Answer[];
  readonly afterwards: readonly Answer[];
}

/** Writes over all that is handed out, and looks whether the environment notices. */
export function sharingTrial(make: () => Environment): Trial<Script, Shared> {
  return {
    cases: scripts(make()),
    look: (script) => {
      const alone = play(make(), script);
      const env = make();
      const tampered: Answer[] = [];
      const undo: (() => void)[] = [];
      for (const answer of playing(env, script)) {
        tampered.push(answer);
        undo.push(tamper(answer.value));
      }
      const afterwards = play(env, script);
      // What was handed out may belong to every instance: put it back before anybody else looks.
      for (const back of undo.reverse()) back();
      return { alone, tampered, afterwards };
    },
    laws: [
      {
        property: "result_not_shared",
        fix: "Hand out frozen objects or copies: writing to a result must not reach what the environment works with",
        broken: ({ alone, tampered, afterwards }) => {
          const where = { a: "untouched", b: "when the caller had written to the results before it" };
          return difference(alone, tampered, where) ?? difference(alone, afterwards, where);
        },
      },
    ],
  };
}
