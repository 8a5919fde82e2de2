// The rules of cyber-defense-v1, typed from their text. Nothing that is expected here comes out of the code.
import { describe, expect, test } from "vitest";
import { makeEnvironment } from "../../src/environments/registry.ts";
import { ACTIONS, CYBER, HEALTHS, IGNORE, MONITOR, seen, TIMES, weightsOver } from "./rules.ts";

/** By severity, type and confidence; for IGNORE, MONITOR, RATE_LIMIT, BLOCK_IP, ISOLATE_SERVICE; in tenths. */
const REWARDS: Readonly<Record<string, readonly number[]>> = {
  "LOW SCAN LOW": [20, 28, -15, -35, -70],
  "LOW SCAN HIGH": [-10, 28, -15, -35, -70],
  "LOW BRUTE_FORCE LOW": [20, 28, 20, -35, -70],
  "LOW BRUTE_FORCE HIGH": [-10, 28, 20, -35, -70],
  "LOW DOS LOW": [20, 28, 20, -35, -70],
  "LOW DOS HIGH": [-10, 28, 20, -35, -70],
  "MEDIUM SCAN LOW": [-40, 8, -15, 35, -70],
  "MEDIUM SCAN HIGH": [-40, 8, -15, 35, -70],
  "MEDIUM BRUTE_FORCE LOW": [-40, 8, 70, 35, -70],
  "MEDIUM BRUTE_FORCE HIGH": [-40, 8, 70, 35, -70],
  "MEDIUM DOS LOW": [-40, 8, 70, 35, -70],
  "MEDIUM DOS HIGH": [-40, 8, 70, 35, -70],
  "HIGH SCAN LOW": [-100, -32, -15, 35, 50],
  "HIGH SCAN HIGH": [-100, -32, -15, 85, 50],
  "HIGH BRUTE_FORCE LOW": [-100, -32, 70, 35, 50],
  "HIGH BRUTE_FORCE HIGH": [-100, -32, 70, 85, 50],
  "HIGH DOS LOW": [-100, -32, 70, 35, 90],
  "HIGH DOS HIGH": [-100, -32, 70, 85, 90],
};

/** By severity and health, for each action: how often HEALTHY, DEGRADED, CRITICAL follows, in hundredths. */
const HEALTH: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  "LOW HEALTHY": [
    [100, 0, 0],
    [100, 0, 0],
    [100, 0, 0],
    [100, 0, 0],
    [100, 0, 0],
  ],
  "LOW DEGRADED": [
    [40, 60, 0],
    [40, 60, 0],
    [40, 60, 0],
    [40, 60, 0],
    [40, 60, 0],
  ],
  "MEDIUM HEALTHY": [
    [80, 20, 0],
    [100, 0, 0],
    [100, 0, 0],
    [100, 0, 0],
    [100, 0, 0],
  ],
  "MEDIUM DEGRADED": [
    [0, 100, 0],
    [30, 70, 0],
    [30, 70, 0],
    [30, 70, 0],
    [30, 70, 0],
  ],
  "HIGH HEALTHY": [
    [0, 100, 0],
    [0, 100, 0],
    [0, 100, 0],
    [70, 30, 0],
    [70, 30, 0],
  ],
  "HIGH DEGRADED": [
    [0, 60, 40],
    [0, 60, 40],
    [0, 60, 40],
    [0, 88, 12],
    [0, 88, 12],
  ],
};

/** An arrival's weights in thousandths: severity, then type, then confidence, which counts fastest. */
const ARRIVALS = [
  [140, 60, 140, 60, 70, 30],
  [60, 60, 60, 60, 30, 30],
  [16, 64, 16, 64, 8, 32],
];
const ARRIVALS_AFTER_HIGH = [
  [70, 30, 70, 30, 35, 15],
  [30, 30, 30, 30, 15, 15],
  [48, 192, 48, 192, 24, 96],
];

const env = makeEnvironment(CYBER);
const model = env.model();
/** Every Markov state and action, with what is seen in it. */
const cells = model.observationOf.flatMap((code, state) =>
  ACTIONS.map((name, action) => ({ state, name, action, before: seen(code) })),
);
const afters = Array.from({ length: model.afterCount }, (_, after) => after);

describe("outcomes of cyber-defense-v1", () => {
  test("outcomes cover 18 attacks in two healths, for five actions", () => {
    expect(
      new Set(cells.map(({ before: b }) => `${b.severity} ${b.type} ${b.confidence} ${b.health}`)).size,
    ).toBe(36);
    expect(cells).toHaveLength(84 * 5);
    expect(Object.values(REWARDS).flat()).toHaveLength(90);
  });

  test("outcomes pay what the text says, and 100 less where CRITICAL follows", () => {
    for (const { state, action, before } of cells) {
      const reward = REWARDS[`${before.severity} ${before.type} ${before.confidence}`]![action]!;
      for (const outcome of model.outcomes(state, action).outcomes) {
        expect(outcome.reward).toBe(outcome.after === null ? reward - 100 : reward);
      }
    }
  });

  test("outcomes change the health as often as the text says, the better health first", () => {
    for (const { state, action, before } of cells) {
      const expected = HEALTH[`${before.severity} ${before.health}`]![action]!;
      const chance = model.outcomes(state, action);
      const healths = chance.outcomes.map(({ endObservation }) =>
        HEALTHS.indexOf(seen(endObservation).health),
      );
      expect(healths).toEqual([0, 1, 2].filter((health) => expected[health]! > 0));
      expect(weightsOver(100, chance)).toEqual(expected.filter((weight) => weight > 0));
    }
  });

  test("outcomes end the episode at CRITICAL and nowhere else, and show nothing but the health then", () => {
    for (const { state, action } of cells) {
      for (const { after, endObservation } of model.outcomes(state, action).outcomes) {
        expect([0, 4, 8]).toContain(endObservation);
        expect(after === null).toBe(seen(endObservation).health === "CRITICAL");
      }
    }
  });
});

describe("arrivals of cyber-defense-v1", () => {
  test("arrivals keep the health, count on a run of MEDIUM and HIGH, and draw the rest as the text says", () => {
    const kept = new Set<number>();
    for (const { state, action } of cells) {
      const before = seen(model.observationOf[state]!);
      for (const { after, endObservation } of model.outcomes(state, action).outcomes) {
        if (after === null) continue;
        kept.add(after);
        const chance = model.arrivals(after);
        const next = chance.outcomes.map((arrived) => seen(model.observationOf[arrived]!));
        expect(weightsOver(1000, chance)).toEqual(
          (before.severity === "HIGH" ? ARRIVALS_AFTER_HIGH : ARRIVALS).flat(),
        );
        expect(next.map(({ severity, type, confidence }) => `${severity} ${type} ${confidence}`)).toEqual(
          Object.keys(REWARDS),
        );
        expect(new Set(next.map(({ health }) => health))).toEqual(new Set([seen(endObservation).health]));
      }
    }
    expect(kept.size).toBe(14);
  });

  test("arrivals of the start are HEALTHY, SHORT, and as after a LOW", () => {
    expect(weightsOver(1000, model.start)).toEqual(ARRIVALS.flat());
    for (const state of model.start.outcomes) {
      expect(seen(model.observationOf[state]!)).toMatchObject({ health: "HEALTHY", time: "SHORT" });
    }
  });

  test.each([
    // LOW, MEDIUM, HIGH in percent, and how often HIGH stays; then what follows a HIGH, and what follows the others.
    [[20, 30, 50], 75, [10, 15, 75], [20, 30, 50]],
    [[65, 35, 0], 40, [39, 21, 40], [65, 35, 0]],
    [[0, 60, 40], 35, [0, 65, 35], [0, 60, 40]],
    [[50, 30, 20], 0, [62.5, 37.5, 0], [50, 30, 20]],
    [[50, 30, 20], 100, [0, 0, 100], [50, 30, 20]],
    [[0, 0, 100], 0, [0, 0, 100], [0, 0, 100]],
  ])(
    "arrivals with severity_percent %j and high_stays_percent %j are %j after a HIGH",
    (percent, stays, high, others) => {
      const custom = makeEnvironment(CYBER, { severity_percent: percent, high_stays_percent: stays }).model();
      const severityAfter = (after: number): number[] => {
        const { total, weights, outcomes } = custom.arrivals(after);
        const sums = { LOW: 0, MEDIUM: 0, HIGH: 0 };
        outcomes.forEach((state, i) => {
          sums[seen(custom.observationOf[state]!).severity] += weights[i]!;
        });
        return Object.values(sums).map((sum) => (sum * 100) / total);
      };
      // p × 2 + health, and p is 4, 5, 6 on HIGH.
      for (const after of afters) expect(severityAfter(after)).toEqual(after >= 8 ? high : others);
    },
  );

  test("time_under_attack is LONG exactly from the third step in a row from MEDIUM up", () => {
    const counts = { SHORT: 0, LONG: 0 };
    for (let seed = 0; seed < 300; seed++) {
      const severities: string[] = [];
      let step = { ...env.reset({ seed }), terminated: false, truncated: false };
      for (let i = 0; !step.terminated && !step.truncated; i++) {
        const { severity, time } = seen(step.state);
        severities.push(severity);
        const last = severities.slice(-3);
        const long = last.length === 3 && !last.includes("LOW");
        expect(time).toBe(TIMES[long ? 1 : 0]);
        counts[time] += 1;
        step = { ...env.step((seed + i) % 5) };
      }
    }
    expect(counts.LONG).toBeGreaterThan(500);
  });
});

describe("the end of cyber-defense-v1", () => {
  test("truncationReward is 50 for HEALTHY and 20 for DEGRADED", () => {
    for (const after of afters) expect(model.truncationReward(after)).toBe(after % 2 === 0 ? 50 : 20);
    for (const { state, action } of cells) {
      for (const { after, endObservation } of model.outcomes(state, action).outcomes) {
        if (after !== null) expect(model.truncationReward(after)).toBe(endObservation === 0 ? 50 : 20);
      }
    }
  });

  test("step truncates after the horizon, adds its reward, and shows nothing but the health", () => {
    const never = makeEnvironment(CYBER, { horizon: 2, severity_percent: [100, 0, 0] });
    never.reset({ seed: 7 });
    expect(never.step(MONITOR)).toMatchObject({ reward: 28, terminated: false, truncated: false });
    expect(never.step(MONITOR)).toMatchObject({
      state: 0,
      reward: 28 + 50,
      terminated: false,
      truncated: true,
    });
    const always = makeEnvironment(CYBER, { horizon: 1, severity_percent: [0, 0, 100] });
    always.reset({ seed: 7 });
    const last = always.step(IGNORE);
    expect(last).toMatchObject({ state: 4, reward: -100 + 20, terminated: false, truncated: true });
    expect(last.observation).toEqual({
      attack_severity: 0,
      attack_type: 0,
      system_health: 1,
      alert_confidence: 0,
      time_under_attack: 0,
    });
  });

  test("step terminates with -100 at CRITICAL, in the last step too, where the horizon pays nothing", () => {
    const always = makeEnvironment(CYBER, { horizon: 2, severity_percent: [0, 0, 100] });
    const lasts = Array.from({ length: 100 }, (_, seed) => {
      always.reset({ seed });
      always.step(IGNORE);
      const { state, reward, terminated, truncated } = always.step(IGNORE);
      return `${state} ${reward} ${terminated} ${truncated}`;
    });
    expect(new Set(lasts)).toEqual(new Set(["8 -200 true false", "4 -80 false true"]));
  });
});
