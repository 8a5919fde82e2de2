// Over many episodes of fixed seeds, everything happens as often as the text says.
import { expect, test } from "vitest";
import { makeEnvironment } from "../../src/environments/registry.ts";
import { stream } from "../../src/random.ts";
import { CYBER, ENERGY, seen } from "./rules.ts";

/** By situation, how often what followed; fails where that is off by more than five standard deviations. */
class Frequencies {
  private readonly counts = new Map<string, Map<string, number>>();

  add(situation: string, followed: string): void {
    const row = this.counts.get(situation) ?? new Map<string, number>();
    row.set(followed, (row.get(followed) ?? 0) + 1);
    this.counts.set(situation, row);
  }

  expectRow(situation: string, percents: Readonly<Record<string, number>>): void {
    const row = this.counts.get(situation) ?? new Map<string, number>();
    const n = [...row.values()].reduce((sum, count) => sum + count, 0);
    expect(n, situation).toBeGreaterThan(1000);
    expect(Object.keys(percents), situation).toEqual(expect.arrayContaining([...row.keys()]));
    for (const [followed, percent] of Object.entries(percents)) {
      const p = percent / 100;
      const off = Math.abs((row.get(followed) ?? 0) - n * p);
      expect(off, `${situation}: ${followed}`).toBeLessThanOrEqual(5 * Math.sqrt(n * p * (1 - p)));
    }
  }
}

test("step of cyber-defense-v1 draws healths, severities, types and confidences as often as the text says", () => {
  const frequencies = new Frequencies();
  const env = makeEnvironment(CYBER);
  const random = stream("explore", 1);
  for (let seed = 0; seed < 5000; seed++) {
    let before = seen(env.reset({ seed }).state);
    for (let going = true; going; ) {
      const action = Math.floor(random() * 5);
      const { state, terminated, truncated } = env.step(action);
      const after = seen(state);
      going = !terminated && !truncated;
      const kind = before.severity === "HIGH" ? action >= 3 : before.severity === "MEDIUM" && action > 0;
      frequencies.add(`${before.severity} ${before.health} ${kind}`, after.health);
      if (going) {
        frequencies.add(before.severity === "HIGH" ? "after HIGH" : "after others", after.severity);
        frequencies.add("type", after.type);
        frequencies.add(`confidence ${after.severity}`, after.confidence);
      }
      before = after;
    }
  }
  frequencies.expectRow("LOW HEALTHY false", { HEALTHY: 100 });
  frequencies.expectRow("LOW DEGRADED false", { HEALTHY: 40, DEGRADED: 60 });
  frequencies.expectRow("MEDIUM HEALTHY false", { HEALTHY: 80, DEGRADED: 20 });
  frequencies.expectRow("MEDIUM HEALTHY true", { HEALTHY: 100 });
  frequencies.expectRow("MEDIUM DEGRADED false", { DEGRADED: 100 });
  frequencies.expectRow("MEDIUM DEGRADED true", { HEALTHY: 30, DEGRADED: 70 });
  frequencies.expectRow("HIGH HEALTHY false", { DEGRADED: 100 });
  frequencies.expectRow("HIGH HEALTHY true", { HEALTHY: 70, DEGRADED: 30 });
  frequencies.expectRow("HIGH DEGRADED false", { DEGRADED: 60, CRITICAL: 40 });
  frequencies.expectRow("HIGH DEGRADED true", { DEGRADED: 88, CRITICAL: 12 });
  frequencies.expectRow("after HIGH", { LOW: 25, MEDIUM: 15, HIGH: 60 });
  frequencies.expectRow("after others", { LOW: 50, MEDIUM: 30, HIGH: 20 });
  frequencies.expectRow("type", { SCAN: 40, BRUTE_FORCE: 40, DOS: 20 });
  frequencies.expectRow("confidence LOW", { LOW: 70, HIGH: 30 });
  frequencies.expectRow("confidence MEDIUM", { LOW: 50, HIGH: 50 });
  frequencies.expectRow("confidence HIGH", { LOW: 20, HIGH: 80 });
});

test("reset draws the first step as often as the text says", () => {
  const frequencies = new Frequencies();
  const env = makeEnvironment(CYBER);
  for (let seed = 0; seed < 20_000; seed++) {
    const { severity, type, health, time } = seen(env.reset({ seed }).state);
    frequencies.add("severity", severity);
    frequencies.add("type", type);
    frequencies.add("the rest", `${health} ${time}`);
  }
  frequencies.expectRow("severity", { LOW: 50, MEDIUM: 30, HIGH: 20 });
  frequencies.expectRow("type", { SCAN: 40, BRUTE_FORCE: 40, DOS: 20 });
  frequencies.expectRow("the rest", { "HEALTHY SHORT": 100 });
});

test("step of energy-slot-v1 has demand as often as the text says, whatever the slot", () => {
  const frequencies = new Frequencies();
  const env = makeEnvironment(ENERGY);
  for (let seed = 0; seed < 5000; seed++) {
    let { state } = env.reset({ seed });
    for (let slot = 0; slot < 24; slot++) {
      frequencies.add(`slot ${slot}`, state % 2 === 1 ? "YES" : "NO");
      ({ state } = env.step(0));
    }
  }
  for (let slot = 0; slot < 24; slot++) frequencies.expectRow(`slot ${slot}`, { NO: 50, YES: 50 });
});

test("the schedule does not depend on the actions", () => {
  const schedule = (action: number, seed: number): string[] => {
    const env = makeEnvironment(CYBER);
    const shown = [env.reset({ seed }).state];
    for (;;) {
      const { state, terminated, truncated } = env.step(action);
      if (terminated || truncated) break;
      shown.push(state);
    }
    return shown
      .map(seen)
      .map(({ severity, type, confidence, time }) => `${severity} ${type} ${confidence} ${time}`);
  };
  for (let seed = 0; seed < 50; seed++) {
    const all = [0, 1, 2, 3, 4].map((action) => schedule(action, seed));
    const longest = all.reduce((so, one) => (one.length > so.length ? one : so));
    for (const one of all) expect(one).toEqual(longest.slice(0, one.length));
  }
});
