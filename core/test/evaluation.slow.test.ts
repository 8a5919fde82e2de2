// Exact evaluation against sampling at length, in every preset.
import { describe, expect, test } from "vitest";
import { environmentKinds, makeEnvironment } from "../src/environments/registry.ts";
import { tabulate } from "../src/evaluation/dynamics.ts";
import { expectedReturn, follow } from "../src/evaluation/expected.ts";
import { optimum } from "../src/evaluation/optimum.ts";
import { toBillionths } from "../src/evaluation/rational.ts";
import { cpuTime } from "./cpu-time.ts";
import { behavioursOf, sampled } from "./evaluation-sampling.ts";

describe("expectedReturn", () => {
  for (const { id, presets } of environmentKinds) {
    for (const preset of Object.keys(presets)) {
      test(`expectedReturn agrees with 200,000 episodes of ${id}, ${preset}`, () => {
        const env = makeEnvironment(id, { preset });
        const dynamics = tabulate(env.model());
        const behaviours = behavioursOf(env);
        for (const behaviour of preset === "standard" ? behaviours : behaviours.slice(0, 2)) {
          const exact = toBillionths(expectedReturn(follow(dynamics, behaviour))) / 1e9;
          const { mean, standardError } = sampled(env, behaviour, 200_000);
          expect(Math.abs(mean - exact)).toBeLessThanOrEqual(5 * standardError); // both 0 for always SAVE
        }
      });
    }
  }
});

describe("optimum", () => {
  test("optimum of the longest cyber-defense-v1 takes less than a second", () => {
    const dynamics = tabulate(makeEnvironment("cyber-defense-v1", { horizon: 240 }).model());
    const before = cpuTime();
    optimum(dynamics);
    expect(cpuTime() - before).toBeLessThan(1_000);
  });
});
