// An environment that keeps the contract, and the rogues' gallery: for each property, environments that break it.
import type {
  Chance,
  Environment,
  Model,
  Observation,
  Outcome,
  Reset,
  Step,
} from "../../src/environments/environment.ts";
import { PolicyLedgerError } from "../../src/error.ts";
import type { Json } from "../../src/json.ts";
import { type Random, requireSeed, stream } from "../../src/random.ts";
import { DictSpace, DiscreteSpace } from "../../src/spaces/index.ts";

const HORIZON = 6;
const PLACES = 4;
const SPACE = new DictSpace({ place: new DiscreteSpace(PLACES) });
const ACTIONS = new DiscreteSpace(2);

function chance<T>(...weighted: readonly (readonly [number, T])[]): Chance<T> {
  return {
    total: weighted.reduce((sum, [weight]) => sum + weight, 0),
    weights: weighted.map(([weight]) => weight),
    outcomes: weighted.map(([, outcome]) => outcome),
  };
}

/**
 * A walk from place 0 to place 3, to wait (0) or go (1), with a mood that does not show: in mood 0 nine of ten
 * steps lead on, in mood 1 one of ten. The Markov state is 2 × place + mood.
 */
function walkModel(): Model {
  return {
    horizon: HORIZON,
    stateCount: 6,
    afterCount: 6,
    actionCount: 2,
    observationOf: [0, 0, 1, 1, 2, 2],
    start: chance([1, 0], [1, 1]),
    outcomes(state, action): Chance<Outcome> {
      const place = Math.floor(state / 2);
      const stay = { reward: action === 0 ? 0 : -1, after: state, endObservation: place };
      if (action === 0) return chance([1, stay]);
      const on = place === 2 ? { reward: 9, after: null } : { reward: -1, after: state + 2 };
      const [forward, back] = state % 2 === 0 ? [9, 1] : [1, 9];
      return chance([forward, { ...on, endObservation: place + 1 }], [back, stay]);
    },
    arrivals: (after) => chance([9, after], [1, after % 2 === 0 ? after + 1 : after - 1]),
    truncationReward: (after) => Math.floor(after / 2),
  };
}

export class Walk implements Environment {
  readonly id: string = "walk-v1";
  readonly config = Object.freeze({});
  readonly observationSpace = SPACE;
  readonly actionSpace = ACTIONS;
  readonly actionCount: number = 2;
  readonly stateCount: number = PLACES;
  readonly horizon: number = HORIZON;
  readonly observations: readonly Observation[] = Array.from({ length: PLACES }, (_, place) =>
    Object.freeze({ place }),
  );
  random: Random = () => 0;
  state = -2;
  steps = 0;
  /** What is sampled; the published model is a method so that the two can differ. */
  readonly table: Model = walkModel();

  reset({ seed }: { seed: number }): Reset {
    this.random = stream("policy", requireSeed(seed, this.id));
    this.steps = 0;
    this.state = this.draw(this.table.start);
    return this.reply(this.table.observationOf[this.state]!);
  }

  step(action: number): Step {
    this.refuse(action);
    const { reward, after, endObservation } = this.draw(this.table.outcomes(this.state, action));
    this.steps += 1;
    if (after === null) return this.end({ reward, code: endObservation, terminated: true });
    if (this.steps === HORIZON) {
      return this.end({
        reward: reward + this.table.truncationReward(after),
        code: endObservation,
        terminated: false,
      });
    }
    this.state = this.draw(this.table.arrivals(after));
    const seen = this.reply(this.table.observationOf[this.state]!);
    return { ...seen, reward, terminated: false, truncated: false };
  }

  model(): Model {
    return walkModel();
  }

  refuse(action: unknown): void {
    if (this.state === -2) throw new PolicyLedgerError("not_reset", "reset first");
    if (this.state === -1) throw new PolicyLedgerError("episode_over", "the episode is over");
    if (action !== 0 && action !== 1) throw new PolicyLedgerError("invalid_action", "wanted 0 or 1");
  }

  draw<T>({ total, weights, outcomes }: Chance<T>): T {
    let slot = Math.floor(this.random() * total);
    const i = weights.findIndex((weight) => {
      slot -= weight;
      return slot < 0;
    });
    return outcomes[i]!;
  }

  reply(code: number): Reset {
    return { observation: this.observations[code]!, state: code, info: {} };
  }

  private end({ reward, code, terminated }: { reward: number; code: number; terminated: boolean }): Step {
    this.state = -1;
    return { ...this.reply(code), reward, terminated, truncated: !terminated };
  }
}

/** Changes what step returns. */
function stepping(change: (step: Step, env: Walk, action: number) => unknown): () => Environment {
  return () =>
    new (class extends Walk {
      override step(action: number): Step {
        return change(super.step(action), this, action) as Step;
      }
    })();
}

function resetting(change: (reset: Reset, env: Walk) => unknown): () => Environment {
  return () =>
    new (class extends Walk {
      override reset(options: { seed: number }): Reset {
        return change(super.reset(options), this) as Reset;
      }
    })();
}

/** Changes what is there from the start. */
function having(members: object): () => Environment {
  return () => Object.assign(new Walk(), members);
}

/** Publishes another model than it samples. */
function publishing(change: (model: Model) => Partial<Model>): () => Environment {
  return () =>
    new (class extends Walk {
      override model(): Model {
        return { ...walkModel(), ...change(walkModel()) };
      }
    })();
}

const only = new Walk();
let instances = 0;
let shared: Random = () => 0;

interface Rogue {
  readonly property: string;
  readonly why: string;
  readonly make: () => Environment;
  /** What breaks with it, of necessity. */
  readonly also?: readonly string[];
  readonly smallest?: Json;
}

export const ROGUES: readonly Rogue[] = [
  { property: "environment_shape", why: "has no horizon", make: having({ horizon: Number.NaN }) },
  { property: "environment_shape", why: "has no space", make: having({ actionSpace: undefined }) },
  {
    property: "environment_shape",
    why: "has a short list of observations",
    make: having({ observations: [] }),
  },
  { property: "environment_shape", why: "is no object", make: () => null as never },
  { property: "environment_shape", why: "has no model", make: having({ model: null }) },
  { property: "environment_shape", why: "has no config", make: having({ config: "standard" }) },
  { property: "environment_shape", why: "has no id", make: having({ id: "" }) },
  {
    property: "environment_shape",
    why: "cannot be read",
    make: () => Object.defineProperty(new Walk(), "id", { get: () => fail() }),
  },
  { property: "fresh_instance", why: "is always the same object", make: () => only },
  {
    property: "observation_codes",
    why: "lists one observation twice",
    smallest: [2, 3],
    make: having({ observations: [0, 1, 2, 2].map((place) => Object.freeze({ place })) }),
  },
  {
    property: "observation_codes",
    why: "lists what is not in the space",
    smallest: 4,
    make: having({ stateCount: 5, observations: [0, 1, 2, 3, 4].map((place) => Object.freeze({ place })) }),
  },
  {
    property: "action_codes",
    why: "has an action too many in its space",
    smallest: 2,
    make: having({ actionSpace: new DiscreteSpace(3) }),
  },
  {
    property: "action_codes",
    why: "counts its actions from one",
    smallest: 0,
    make: having({ actionSpace: new DiscreteSpace(2, 1) }),
  },
  {
    property: "answers",
    why: "fails on its way",
    smallest: { seed: 0, actions: [0, 0] },
    make: stepping((step, env) => (env.steps === 2 ? fail() : step)),
  },
  {
    property: "synchronous",
    why: "steps later",
    smallest: { seed: 0, actions: [0] },
    make: stepping(async (step) => step),
  },
  {
    property: "synchronous",
    why: "resets later",
    smallest: { seed: 0, actions: [] },
    make: resetting(async (reset) => reset),
  },
  {
    property: "reset_result",
    why: "resets to nothing",
    smallest: { seed: 0, actions: [] },
    make: resetting(() => undefined),
  },
  {
    property: "reset_result",
    why: "resets to the observation alone",
    smallest: { seed: 0, actions: [] },
    make: resetting(({ observation }) => observation),
  },
  {
    property: "step_result",
    why: "has a `done`",
    smallest: { seed: 0, actions: [0] },
    make: stepping(({ terminated, truncated: _, ...step }) => ({ ...step, done: terminated })),
  },
  {
    property: "step_result",
    why: "has no info",
    smallest: { seed: 0, actions: [0] },
    make: stepping((step) => ({ ...step, info: null })),
  },
  {
    property: "reward_integer",
    why: "pays halves",
    smallest: { seed: 0, actions: [0] },
    make: stepping((step) => ({ ...step, reward: step.reward - 0.5 })),
  },
  {
    property: "reward_integer",
    why: "pays nothing that is a number",
    smallest: { seed: 0, actions: [0] },
    make: stepping((step) => ({ ...step, reward: Number.NaN })),
  },
  {
    property: "observation_in_space",
    why: "shows one field too many",
    smallest: { seed: 0, actions: [0] },
    make: stepping((step) => ({ ...step, observation: { ...step.observation, extra: 0 } })),
    also: ["state_code"],
  },
  {
    property: "state_code",
    why: "gives the code of another observation",
    smallest: { seed: 0, actions: [0] },
    make: stepping((step) => ({ ...step, observation: { place: 3 - step.state } })),
  },
  {
    property: "state_code",
    why: "gives a code out of range",
    smallest: { seed: 0, actions: [0] },
    make: stepping((step) => ({ ...step, state: step.state + 0.5 })),
  },
  {
    property: "one_end",
    why: "truncates what has terminated",
    make: stepping((step) => ({ ...step, truncated: step.truncated || step.terminated })),
  },
  {
    property: "result_left_alone",
    why: "returns one object again and again",
    make: () => {
      const result = {};
      return stepping((step) => Object.assign(result, step))();
    },
  },
  {
    property: "result_not_shared",
    why: "hands out its own table",
    smallest: { seed: 0, actions: [] },
    make: having({ observations: [0, 1, 2, 3].map((place) => ({ place })) }),
  },
  {
    property: "result_not_shared",
    why: "reads its place from what it handed out",
    smallest: { seed: 0, actions: [0] },
    make: () => {
      let info = { bonus: 0 };
      const env = new Walk();
      const step = env.step.bind(env);
      env.step = (action) => {
        const result = step(action);
        const reward = result.reward + info.bonus;
        info = { bonus: 0 };
        return { ...result, reward, info };
      };
      return env;
    },
  },
  {
    property: "ends_by_horizon",
    why: "declares a shorter horizon",
    smallest: { seed: 0, actions: [] },
    make: having({ horizon: 5 }),
    also: ["model_shape"],
  },
  {
    property: "ends_by_horizon",
    why: "never truncates",
    smallest: { seed: 0, actions: [] },
    make: () => {
      const env = having({})() as Walk;
      const step = env.step.bind(env);
      env.step = (action) => {
        env.refuse(action);
        if (env.steps === HORIZON - 1) env.steps -= 2;
        return step(action);
      };
      return env;
    },
  },
  {
    property: "step_before_reset",
    why: "starts by itself",
    smallest: { action: 0 },
    make: () => {
      const env = new Walk();
      env.reset({ seed: 0 });
      return env;
    },
  },
  {
    property: "step_after_end",
    why: "stays at the end",
    smallest: { seed: 0, actions: [] },
    make: () => {
      const env = new Walk();
      const step = env.step.bind(env);
      let last: Step | null = null;
      env.step = (action) => {
        if (env.state === -1 && last !== null) return last;
        last = step(action);
        return last;
      };
      return env;
    },
  },
  {
    property: "step_after_end",
    why: "ends with an error of another kind",
    smallest: { seed: 0, actions: [] },
    make: () => {
      const env = new Walk();
      const refuse = env.refuse.bind(env);
      env.refuse = (action) => {
        if (env.state === -1) throw new Error("done");
        refuse(action);
      };
      return env;
    },
  },
  {
    property: "end_undisturbed",
    why: "starts the next episode late after a step too many",
    make: () => {
      const env = new Walk();
      const { refuse, reset } = bound(env);
      let late = 0;
      env.refuse = (action) => {
        if (env.state === -1) late += 1;
        refuse(action);
      };
      env.reset = (options) => {
        const result = reset(options);
        for (; late > 0; late--) env.random();
        return result;
      };
      return env;
    },
  },
  {
    property: "same_on_two_instances",
    why: "throws dice of its own",
    make: () => {
      const env = new Walk();
      const { reset } = bound(env);
      env.reset = (options) => {
        const result = reset(options);
        env.random = () => Math.floor(Math.random() * 2 ** 32) / 2 ** 32;
        return result;
      };
      return env;
    },
  },
  {
    property: "same_after_history",
    why: "seeds its stream once",
    make: () => {
      const env = new Walk();
      const { reset } = bound(env);
      let used: Random | null = null;
      env.reset = (options) => {
        const result = reset(options);
        used ??= env.random;
        env.random = used;
        return result;
      };
      return env;
    },
  },
  {
    property: "instances_apart",
    why: "shares a stream that each reset seeds",
    make: () => {
      const env = new Walk();
      const { reset } = bound(env);
      env.reset = (options) => {
        const result = reset(options);
        shared = env.random;
        env.random = () => shared();
        return result;
      };
      return env;
    },
  },
  {
    property: "invalid_action",
    why: "takes everything else for going",
    smallest: { seed: 0, actions: [], invalid: -1 },
    make: () => {
      const env = new Walk();
      const { step } = bound(env);
      env.step = (action) => step(action === 0 ? 0 : 1);
      return env;
    },
  },
  {
    property: "invalid_action",
    why: "takes the text of an action",
    smallest: { seed: 0, actions: [], invalid: "0" },
    make: () => {
      const env = new Walk();
      const { step } = bound(env);
      env.step = (action) => step(typeof action === "string" ? Number(action) : action);
      return env;
    },
  },
  {
    property: "invalid_action_undisturbing",
    why: "draws before it looks",
    make: () => {
      const env = new Walk();
      const { refuse } = bound(env);
      env.refuse = (action) => {
        if (env.state >= 0 && action !== 0 && action !== 1) env.random();
        refuse(action);
      };
      return env;
    },
  },
  {
    property: "invalid_seed",
    why: "rounds its seeds",
    smallest: { seed: 0.5 },
    make: () => {
      const env = new Walk();
      const { reset } = bound(env);
      env.reset = (options) => reset({ seed: options.seed === 0.5 ? 0 : options.seed });
      return env;
    },
  },
  {
    property: "environment_stable",
    why: "renames itself",
    make: stepping((step, env) => {
      Object.assign(env, { id: "walk-v2" });
      return step;
    }),
  },
  {
    property: "environment_stable",
    why: "is another every time",
    make: () => Object.assign(new Walk(), { id: `walk-v${instances++}` }),
  },
  {
    property: "model_shape",
    why: "counts no states in its model",
    make: publishing(() => ({ stateCount: 0 })),
  },
  {
    property: "model_shape",
    why: "has another horizon in its model",
    make: publishing(() => ({ horizon: 7 })),
  },
  {
    property: "model_shape",
    why: "has observations for some states only",
    make: publishing(() => ({ observationOf: [0, 0] })),
  },
  {
    property: "model_shape",
    why: "shows a code that there is not",
    smallest: { observationOf: [5] },
    make: publishing(() => ({ observationOf: [0, 0, 1, 1, 2, 4] })),
  },
  {
    property: "model_shape",
    why: "has a total that is wrong",
    make: publishing(({ start }) => ({ start: { ...start, total: 3 } })),
  },
  {
    property: "model_shape",
    why: "has a weight of zero",
    make: publishing(() => ({ start: chance([0, 0], [2, 1]) })),
  },
  {
    property: "model_shape",
    why: "has a weight too few",
    make: publishing(() => ({ start: { total: 1, weights: [1], outcomes: [0, 1] } })),
  },
  {
    property: "model_shape",
    why: "starts in a state that there is not",
    make: publishing(() => ({ start: chance([1, 6]) })),
  },
  {
    property: "model_shape",
    why: "leads to an after-state that there is not",
    smallest: { outcomes: [0, 0] },
    make: publishing(() => ({ outcomes: () => chance([1, { reward: 0, after: 6, endObservation: 0 }]) })),
  },
  {
    property: "model_shape",
    why: "ends in an observation that there is not",
    make: publishing(() => ({ outcomes: () => chance([1, { reward: 0, after: 0, endObservation: 4 }]) })),
  },
  {
    property: "model_shape",
    why: "pays a half in its model",
    make: publishing(() => ({ outcomes: () => chance([1, { reward: 0.5, after: 0, endObservation: 0 }]) })),
  },
  {
    property: "model_shape",
    why: "arrives in a state that there is not",
    make: publishing(() => ({ arrivals: () => chance([1, -1]) })),
  },
  {
    property: "model_shape",
    why: "pays no number at the horizon",
    make: publishing(() => ({ truncationReward: () => Number.NaN })),
  },
  {
    property: "model_shape",
    why: "has a model that throws",
    make: publishing(() => ({ arrivals: () => fail() })),
  },
  {
    property: "model_possible",
    why: "pays more than its model says",
    make: publishing((model) => ({
      outcomes: (state, action) => {
        const row = model.outcomes(state, action);
        const less = row.outcomes.map((outcome) => ({
          ...outcome,
          reward: outcome.reward === 9 ? 8 : outcome.reward,
        }));
        return { ...row, outcomes: less };
      },
    })),
  },
  {
    property: "model_possible",
    why: "pays more at the horizon",
    make: publishing(() => ({ truncationReward: () => 0 })),
  },
  {
    property: "model_possible",
    why: "starts where its model does not",
    smallest: { seed: 0, actions: [] },
    make: publishing(() => ({ start: chance([1, 2]) })),
  },
  {
    property: "model_possible",
    why: "moves when it should wait",
    smallest: { seed: 0, actions: [1] },
    make: publishing((model) => ({ outcomes: (state) => model.outcomes(state, 0) })),
  },
  {
    property: "model_frequencies",
    why: "goes on more often than its model says",
    make: publishing((model) => ({
      outcomes: (state, action) => {
        const row = model.outcomes(state, action);
        return row.weights.length === 1 ? row : { ...row, total: 2, weights: [1, 1] };
      },
    })),
  },
  {
    property: "model_frequencies",
    why: "changes its mood less often than its model says",
    make: publishing(() => ({
      arrivals: (after) => chance([1, after], [1, after % 2 === 0 ? after + 1 : after - 1]),
    })),
  },
  {
    property: "model_frequencies",
    why: "starts in one mood more often than its model says",
    make: publishing(() => ({ start: chance([9, 0], [1, 1]) })),
  },
  {
    property: "model_frequencies",
    why: "draws once an episode",
    make: () => {
      const env = new Walk();
      const { reset } = bound(env);
      env.reset = (options) => {
        const result = reset(options);
        const drawn = env.random();
        env.random = () => drawn;
        return result;
      };
      return env;
    },
  },
];

function bound(env: Walk) {
  return { reset: env.reset.bind(env), step: env.step.bind(env), refuse: env.refuse.bind(env) };
}

function fail(): never {
  throw new Error("out of order");
}
