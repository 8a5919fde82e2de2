// The rules of energy-slot-v1, typed from their text.
import { describe, expect, test } from "vitest";
import { environmentKind, makeEnvironment } from "../../src/environments/registry.ts";
import { ENERGY, weightsOver } from "./rules.ts";

const [SAVE, USE] = [0, 1];

interface Played {
  readonly slot: number;
  readonly battery: number;
  readonly demand: number;
  readonly reward: number;
  readonly end: "" | "terminated" | "truncated";
}

/** Plays an action until the end; what each step showed and paid. */
function play(config: object, seed: number, action: (demand: number, i: number) => number): Played[] {
  const env = makeEnvironment(ENERGY, config);
  let { observation } = env.reset({ seed });
  const played: Played[] = [];
  for (let i = 0; played.at(-1)?.end !== "terminated" && played.at(-1)?.end !== "truncated"; i++) {
    const { reward, terminated, truncated, ...next } = env.step(action(observation.demand!, i));
    observation = next.observation;
    const { slot, battery, demand } = observation as { slot: number; battery: number; demand: number };
    expect(next.state).toBe((slot * 11 + battery) * 2 + demand);
    played.push({
      slot,
      battery,
      demand,
      reward,
      end: terminated ? "terminated" : truncated ? "truncated" : "",
    });
  }
  return played;
}

describe("outcomes of energy-slot-v1", () => {
  test("outcomes are certain, and pay what the text says in every state", () => {
    const model = makeEnvironment(ENERGY).model();
    expect(model.observationOf).toHaveLength(25 * 10 * 2);
    model.observationOf.forEach((code, state) => {
      const [slot, battery, demand] = [Math.floor(code / 22), Math.floor(code / 2) % 11, code % 2];
      const next = Math.min(slot + 1, 24);
      const save = { reward: 0, after: next * 10 + battery - 1, endObservation: (next * 11 + battery) * 2 };
      const paid = demand === 1 ? 10 : -10;
      const use =
        battery === 1
          ? { reward: paid - 20, after: null, endObservation: next * 22 }
          : { reward: paid, after: next * 10 + battery - 2, endObservation: (next * 11 + battery - 1) * 2 };
      expect(model.outcomes(state, SAVE!)).toEqual({ total: 1, weights: [1], outcomes: [save] });
      expect(model.outcomes(state, USE!)).toEqual({ total: 1, weights: [1], outcomes: [use] });
    });
  });

  test.each([
    ["standard", [50, 50]],
    ["low_demand", [75, 25]],
    ["high_demand", [25, 75]],
  ])(
    "arrivals of %s are %j in a hundred without and with demand, whatever went before",
    (preset, expected) => {
      const model = makeEnvironment(ENERGY, { preset }).model();
      expect(model.afterCount).toBe(250);
      for (const [after, chance] of [
        [9, model.start] as const,
        ...Array.from({ length: 250 }, (_, after) => [after, model.arrivals(after)] as const),
      ]) {
        expect(weightsOver(100, chance)).toEqual(expected);
        const [slot, battery] = [Math.floor(after / 10), (after % 10) + 1];
        const without = (slot * 11 + battery) * 2;
        expect(chance.outcomes.map((state) => model.observationOf[state])).toEqual([without, without + 1]);
      }
    },
  );
});

describe("an episode of energy-slot-v1", () => {
  test("SAVE costs and gives nothing, and the horizon pays 50", () => {
    const played = play({}, 0, () => SAVE!);
    expect(played).toHaveLength(24);
    expect(played.map(({ slot }) => slot)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    expect(played.every(({ battery }) => battery === 10)).toBe(true);
    expect(played.map(({ reward }) => reward)).toEqual([...new Array(23).fill(0), 50]);
    expect(played.at(-1)).toEqual({ slot: 24, battery: 10, demand: 0, reward: 50, end: "truncated" });
  });

  test("USE takes a tenth, and the tenth of them empties the battery: terminated, with -20", () => {
    for (const seed of [0, 1, 2, 3]) {
      const demands: number[] = [];
      const played = play({}, seed, (demand) => {
        demands.push(demand);
        return USE!;
      });
      expect(played.map(({ battery }) => battery)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
      const paid = demands.map((demand) => (demand === 1 ? 10 : -10));
      expect(played.map(({ reward }) => reward)).toEqual(
        paid.map((reward, i) => (i === 9 ? reward - 20 : reward)),
      );
      expect(played.at(-1)).toMatchObject({ slot: 10, battery: 0, demand: 0, end: "terminated" });
    }
  });

  test("a battery that is empty in the last slot terminates: the horizon pays nothing", () => {
    const played = play({ slots: 3, battery_tenths: 3, demand_percent: 100 }, 5, () => USE!);
    expect(played.map(({ reward }) => reward)).toEqual([10, 10, -10]);
    expect(played.at(-1)!.end).toBe("terminated");
  });

  test("a battery with one charge left at the horizon is truncated with 50", () => {
    const played = play({ slots: 3, battery_tenths: 4, demand_percent: 0 }, 5, () => USE!);
    expect(played.map(({ reward }) => reward)).toEqual([-10, -10, 40]);
    expect(played.at(-1)).toEqual({ slot: 3, battery: 1, demand: 0, reward: 40, end: "truncated" });
  });
});

test("presets of energy-slot-v1 differ in what happens", () => {
  expect(environmentKind(ENERGY).presets).toEqual({
    standard: { slots: 24, battery_tenths: 10, demand_percent: 50 },
    low_demand: { slots: 24, battery_tenths: 10, demand_percent: 25 },
    high_demand: { slots: 24, battery_tenths: 10, demand_percent: 75 },
    half_battery: { slots: 24, battery_tenths: 5, demand_percent: 50 },
  });
  const demandOf = (preset: string): number => {
    const all = Array.from({ length: 200 }, (_, seed) =>
      play({ preset }, seed, () => SAVE!).slice(0, -1),
    ).flat();
    return all.filter(({ demand }) => demand === 1).length / all.length;
  };
  expect(Math.abs(demandOf("standard") - 0.5)).toBeLessThan(0.03);
  expect(Math.abs(demandOf("low_demand") - 0.25)).toBeLessThan(0.03);
  expect(Math.abs(demandOf("high_demand") - 0.75)).toBeLessThan(0.03);
  expect(play({ preset: "half_battery" }, 0, () => USE!)).toHaveLength(5);
});
