// The law of frequencies: over many seeded episodes, what happens happens as often as the model says. The bound is
// so wide that a sound environment hardly ever breaks it, and the seed is fixed: what holds once holds always.
import type { Environment, Model, Step } from "../src/environments/environment.ts";
import { episodeSeed, stream } from "../src/random.ts";
import type { Answer } from "./answers.ts";
import { type Belief, type Event, eventOf, foresee, startBelief } from "./belief.ts";
import { isEnd, reset, step } from "./environment-cases.ts";
import { note, type Seen, type Tally } from "./report.ts";

/** How often something was seen, against the sum of the probabilities that the model gave it each time. */
interface Cell {
  readonly name: string;
  seen: number;
  expected: number;
  variance: number;
  chances: number;
}

const STEPS_PER_RUN = 200;

export function checkFrequencies(tally: Tally, make: () => Environment): void {
  const cells = new Map<string, Cell>();
  const episodes = watch(make(), tally, cells);
  let worst: Cell | null = null;
  for (const cell of cells.values()) if (worst === null || excess(cell) > excess(worst)) worst = cell;
  note(
    tally,
    "model_frequencies",
    "Let step draw with the weights of the table that model() publishes, and use each draw once",
    episodes,
    worst === null || excess(worst) < 1 ? null : report(worst, tally.seed, episodes),
  );
}

/**
 * Freedman's inequality: a sum of seen − expected with variance V reaches x with probability at most
 * 2·exp(−x²/2(V + x/3)). Here that is 2·e^−25 < 10^−10, for each of some thousand cells.
 */
function excess({ seen, expected, variance }: Cell): number {
  const x = seen > expected ? seen - expected : expected - seen;
  return (x * x) / (50 * (variance + x / 3 + 1));
}

function report({ name, seen, expected, chances }: Cell, seed: number, episodes: number): Seen {
  return {
    message:
      `${name}: seen ${seen} times in ${chances}, where the model expects about ${expected.toFixed(1)} ` +
      `(random actions, ${episodes} episodes, seeded by episodeSeed(${seed}, i) for i from 0)`,
    counterexample: { name, seen, expected, chances, episodes, seed },
  };
}

/** Plays random actions until there are steps enough; how many episodes that took. */
function watch(env: Environment, tally: Tally, cells: Map<string, Cell>): number {
  const forecaster = new Forecaster(env.model(), cells);
  const random = stream("explore", tally.seed);
  let episodes = 0;
  for (let steps = 0; steps < tally.runs * STEPS_PER_RUN; episodes++) {
    let answer = reset(env, episodeSeed(tally.seed, episodes));
    let event = forecaster.start().tell("", startOf(answer));
    steps += 1;
    for (let i = 1; event !== null && !isEnd(answer); i++) {
      const action = Math.floor(random() * env.actionCount);
      const forecast = forecaster.step(event.next, action, i === env.horizon);
      answer = step(env, action);
      event = answer.threw === null ? forecast.tell(event.name, eventOf(answer.copy as Step)) : null;
      steps += 1;
    }
  }
  return episodes;
}

function startOf({ copy, threw }: Answer): string {
  return threw === null ? `state ${(copy as Step).state}` : "";
}

/** An event, and what it has in common with others: pooled over everything else, small errors everywhere add up. */
interface Marked {
  readonly name: string;
  readonly probability: number;
  readonly next: Belief;
  readonly marks: readonly string[];
}

/** Remembers its forecasts: episodes go the same ways again and again. */
class Forecaster {
  readonly #model: Model;
  readonly #cells: Map<string, Cell>;
  readonly #starts: Forecast;
  readonly #steps = new Map<Belief, Map<number, Forecast>>();
  /** One belief for each state that is known for certain, however it came to be known. */
  readonly #certain = new Map<number, Belief>();

  constructor(model: Model, cells: Map<string, Cell>) {
    this.#model = model;
    this.#cells = cells;
    this.#starts = new Forecast("Reset", this.#startEvents(), cells);
  }

  start(): Forecast {
    return this.#starts;
  }

  step(belief: Belief, action: number, last: boolean): Forecast {
    let known = this.#steps.get(belief);
    if (known === undefined) {
      known = new Map();
      this.#steps.set(belief, known);
    }
    const key = 2 * action + (last ? 1 : 0);
    let forecast = known.get(key);
    if (forecast === undefined) {
      const events = [...foresee(this.#model, belief, action, last)].map(([name, event]) =>
        this.#mark(name, event, belief),
      );
      forecast = new Forecast(`Action ${action}`, events, this.#cells);
      known.set(key, forecast);
    }
    return forecast;
  }

  #startEvents(): Marked[] {
    const { start, observationOf } = this.#model;
    const probabilities = new Map<number, number>();
    for (const [i, state] of start.outcomes.entries()) {
      const code = observationOf[state]!;
      probabilities.set(code, (probabilities.get(code) ?? 0) + start.weights[i]! / start.total);
    }
    return [...probabilities].map(([code, probability]) => {
      const name = `state ${code}`;
      return { name, probability, next: this.#one(startBelief(this.#model, code)), marks: [name] };
    });
  }

  #mark(name: string, { reward, state, end, probability, next }: Event, belief: Belief): Marked {
    const [before] = belief.keys();
    const marks = [
      `${name}, on observation ${this.#model.observationOf[before!]}`,
      `reward ${reward}`,
      `state ${state}`,
      `the episode ${end === "goes on" ? end : `is ${end}`}`,
      `what has a probability of about ${probability.toFixed(1)}`,
    ];
    return { name, probability, next: this.#one(next), marks };
  }

  #one(belief: Belief): Belief {
    if (belief.size !== 1) return belief;
    const [state] = belief.keys();
    if (!this.#certain.has(state!)) this.#certain.set(state!, belief);
    return this.#certain.get(state!)!;
  }
}

type Shares = readonly (readonly [cell: Cell, probability: number])[];

/** What can be seen next, and the cells that count it. */
class Forecast {
  readonly #when: string;
  readonly #events: ReadonlyMap<string, Marked>;
  readonly #cells: Map<string, Cell>;
  /** By the event before: a draw that is used twice shows in what follows on what. */
  readonly #shares = new Map<
    string,
    { readonly all: Shares; readonly of: ReadonlyMap<string, readonly Cell[]> }
  >();

  constructor(when: string, events: readonly Marked[], cells: Map<string, Cell>) {
    this.#when = when;
    this.#events = new Map(events.map((event) => [event.name, event]));
    this.#cells = cells;
  }

  /** Counts what was seen; null where the model knows of no such thing. */
  tell(before: string, name: string): Marked | null {
    const event = this.#events.get(name);
    if (event === undefined) return null;
    let shares = this.#shares.get(before);
    if (shares === undefined) {
      shares = this.#share(before);
      this.#shares.set(before, shares);
    }
    for (const [cell, probability] of shares.all) {
      cell.chances += 1;
      cell.expected += probability;
      cell.variance += probability * (1 - probability);
    }
    for (const cell of shares.of.get(name)!) cell.seen += 1;
    return event;
  }

  #share(before: string) {
    const all = new Map<Cell, number>();
    const of = new Map<string, readonly Cell[]>();
    for (const { name, probability, marks } of this.#events.values()) {
      const following = before === "" ? [] : [`${name}, after ${before}`];
      const cells = [...marks, ...following].map((mark) => this.#cell(`${this.#when}: ${mark}`));
      for (const cell of cells) all.set(cell, (all.get(cell) ?? 0) + probability);
      of.set(name, cells);
    }
    return { all: [...all], of };
  }

  #cell(name: string): Cell {
    let cell = this.#cells.get(name);
    if (cell === undefined) {
      cell = { name, seen: 0, expected: 0, variance: 0, chances: 0 };
      this.#cells.set(name, cell);
    }
    return cell;
  }
}
