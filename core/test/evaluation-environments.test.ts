// Exact evaluation of the real environments, against hand-computed values and sampling through the one loop.
import { describe, expect, test } from "vitest";
import { environmentKinds, makeEnvironment } from "../src/environments/registry.ts";
import { tabulate } from "../src/evaluation/dynamics.ts";
import { evaluate, prepareEvaluation } from "../src/evaluation/evaluate.ts";
import { expectedReturn, follow } from "../src/evaluation/expected.ts";
import { toBillionths } from "../src/evaluation/rational.ts";
import { portableHost } from "../src/host.ts";
import { behavioursOf, sampled, sampledTable } from "./evaluation-sampling.ts";

const CYBER = "cyber-defense-v1";
const ENERGY = "energy-slot-v1";
const [MONITOR, BLOCK_IP] = [1, 3];
const [SAVE, USE] = [0, 1];

/** The expected return in the environment's unit, tenths; `always` one action, or uniform play. */
const expected = (id: string, config: object, always: number | "uniform"): number => {
  const env = makeEnvironment(id, config);
  const behaviour = always === "uniform" ? always : new Uint8Array(env.stateCount).fill(always);
  return toBillionths(expectedReturn(follow(tabulate(env.model()), behaviour))) / 1e9;
};
const best = (id: string, config: object): number =>
  toBillionths(prepareEvaluation(makeEnvironment(id, config)).optimum.value) / 1e9;

describe("expectedReturn", () => {
  test("expectedReturn of one step of cyber-defense-v1 is the sum by hand", () => {
    // LOW, MEDIUM, HIGH come 5 : 3 : 2, health starts HEALTHY; the horizon pays 50 if HEALTHY, 20 if DEGRADED.
    // MONITOR: -2 + (5·30 + 3·10 - 2·30)/10, and HIGH always degrades: 0.8·50 + 0.2·20.
    expect(expected(CYBER, { horizon: 1 }, MONITOR)).toBe(10 + 44);
    // BLOCK_IP: -15 + (5·-20 + 3·50 + 2·(0.8·100 + 0.2·50))/10, and HIGH degrades 3 in 10: 50 - 0.2·0.3·30.
    expect(expected(CYBER, { horizon: 1 }, BLOCK_IP)).toBe(8 + 48.2);
  });

  test("expectedReturn of short days of energy-slot-v1 is the sum by hand", () => {
    expect(expected(ENERGY, { slots: 1 }, SAVE)).toBe(50);
    expect(expected(ENERGY, { slots: 1 }, USE)).toBe(50);
    expect(expected(ENERGY, { slots: 1, demand_percent: 75 }, USE)).toBe(50 + 5);
    // The second of two charges empties it: ±10 twice and -20, but nothing at the horizon.
    expect(expected(ENERGY, { slots: 2, battery_tenths: 2 }, USE)).toBe(-20);
    expect(expected(ENERGY, { slots: 3, battery_tenths: 2, demand_percent: 100 }, USE)).toBe(0);
    // Uniform play empties it in one of four.
    expect(expected(ENERGY, { slots: 2, battery_tenths: 2 }, "uniform")).toBe(0.75 * 50 - 0.25 * 20);
  });

  test("expectedReturn agrees with episodes of the real environment", () => {
    for (const { id } of environmentKinds) {
      const env = makeEnvironment(id);
      for (const behaviour of behavioursOf(env).slice(0, 3)) {
        const exact = toBillionths(expectedReturn(follow(tabulate(env.model()), behaviour))) / 1e9;
        const { mean, standardError } = sampled(env, behaviour, 20_000);
        expect(Math.abs(mean - exact)).toBeLessThanOrEqual(5 * standardError); // both 0 for always SAVE
      }
    }
  });
});

describe("optimum", () => {
  test("optimum of one step of cyber-defense-v1 is the sum by hand", () => {
    // LOW: MONITOR, 28 + 50. MEDIUM: MONITOR cannot match BLOCK_IP on a scan, 35 + 50, nor RATE_LIMIT else, 70 + 50.
    // HIGH: DOS is isolated, 90 + 41; the others blocked if sure, 85 + 41; if not, a scan or a brute force is
    // isolated, 50 + 41.
    const low = 78;
    const medium = 0.4 * 85 + 0.6 * 120;
    const high = 0.2 * 131 + 0.8 * (0.8 * 126 + 0.2 * 91);
    expect(best(CYBER, { horizon: 1 })).toBeCloseTo(0.5 * low + 0.3 * medium + 0.2 * high, 9);
  });

  test("optimum of energy-slot-v1 uses all but one charge on the first slots with demand", () => {
    for (const [slots, charges, percent] of [
      [1, 1, 50],
      [2, 2, 50],
      [24, 10, 50],
      [24, 5, 50],
      [24, 10, 25],
    ] as const) {
      // biome-ignore format: cases
      let uses = 0;
      for (let demands = 0, odds = (1 - percent / 100) ** slots; demands <= slots; demands++) {
        uses += odds * Math.min(charges - 1, demands);
        odds *= ((slots - demands) / (demands + 1)) * (percent / (100 - percent));
      }
      const config = { slots, battery_tenths: charges, demand_percent: percent };
      expect(best(ENERGY, config)).toBeCloseTo(50 + 10 * uses, 8);
    }
  });

  test("optimum is attained by observation and step in every preset and at the edges of the configurations", () => {
    const configs: [string, object][] = [
      ...environmentKinds.flatMap(({ id, presets }) =>
        Object.keys(presets).map((preset): [string, object] => [id, { preset }]),
      ),
      [CYBER, { severity_percent: [0, 0, 100], high_stays_percent: 0 }],
      [CYBER, { severity_percent: [0, 100, 0], high_stays_percent: 100 }],
      [CYBER, { severity_percent: [5, 5, 90], high_stays_percent: 5 }],
      [ENERGY, { demand_percent: 0 }],
      [ENERGY, { demand_percent: 100 }],
    ];
    for (const [id, config] of configs) {
      const { value, table } = prepareEvaluation(makeEnvironment(id, config)).optimum;
      expect(table.length).toBe(makeEnvironment(id, config).horizon);
      for (const always of ["uniform", 0, 1] as const) {
        expect(expected(id, config, always)).toBeLessThanOrEqual(toBillionths(value) / 1e9);
      }
    }
  });

  test("optimum's table earns the optimum in episodes of the real environment", () => {
    for (const { id } of environmentKinds) {
      const env = makeEnvironment(id);
      const { value, table } = prepareEvaluation(env).optimum;
      const { mean, standardError } = sampledTable(env, table, 20_000);
      expect(Math.abs(mean - toBillionths(value) / 1e9)).toBeLessThan(5 * standardError);
    }
  });
});

describe("evaluate", () => {
  test("evaluate gives what an entry carries", () => {
    const env = makeEnvironment(ENERGY, { slots: 2, battery_tenths: 2 });
    // Observations: (slot × 11 + battery) × 2 + demand; the policy uses one charge, on the first demand.
    const thrifty = Uint8Array.from(env.observations, ({ battery, demand }) =>
      demand === 1 && battery! > 1 ? USE! : SAVE!,
    );
    const actions = [[4, 0], [5, 1], [24, 0], [25, 0], [26, 0], [27, 1]]; // biome-ignore format: pairs
    expect(evaluate(portableHost, env, thrifty)).toEqual({
      method: "exact-v1",
      expected: 57_500_000_000,
      optimum: 57_500_000_000,
      behaviour_hash: portableHost.sha256(
        `{"actions":${JSON.stringify(actions)},"env_config":{"battery_tenths":2,"demand_percent":50,"slots":2},` +
          `"env_id":"energy-slot-v1","kind":"behaviour-v1"}`,
      ),
    });
  });
});
