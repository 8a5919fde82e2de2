// The tables of a model from outside: what their number types cannot hold, or what leads nowhere, is refused whole.
import { describe, expect, test } from "vitest";
import { checkEnvironment } from "../../check/index.ts";
import { chance } from "../../src/environments/chance.ts";
import type { Model, Outcome } from "../../src/environments/environment.ts";
import { environmentOf } from "../../src/environments/finite.ts";
import type { EnvironmentKind } from "../../src/environments/kind.ts";
import { environmentKinds } from "../../src/environments/registry.ts";
import { pathsOf, refusal } from "../refusal.ts";

const stay: Outcome = { reward: 1, after: 0, endObservation: 1 };

function modelOf(changes: object = {}): Model {
  return {
    horizon: 3,
    stateCount: 2,
    afterCount: 1,
    actionCount: 2,
    observationOf: [0, 1],
    start: chance([[0, 1]]),
    outcomes: () => chance([[stay, 1]]),
    arrivals: () =>
      chance([
        [0, 1],
        [1, 2],
      ]),
    truncationReward: () => 5,
    ...changes,
  } as Model;
}

function kindOf(model: unknown, changes: object = {}): EnvironmentKind {
  return {
    id: "tiny-v1",
    summary: "",
    rewardUnit: 10,
    fields: [{ name: "place", size: 2 }],
    actions: ["A", "B"],
    presets: { standard: {} },
    model: () => model,
    ...changes,
  } as unknown as EnvironmentKind;
}

const of = (changes: object) => () => environmentOf(kindOf(modelOf(changes)), {});
const leading = (changes: object) => of({ outcomes: () => chance([[{ ...stay, ...changes }, 1]]) });
const REST = ["/outcomes/0/1", "/outcomes/1/0", "/outcomes/1/1"];

describe("environmentOf", () => {
  test("plays a model that its tables hold, to their ends", () => {
    const rewards = [2 ** 31 - 1, -(2 ** 31)];
    for (const reward of rewards) {
      const env = leading({ reward })();
      env.reset({ seed: 1 });
      expect(env.step(0).reward).toBe(reward);
      expect(checkEnvironment(leading({ reward }), { runs: 20 }).findings).toEqual([]);
    }
  });

  test.each<[string, () => unknown, readonly string[]]>([
    ["a reward beyond 32 bits", leading({ reward: 2 ** 31 }), ["/outcomes/0/0", ...REST]],
    ["half a reward", leading({ reward: 0.5 }), ["/outcomes/0/0", ...REST]],
    ["a reward that is no number", leading({ reward: "1" }), ["/outcomes/0/0", ...REST]],
    ["an after-state that there is not", leading({ after: 1 }), ["/outcomes/0/0", ...REST]],
    ["an after-state before the first", leading({ after: -1 }), ["/outcomes/0/0", ...REST]],
    ["no after-state", leading({ after: undefined }), ["/outcomes/0/0", ...REST]],
    ["an observation that there is not", leading({ endObservation: 2 }), ["/outcomes/0/0", ...REST]],
    ["an outcome that is none", of({ outcomes: () => chance([[null, 1]]) }), ["/outcomes/0/0", ...REST]],
    ["a start that there is not", of({ start: chance([[65_536, 1]]) }), ["/start"]],
    ["an arrival that there is not", of({ arrivals: () => chance([[2, 1]]) }), ["/arrivals/0"]],
    ["a state that shows nothing", of({ observationOf: [0, 65_536] }), ["/observationOf/1"]],
    ["a list of observations too short", of({ observationOf: [0] }), ["/observationOf"]],
    ["no list of observations", of({ observationOf: null }), ["/observationOf"]],
    [
      "a reward at the horizon beyond 32 bits",
      of({ truncationReward: () => 2 ** 40 }),
      ["/truncationReward/0"],
    ],
    ["a row without outcomes", of({ start: chance([]) }), ["/start"]],
    ["a row that is none", of({ start: null }), ["/start"]],
    ["a total that is not the sum", of({ start: { total: 2, weights: [1], outcomes: [0] } }), ["/start"]],
    ["half a weight", of({ start: { total: 0.5, weights: [0.5], outcomes: [0] } }), ["/start"]],
    ["a weight below 0", of({ start: { total: 1, weights: [2, -1], outcomes: [0, 1] } }), ["/start"]],
    ["more weights than outcomes", of({ start: { total: 2, weights: [1, 1], outcomes: [0] } }), ["/start"]],
    [
      "a row too fine for a draw",
      of({ start: { total: 2 ** 21 + 1, weights: [2 ** 21, 1], outcomes: [0, 1] } }),
      ["/start"],
    ],
    ["no states", of({ stateCount: 0, observationOf: [] }), ["/stateCount"]],
    ["endless states", of({ stateCount: Number.POSITIVE_INFINITY }), ["/stateCount"]],
    ["more after-states than there is room for", of({ afterCount: 32_768 }), ["/afterCount"]],
    ["other actions than the kind", of({ actionCount: 3 }), ["/actionCount"]],
    ["a horizon of half a step", of({ horizon: 0.5 }), ["/horizon"]],
    ["a horizon beyond what is replayed", of({ horizon: 1_001 }), ["/horizon"]],
    ["no model", () => environmentOf(kindOf(null), {}), [""]],
    ["a kind that is none", () => environmentOf(null as never, {}), [""]],
    [
      "a kind without anything",
      () => environmentOf({} as never, {}),
      ["/id", "/fields", "/actions", "/model"],
    ],
    [
      "fields of no size",
      () => environmentOf(kindOf(modelOf(), { fields: [{ name: "a", size: 0 }, null] }), {}),
      ["/fields/0", "/fields/1"],
    ],
    [
      "more observations than there is room for",
      () => environmentOf(kindOf(modelOf(), { fields: [{ name: "a", size: 65_537 }] }), {}),
      ["/fields"],
    ],
    ["no actions", () => environmentOf(kindOf(modelOf(), { actions: [] }), {}), ["/actions"]],
  ])("refuses %s", (_, make, paths) => {
    expect(refusal(make).code).toBe("invalid_environment");
    expect(pathsOf(make)).toEqual(paths);
  });

  test("names every fault at once", () => {
    const make = of({
      start: chance([[9, 1]]),
      outcomes: (state: number) =>
        chance([[{ reward: 2 ** 33 + state, after: 7, endObservation: 70_000 }, 1]]),
      truncationReward: () => Number.NaN,
    });
    const { message, faults } = refusal(make);
    expect(faults.map(({ path }) => path)).toEqual([
      "/start",
      ...["/outcomes/0/0", "/outcomes/0/1", "/outcomes/1/0", "/outcomes/1/1"].flatMap((path) => [
        path,
        path,
        path,
      ]),
      "/truncationReward/0",
    ]);
    expect(message).toContain("Cannot make tiny-v1: /start: ");
    expect(faults.map((fault) => fault.message)).toContain(
      "the reward is 8589934593, wanted an integer of 32 bits",
    );
  });

  test("refuses more outcomes than there is room for", () => {
    const many = {
      total: 20_000,
      weights: new Array(20_000).fill(1),
      outcomes: new Array(20_000).fill(stay),
    };
    expect(pathsOf(of({ outcomes: () => many }))).toEqual(["/outcomes"]);
  });

  test("makes every registered environment of its kind", () => {
    for (const kind of environmentKinds) {
      for (const config of Object.values(kind.presets)) {
        expect(environmentOf(kind, config).reset({ seed: 1 }).info).toEqual({});
      }
    }
  });
});
