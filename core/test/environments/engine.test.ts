// The engine that samples every environment: what reset and step promise, and what they refuse.
import { describe, expect, test } from "vitest";
import type { Environment, Step } from "../../src/environments/environment.ts";
import { environmentKinds, makeEnvironment } from "../../src/environments/registry.ts";
import { refusal } from "../refusal.ts";
import { CYBER, ENERGY } from "./rules.ts";

const MAX_SEED = 2 ** 53 - 1;
const made = environmentKinds.flatMap(({ id, presets }) =>
  Object.keys(presets).map((preset) => [`${id} ${preset}`, () => makeEnvironment(id, { preset })] as const),
);
const named = (options: unknown) => options as { seed: number };

/** All that an episode shows, its actions in turn from `first`. */
function episode(env: Environment, seed: number, first = 0): unknown[] {
  const seen: unknown[] = [env.reset({ seed })];
  for (let i = first, step: Step | null = null; !step?.terminated && !step?.truncated; i++) {
    step = env.step(i % env.actionCount);
    seen.push(step);
  }
  return seen;
}

describe.each(made)("%s", (_, make) => {
  test("reset with a seed starts the same episode on another instance and after any history", () => {
    const env = make();
    for (const seed of [0, 1, 42, 2 ** 32, MAX_SEED]) {
      const first = episode(env, seed);
      expect(episode(make(), seed)).toEqual(first);
      episode(env, seed + 1 > MAX_SEED ? 0 : seed + 1, 1);
      env.reset({ seed: 3 });
      env.step(1);
      expect(episode(env, seed)).toEqual(first);
    }
  });

  test("reset of one instance does not disturb another", () => {
    const [one, other] = [make(), make()];
    const alone = episode(one, 42);
    one.reset({ seed: 42 });
    const first = one.step(0);
    episode(other, 7);
    expect(first).toEqual(alone[1]);
    expect(one.step(1 % one.actionCount)).toEqual(alone[2]);
  });

  test("step gives a member of the observation space, its code, and at most one end", () => {
    const env = make();
    for (let seed = 0; seed < 20; seed++) {
      for (const shown of episode(env, seed) as Step[]) {
        expect(env.observationSpace.contains(shown.observation)).toBe(true);
        expect(env.observations[shown.state]).toBe(shown.observation);
        expect(shown.terminated && shown.truncated).not.toBe(true);
        expect(shown.info).toEqual({});
      }
    }
  });
});

describe("step", () => {
  test("step before the first reset is refused", () => {
    const { code, message } = refusal(() => makeEnvironment(CYBER).step(0));
    expect(code).toBe("not_reset");
    expect(message).toBe("Cannot step cyber-defense-v1: call reset({ seed }) first");
  });

  test("step after the end is refused, however the episode ended, until the next reset", () => {
    const truncated = makeEnvironment(ENERGY, { slots: 2 });
    const terminated = makeEnvironment(ENERGY, { battery_tenths: 2 });
    for (const env of [truncated, terminated]) {
      env.reset({ seed: 0 });
      env.step(1);
      env.step(env === truncated ? 0 : 1);
      for (const action of [0, 1, 7]) {
        const { code, message } = refusal(() => env.step(action));
        expect(code).toBe("episode_over");
        expect(message).toBe(
          "Cannot step energy-slot-v1: the episode ended after 2 steps; call reset({ seed }) to start another",
        );
      }
      env.reset({ seed: 0 });
      expect(env.step(0).reward).toBe(0);
    }
  });

  test.each([
    ["-1", -1],
    ["5", 5],
    ["0.5", 0.5],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ['"0"', "0"],
    ["null", null],
    ["undefined", undefined],
    ["a value of type object", [0]],
    ["true", true],
    ["0", 0n],
  ])("step with the action %s is refused, and draws nothing", (shown, action) => {
    const env = makeEnvironment(CYBER);
    const undisturbed = episode(env, 42);
    env.reset({ seed: 42 });
    const { code, message } = refusal(() => env.step(action as number));
    expect(code).toBe("invalid_action");
    expect(message).toBe(
      `Cannot step cyber-defense-v1 with action ${shown}: wanted an integer from 0 to 4 ` +
        "(IGNORE, MONITOR, RATE_LIMIT, BLOCK_IP, ISOLATE_SERVICE)",
    );
    expect([env.step(0), env.step(1)]).toEqual(undisturbed.slice(1, 3));
  });
});

describe("reset", () => {
  test.each([-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, "0", null, undefined, 1n, [0]])(
    "reset with the seed %o is refused, and leaves the episode as it was",
    (seed) => {
      const env = makeEnvironment(CYBER);
      const undisturbed = episode(env, 42);
      env.reset({ seed: 42 });
      const { code, message } = refusal(() => env.reset(named({ seed })));
      expect(code).toBe("invalid_seed");
      expect(message).toMatch(
        /^Cannot reset cyber-defense-v1 with seed .*: wanted an integer from 0 to 9007199254740991$/,
      );
      expect(env.step(0)).toEqual(undisturbed[1]);
    },
  );

  test("reset without a seed is refused", () => {
    expect(refusal(() => makeEnvironment(CYBER).reset(named(undefined))).code).toBe("invalid_seed");
    expect(refusal(() => makeEnvironment(CYBER).reset(named({}))).code).toBe("invalid_seed");
  });

  test("reset takes no options, and says where they belong", () => {
    const env = makeEnvironment(CYBER);
    const { code, message } = refusal(() => env.reset({ seed: 0, options: { preset: "extended" } }));
    expect(code).toBe("invalid_config");
    expect(message).toBe(
      'Cannot reset cyber-defense-v1 with option "preset": it takes none; what can be set is set when it is made',
    );
    expect(env.reset({ seed: 0, options: {} })).toEqual(env.reset({ seed: 0 }));
  });

  test("reset of -0 is reset of 0", () => {
    expect(episode(makeEnvironment(CYBER), -0)).toEqual(episode(makeEnvironment(CYBER), 0));
  });
});
