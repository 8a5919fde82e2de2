// Exact evaluation of small models: by hand, against a naive oracle, and by brute force.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Model } from "../src/environments/environment.ts";
import { PolicyLedgerError } from "../src/error.ts";
import { tabulate } from "../src/evaluation/dynamics.ts";
import { type Evaluable, evaluate, keepPrepared, prepareEvaluation } from "../src/evaluation/evaluate.ts";
import { expectedReturn, follow, reachableObservations } from "../src/evaluation/expected.ts";
import { optimum } from "../src/evaluation/optimum.ts";
import { type Rational, rational, toBillionths } from "../src/evaluation/rational.ts";
import { portableHost } from "../src/host.ts";
import { canonicalJson } from "../src/json.ts";
import type { Behaviour } from "../src/policies/behaviour.ts";
import { stream } from "../src/random.ts";
import {
  anyModel,
  bestByBruteForce,
  compare,
  enumerate,
  type Fraction,
  odds,
  sample,
  simulate,
  to,
  toy,
} from "./evaluation-oracle.ts";

const UNIFORM: Behaviour = "uniform";
const table = (actions: readonly number[]): Behaviour => Uint8Array.from(actions);
const always = (action: number): Behaviour => new Uint8Array(6).fill(action);

const expected = (model: Model, behaviour: Behaviour) => expectedReturn(follow(tabulate(model), behaviour));
const reachable = (model: Model, behaviour: Behaviour) =>
  reachableObservations(follow(tabulate(model), behaviour));
const fraction = ({ num, den }: Rational): Fraction => [num, den];
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof PolicyLedgerError) return error.code;
    throw error;
  }
  return "no error";
};

/** Action 0 pays nothing, action 1 pays +3 in one of three, −1 otherwise. */
const bet = (horizon: number) =>
  toy({ horizon, outcomes: [[odds([1, to(0)]), odds([1, to(3)], [2, to(-1)])]] });

/** Going on pays 1, and ends everything with −2 in one of four; the horizon pays 5. */
const risk = (horizon: number) =>
  toy({ horizon, outcomes: [[odds([3, to(1)], [1, to(-2, null)])]], truncationRewards: [5] });

/** Two charges; each slot has demand (odd states) in one of two; a use under demand pays 1, without it −1. */
const battery = (horizon: number) => {
  const slot = (charges: number) => odds([1, charges * 2], [1, charges * 2 + 1]);
  return toy({
    horizon,
    start: slot(2),
    arrivals: [0, 1, 2].map(slot),
    outcomes: [0, 1, 2].flatMap((charges) =>
      [-1, 1].map((pays) => [
        odds([1, to(0, charges)]),
        odds([1, charges === 0 ? to(-9, null) : to(pays, charges - 1)]),
      ]),
    ),
  });
};

/** Two states that look the same; the action that is the state's number pays 1. */
const hidden = (horizon: number, pays = [1, 1]) =>
  toy({
    horizon,
    observationOf: [0, 0],
    start: odds([1, 0], [1, 1]),
    outcomes: [
      [odds([1, to(pays[0]!)]), odds([1, to(0)])],
      [odds([1, to(0, 1)]), odds([1, to(pays[1]!, 1)])],
    ],
  });

describe("expectedReturn", () => {
  test("expectedReturn of a bet is its mean, once and twice", () => {
    expect(expected(bet(1), always(0))).toEqual({ num: 0n, den: 1n });
    expect(expected(bet(1), always(1))).toEqual({ num: 1n, den: 3n });
    expect(expected(bet(2), always(1))).toEqual({ num: 2n, den: 3n });
  });

  test("expectedReturn of uniform play is the mean over the actions", () => {
    expect(expected(bet(1), UNIFORM)).toEqual({ num: 1n, den: 6n });
    expect(expected(bet(3), UNIFORM)).toEqual({ num: 1n, den: 2n });
  });

  test("expectedReturn stops at termination and pays the truncation reward at the horizon only", () => {
    // V1 = 3/4 (1 + 5) − 1/4 · 2, then V = 3/4 (1 + V) − 1/4 · 2
    expect(expected(risk(1), always(0))).toEqual({ num: 4n, den: 1n });
    expect(expected(risk(2), always(0))).toEqual({ num: 13n, den: 4n });
    expect(expected(risk(3), always(0))).toEqual({ num: 43n, den: 16n });
  });

  test("expectedReturn plays by the observation alone, also where it hides the state", () => {
    expect(expected(hidden(1), always(0))).toEqual({ num: 1n, den: 2n });
    expect(expected(hidden(4, [1, 3]), always(1))).toEqual({ num: 6n, den: 1n });
    expect(expected(hidden(1, [1, 3]), UNIFORM)).toEqual({ num: 1n, den: 1n });
  });

  test("expectedReturn refuses an action that is not there, if the policy can be asked for it", () => {
    expect(codeOf(() => expected(bet(1), table([2])))).toBe("invalid_policy");
    expect(codeOf(() => expected(bet(1), table([])))).toBe("invalid_policy");
    expect(codeOf(() => expected(battery(1), table([9, 9, 9, 9, 0, 1])))).toBe("no error");
  });

  test("expectedReturn equals the sum over all trajectories", () => {
    const behaviours = fc.array(fc.nat(1), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(anyModel(3), behaviours, (model, raw) => {
        const actions = raw.map((action) => Math.min(action, model.actionCount - 1));
        const all = Array.from({ length: model.actionCount }, (_, action) => action);
        const oracle = enumerate(model, (_, observation) => [actions[observation]!]);
        expect(fraction(expected(model, table(actions)))).toEqual(oracle);
        expect(fraction(expected(model, UNIFORM))).toEqual(enumerate(model, () => all));
      }),
      { numRuns: 150 },
    );
  });

  test("expectedReturn agrees with long sampling of the model", () => {
    const cases: [Model, Behaviour, readonly number[]][] = [
      [bet(5), always(1), [1]],
      [risk(6), always(0), [0]],
      [battery(5), UNIFORM, [0, 1]],
      [hidden(3, [2, 7]), UNIFORM, [0, 1]],
    ];
    for (const [index, [model, behaviour, actions]] of cases.entries()) {
      const random = stream("policy", index);
      const { mean, standardError } = sample(20_000, () => simulate(model, () => actions, random));
      const exact = toBillionths(expected(model, behaviour)) / 1e9;
      expect(standardError).toBeGreaterThan(0);
      expect(Math.abs(mean - exact)).toBeLessThan(5 * standardError);
    }
  });
});

describe("optimum", () => {
  test("optimum takes the better bet and gives its table", () => {
    expect(optimum(tabulate(bet(2)))).toEqual({ value: { num: 2n, den: 3n }, table: [[1], [1]] });
  });

  test("optimum takes the smallest action of equals", () => {
    const even = toy({ horizon: 2, outcomes: [[odds([1, to(1)]), odds([2, to(1)])]] });
    expect(optimum(tabulate(even)).table).toEqual([[0], [0]]);
  });

  test("optimum of two charges over n slots is the mean of min(2, demands)", () => {
    expect(optimum(tabulate(battery(1))).value).toEqual({ num: 1n, den: 2n });
    expect(optimum(tabulate(battery(2))).value).toEqual({ num: 1n, den: 1n });
    expect(optimum(tabulate(battery(3))).value).toEqual({ num: 11n, den: 8n });
  });

  test("optimum leaves out of its table where its policy never gets", () => {
    // Observations: 2 × charges + demand.
    expect(optimum(tabulate(battery(3))).table).toEqual([
      [null, null, null, null, 0, 1],
      [null, null, 0, 1, 0, 1],
      [0, 0, 0, 1, 0, 1],
    ]);
  });

  test("optimum sees the step", () => {
    // Working builds up for a last step of harvest; at other steps harvest ends the episode.
    const farm = toy({ horizon: 3, outcomes: [[odds([1, to(1)]), odds([1, to(4, null)])]] });
    expect(optimum(tabulate(farm))).toEqual({ value: { num: 6n, den: 1n }, table: [[0], [0], [1]] });
  });

  test("optimum refuses a model that hides what decides", () => {
    expect(codeOf(() => optimum(tabulate(hidden(1))))).toBe("model_hides_state");
    expect(() => optimum(tabulate(hidden(1)))).toThrow("at step 1, observation 0 hides what decides");
  });

  test("optimum accepts hidden states where one action is optimal in all of them", () => {
    const tied = optimum(tabulate(hidden(2, [0, 3])));
    expect(tied).toEqual({ value: { num: 3n, den: 1n }, table: [[1], [1]] });
  });

  test("optimum accepts states that look the same at different steps", () => {
    const chain = toy({
      horizon: 2,
      observationOf: [0, 0],
      outcomes: [
        [odds([1, to(0, 1)]), odds([1, to(1, 1)])],
        [odds([1, to(1, 1)]), odds([1, to(0, 1)])],
      ],
    });
    expect(optimum(tabulate(chain))).toEqual({ value: { num: 2n, den: 1n }, table: [[1], [0]] });
  });

  test("optimum is the best of all policies that see observation and step, or it refuses", () => {
    let attained = 0;
    let refused = 0;
    fc.assert(
      fc.property(anyModel(2), (model) => {
        const inSight = { ...model, observationOf: model.observationOf.map((_, state) => state) };
        const bound = bestByBruteForce(inSight);
        const best = bestByBruteForce(model);
        expect(fraction(optimum(tabulate(inSight)).value)).toEqual(bound);
        if (codeOf(() => optimum(tabulate(model))) === "model_hides_state") {
          refused += 1;
          expect(compare(best, bound)).toBeLessThan(0);
          return;
        }
        attained += 1;
        const found = optimum(tabulate(model));
        expect(fraction(found.value)).toEqual(best);
        const player = (step: number, observation: number) => [found.table[step]![observation]!];
        expect(enumerate(model, player)).toEqual(best);
      }),
      { numRuns: 400, seed: 7 },
    );
    expect(attained).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(3);
  });
});

describe("reachableObservations", () => {
  test("reachableObservations are those that the policy's own play can meet", () => {
    expect(reachable(battery(3), always(0))).toEqual([4, 5]);
    expect(reachable(battery(2), always(1))).toEqual([2, 3, 4, 5]);
    expect(reachable(battery(3), UNIFORM)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(reachable(battery(1), UNIFORM)).toEqual([4, 5]);
  });

  test("reachableObservations leave out what has no weight", () => {
    const never = toy({
      horizon: 2,
      start: odds([1, 0], [0, 1]),
      outcomes: [[odds([1, to(0)])], [odds([1, to(0)])]],
    });
    expect(reachable(never, always(0))).toEqual([0]);
  });
});

describe("tabulate", () => {
  test("tabulate refuses a model that breaks its contract", () => {
    const broken: [string, Partial<Model>][] = [
      ["bug: a horizon of 0", { horizon: 0 }],
      ["bug: 0 observations for 1 states", { observationOf: [] }],
      ["bug: the chances of the start are 1 out of 2", { start: { total: 2, weights: [1], outcomes: [0] } }],
      ["bug: the chances of after 0 are -1 + 2 out of 1", { arrivals: () => odds([-1, 0], [2, 0]) }],
      ["bug: the model leads to 1 of 1", { arrivals: () => odds([1, 1]) }],
      ["bug: the model leads to 3 of 1", { outcomes: () => odds([1, to(0, 3)]) }],
    ];
    for (const [message, change] of broken) expect(() => tabulate({ ...bet(1), ...change })).toThrow(message);
  });
});

describe("toBillionths", () => {
  test("toBillionths rounds to the nearest, half to even, on both sides of zero", () => {
    const halves = (count: number) => toBillionths(rational(BigInt(count), 2_000_000_000n));
    expect([-5, -3, -2, -1, 0, 1, 2, 3, 5].map(halves)).toEqual([-2, -2, -1, 0, 0, 0, 1, 2, 2]);
    expect(toBillionths(rational(1n, 3n))).toBe(333_333_333);
    expect(toBillionths(rational(-2n, 3n))).toBe(-666_666_667);
    expect(toBillionths(rational(-1n, 10n ** 30n))).toBe(0);
  });

  test("toBillionths throws beyond the safe integers", () => {
    expect(toBillionths(rational(9_007_199n, 1n))).toBe(9_007_199_000_000_000);
    expect(() => toBillionths(rational(9_007_200n, 1n))).toThrow("bug: ");
  });
});

describe("evaluate", () => {
  const env = (model: Model): Evaluable => ({
    id: "toy-v1",
    config: { slots: model.horizon },
    model: () => model,
  });
  const hashOf = (actions: unknown, slots: number) =>
    portableHost.sha256(
      `{"actions":${JSON.stringify(actions)},"env_config":{"slots":${slots}},"env_id":"toy-v1","kind":"behaviour-v1"}`,
    );

  test("evaluate gives expected return and optimum in billionths, and the hash of what the policy does", () => {
    const evaluation = evaluate(portableHost, env(battery(2)), table([0, 0, 0, 1, 0, 1]));
    expect(evaluation).toEqual({
      method: "exact-v1",
      expected: 1_000_000_000,
      optimum: 1_000_000_000,
      behaviour_hash: hashOf([[2, 0], [3, 1], [4, 0], [5, 1]], 2), // biome-ignore format: pairs
    });
    expect(canonicalJson(evaluation)).toBe(JSON.stringify(sortedKeys(evaluation)));
  });

  test("evaluate gives one hash to policies that act alike wherever they can get", () => {
    const environment = env(battery(2));
    const prepared = prepareEvaluation(environment);
    const hash = (behaviour: Behaviour) =>
      evaluate(portableHost, environment, behaviour, prepared).behaviour_hash;
    expect(hash(table([1, 0, 0, 1, 0, 1]))).toBe(hash(table([0, 1, 0, 1, 0, 1])));
    expect(hash(table([0, 0, 0, 1, 0, 1]))).not.toBe(hash(table([0, 0, 1, 1, 0, 1])));
    expect(hash(table([0, 0, 0, 0, 0, 0]))).toBe(hashOf([[4, 0], [5, 0]], 2)); // biome-ignore format: pairs
    expect(hash(UNIFORM)).toBe(hashOf("uniform", 2));
  });

  test("evaluate gives the same with what was prepared before", () => {
    const environment = env(risk(12));
    const prepared = prepareEvaluation(environment);
    expect(evaluate(portableHost, environment, always(0), prepared)).toEqual(
      evaluate(portableHost, environment, always(0)),
    );
  });

  test("keepPrepared prepares each of the last environments once, and any other anew", () => {
    const prepare = keepPrepared(2);
    const [one, two, three] = [8, 12, 16].map((size) => ({ ...env(risk(size)), config: { size } }));
    const [first, second] = [prepare(one!), prepare(two!)];
    expect(first).toEqual(prepareEvaluation(one!));
    expect(prepare({ ...one! })).toBe(first);
    prepare(three!);
    expect(prepare(one!)).toBe(first);
    const again = prepare(two!);
    expect(again).not.toBe(second);
    expect(again).toEqual(second);
  });
});

function sortedKeys(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
