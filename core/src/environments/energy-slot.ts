// energy-slot-v1: spend a small battery on the slots that have demand. docs/environments.md has the same rules in
// words. Rewards and the battery are in tenths, probabilities in exact weights.
import * as z from "zod/mini";
import { chance } from "./chance.ts";
import type { Chance, Model, Outcome } from "./environment.ts";
import { defineKind } from "./kind.ts";

const MAX_SLOTS = 24;
const FULL = 10;
const [SAVE, USE] = [0, 1] as const;

const configSchema = z.strictObject({
  /** Slots of an episode. */
  slots: z.int().check(z.minimum(1), z.maximum(MAX_SLOTS)),
  /** The battery at the start, in tenths. */
  battery_tenths: z.int().check(z.minimum(1), z.maximum(FULL)),
  /** How often a slot has demand. */
  demand_percent: z.int().check(z.minimum(0), z.maximum(100), z.multipleOf(5)),
});

type Config = z.infer<typeof configSchema>;

const STANDARD: Config = { slots: 24, battery_tenths: 10, demand_percent: 50 };

export const energySlot = defineKind<Config>({
  id: "energy-slot-v1",
  summary: "Spend a battery of ten uses on the slots that have demand, and never empty it.",
  rewardUnit: 10,
  fields: [
    { name: "slot", size: MAX_SLOTS + 1 },
    { name: "battery", size: FULL + 1 },
    { name: "demand", size: 2, labels: ["NO", "YES"] },
  ],
  actions: ["SAVE", "USE"],
  configSchema,
  presets: {
    standard: STANDARD,
    low_demand: { ...STANDARD, demand_percent: 25 },
    high_demand: { ...STANDARD, demand_percent: 75 },
    half_battery: { ...STANDARD, battery_tenths: 5 },
  },
  model,
});

const REWARD_USE = [-10, 10]; // by demand
const REWARD_EMPTY = -20;
const REWARD_AT_HORIZON = 50;

/** States are (slot, battery, demand), after-states (slot, battery). Slot `slots` is there, but nothing acts in it. */
function model({ slots, battery_tenths, demand_percent }: Config): Model {
  const afterIndex = (slot: number, battery: number) => slot * FULL + battery - 1;
  const states = Array.from({ length: (slots + 1) * FULL * 2 }, (_, index) => ({
    slot: Math.floor(index / (FULL * 2)),
    battery: (Math.floor(index / 2) % FULL) + 1,
    demand: index % 2,
  }));
  const arrivals = (after: number): Chance<number> =>
    chance([
      [after * 2, 100 - demand_percent],
      [after * 2 + 1, demand_percent],
    ]);
  const outcome = (state: number, action: number): Outcome => {
    const { slot, battery, demand } = states[state]!;
    const next = Math.min(slot + 1, slots);
    const left = action === USE ? battery - 1 : battery;
    const reward = action === USE ? REWARD_USE[demand]! : 0;
    return {
      reward: left === 0 ? reward + REWARD_EMPTY : reward,
      after: left === 0 ? null : afterIndex(next, left),
      endObservation: observationCode(next, left, 0),
    };
  };
  return {
    horizon: slots,
    stateCount: states.length,
    afterCount: states.length / 2,
    actionCount: [SAVE, USE].length,
    observationOf: states.map(({ slot, battery, demand }) => observationCode(slot, battery, demand)),
    start: arrivals(afterIndex(0, battery_tenths)),
    outcomes: (state, action) => chance([[outcome(state, action), 1]]),
    arrivals,
    truncationReward: () => REWARD_AT_HORIZON,
  };
}

function observationCode(slot: number, battery: number, demand: number): number {
  return (slot * (FULL + 1) + battery) * 2 + demand;
}
