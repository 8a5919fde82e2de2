// The laws of an environment's shape: what it must have, that every instance is its own, and that codes stand one to
// one for observations and actions.
import type { Environment } from "../src/environments/environment.ts";
import type { Json } from "../src/json.ts";
import { ask, showAnswer } from "./answers.ts";
import { playOut } from "./environment-cases.ts";
import { note, type Seen, type Tally } from "./report.ts";
import { alike, asJson, copy, isRecord, show } from "./values.ts";

/** Whether the environment has the shape that everything after this relies on. */
export function checkShape(tally: Tally, make: () => Environment): boolean {
  const made = [ask(() => "make()", make), ask(() => "make()", make)] as const;
  const failed = made.find((answer) => answer.threw !== null);
  const missing = failed === undefined ? missingPart(made[0].value) : `make() gave ${showAnswer(failed)}`;
  if (
    !note(
      tally,
      "environment_shape",
      "Give the checker a function that makes an environment, with every member that `Environment` names",
      1,
      missing === null ? null : { message: missing, counterexample: null },
    )
  ) {
    return false;
  }
  note(
    tally,
    "fresh_instance",
    "Make a new environment in every call: `() => new MyEnvironment()`, not `() => env`",
    1,
    made[0].value === made[1].value
      ? { message: "make() gave the same object twice", counterexample: null }
      : null,
  );
  return made[0].value !== made[1].value;
}

function missingPart(env: unknown): string | null {
  try {
    return parts(env);
  } catch (error) {
    return `Reading the environment's members threw ${show(error)}`;
  }
}

function parts(env: unknown): string | null {
  if (typeof env !== "object" || env === null) return `make() gave ${show(env)}, which is no environment`;
  const { id, config, observations, stateCount, ...rest } = namedParts(env as Environment);
  if (typeof id !== "string" || id === "") return `\`id\` is ${show(id)}, not a name`;
  if (!isRecord(config)) return `\`config\` is ${show(config)}, not an object`;
  for (const [name, count] of Object.entries({ stateCount, ...rest })) {
    if (!Number.isSafeInteger(count) || count < 1)
      return `\`${name}\` is ${show(count)}, not a positive integer`;
  }
  if (!Array.isArray(observations) || observations.length !== stateCount) {
    return `\`observations\` is not an array of ${stateCount}, one for each state`;
  }
  for (const name of ["observationSpace", "actionSpace"] as const) {
    const space: unknown = (env as Environment)[name];
    const whole = SPACE_METHODS.every((method) => typeof Object(space)[method] === "function");
    if (!whole) return `\`${name}\` is ${show(space)}, not a space`;
  }
  const method = (["reset", "step", "model"] as const).find(
    (name) => typeof Reflect.get(env, name) !== "function",
  );
  return method === undefined ? null : `there is no method ${method}`;
}

function namedParts(env: Environment) {
  const { id, config, observations, stateCount, actionCount, horizon } = env;
  return { id, config, observations, stateCount, actionCount, horizon };
}

const SPACE_METHODS = ["contains", "sample", "describe"] as const;

export function checkCodes(tally: Tally, make: () => Environment): void {
  const env = make();
  note(
    tally,
    "observation_codes",
    "List in `observations` every member of the observation space that occurs, each once: its index is its code",
    env.stateCount,
    misplacedObservation(env),
  );
  note(
    tally,
    "action_codes",
    "Declare as `actionSpace` the integers from 0 to actionCount − 1",
    env.actionCount + 2,
    misplacedAction(env),
  );
}

function misplacedObservation({ observations, observationSpace }: Environment): Seen | null {
  const codes = new Map<string, number>();
  for (const [code, observation] of observations.entries()) {
    if (!observationSpace.contains(observation)) {
      const message = `observations[${code}] is ${show(observation)}, which is not in the observation space`;
      return { message, counterexample: code };
    }
    const key = Object.keys(observation)
      .sort()
      .map((name) => `${name}=${observation[name]}`)
      .join();
    const earlier = codes.get(key);
    if (earlier !== undefined) {
      const message = `observations[${earlier}] and observations[${code}] are the same: ${show(observation)}`;
      return { message, counterexample: [earlier, code] };
    }
    codes.set(key, code);
  }
  return null;
}

function misplacedAction({ actionCount, actionSpace }: Environment): Seen | null {
  for (let action = -1; action <= actionCount; action++) {
    const wanted = action >= 0 && action < actionCount;
    if (actionSpace.contains(action) === wanted) continue;
    const message = `There are ${actionCount} actions, but ${action} ${wanted ? "is not" : "is"} in the action space ${show(actionSpace.describe())}`;
    return { message, counterexample: action };
  }
  return null;
}

/** All that an environment says of itself, as it was at this moment. */
export function portrait(env: Environment): Readonly<Record<string, Json>> {
  const spaces = {
    observationSpace: env.observationSpace.describe(),
    actionSpace: env.actionSpace.describe(),
  };
  return copy({ ...namedParts(env), ...spaces }) as unknown as Readonly<Record<string, Json>>;
}

/** What the first instance said of itself before everything else, against what it and a new one say now. */
export function checkStable(
  tally: Tally,
  make: () => Environment,
  first: { readonly env: Environment; readonly said: ReturnType<typeof portrait> },
): void {
  playOut(first.env, {
    seed: 0,
    actions: Array.from({ length: first.env.actionCount }, (_, action) => action),
  });
  const seen = [first.env, make()].map((env) => changed(first.said, portrait(env)));
  note(
    tally,
    "environment_stable",
    "Fix id, config, spaces, counts and observations when the environment is made, alike for every instance",
    seen.length,
    seen.find((one) => one !== null) ?? null,
  );
}

function changed(before: ReturnType<typeof portrait>, now: ReturnType<typeof portrait>): Seen | null {
  const name = Object.keys(before).find((name) => !alike(before[name], now[name]));
  if (name === undefined) return null;
  return {
    message: `\`${name}\` was ${show(before[name])} at first and is ${show(now[name])} after some episodes`,
    counterexample: { name, before: asJson(before[name]), now: asJson(now[name]) },
  };
}
