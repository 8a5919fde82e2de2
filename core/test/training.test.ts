import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { environmentKind, makeEnvironment } from "../src/environments/registry.ts";
import { runEpisode } from "../src/episode.ts";
import { evaluate } from "../src/evaluation/evaluate.ts";
import { artifactText, parseArtifact, type QTableArtifact } from "../src/policies/artifact.ts";
import { loadPolicy } from "../src/policies/load.ts";
import { episodeSeed } from "../src/random.ts";
import type { TrainingOptions } from "../src/training/config.ts";
import { type Progress, resumeTraining, startTraining, type Training } from "../src/training/training.ts";
import { Values } from "../src/training/values.ts";
import { naiveDoubleQ, naiveQ } from "./naive-learning.ts";
import { pathsOf, refusal } from "./refusal.ts";
import { artifactsOf, CYBER, ENERGY, host } from "./samples.ts";

const Q: TrainingOptions = {
  algorithm: "q-learning",
  env_id: CYBER,
  seed: 11,
  episodes: 300,
  epsilon: { start: 1, end: 0.05, decay: 0.99 },
};
const DOUBLE: TrainingOptions = {
  algorithm: "double-q-learning",
  env_id: ENERGY,
  env_config: { preset: "low_demand" },
  seed: 2 ** 53 - 1,
  episodes: 120,
  initial_value: 12.5,
  replay: { capacity: 150, batch: 7 },
  early_stop: { window: 20, min_gain: 0.5, patience: 60 },
};
const ALGORITHMS = [
  ["q-learning", Q],
  ["double-q-learning", DOUBLE],
] as const;

function finished(options: TrainingOptions): Training {
  const training = startTraining(options);
  training.advance(Number.POSITIVE_INFINITY);
  return training;
}

const savedOf = (training: Training) => JSON.parse(training.save());

describe("startTraining", () => {
  test.each(ALGORITHMS)(
    "gives for %s the same artifact and state, byte for byte, for the same seed",
    (_, options) => {
      const [one, two] = [finished(options), finished(structuredClone(options))];
      expect(two.save()).toBe(one.save());
      expect(artifactText(two.artifact())).toBe(artifactText(one.artifact()));
      const other = finished({ ...options, seed: 3 });
      expect(artifactText(other.artifact())).not.toBe(artifactText(one.artifact()));
    },
  );

  test.each(ALGORITHMS)("makes with %s an artifact that is accepted", (_, options) => {
    const artifact = finished(options).artifact();
    expect(parseArtifact(JSON.parse(artifactText(artifact)))).toEqual(artifact);
    for (const [, ...values] of artifact.q)
      for (const value of values) expect(Number.isInteger(value)).toBe(true);
  });

  test("fills in every default, and keeps what it was told", () => {
    expect(startTraining({ algorithm: "q-learning", env_id: CYBER, seed: 1 }).config).toEqual({
      algorithm: "q-learning",
      env_id: CYBER,
      env_config: { preset: "standard" },
      seed: 1,
      episodes: 5_000,
      learning_rate: 0.1,
      discount: 0.95,
      epsilon: { start: 1, end: 0.02, decay: 0.999 },
      initial_value: 0,
      early_stop: null,
    });
    const { config } = startTraining({ algorithm: "double-q-learning", env_id: CYBER, seed: 1 });
    expect(config).toMatchObject({ replay: { capacity: 2_000, batch: 32 } });
  });

  test.each<[string, object, string, readonly string[]]>([
    ["an unknown algorithm", { algorithm: "sarsa" }, "invalid_training", ["/algorithm"]],
    ["an unknown environment", { env_id: "chess-v1" }, "unknown_environment", []],
    ["an unknown preset", { env_config: { preset: "x" } }, "invalid_config", ["/preset"]],
    ["replay with q-learning", { replay: { capacity: 1, batch: 1 } }, "invalid_training", ["/replay"]],
    [
      "several wrong numbers",
      {
        seed: -1,
        episodes: 0,
        learning_rate: 1.1,
        discount: "1",
        epsilon: { start: 2, end: -1, decay: null },
      },
      "invalid_training",
      [
        "/seed",
        "/episodes",
        "/learning_rate",
        "/discount",
        "/epsilon/start",
        "/epsilon/end",
        "/epsilon/decay",
      ],
    ],
    ["NaN", { learning_rate: Number.NaN }, "invalid_training", ["/learning_rate"]],
    [
      "an infinite value",
      { initial_value: Number.POSITIVE_INFINITY },
      "invalid_training",
      ["/initial_value"],
    ],
    ["an unsafe seed", { seed: 2 ** 53 }, "invalid_training", ["/seed"]],
    [
      "an empty window",
      { early_stop: { window: 0, min_gain: 0, patience: 1 } },
      "invalid_training",
      ["/early_stop/window"],
    ],
    ["a field too many", { speed: 1 }, "invalid_training", ["/speed"]],
  ])("refuses %s and names where", (_, changes, code, paths) => {
    const run = () => startTraining({ ...Q, ...changes } as TrainingOptions);
    expect(refusal(run).code).toBe(code);
    expect([...pathsOf(run)].sort()).toEqual([...paths].sort());
  });

  test("refuses to start from what is no Q-table of the environment", () => {
    const [table, actions] = artifactsOf(environmentKind(ENERGY), 1);
    expect(refusal(() => startTraining(Q, table)).code).toBe("invalid_training");
    expect(refusal(() => startTraining({ ...Q, env_id: ENERGY }, actions)).code).toBe("invalid_training");
  });

  test("gives back the Q-table that it started from, as long as nothing is learned", () => {
    const { artifact } = everyRow();
    const still = { ...Q, learning_rate: 0, epsilon: { start: 0, end: 0, decay: 1 } };
    const training = startTraining(still, artifact);
    training.advance(50);
    const rows = new Map(artifact.q.map((row) => [row[0], row]));
    const learned = training.artifact();
    expect(learned.q.length).toBeGreaterThan(30);
    for (const row of learned.q) expect(row).toEqual(rows.get(row[0]!));
  });
});

/** A Q-table that knows every state. */
function everyRow(): { artifact: QTableArtifact } {
  const [artifact] = artifactsOf(environmentKind(CYBER), 4) as [QTableArtifact];
  const q = Array.from({ length: 108 }, (_, state) => [
    state,
    ...[0, 1, 2, 3, 4].map((a) => (state * 7 + a * 31) % 11),
  ]);
  return { artifact: { ...artifact, q } };
}

describe("advance", () => {
  test.each(ALGORITHMS)(
    "may be paused, saved and resumed anywhere with %s, and nothing changes",
    (_, options) => {
      const whole = finished(options);
      fc.assert(
        fc.property(fc.array(fc.nat(90), { maxLength: 6 }), fc.boolean(), (parts, inBytes) => {
          let training = startTraining(options);
          for (const part of parts) {
            const progress = training.advance(part);
            const text = training.save();
            training = resumeTraining(inBytes ? new TextEncoder().encode(text) : text);
            expect(training.save()).toBe(text);
            expect(training.progress()).toEqual(progress);
          }
          training.advance(Number.POSITIVE_INFINITY);
          expect(training.save()).toBe(whole.save());
          expect(artifactText(training.artifact())).toBe(artifactText(whole.artifact()));
        }),
        { numRuns: 15, endOnFailure: true },
      );
    },
  );

  test("runs episode i on the seed that comes of the training's seed and i", () => {
    const env = makeEnvironment(CYBER);
    const starts: number[] = [];
    let fresh = true;
    startTraining(Q).advance(20, {
      observe: (state, _action, _reward, _next, terminated, truncated) => {
        if (fresh) starts.push(state);
        fresh = terminated || truncated;
      },
    });
    expect(starts).toEqual(starts.map((_, i) => env.reset({ seed: episodeSeed(11, i) }).state));
    expect(starts).toHaveLength(20);
  });

  test("reports every episode: reward, average, epsilon, table size, action counts", () => {
    const seen: Progress[] = [];
    const rewards: number[] = [];
    const counts = [0, 0, 0, 0, 0];
    const states = new Set<number>();
    let reward = 0;
    let epsilon = 1;
    startTraining(Q).advance(250, {
      observe: (state, action, earned, _next, terminated, truncated) => {
        states.add(state);
        counts[action]! += 1;
        reward += earned;
        if (!terminated && !truncated) return;
        rewards.push(reward);
        reward = 0;
      },
      onEpisode: (progress) => {
        epsilon = Math.max(0.05, epsilon * 0.99);
        const last = rewards.slice(-100);
        expect(progress).toEqual({
          episode: rewards.length,
          episodes: 300,
          reward: rewards.at(-1),
          average: last.reduce((sum, one) => sum + one, 0) / last.length,
          epsilon,
          table_size: states.size,
          action_counts: counts,
          done: false,
          converged: false,
        });
        seen.push(progress);
      },
    });
    expect(seen).toHaveLength(250);
    expect(seen[0]!.epsilon).toBe(0.99);
    expect(seen[249]!.epsilon).toBeCloseTo(0.99 ** 250, 10);
  });

  test("stops at the last episode, whatever it is asked for", () => {
    const training = startTraining({ ...Q, episodes: 5 });
    expect(training.advance(3)).toMatchObject({ episode: 3, done: false });
    expect(training.advance(3)).toMatchObject({ episode: 5, done: true, converged: false });
    const before = training.save();
    training.advance(1_000);
    expect(training.save()).toBe(before);
    for (const none of [0, -1, Number.NaN]) expect(startTraining(Q).advance(none).episode).toBe(0);
  });

  test("stops early when the mean has not risen for long enough", () => {
    const still = {
      algorithm: "q-learning",
      env_id: ENERGY,
      env_config: { demand_percent: 0 },
      seed: 1,
      epsilon: { start: 0, end: 0, decay: 1 },
      early_stop: { window: 3, min_gain: 0, patience: 4 },
    } as const;
    // It always saves and always earns 50: the third episode fills the window, and four more bring nothing.
    expect(startTraining(still).advance(100)).toMatchObject({ episode: 7, converged: true, average: 50 });
  });

  test("stops early where a plain look at all rewards says so", () => {
    fc.assert(
      fc.property(
        fc.record({
          window: fc.integer({ min: 1, max: 30 }),
          min_gain: fc.constantFrom(0, 0.25, 3),
          patience: fc.integer({ min: 1, max: 40 }),
        }),
        fc.nat(1_000),
        (early_stop, seed) => {
          const rewards: number[] = [];
          const training = startTraining({ ...Q, seed, episodes: 150, early_stop });
          const { converged } = training.advance(150, { onEpisode: ({ reward }) => rewards.push(reward) });
          const { window, min_gain, patience } = early_stop;
          let best = Number.NEGATIVE_INFINITY;
          let since = 0;
          for (let end = window; end <= rewards.length; end++) {
            const sum = rewards.slice(end - window, end).reduce((total, reward) => total + reward, 0);
            if (sum > best + min_gain * window) [best, since] = [sum, 0];
            else since += 1;
            if (end < rewards.length) expect(since).toBeLessThan(patience);
          }
          expect(converged).toBe(since >= patience);
          if (!converged) expect(rewards).toHaveLength(150);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("learns with Q-learning what plain loops learn", () => {
    for (const options of [Q, { ...Q, env_id: ENERGY, initial_value: 30, discount: 1, learning_rate: 0.3 }]) {
      const training = finished(options);
      expect(savedOf(training).tables).toEqual([naiveQ(training.config).flat()]);
    }
  });

  test("learns with double Q-learning what plain loops learn", () => {
    for (const options of [DOUBLE, { ...DOUBLE, env_id: CYBER, env_config: {}, episodes: 40 }] as const) {
      const training = finished({ ...options, early_stop: null });
      expect(savedOf(training).tables).toEqual(naiveDoubleQ(training.config).map((table) => table.flat()));
    }
  });

  test.each([
    ["q-learning", {}, 0.9],
    ["double-q-learning", { episodes: 2_000, replay: { capacity: 2_000, batch: 8 } }, 0.9],
  ] as const)(
    "learns with %s a policy far better than chance and near the best that there is",
    (algorithm, more, share) => {
      const env = makeEnvironment(CYBER);
      const training = finished({ algorithm, env_id: CYBER, seed: 1, ...more } as TrainingOptions);
      const policy = loadPolicy(training.artifact());
      const random = loadPolicy({ v: 1, kind: "random", env_id: CYBER });
      const mean = (actor: typeof policy) => {
        let sum = 0;
        for (let seed = 0; seed < 400; seed++) sum += runEpisode(env, actor, 1_000_000 + seed).reward;
        return sum / 400;
      };
      const { expected, optimum } = evaluate(host, env, policy.behaviour);
      expect(expected).toBeGreaterThan(share * optimum);
      expect(expected).toBeLessThanOrEqual(optimum);
      expect(mean(random)).toBeLessThan(0.3 * (optimum / 1e9));
      expect(Math.abs(mean(policy) - expected / 1e9)).toBeLessThan(0.1 * (expected / 1e9));
    },
  );
});

describe("Values", () => {
  test("keeps the best action that a fresh look would find", () => {
    const write = fc.tuple(fc.nat(3), fc.nat(4), fc.constantFrom(-2, -1, -0, 0, 1, 2, 1.5));
    fc.assert(
      fc.property(fc.array(write, { maxLength: 60 }), fc.constantFrom(-1, 0, 3), (writes, initial) => {
        const values = new Values(4, 5, initial);
        for (const [state, action, value] of writes) {
          values.set(state, action, value);
          const row = [0, 1, 2, 3, 4].map((other) => values.get(state, other));
          expect(values.best[state]).toBe(row.indexOf(Math.max(...row)));
        }
      }),
    );
  });
});
