// The laws of one episode of a policy: it answers, at once, with a member of its action space, and leaves alone
// what it was given, what it gave, and the space.
import type { Arbitrary } from "fast-check";
import type { Json } from "../src/json.ts";
import type { Policy } from "../src/policies/policy.ts";
import type { Space } from "../src/spaces/space.ts";
import { type Answer, showAnswer, showCalls } from "./answers.ts";
import type { Law, Trial } from "./laws.ts";
import { playing, type Script, scripts } from "./policy-cases.ts";
import { alike, copy, isThenable, show } from "./values.ts";

/** One call, and what could be seen right after it. */
interface Moment {
  readonly answer: Answer;
  readonly observation: unknown;
  readonly space: Space;
  readonly description: Json;
}

interface Seen {
  readonly firstSpace: Space;
  readonly firstDescription: Json;
  readonly moments: readonly Moment[];
}

export function episodeTrial<O>(make: () => Policy<O>, observations: Arbitrary<O>): Trial<Script<O>, Seen> {
  const firstDescription = copy(make().actionSpace.describe());
  return {
    cases: scripts(observations),
    look: (script) => {
      const policy = make();
      const firstSpace = policy.actionSpace;
      const moments: Moment[] = [];
      const watch = (answer: Answer) => {
        const space = policy.actionSpace;
        const observation = copy(answer.argument?.value);
        moments.push({ answer, observation, space, description: copy(space.describe()) });
      };
      for (const answer of playing(policy, script)) watch(answer);
      // What was kept may be changed by the next reset as well.
      for (const answer of playing(policy, { ...script, choices: [] })) watch(answer);
      return { firstSpace, firstDescription, moments };
    },
    laws: [
      ANSWERS,
      SYNCHRONOUS,
      GIVEN,
      IN_SPACE,
      LEFT_ALONE,
      UNCHANGED,
      NOT_KEPT,
      SAME_OBJECT,
      SAME_DESCRIPTION,
    ],
  };
}

/** The first moment that the law is broken in, as a sentence; the calls up to it go before. */
function firstBroken(seen: Seen, broken: (moment: Moment, i: number) => string | null): string | null {
  for (const [i, moment] of seen.moments.entries()) {
    const message = broken(moment, i);
    if (message !== null)
      return `${showCalls(seen.moments.slice(0, i + 1).map((m) => m.answer))}: ${message}`;
  }
  return null;
}

const ANSWERS: Law<Seen> = {
  property: "answers",
  fix: "Give every seed and every member of the observation space an answer; where the policy knows nothing, a default action",
  broken: (seen) =>
    firstBroken(seen, ({ answer }) =>
      answer.threw === null ? null : `it threw ${show(answer.threw.error)}`,
    ),
};

const SYNCHRONOUS: Law<Seen> = {
  property: "synchronous",
  fix: "Return the action itself: load and compute before the first reset, and make neither reset nor selectAction async",
  broken: (seen) =>
    firstBroken(seen, ({ answer }) =>
      isThenable(answer.value) ? "it returned a promise, not a value" : null,
    ),
};

const GIVEN: Law<Seen> = {
  property: "action_given",
  fix: "Return an action on every path through selectAction; is a `return` missing, or an entry for this observation?",
  broken: (seen) =>
    firstBroken(seen, ({ answer }) =>
      isChoice(answer) && answer.value === undefined ? "it returned undefined" : null,
    ),
};

const IN_SPACE: Law<Seen> = {
  property: "action_in_space",
  fix: "Return only members of `actionSpace`, or declare the space that the actions do come from",
  broken: (seen) =>
    firstBroken(seen, ({ answer, space, description }) => {
      if (!isChoice(answer) || answer.value === undefined || isThenable(answer.value)) return null;
      if (space.contains(answer.copy)) return null;
      return `the action is ${showAnswer(answer)}, which is not in the space ${show(description)}`;
    }),
};

const LEFT_ALONE: Law<Seen> = {
  property: "action_left_alone",
  fix: "Return a new action every time; do not write to one that was handed out before",
  broken: (seen) =>
    firstBroken(seen, ({ answer: { value, copy, threw } }, i) => {
      if (threw !== null || alike(copy, value)) return null;
      return `the action was ${show(copy)} when it was returned, and was ${show(value)} after ${later(seen, i)}`;
    }),
};

const UNCHANGED: Law<Seen> = {
  property: "observation_unchanged",
  fix: "Do not write to the observation; take a copy and work on that",
  broken: (seen) =>
    firstBroken(seen, ({ answer: { argument }, observation }) => {
      if (argument === null || alike(argument.copy, observation)) return null;
      return `the observation was ${show(argument.copy)} before the call and ${show(observation)} after it`;
    }),
};

const NOT_KEPT: Law<Seen> = {
  property: "observation_not_kept",
  fix: "Do not keep the observation to write to it later; keep a copy",
  broken: (seen) =>
    firstBroken(seen, ({ answer: { argument }, observation }, i) => {
      if (argument === null || alike(observation, argument.value)) return null;
      return `the observation was ${show(observation)} after the call, and ${show(argument.value)} after ${later(seen, i)}`;
    }),
};

const SAME_OBJECT: Law<Seen> = {
  property: "space_same_object",
  fix: "Build the space once, in the constructor, and give that object every time",
  broken: (seen) =>
    firstBroken(seen, ({ space }) =>
      space === seen.firstSpace ? null : "`actionSpace` is not the object that it was before",
    ),
};

const SAME_DESCRIPTION: Law<Seen> = {
  property: "space_same_description",
  fix: "Fix the space when the policy is made, alike for every instance; nothing that the policy meets may change it",
  broken: (seen) =>
    firstBroken(seen, ({ description }) => {
      if (alike(description, seen.firstDescription)) return null;
      return `\`actionSpace\` was ${show(seen.firstDescription)} on a new instance and is ${show(description)} now`;
    }),
};

function isChoice(answer: Answer): boolean {
  return answer.argument !== null && answer.threw === null;
}

function later(seen: Seen, i: number): string {
  return showCalls(seen.moments.slice(i + 1).map((moment) => moment.answer));
}
