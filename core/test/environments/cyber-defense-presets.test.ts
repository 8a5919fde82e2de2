// The presets of cyber-defense-v1, typed from their text: five, and they differ in what happens.
import { expect, test } from "vitest";
import { environmentKind, makeEnvironment } from "../../src/environments/registry.ts";
import { CYBER, ISOLATE_SERVICE, RATE_LIMIT, seen } from "./rules.ts";

test("presets of cyber-defense-v1 are the five of the text", () => {
  expect(environmentKind(CYBER).presets).toEqual({
    standard: { horizon: 24, severity_percent: [50, 30, 20], high_stays_percent: 60 },
    short_burst: { horizon: 12, severity_percent: [50, 30, 20], high_stays_percent: 60 },
    extended: { horizon: 48, severity_percent: [50, 30, 20], high_stays_percent: 60 },
    high_pressure: { horizon: 24, severity_percent: [20, 30, 50], high_stays_percent: 75 },
    sparse_attacks: { horizon: 24, severity_percent: [85, 5, 10], high_stays_percent: 60 },
  });
  for (const [preset, horizon] of Object.entries({ standard: 24, short_burst: 12, extended: 48 })) {
    expect(makeEnvironment(CYBER, { preset }).horizon).toBe(horizon);
  }
  expect(makeEnvironment(CYBER).config).toEqual(makeEnvironment(CYBER, { preset: "standard" }).config);
});

test("presets of cyber-defense-v1 differ in what happens: how many steps there are, and how many are HIGH", () => {
  const happens = (preset: string) => {
    const env = makeEnvironment(CYBER, { preset });
    let [second, low, longest] = [0, 0, 0];
    for (let seed = 0; seed < 2000; seed++) {
      env.reset({ seed });
      // Nothing terminates in step 1, so what is seen in step 2 is seen in every episode.
      let step = env.step(RATE_LIMIT);
      if (seen(step.state).severity === "HIGH") second += 1;
      if (seen(step.state).severity === "LOW") low += 1;
      let steps = 1;
      for (; !step.terminated && !step.truncated; steps++) step = env.step(ISOLATE_SERVICE);
      longest = Math.max(longest, steps);
    }
    return { high: second / 2000, low: low / 2000, longest };
  };
  const [standard, shortBurst, extended, pressure, sparse] = [
    "standard",
    "short_burst",
    "extended",
    "high_pressure",
    "sparse_attacks",
  ].map(happens);
  expect([standard, shortBurst, extended, pressure, sparse].map((preset) => preset!.longest)).toEqual([
    24, 12, 48, 24, 24,
  ]);
  // .2 × .6 + .8 × .2, .5 × .75 + .5 × .5 and .1 × .6 + .9 × .1; one standard error is about .01.
  expect(Math.abs(standard!.high - 0.28)).toBeLessThan(0.04);
  expect(Math.abs(pressure!.high - 0.625)).toBeLessThan(0.04);
  expect(Math.abs(sparse!.high - 0.15)).toBeLessThan(0.04);
  // .9 × .85 + .1 × .4 × 85 / 90: between attacks it is quiet.
  expect(Math.abs(sparse!.low - 0.803)).toBeLessThan(0.04);
});
