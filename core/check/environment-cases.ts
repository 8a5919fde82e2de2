// What an environment is put through: a seed and the actions after it, and whatever happened before that.
import fc, { type Arbitrary } from "fast-check";
import type { Environment, Step } from "../src/environments/environment.ts";
import { type Answer, ask } from "./answers.ts";
import { seeds } from "./policy-cases.ts";
import { show } from "./values.ts";

export interface Script {
  readonly seed: number;
  readonly actions: readonly number[];
}

/** A script, and what the environment did before. */
export interface Past {
  readonly before: readonly Script[];
  readonly script: Script;
}

const MAX_ACTIONS = 40;
const MAX_BEFORE = 3;

export function actions(env: Environment): Arbitrary<number> {
  return fc.nat(env.actionCount - 1);
}

/** Up to as many actions as an episode can have, within reason. */
export function scripts(env: Environment): Arbitrary<Script> {
  const maxLength = Math.min(env.horizon, MAX_ACTIONS);
  return fc.record({ seed: seeds(), actions: fc.array(actions(env), { maxLength, size: "max" }) });
}

export function pasts(env: Environment): Arbitrary<Past> {
  return fc.record({ before: fc.array(scripts(env), { maxLength: MAX_BEFORE }), script: scripts(env) });
}

/** Plays a script, answer by answer: the reset's, then each step's, as long as the episode goes on. */
export function* playing(env: Environment, { seed, actions }: Script): Generator<Answer> {
  let last = reset(env, seed);
  yield last;
  if (last.threw !== null) return;
  for (const action of actions) {
    last = step(env, action);
    yield last;
    if (!goesOn(last)) return;
  }
}

export function play(env: Environment, script: Script): Answer[] {
  return [...playing(env, script)];
}

/** Plays to the end, the actions over and over (0 where there are none); no further than one step beyond the horizon. */
export function playOut(env: Environment, { seed, actions }: Script): Answer[] {
  const repeated = Array.from({ length: env.horizon + 1 }, (_, i) => actions[i % actions.length] ?? 0);
  return play(env, { seed, actions: repeated });
}

export function reset(env: Environment, seed: unknown): Answer {
  return ask(
    () => `reset({seed: ${show(seed, 40)}})`,
    () => env.reset({ seed: seed as number }),
  );
}

export function step(env: Environment, action: unknown): Answer {
  return ask(
    () => `step(${show(action, 40)})`,
    () => env.step(action as number),
  );
}

/** Whether the answer says that the episode is over. */
export function isEnd({ copy }: Answer): boolean {
  const { terminated, truncated } = Object(copy) as Step;
  return terminated === true || truncated === true;
}

/** Whether a step's answer says that the episode is not over; one that does not say is not followed further. */
function goesOn({ copy }: Answer): boolean {
  const { terminated, truncated } = Object(copy) as Step;
  return terminated === false && truncated === false;
}
