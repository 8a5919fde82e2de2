// The laws of a model: that it is one, and that what episodes show can happen under it.
import type { Chance, Environment, Model, Outcome, Step } from "../src/environments/environment.ts";
import { type Answer, showCalls } from "./answers.ts";
import { type Belief, eventOf, foresee, startBelief } from "./belief.ts";
import { play, type Script, scripts } from "./environment-cases.ts";
import type { Trial } from "./laws.ts";
import { note, type Seen, type Tally } from "./report.ts";
import { show } from "./values.ts";

/** Whether every row of the model is a distribution over things that exist. */
export function checkModel(tally: Tally, make: () => Environment): boolean {
  const env = make();
  let rows = 0;
  let seen: Seen | null = null;
  try {
    for (const fault of faults(env, env.model())) {
      rows += 1;
      if (fault === null) continue;
      seen = fault;
      break;
    }
  } catch (error) {
    seen = { message: `After ${rows} rows the model threw ${show(error)}`, counterexample: null };
  }
  return note(
    tally,
    "model_shape",
    "Let every Chance have positive integer weights that sum to its total, and let every code stay below its count",
    rows,
    seen,
  );
}

/** What is wrong with each row, in order; null for a sound one. */
function* faults(env: Environment, model: Model): Generator<Seen | null> {
  yield counts(env, model);
  for (let state = 0; state < model.stateCount; state++) {
    const code = model.observationOf[state];
    yield isCode(code, env.stateCount)
      ? null
      : at("observationOf", [state], `is ${show(code)}, not a code below ${env.stateCount}`);
  }
  yield unsound("start", [], model.start, (state) => stateFault(model, state));
  for (let state = 0; state < model.stateCount; state++) {
    for (let action = 0; action < model.actionCount; action++) {
      yield unsound("outcomes", [state, action], model.outcomes(state, action), (outcome) =>
        outcomeFault(env, model, outcome),
      );
    }
  }
  for (let after = 0; after < model.afterCount; after++) {
    yield unsound("arrivals", [after], model.arrivals(after), (state) => stateFault(model, state));
    const reward = model.truncationReward(after);
    yield Number.isSafeInteger(reward)
      ? null
      : at("truncationReward", [after], `is ${show(reward)}, not an integer`);
  }
}

function counts(env: Environment, model: Model): Seen | null {
  for (const name of ["stateCount", "afterCount", "actionCount", "horizon"] as const) {
    const least = name === "afterCount" ? 0 : 1;
    if (!Number.isSafeInteger(model[name]) || model[name] < least) {
      return at(name, [], `is ${show(model[name])}, not a count`);
    }
  }
  for (const name of ["actionCount", "horizon"] as const) {
    if (model[name] !== env[name])
      return at(name, [], `is ${model[name]}, but the environment's is ${env[name]}`);
  }
  if (model.observationOf.length === model.stateCount) return null;
  return at("observationOf", [], `has ${model.observationOf.length} entries for ${model.stateCount} states`);
}

function unsound<T>(
  name: string,
  row: readonly number[],
  { total, weights, outcomes }: Chance<T>,
  outcomeFault: (outcome: T) => string | null,
): Seen | null {
  if (weights.length !== outcomes.length) {
    return at(name, row, `has ${weights.length} weights for ${outcomes.length} outcomes`);
  }
  const weight = weights.find((weight) => !Number.isSafeInteger(weight) || weight < 1);
  if (weight !== undefined) return at(name, row, `has the weight ${show(weight)}, not a positive integer`);
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  if (sum !== total || sum === 0)
    return at(name, row, `has the total ${show(total)}, but its weights sum to ${sum}`);
  for (const outcome of outcomes) {
    const fault = outcomeFault(outcome);
    if (fault !== null) return at(name, row, fault);
  }
  return null;
}

function stateFault(model: Model, state: number): string | null {
  return isCode(state, model.stateCount)
    ? null
    : `leads to ${show(state)}, not a state below ${model.stateCount}`;
}

function outcomeFault(
  env: Environment,
  model: Model,
  { reward, after, endObservation }: Outcome,
): string | null {
  if (!Number.isSafeInteger(reward)) return `has the reward ${show(reward)}, not an integer`;
  if (after !== null && !isCode(after, model.afterCount)) {
    return `leads to ${show(after)}, neither null nor an after-state below ${model.afterCount}`;
  }
  if (isCode(endObservation, env.stateCount)) return null;
  return `ends with the observation ${show(endObservation)}, not a code below ${env.stateCount}`;
}

function isCode(value: unknown, count: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < count;
}

function at(name: string, row: readonly number[], fault: string): Seen {
  const where = row.length === 0 ? name : `${name}(${row.join(", ")})`;
  return { message: `The model's ${where} ${fault}`, counterexample: { [name]: row } };
}

interface Shown {
  readonly model: Model;
  readonly script: Script;
  readonly answers: readonly Answer[];
}

/** Follows episodes through the model: each result must be possible after the ones before it. */
export function possibleTrial(make: () => Environment): Trial<Script, Shown> {
  return {
    cases: scripts(make()),
    look: (script) => {
      const env = make();
      return { model: env.model(), script, answers: play(env, script) };
    },
    laws: [
      {
        property: "model_possible",
        fix: "Let step sample the table that model() publishes; one of the two is out of date",
        broken: impossible,
      },
    ],
  };
}

function impossible({ model, script, answers }: Shown): string | null {
  let belief: Belief = new Map();
  for (const [i, { copy, threw }] of answers.entries()) {
    if (threw !== null || typeof copy !== "object" || copy === null) return null;
    const result = copy as Step;
    if (i === 0) {
      belief = startBelief(model, result.state);
      if (belief.size > 0) continue;
      return `${showCalls(answers.slice(0, 1))}: no state that the model can start in shows the observation ${show(result.state)}`;
    }
    const events = foresee(model, belief, script.actions[i - 1]!, i === model.horizon);
    const event = events.get(eventOf(result));
    if (event === undefined) {
      const possible = show([...events.keys()], 400);
      return `${showCalls(answers.slice(0, i + 1))}: the last step gave "${eventOf(result)}"; possible under the model: ${possible}`;
    }
    belief = event.next;
  }
  return null;
}
