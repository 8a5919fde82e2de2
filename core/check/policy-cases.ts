// What a policy is put through: a seed and the observations after it, and whatever it was asked before that.
import fc, { type Arbitrary } from "fast-check";
import type { Policy } from "../src/policies/policy.ts";
import { type Answer, ask } from "./answers.ts";
import { copy, show } from "./values.ts";

interface Choice<O> {
  readonly observation: O;
  readonly explore: boolean;
}

/** One reset and the choices after it. */
export interface Script<O> {
  readonly seed: number;
  readonly choices: readonly Choice<O>[];
}

/** A script, and what the policy did before. */
export interface Past<O> {
  readonly before: readonly Script<O>[];
  readonly script: Script<O>;
}

const MAX_CHOICES = 10;
const MAX_BEFORE = 3;

export function seeds(): Arbitrary<number> {
  return fc.oneof({ withCrossShrink: true }, { weight: 3, arbitrary: fc.nat(20) }, fc.maxSafeNat());
}

export function scripts<O>(observations: Arbitrary<O>): Arbitrary<Script<O>> {
  return fc.record({ seed: seeds(), choices: choices(observations) });
}

function choices<O>(observations: Arbitrary<O>): Arbitrary<Choice<O>[]> {
  // Shrinks to exploring, which is what a caller gets who says nothing.
  const explore = fc.constantFrom(true, false);
  return fc.array(fc.record({ observation: observations, explore }), { maxLength: MAX_CHOICES });
}

/** A past of which some episodes saw the same observations: what a policy remembers shows best on those. */
export function pasts<O>(observations: Arbitrary<O>): Arbitrary<Past<O>> {
  const before = fc.array(
    fc.record({ seed: seeds(), choices: fc.option(choices(observations), { freq: 2 }) }),
    { maxLength: MAX_BEFORE },
  );
  return fc.record({ before, script: scripts(observations) }).map(({ before, script }) => ({
    before: before.map(({ seed, choices }) => ({ seed, choices: choices ?? script.choices })),
    script,
  }));
}

/** How a policy is asked for an action. */
export type Asking = (policy: Policy, observation: unknown, explore: boolean) => Answer;

/** Plays a script, answer by answer: first the reset's, then each choice's. It stops where the policy throws. */
export function* playing<O>(policy: Policy<O>, script: Script<O>, asking: Asking = fully): Generator<Answer> {
  const start = ask(
    () => `reset({seed: ${script.seed}})`,
    () => policy.reset({ seed: script.seed }),
  );
  yield start;
  if (start.threw !== null) return;
  for (const { observation, explore } of script.choices) {
    // A copy: a policy that changes what it is given must not change the case.
    const answer = asking(policy as Policy, copy(observation), explore);
    yield answer;
    if (answer.threw !== null) return;
  }
}

export function play<O>(policy: Policy<O>, script: Script<O>, asking: Asking = fully): Answer[] {
  return [...playing(policy, script, asking)];
}

const fully: Asking = (policy, observation, explore) =>
  choose(observation, `, {explore: ${explore}}`, () => policy.selectAction(observation, { explore }));

/** Asks without options, and with options that say nothing of exploring. */
export const plainly: Asking = (policy, observation) =>
  choose(observation, "", () => policy.selectAction(observation));
export const emptily: Asking = (policy, observation) =>
  choose(observation, ", {}", () => policy.selectAction(observation, {}));

function choose(observation: unknown, options: string, f: () => unknown): Answer {
  const argument = { value: observation, copy: copy(observation) };
  return ask(() => `selectAction(${show(argument.copy)}${options})`, f, argument);
}
