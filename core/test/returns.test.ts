// Returns over seeds: over the one loop, and what the best of so many seeds is worth.
import { describe, expect, test } from "vitest";
import {
  binsOf,
  evaluate,
  expectedBestOf,
  figuresOf,
  loadPolicy,
  makeEnvironment,
  portableHost,
  returnsOverSeeds,
  runEpisode,
} from "../src/index.ts";

const env = makeEnvironment("cyber-defense-v1", {});
const rules = {
  v: 1,
  kind: "rules",
  env_id: "cyber-defense-v1",
  default_action: 1,
  rules: [{ when: { attack_severity: [1, 2] }, action: 3 }],
} as const;

describe("returnsOverSeeds", () => {
  test("gives each seed's return in order, and can be left and gone on with", () => {
    const policy = loadPolicy(rules);
    const all = [...returnsOverSeeds(env, policy, { first: 5, count: 40 })];
    expect(all).toEqual(all.map((_, i) => runEpisode(env, policy, 5 + i).reward));
    const parts = [5, 12, 30].map((first, i) => [
      ...returnsOverSeeds(env, policy, { first, count: [7, 18, 15][i]! }),
    ]);
    expect(parts.flat()).toEqual(all);
  });

  test("comes to the exact expected return", () => {
    const policy = loadPolicy(rules);
    const { mean, deviation, episodes } = figuresOf([
      ...returnsOverSeeds(env, policy, { first: 0, count: 20_000 }),
    ]);
    const { expected } = evaluate(portableHost, env, policy.behaviour);
    expect(Math.abs(mean - expected / 1e9)).toBeLessThan((4 * deviation) / Math.sqrt(episodes));
  });
});

describe("expectedBestOf", () => {
  test("is the mean of one try, and comes to the largest of many", () => {
    const returns = [3, 1, 1, 7, -2];
    expect(expectedBestOf(1, returns)).toBeCloseTo(2, 12);
    expect(expectedBestOf(1_000, returns)).toBeCloseTo(7, 9);
  });

  test("is what counting all pairs and triples gives", () => {
    const returns = [4, 0, -3, 4, 9];
    const pairs = returns.flatMap((a) => returns.map((b) => Math.max(a, b)));
    const triples = returns.flatMap((a) => pairs.map((b) => Math.max(a, b)));
    const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
    expect(expectedBestOf(2, returns)).toBeCloseTo(mean(pairs), 12);
    expect(expectedBestOf(3, returns)).toBeCloseTo(mean(triples), 12);
  });

  test("of nothing, or of no try, is refused", () => {
    expect(() => expectedBestOf(1, [])).toThrow("no returns");
    expect(() => expectedBestOf(0, [1])).toThrow("at least one");
    expect(() => figuresOf([])).toThrow("no returns");
  });
});

test("binsOf puts each return into one bin, however far they lie apart", () => {
  expect(binsOf([-1, 0, 3]).map(({ from, to, count }) => [from, to, count])).toEqual([
    [-1, 0, 1],
    [0, 1, 1],
    [1, 2, 0],
    [2, 3, 0],
    [3, 4, 1],
  ]);
});
