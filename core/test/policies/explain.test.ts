// The readable explanation of a policy, recounted in the plainest way: situations, visits, shares, features, rules.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Environment, Model } from "../../src/environments/environment.ts";
import type { EnvironmentKind } from "../../src/environments/kind.ts";
import { environmentKind, environmentKinds, makeEnvironment } from "../../src/environments/registry.ts";
import { PolicyLedgerError } from "../../src/error.ts";
import { tabulate } from "../../src/evaluation/dynamics.ts";
import { expectedReturn, follow, reachableObservations } from "../../src/evaluation/expected.ts";
import { toBillionths } from "../../src/evaluation/rational.ts";
import { expectedVisits } from "../../src/evaluation/visits.ts";
import { canonicalJson, type Json } from "../../src/json.ts";
import type { Artifact, RulesArtifact } from "../../src/policies/artifact.ts";
import { type Behaviour, behaviourOf } from "../../src/policies/behaviour.ts";
import { type Explanation, explainPolicy } from "../../src/policies/explain.ts";
import { anyModel, enumerate, type Fraction } from "../evaluation-oracle.ts";
import { artifactsOf, CYBER, ENERGY } from "../samples.ts";

const BILLION = 1_000_000_000;

const everyPreset: readonly (readonly [EnvironmentKind, string])[] = environmentKinds.flatMap((kind) =>
  Object.keys(kind.presets).map((preset) => [kind, preset] as const),
);

/** The model in which one step under `observation` pays 1, and nothing else pays: its return counts the visits. */
function counting(model: Model, observation: number): Model {
  return {
    ...model,
    outcomes: (state, action) => {
      const chance = model.outcomes(state, action);
      const reward = model.observationOf[state] === observation ? 1 : 0;
      return { ...chance, outcomes: chance.outcomes.map((outcome) => ({ ...outcome, reward })) };
    },
    arrivals: (after) => model.arrivals(after),
    truncationReward: () => 0,
  };
}

describe("expectedVisits", () => {
  test("expectedVisits is the sum over all trajectories of how often they come by", () => {
    const behaviours = fc.option(fc.array(fc.nat(1), { minLength: 3, maxLength: 3 }));
    fc.assert(
      fc.property(anyModel(3), behaviours, (model, raw) => {
        const all = Array.from({ length: model.actionCount }, (_, action) => action);
        const actions = raw?.map((action) => Math.min(action, model.actionCount - 1));
        const play = follow(tabulate(model), actions ? Uint8Array.from(actions) : "uniform");
        const visits = expectedVisits(play);
        expect([...visits.of.keys()]).toEqual(reachableObservations(play));
        for (const observation of new Set(model.observationOf)) {
          const [num, den]: Fraction = enumerate(counting(model, observation), (_, seen) =>
            actions ? [actions[seen]!] : all,
          );
          expect((visits.of.get(observation) ?? 0n) * den).toBe(num * visits.denominator);
        }
      }),
    );
  });
});

/** All that an explanation says, found again in the plainest way. */
function recount(kind: EnvironmentKind, env: Environment, artifact: Artifact): Explanation {
  const explained = explainPolicy(env, artifact);
  const behaviour = behaviourOf(artifact);
  recountSituations(kind, env, behaviour, explained);
  recountActions(kind, behaviour, explained);
  recountFeatures(kind, explained);
  recountDecisions(artifact, explained);
  if (behaviour === "uniform") expect(explained.rules).toBeNull();
  else recountRules(kind, artifact, explained);
  expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
  for (const sentence of explained.summary) expect(sentence).toMatch(/^[A-Z].*\.$/);
  return explained;
}

function recountSituations(
  kind: EnvironmentKind,
  env: Environment,
  behaviour: Behaviour,
  { situations }: Explanation,
): void {
  expect(situations.map(({ state }) => state)).toEqual(reachedBy(env, behaviour));
  for (const { state, observation, values, action } of situations) {
    expect(kind.fields.map(({ name }) => env.observations[state]![name])).toEqual(values);
    expect(Object.keys(observation)).toEqual(kind.fields.map(({ name }) => name));
    for (const [i, { name, labels }] of kind.fields.entries())
      expect(observation[name]).toBe(labels ? labels[values[i]!] : values[i]);
    expect(action).toBe(behaviour === "uniform" ? null : behaviour[state]);
  }
}

/** Step by step, every state that some draw leads to. */
function reachedBy(env: Environment, behaviour: Behaviour): number[] {
  const model = env.model();
  const possible = <T>({ outcomes, weights }: { outcomes: readonly T[]; weights: readonly number[] }) =>
    outcomes.filter((_, i) => weights[i]! > 0);
  const reached = new Set<number>();
  let states = new Set(possible(model.start));
  for (let step = 0; step < model.horizon; step++) {
    const next = new Set<number>();
    for (const state of states) {
      const observation = model.observationOf[state]!;
      reached.add(observation);
      const all = Array.from({ length: model.actionCount }, (_, action) => action);
      for (const action of behaviour === "uniform" ? all : [behaviour[observation]!])
        for (const { after } of possible(model.outcomes(state, action)))
          if (after !== null) for (const arrived of possible(model.arrivals(after))) next.add(arrived);
    }
    states = next;
  }
  return [...reached].sort((a, b) => a - b);
}

function recountActions(kind: EnvironmentKind, behaviour: Behaviour, explained: Explanation): void {
  const { actions, situations } = explained;
  const steps = situations.reduce((sum, { visits }) => sum + visits, 0);
  expect(actions.map(({ name }) => name)).toEqual(kind.actions);
  for (const { action, situations: count, visits, share } of actions) {
    const taken = situations.filter((situation) => situation.action === action || behaviour === "uniform");
    const sum =
      taken.reduce((all, each) => all + each.visits, 0) / (behaviour === "uniform" ? actions.length : 1);
    expect(count).toBe(taken.length);
    expect(Math.abs(visits - sum)).toBeLessThanOrEqual(situations.length);
    expect(Math.abs(share - (sum / steps) * BILLION)).toBeLessThanOrEqual(situations.length);
  }
}

function recountFeatures(kind: EnvironmentKind, { features, situations }: Explanation): void {
  const counted = kind.fields.map(({ name }, i) => {
    let [pairs, changed] = [0, 0];
    for (const [at, a] of situations.entries()) {
      for (const b of situations.slice(at + 1)) {
        if (!a.values.every((value, j) => (value === b.values[j]) === (j !== i))) continue;
        pairs++;
        if (a.action !== b.action) changed++;
      }
    }
    const seen = [...new Set(situations.map(({ values }) => values[i]!))].sort((a, b) => a - b);
    return { field: name, seen, pairs, changed };
  });
  expect([...features].sort((a, b) => (a.field < b.field ? -1 : 1))).toEqual(
    counted.sort((a, b) => (a.field < b.field ? -1 : 1)),
  );
  const share = ({ pairs, changed }: { pairs: number; changed: number }) =>
    pairs === 0 ? 0 : changed / pairs;
  for (const [i, feature] of features.slice(1).entries()) {
    const before = features[i]!;
    const place = (name: string) => kind.fields.findIndex((field) => field.name === name);
    if (share(before) === share(feature)) expect(place(before.field)).toBeLessThan(place(feature.field));
    else expect(share(before)).toBeGreaterThan(share(feature));
  }
}

function recountDecisions(artifact: Artifact, { situations }: Explanation): void {
  for (const { state, action, decision } of situations) {
    if (decision.by === "values") {
      const others = decision.values.filter((_, i) => i !== action);
      expect(decision.values.indexOf(Math.max(...decision.values))).toBe(action);
      expect(decision.margin).toBe(decision.values[action!]! - Math.max(...others));
    }
    if (decision.by === "rule") expect((artifact as RulesArtifact).rules[decision.rule]!.action).toBe(action);
    if (decision.by === "default" && "default_action" in artifact)
      expect(action).toBe(artifact.default_action);
    if (artifact.kind === "q-table") {
      const row = artifact.q.find(([known]) => known === state);
      expect(decision.by).toBe(row ? "values" : "default");
      if (decision.by === "values") expect(decision.values).toEqual(row!.slice(1));
    }
    if (artifact.kind === "action-table")
      expect(decision.by).toBe(artifact.actions[state] === "." ? "default" : "entry");
    if (artifact.kind === "linear") expect(decision.by).toBe("values");
    if (artifact.kind === "random") expect(decision.by).toBe("draw");
  }
}

/** The list, read as an artifact, does what it says it does. */
function recountRules(kind: EnvironmentKind, artifact: Artifact, explained: Explanation): void {
  const { rules, situations } = explained;
  const { rules: listed, covers, share, text } = rules!;
  expect(listed.length).toBeLessThanOrEqual(7);
  expect(text).toHaveLength(listed.length);
  expect(listed.at(-1)!.when).toEqual({});
  const as: RulesArtifact = {
    v: 1,
    kind: "rules",
    env_id: artifact.env_id,
    default_action: listed.at(-1)!.action,
    rules: listed.slice(0, -1).map(({ when, action }) => ({ when, action })),
  };
  const table = behaviourOf(as) as Uint8Array;
  const right = situations.filter(({ state, action }) => table[state] === action);
  const steps = (some: Explanation["situations"]) => some.reduce((sum, { visits }) => sum + visits, 0);
  const shareOf = (some: Explanation["situations"]) => (steps(some) / steps(situations)) * BILLION;
  expect(rules!.situations).toBe(situations.length);
  expect(covers).toBe(right.length);
  expect(Math.abs(share - shareOf(right))).toBeLessThanOrEqual(1);
  const decidedBy = (values: readonly number[]) =>
    listed.findIndex(({ when }) =>
      kind.fields.every(({ name }, i) => when[name] === undefined || when[name].includes(values[i]!)),
    );
  for (const [at, rule] of listed.entries()) {
    const decided = situations.filter(({ values }) => decidedBy(values) === at);
    const covered = decided.filter(({ action }) => action === rule.action);
    expect(rule.situations).toBe(decided.length);
    expect(rule.covers).toBe(covered.length);
    expect(decided.length).toBeGreaterThan(0);
    expect(Math.abs(rule.share - shareOf(decided))).toBeLessThanOrEqual(1);
    expect(Math.abs(rule.covered_share - shareOf(covered))).toBeLessThanOrEqual(1);
  }
}

const reversed = (value: Json): Json => {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
};

const planted = (env_id: string, rules: RulesArtifact["rules"], default_action: number): RulesArtifact => ({
  v: 1,
  kind: "rules",
  env_id,
  default_action,
  rules,
});

describe("explainPolicy", () => {
  test("explainPolicy says of every kind of artifact, in every preset, what a recount finds", () => {
    for (const [kind, preset] of everyPreset) {
      const env = makeEnvironment(kind.id, { preset });
      for (const artifact of artifactsOf(kind, 5)) recount(kind, env, artifact);
    }
  });

  test("explainPolicy says of any artifact, in any preset, what a recount finds", () => {
    const presets = fc.constantFrom(...everyPreset);
    fc.assert(
      fc.property(
        presets.map(([kind, preset]) => [kind.id, preset] as const),
        fc.nat(),
        fc.nat(4),
        ([id, preset], seed, which) => {
          const kind = environmentKind(id);
          recount(kind, makeEnvironment(kind.id, { preset }), artifactsOf(kind, seed)[which]!);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("explainPolicy counts all steps of an episode, exactly", () => {
    for (const [kind, preset] of everyPreset) {
      const env = makeEnvironment(kind.id, { preset });
      const [artifact] = artifactsOf(kind, 3);
      const model = env.model();
      const everywhere = { ...model, observationOf: model.observationOf.map(() => 0) };
      const steps = { ...counting(everywhere, 0), observationOf: model.observationOf };
      const { actions } = explainPolicy(env, artifact!);
      const expected = toBillionths(expectedReturn(follow(tabulate(steps), behaviourOf(artifact!))));
      const sum = actions.reduce((all, { visits }) => all + visits, 0);
      expect(Math.abs(sum - expected)).toBeLessThanOrEqual(actions.length);
    }
  });

  test("explainPolicy says the same, whatever the order of the keys", () => {
    for (const kind of environmentKinds) {
      const config = { preset: "standard", ...kind.presets.standard } as Json;
      for (const artifact of artifactsOf(kind, 11)) {
        const one = explainPolicy(makeEnvironment(kind.id, config), artifact);
        const other = explainPolicy(
          makeEnvironment(kind.id, reversed(config)),
          reversed(artifact as unknown as Json) as unknown as Artifact,
        );
        expect(JSON.stringify(other)).toBe(JSON.stringify(one));
        canonicalJson(one as unknown as Json);
      }
    }
  });

  test("explainPolicy finds a short list again, exactly", () => {
    const lists = [
      planted(CYBER, [{ when: { attack_severity: [2], alert_confidence: [1] }, action: 3 }], 1),
      planted(
        CYBER,
        [
          { when: { attack_type: [2], attack_severity: [1, 2] }, action: 4 },
          { when: { attack_severity: [2] }, action: 3 },
          { when: { attack_severity: [1], attack_type: [1] }, action: 2 },
        ],
        1,
      ),
      planted(ENERGY, [{ when: { demand: [1], battery: [2, 3, 4, 5, 6, 7, 8, 9, 10] }, action: 1 }], 0),
      planted(
        ENERGY,
        [
          { when: { battery: [1] }, action: 0 },
          { when: { slot: [18, 19, 20, 21, 22, 23, 24] }, action: 1 },
          { when: { demand: [1] }, action: 1 },
        ],
        0,
      ),
    ];
    for (const list of lists) {
      const { rules } = recount(environmentKind(list.env_id), makeEnvironment(list.env_id), list);
      expect(rules!.covers).toBe(rules!.situations);
      expect(rules!.share).toBe(BILLION);
      expect(rules!.rules.length).toBeLessThanOrEqual(list.rules.length + 1);
    }
  });

  test("explainPolicy puts a policy of two rules into words", () => {
    const artifact = planted(
      CYBER,
      [
        { when: { attack_severity: [2] }, action: 3 },
        { when: { attack_severity: [1], attack_type: [1, 2] }, action: 2 },
      ],
      1,
    );
    const { summary, rules } = explainPolicy(makeEnvironment(CYBER), artifact);
    expect([...rules!.text, "", ...summary].join("\n")).toMatchInlineSnapshot(`
      "When attack severity is MEDIUM and attack type is BRUTE_FORCE or DOS: RATE_LIMIT (15.4% of its steps)
      When attack severity is LOW or MEDIUM: MONITOR (52.9% of its steps)
      Otherwise: BLOCK_IP (31.8% of its steps)

      In cyber-defense-v1 it gets into 60 situations, and acts 21.2 times an episode on average.
      It takes MONITOR in 52.9% of its steps, BLOCK_IP in 31.8% and RATE_LIMIT in 15.4%.
      It never takes IGNORE or ISOLATE_SERVICE.
      Attack severity decides most: of 48 pairs of situations that differ in it alone, 44 get different actions; then attack type (16 of 60).
      System health, alert confidence and time under attack alone never change the action.
      When attack severity is LOW it always takes MONITOR.
      When attack severity is HIGH it always takes BLOCK_IP.
      Of 3 rules, the first that fits says exactly what it does in all of its situations."
    `);
  });

  test("explainPolicy says so when the table does not know a situation, or is torn between two actions", () => {
    // Battery 10 at slot 0: without demand it is torn, with demand it knows nothing.
    const artifact: Artifact = { v: 1, kind: "q-table", env_id: ENERGY, default_action: 0, q: [[20, 7, 7]] };
    const { summary, situations } = explainPolicy(makeEnvironment(ENERGY, { slots: 1 }), artifact);
    expect(situations).toMatchInlineSnapshot(`
      [
        {
          "action": 0,
          "decision": {
            "by": "values",
            "margin": 0,
            "values": [
              7,
              7,
            ],
          },
          "observation": {
            "battery": 10,
            "demand": "NO",
            "slot": 0,
          },
          "state": 20,
          "values": [
            0,
            10,
            0,
          ],
          "visits": 500000000,
        },
        {
          "action": 0,
          "decision": {
            "by": "default",
          },
          "observation": {
            "battery": 10,
            "demand": "YES",
            "slot": 0,
          },
          "state": 21,
          "values": [
            0,
            10,
            1,
          ],
          "visits": 500000000,
        },
      ]
    `);
    expect(summary).toMatchInlineSnapshot(`
      [
        "In energy-slot-v1 it gets into 2 situations, and acts 1 time an episode on average.",
        "It always takes SAVE.",
        "Its table does not know 1 of these 2 situations, 50% of its steps: there it takes SAVE, its default.",
        "In 1 situation its best actions have equal values, and it takes the first of them.",
      ]
    `);
  });

  test("explainPolicy says of a policy that draws that it does, with no rules and no deciding feature", () => {
    const env = makeEnvironment(CYBER);
    const { actions, rules, features, summary } = explainPolicy(env, { v: 1, kind: "random", env_id: CYBER });
    expect(rules).toBeNull();
    expect(actions.map(({ share }) => share)).toEqual([2e8, 2e8, 2e8, 2e8, 2e8]);
    expect(features.every(({ changed }) => changed === 0)).toBe(true);
    expect(summary).toMatchInlineSnapshot(`
      [
        "In cyber-defense-v1 it gets into 60 situations, and acts 15.5 times an episode on average.",
        "It draws: whatever the situation, it takes each of its 5 actions equally often, 20% of the time.",
      ]
    `);
  });

  test("explainPolicy refuses an artifact for another environment, and what is none", () => {
    const artifact: Artifact = { v: 1, kind: "random", env_id: ENERGY };
    expect(() => explainPolicy(makeEnvironment(CYBER), artifact)).toThrow(PolicyLedgerError);
    expect(() => explainPolicy(makeEnvironment(CYBER), artifact)).toThrow(
      'Cannot explain a policy in "cyber-defense-v1": its artifact is for "energy-slot-v1"',
    );
    for (const nothing of [null, undefined, 7, "x", [], {}, { env_id: CYBER }] as never[]) {
      expect(() => explainPolicy(makeEnvironment(CYBER), nothing)).toThrow(PolicyLedgerError);
      expect(() => explainPolicy(nothing, { v: 1, kind: "random", env_id: ENERGY })).toThrow(
        PolicyLedgerError,
      );
    }
  });
});
