// The engine of every environment: it samples a finite model. Reset draws `horizon` numbers, one for the start and
// one for each later arrival, so that what comes from outside is fixed before the first action; each step draws
// one more, for the outcome of its action.
import { EpisodeRandom } from "../alea.ts";
import { PolicyLedgerError, quote, refuseFaults } from "../error.ts";
import { deepFreeze } from "../freeze.ts";
import type { JsonObject } from "../json.ts";
import { requireSeed } from "../random.ts";
import { DictSpace, DiscreteSpace } from "../spaces/index.ts";
import type { Space } from "../spaces/space.ts";
import type { Environment, Model, Observation, Reset, Step } from "./environment.ts";
import { type EnvironmentKind, type Field, isIndex } from "./kind.ts";
import { ModelFaults } from "./model-faults.ts";
import { layOut, type Tables } from "./tables.ts";

/** All that environments of one kind and configuration share; building it costs far more than an episode. */
export interface Blueprint {
  readonly kind: EnvironmentKind;
  readonly config: JsonObject;
  readonly model: Model;
  readonly tables: Tables;
  readonly observations: readonly Observation[];
  readonly observationSpace: Space<Observation>;
  readonly actionSpace: Space<number>;
}

/** An environment of a kind that need not be registered: for trying out one's own. */
export function environmentOf<Config extends JsonObject>(
  kind: EnvironmentKind<Config>,
  config: Config,
): Environment {
  return new FiniteEnvironment(blueprint(kind, config));
}

export function blueprint<Config extends JsonObject>(
  kind: EnvironmentKind<Config>,
  config: Config,
): Blueprint {
  const known = kind as unknown as EnvironmentKind;
  const faults = new ModelFaults();
  faults.kind(known);
  refuseFaults("invalid_environment", "Cannot make an environment", faults.list);
  const model = kind.model(config);
  const tables = layOut(known, model);
  return {
    kind: known,
    config: deepFreeze(config),
    model: frozen(model),
    tables,
    observations: observationsOf(kind.fields),
    observationSpace: new DictSpace(
      Object.fromEntries(kind.fields.map(({ name, size }) => [name, new DiscreteSpace(size)])),
    ) as Space<Observation>,
    actionSpace: new DiscreteSpace(kind.actions.length),
  };
}

/** Environments share their model and hand it out, so nobody may change it. */
function frozen(model: Model): Model {
  for (let state = 0; state < model.stateCount; state++) {
    for (let action = 0; action < model.actionCount; action++) deepFreeze(model.outcomes(state, action));
  }
  for (let after = 0; after < model.afterCount; after++) deepFreeze(model.arrivals(after));
  return deepFreeze(model);
}

function observationsOf(fields: readonly Field[]): readonly Observation[] {
  let rows: Observation[] = [{}];
  for (const { name, size } of fields) {
    rows = rows.flatMap((row) => Array.from({ length: size }, (_, value) => ({ ...row, [name]: value })));
  }
  return deepFreeze(rows);
}

const NO_INFO: JsonObject = Object.freeze({});
const NEVER_RESET = -2;
const ENDED = -1;

export class FiniteEnvironment implements Environment {
  readonly id: string;
  readonly config: JsonObject;
  readonly observationSpace: Space<Observation>;
  readonly actionSpace: Space<number>;
  readonly actionCount: number;
  readonly stateCount: number;
  readonly horizon: number;
  readonly observations: readonly Observation[];
  private readonly built: Blueprint;
  private readonly tables: Tables;
  private readonly arrivals: Float64Array;
  private readonly random = new EpisodeRandom();
  /** The Markov state; negative when there is none to step from. */
  private state = NEVER_RESET;
  private steps = 0;

  constructor(built: Blueprint) {
    this.id = built.kind.id;
    this.config = built.config;
    this.observationSpace = built.observationSpace;
    this.actionSpace = built.actionSpace;
    this.actionCount = built.kind.actions.length;
    this.stateCount = built.observations.length;
    this.horizon = built.model.horizon;
    this.observations = built.observations;
    this.built = built;
    this.tables = built.tables;
    this.arrivals = new Float64Array(this.horizon);
  }

  reset(options: { readonly seed: number; readonly options?: JsonObject }): Reset {
    const seed = requireSeed(options?.seed, this.id);
    if (options.options !== undefined) refuseOptions(options.options, this.id);
    const { start, observationOf } = this.tables;
    this.random.seed(String(seed));
    for (let i = 0; i < this.horizon; i++) this.arrivals[i] = this.random.next();
    this.steps = 0;
    this.state = start.states[Math.floor(this.arrivals[0]! * start.total)]!;
    const code = observationOf[this.state]!;
    return { observation: this.observations[code]!, state: code, info: NO_INFO };
  }

  step(action: number): Step {
    if (this.state < 0) this.refuseStep();
    if (!isIndex(action, this.actionCount)) this.refuseAction(action);
    const t = this.tables;
    const row = this.state * this.actionCount + action;
    const outcome =
      t.outcomeSlots[t.outcomeAt[row]! + Math.floor(this.random.next() * t.outcomeTotal[row]!)]!;
    const after = t.after[outcome]!;
    const steps = ++this.steps;
    let reward = t.reward[outcome]!;
    let code: number;
    const terminated = after < 0;
    const truncated = !terminated && steps === this.horizon;
    if (terminated || truncated) {
      if (truncated) reward += t.truncationReward[after]!;
      code = t.endObservation[outcome]!;
      this.state = ENDED;
    } else {
      const slot = t.arrivalAt[after]! + Math.floor(this.arrivals[steps]! * t.arrivalTotal[after]!);
      this.state = t.arrivalSlots[slot]!;
      code = t.observationOf[this.state]!;
    }
    return {
      observation: this.observations[code]!,
      state: code,
      reward,
      terminated,
      truncated,
      info: NO_INFO,
    };
  }

  model(): Model {
    return this.built.model;
  }

  private refuseStep(): never {
    if (this.state === NEVER_RESET) {
      throw new PolicyLedgerError("not_reset", `Cannot step ${this.id}: call reset({ seed }) first`);
    }
    throw new PolicyLedgerError(
      "episode_over",
      `Cannot step ${this.id}: the episode ended after ${this.steps} steps; call reset({ seed }) to start another`,
    );
  }

  private refuseAction(action: unknown): never {
    throw new PolicyLedgerError(
      "invalid_action",
      `Cannot step ${this.id} with action ${quote(action)}: wanted an integer from 0 to ${this.actionCount - 1} ` +
        `(${this.built.kind.actions.join(", ")})`,
    );
  }
}

function refuseOptions(options: unknown, id: string): void {
  const isObject = options !== null && typeof options === "object" && !Array.isArray(options);
  const name = isObject ? Object.keys(options)[0] : options;
  if (isObject && name === undefined) return;
  throw new PolicyLedgerError(
    "invalid_config",
    `Cannot reset ${id} with ${isObject ? "option" : "options"} ${quote(name)}: it takes none; what can be set is set when it is made`,
  );
}
