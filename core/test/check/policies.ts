// A policy that keeps the contract, and the rogues' gallery: for each property, policies that break that one.
import type { Json } from "../../src/json.ts";
import type { Policy } from "../../src/policies/policy.ts";
import { stream } from "../../src/random.ts";
import type { NdArray, Space } from "../../src/spaces/index.ts";
import { BoxSpace, DictSpace, DiscreteSpace, MultiDiscreteSpace } from "../../src/spaces/index.ts";

export const POSITIONS = new DictSpace({ x: new DiscreteSpace(5), y: new DiscreteSpace(7, 1) });
export type Position = { x: number; y: number };
export const LEVELS = new BoxSpace(0, 1, { shape: [3], dtype: "float64" });

const ACTIONS = new DiscreteSpace(4);
type Options = { explore?: boolean };

/** Greedy in x, exploring one choice in four. */
export class Sound implements Policy<Position, number> {
  readonly #space: Space<number> = ACTIONS;
  protected random: () => number = () => 0;

  get actionSpace(): Space<number> {
    return this.#space;
  }

  reset({ seed }: { seed: number }): void {
    this.random = stream("policy", seed);
  }

  selectAction(observation: Position, { explore = true }: Options = {}): number {
    if (explore && this.random() < 0.25) return Math.floor(this.random() * 4);
    return observation.x % 4;
  }
}

/** Chooses by the observation alone. */
export function choosing(choose: (observation: Position) => unknown): () => Policy<Position, number> {
  return () => {
    const policy = new Sound();
    policy.selectAction = choose as Sound["selectAction"];
    return policy;
  };
}

/** A choice of two dice, from an array of levels. */
export class Dice implements Policy<NdArray, Uint8Array> {
  readonly #space = new MultiDiscreteSpace([3, 3], { dtype: "uint8" }) as unknown as Space<Uint8Array>;
  #random = () => 0;

  get actionSpace(): Space<Uint8Array> {
    return this.#space;
  }

  reset({ seed }: { seed: number }): void {
    this.#random = stream("policy", seed);
  }

  selectAction({ data }: NdArray, { explore = true }: Options = {}): Uint8Array {
    return Uint8Array.of(explore ? Math.floor(this.#random() * 3) : 0, data[0]! > 0.5 ? 2 : 1);
  }
}

let shared = 0;
let instances = 0;
const only = new Sound();
const position = { x: 0, y: 0 };

interface Rogue {
  readonly property: string;
  readonly why: string;
  readonly make: () => Policy<Position, number>;
  readonly smallest?: Json;
}

/** What is broken, and nothing else. */
export const ROGUES: readonly Rogue[] = [
  { property: "policy_shape", why: "has no reset", make: () => ({ actionSpace: ACTIONS }) as never },
  {
    property: "policy_shape",
    why: "has no space",
    make: () => Object.assign(Object.create(Sound.prototype), {}),
  },
  {
    property: "policy_shape",
    why: "cannot be made",
    make: () => {
      throw new Error("no table");
    },
  },
  { property: "fresh_instance", why: "is always the same object", make: () => only },
  {
    property: "answers",
    why: "throws on some observations",
    smallest: { seed: 0, choices: [{ observation: { x: 0, y: 4 }, explore: true }] },
    make: choosing(({ y }) => {
      if (y > 3) throw new Error("unknown state");
      return 0;
    }),
  },
  {
    property: "answers",
    why: "throws on some seeds",
    smallest: { seed: 2 ** 32 + 1, choices: [] },
    make: () =>
      new (class extends Sound {
        override reset({ seed }: { seed: number }): void {
          if (seed > 2 ** 32) throw new RangeError("a seed has 32 bits");
          super.reset({ seed });
        }
      })(),
  },
  {
    property: "synchronous",
    why: "chooses later",
    smallest: { seed: 0, choices: [{ observation: { x: 0, y: 1 }, explore: true }] },
    make: choosing(async () => 0),
  },
  {
    property: "synchronous",
    why: "resets later",
    smallest: { seed: 0, choices: [] },
    make: () =>
      new (class extends Sound {
        override async reset({ seed }: { seed: number }): Promise<void> {
          super.reset({ seed });
          throw new Error("nobody waits for this");
        }
      })(),
  },
  {
    property: "action_given",
    why: "forgets a return",
    smallest: { seed: 0, choices: [{ observation: { x: 3, y: 1 }, explore: true }] },
    make: choosing(({ x }) => (x > 2 ? undefined : 1)),
  },
  {
    property: "action_in_space",
    why: "goes one too far",
    smallest: { seed: 0, choices: [{ observation: { x: 4, y: 1 }, explore: true }] },
    make: choosing(({ x }) => x),
  },
  {
    property: "action_in_space",
    why: "answers with text",
    smallest: { seed: 0, choices: [{ observation: { x: 0, y: 1 }, explore: true }] },
    make: choosing(() => "0"),
  },
  {
    property: "observation_unchanged",
    why: "writes to what it was given",
    smallest: { seed: 0, choices: [{ observation: { x: 3, y: 1 }, explore: true }] },
    make: choosing((observation) => {
      if (observation.x > 2) observation.x = 2;
      return observation.x;
    }),
  },
  {
    property: "observation_unchanged",
    why: "adds a note",
    smallest: { seed: 0, choices: [{ observation: { x: 0, y: 1 }, explore: true }] },
    make: choosing((observation) => {
      Object.assign(observation, { seen: true });
      return 0;
    }),
  },
  {
    property: "observation_not_kept",
    why: "writes to what it was given before",
    smallest: {
      seed: 0,
      choices: [
        { observation: { x: 1, y: 1 }, explore: true },
        { observation: { x: 0, y: 1 }, explore: true },
      ],
    },
    make: () => {
      const policy = new Sound();
      let last: Position = { ...position };
      policy.selectAction = (observation) => {
        last.x = 0;
        last = observation;
        return 0;
      };
      return policy;
    },
  },
  {
    property: "space_same_object",
    why: "builds a space in each call",
    smallest: { seed: 0, choices: [] },
    make: () =>
      new (class extends Sound {
        override get actionSpace(): Space<number> {
          return new DiscreteSpace(4);
        }
      })(),
  },
  {
    property: "space_same_description",
    why: "learns of another action",
    smallest: { seed: 0, choices: [{ observation: { x: 4, y: 1 }, explore: true }] },
    make: () => {
      const policy = new Sound();
      let n = 4;
      Object.defineProperty(policy, "actionSpace", { value: Object.freeze(resizable(() => n)) });
      policy.selectAction = ({ x }) => {
        if (x === 4) n = 5;
        return 0;
      };
      return policy;
    },
  },
  {
    property: "space_same_description",
    why: "has a space that differs between instances",
    smallest: { seed: 0, choices: [] },
    make: () => {
      const n = 4 + instances++;
      const policy = new Sound();
      Object.defineProperty(policy, "actionSpace", { value: new DiscreteSpace(n) });
      return policy;
    },
  },
  {
    property: "space_not_reassignable",
    why: "has a plain field",
    make: () => ({
      actionSpace: ACTIONS,
      reset: () => {},
      selectAction: () => 0,
    }),
  },
  {
    property: "space_not_mutable",
    why: "has a space that is not frozen",
    make: () => {
      const policy = new Sound();
      Object.defineProperty(policy, "actionSpace", { value: resizable(() => 4) });
      return policy;
    },
  },
  {
    property: "space_not_mutable",
    why: "has a space with an array inside",
    make: () => {
      const policy = new Sound();
      const sizes = [4];
      const space = Object.freeze({ ...resizable(() => sizes[0]!), sizes });
      Object.defineProperty(policy, "actionSpace", { value: space });
      return policy;
    },
  },
  {
    property: "same_on_two_instances",
    why: "throws dice of its own",
    make: choosing(({ x }) => (x > 1 ? Math.floor(Math.random() * 4) : 0)),
  },
  {
    property: "same_on_two_instances",
    why: "counts all calls ever",
    smallest: { seed: 0, choices: [{ observation: { x: 0, y: 1 }, explore: true }] },
    make: choosing(() => shared++ % 4),
  },
  {
    property: "same_after_reset",
    why: "forgets to reset a counter",
    smallest: { before: [], script: { seed: 0, choices: [{ observation: { x: 0, y: 1 }, explore: true }] } },
    make: () => {
      const policy = new Sound();
      let count = 0;
      policy.selectAction = () => count++ % 4;
      return policy;
    },
  },
  {
    property: "same_after_reset",
    why: "remembers what it chose under another seed",
    make: () => {
      const policy = new Sound();
      const memory = new Map<number, number>();
      const choose = policy.selectAction.bind(policy);
      policy.selectAction = (observation, options) => {
        const action = memory.get(observation.x) ?? choose(observation, options);
        memory.set(observation.x, action);
        return action;
      };
      return policy;
    },
  },
  {
    property: "same_after_reset",
    why: "was greedy once and stays so",
    make: () => {
      const policy = new Sound();
      let greedy = false;
      const choose = policy.selectAction.bind(policy);
      policy.selectAction = (observation, { explore = true } = {}) => {
        greedy ||= !explore;
        return choose(observation, { explore: !greedy });
      };
      const reset = policy.reset.bind(policy);
      policy.reset = (options) => reset(options);
      return policy;
    },
  },
  {
    property: "instances_apart",
    why: "shares a counter that each reset sets back",
    smallest: {
      before: [],
      script: {
        seed: 0,
        choices: [
          { observation: { x: 0, y: 1 }, explore: true },
          { observation: { x: 0, y: 1 }, explore: true },
        ],
      },
    },
    make: () => {
      const policy = new Sound();
      policy.reset = () => {
        shared = 0;
      };
      policy.selectAction = () => shared++ % 4;
      return policy;
    },
  },
  {
    property: "explore_by_default",
    why: "explores only when told to",
    make: () => {
      const policy = new Sound();
      const choose = policy.selectAction.bind(policy);
      policy.selectAction = (observation, options) =>
        choose(observation, { explore: options?.explore ?? false });
      return policy;
    },
  },
  {
    property: "explore_by_default",
    why: "takes empty options for a no",
    make: () => {
      const policy = new Sound();
      const choose = policy.selectAction.bind(policy);
      policy.selectAction = (observation, options = { explore: true }) =>
        choose(observation, { explore: options.explore === true });
      return policy;
    },
  },
];

/** Returns one array again and again. */
export class Recycler extends Dice {
  readonly #action = Uint8Array.of(0, 0);
  override selectAction(): Uint8Array {
    this.#action[0] = (this.#action[0]! + 1) % 3;
    return this.#action;
  }
  override reset(): void {
    this.#action[0] = 0;
  }
}

/** A space that only seems to be one: its size is asked for each time. */
function resizable(n: () => number): Space<number> {
  const now = () => new DiscreteSpace(n());
  return {
    kind: "discrete",
    contains: (value: unknown) => now().contains(value),
    sample: (seed: number) => now().sample(seed),
    same: (a: number, b: number) => a === b,
    equals: (other: Space) => now().equals(other),
    toJson: (member: number) => member,
    describe: () => now().describe(),
  } as unknown as Space<number>;
}

/** Writes into the array that it was given. */
export class Kept extends Dice {
  override selectAction(observation: NdArray): Uint8Array {
    if (observation.data[1]! > 0.5) observation.data[2] = 1;
    return Uint8Array.of(0, 0);
  }
}
