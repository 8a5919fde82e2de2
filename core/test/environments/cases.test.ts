// tests/cases/episodes.json against the code: replayed through makeEnvironment and step, not through what made it.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Cases, FILE, fileOf, makeCases } from "../../../tests/cases/make-episodes.ts";
import { nodeHost } from "../../node/index.ts";
import { EpisodeRandom } from "../../src/alea.ts";
import { makeEnvironment } from "../../src/environments/registry.ts";
import { canonicalJson, type Json } from "../../src/json.ts";
import { readArtifact } from "../../src/policies/artifact.ts";
import { loadPolicy } from "../../src/policies/load.ts";
import { episodeSeed } from "../../src/random.ts";
import { pathsOf } from "../refusal.ts";
import { CYBER, ENERGY, seen } from "./rules.ts";

const text = readFileSync(FILE, "utf8");
const cases: Cases = JSON.parse(text);
const { draws, episode_seeds, refused_configs, episodes } = cases;

describe("episodes.json", () => {
  test("episodes.json is what make-episodes.ts makes, byte for byte", () => {
    expect(fileOf(makeCases())).toBe(text);
    expect(text.length).toBeLessThan(150_000);
  });

  test("episodes.json holds what a port can get wrong", () => {
    const ends = episodes.map(({ env_id, config, steps }) => {
      const [, , , terminated, truncated] = steps.at(-1)!;
      const last = steps.length === (config.horizon ?? config.slots);
      return `${env_id} ${terminated ? "terminated" : truncated ? "truncated" : "cut"}${last ? ", last step" : ""}`;
    });
    expect(new Set(ends)).toEqual(
      new Set(
        [CYBER, ENERGY].flatMap((id) =>
          ["terminated", "terminated, last step", "truncated, last step"].map((end) => `${id} ${end}`),
        ),
      ),
    );
    const cyber = episodes.filter(({ env_id }) => env_id === CYBER);
    const met = cyber.flatMap(({ start, steps }) =>
      steps.map(([action], i) => {
        const { severity, health, confidence, type } = seen(i === 0 ? start : steps[i - 1]![1]);
        return `${severity} ${type} ${health} ${confidence} ${action}`;
      }),
    );
    expect(new Set(met).size).toBeGreaterThan(150); // of 180
    expect(
      cyber.flatMap(({ steps }) => steps).filter(([, state]) => seen(state).time === "LONG").length,
    ).toBeGreaterThan(100);
    expect(new Set(episodes.map(({ artifact }) => artifact?.kind)).size).toBe(6);
    for (const seed of [0, 1, 42, 2 ** 32, 2 ** 53 - 1])
      expect(episodes.some((e) => e.seed === seed)).toBe(true);
    const presets = episodes.map(({ env_id, env_config }) => `${env_id} ${env_config.preset}`);
    expect(new Set(presets).size).toBeGreaterThanOrEqual(5 + 4);
  });
});

test.each(episodes)("step plays “$name” ($env_id, seed $seed) as the file says", (expected) => {
  const env = makeEnvironment(expected.env_id, expected.env_config);
  expect(env.config).toEqual(expected.config);
  let { state } = env.reset({ seed: expected.seed });
  expect(state).toBe(expected.start);
  let total = 0;
  let digest = nodeHost.sha256("policyledger/trajectory/v1");
  const steps = expected.steps.map(([action]) => {
    const step = env.step(action);
    const end = step.terminated ? "terminated" : step.truncated ? "truncated" : "-";
    digest = nodeHost.sha256(`${digest} ${state} ${action} ${step.reward} ${step.state} ${end}`);
    total += step.reward;
    state = step.state;
    return [action, step.state, step.reward, step.terminated, step.truncated];
  });
  expect(steps).toEqual(expected.steps);
  expect({ total, digest }).toEqual({ total: expected.total, digest: expected.digest });
  expect(() => env.step(0)).toThrow("the episode ended after");
});

test.each(episodes.filter(({ artifact }) => artifact !== undefined))(
  "selectAction of the artifact “$name” chooses what the file says",
  ({ env_id, env_config, seed, artifact, start, steps }) => {
    const env = makeEnvironment(env_id, env_config);
    const policy = loadPolicy(readArtifact(canonicalJson(artifact as unknown as Json)));
    policy.reset({ seed });
    const states = [start, ...steps.map(([, state]) => state)].slice(0, -1);
    expect(states.map((state) => policy.selectAction(env.observations[state]!))).toEqual(
      steps.map(([action]) => action),
    );
  },
);

test.each(draws)("EpisodeRandom draws what the file says from $text", ({ text, first, thousandth }) => {
  const random = new EpisodeRandom();
  random.seed(text);
  const drawn = Array.from({ length: 1000 }, () => random.next() * 2 ** 32);
  expect(drawn.slice(0, 6)).toEqual(first);
  expect(drawn[999]).toBe(thousandth);
});

test("episodeSeed mixes what the file says", () => {
  for (const [seed, i, expected] of episode_seeds) expect(episodeSeed(seed, i)).toBe(expected);
});

test.each(refused_configs)(
  "makeEnvironment of $env_id refuses $env_config at “$path”",
  ({ env_id, env_config, path }) => {
    expect(pathsOf(() => makeEnvironment(env_id, env_config))).toContain(path);
  },
);
