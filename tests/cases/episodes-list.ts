// What is in episodes.json: which episodes are played, by which actions, and which configurations are refused.
import type { Json, JsonObject } from "../../core/src/index.ts";

/** Which action step i takes, counted from 0. */
export type Script = (i: number) => number;

export interface Wanted {
  readonly name: string;
  readonly env_id: string;
  readonly env_config: JsonObject;
  readonly seed: number;
  /** A script, or an artifact as JSON. */
  readonly by: Script | JsonObject;
}

export interface RefusedConfig {
  readonly env_id: string;
  readonly env_config: Json;
  /** Where the fault is, as a JSON Pointer. */
  readonly path: string;
}

export const CYBER = "cyber-defense-v1";
export const ENERGY = "energy-slot-v1";
const [IGNORE, MONITOR, RATE_LIMIT, BLOCK_IP, ISOLATE_SERVICE] = [0, 1, 2, 3, 4] as const;
const [SAVE, USE] = [0, 1] as const;
const MAX_SEED = Number.MAX_SAFE_INTEGER;
const TWO_32 = 0x1_0000_0000;

export function wantedEpisodes(): Wanted[] {
  return [...cyberDefense(), ...cyberDefenseCustom(), ...energySlot(), ...byArtifacts()];
}

export function refusedConfigs(): RefusedConfig[] {
  const of =
    (env_id: string) =>
    (path: string, env_config: Json): RefusedConfig => ({ env_id, env_config, path });
  const cyber = of(CYBER);
  const energy = of(ENERGY);
  return [
    cyber("", null),
    cyber("", []),
    cyber("", "standard"),
    cyber("/preset", { preset: "hard" }),
    cyber("/preset", { preset: null }),
    cyber("/preset", { preset: "__proto__" }),
    cyber("/Horizon", { Horizon: 24 }),
    cyber("/__proto__", JSON.parse('{"__proto__":{"horizon":3}}')),
    cyber("/slots", { slots: 24 }),
    cyber("/horizon", { horizon: 0 }),
    cyber("/horizon", { horizon: 241 }),
    cyber("/horizon", { horizon: 1.5 }),
    cyber("/horizon", { horizon: "24" }),
    cyber("/horizon", { horizon: null }),
    cyber("/severity_percent", { severity_percent: [50, 30, 25] }),
    cyber("/severity_percent", { severity_percent: [50, 50] }),
    cyber("/severity_percent", { severity_percent: [40, 30, 20, 10] }),
    cyber("/severity_percent/1", { severity_percent: [50, 28, 25] }),
    cyber("/severity_percent/0", { severity_percent: [-5, 5, 100] }),
    cyber("/severity_percent", { severity_percent: 100 }),
    cyber("/high_stays_percent", { high_stays_percent: 105 }),
    cyber("/high_stays_percent", { high_stays_percent: 61 }),
    cyber("/high_stays_percent", { preset: "short_burst", high_stays_percent: true }),
    energy("/preset", { preset: "extended" }),
    energy("/horizon", { horizon: 24 }),
    energy("/slots", { slots: 0 }),
    energy("/slots", { slots: 25 }),
    energy("/battery_tenths", { battery_tenths: 0 }),
    energy("/battery_tenths", { battery_tenths: 11 }),
    energy("/battery_tenths", { battery_tenths: 0.5 }),
    energy("/demand_percent", { demand_percent: 33 }),
    energy("/demand_percent", { demand_percent: -5 }),
  ];
}

const always =
  (action: number): Script =>
  () =>
    action;
const roundRobin: Script = (i) => i % 5;
const backwards: Script = (i) => 4 - (i % 5);
const turns =
  (...actions: readonly number[]): Script =>
  (i) =>
    actions[i % actions.length]!;

function cyberDefense(): Wanted[] {
  const play = (name: string, preset: string, seed: number, script: Script): Wanted =>
    wanted(`${preset}, ${name}`, CYBER, { preset }, seed, script);
  return [
    wanted(
      "the worked example of docs/environments.md",
      CYBER,
      { horizon: 3 },
      0,
      turns(IGNORE, ISOLATE_SERVICE, MONITOR),
    ),
    wanted("no preset named, each action in turn", CYBER, {}, 0, roundRobin),
    play("always BLOCK_IP", "standard", 0, always(BLOCK_IP)),
    play("always IGNORE", "standard", 1, always(IGNORE)),
    play("each action in turn", "standard", 42, roundRobin),
    play("always IGNORE, soon CRITICAL", "standard", 42, always(IGNORE)),
    play("each action in turn, backwards", "standard", TWO_32, backwards),
    play("always ISOLATE_SERVICE", "standard", MAX_SEED, always(ISOLATE_SERVICE)),
    play("each action in turn, CRITICAL on the last step", "standard", 35, roundRobin),
    play("always MONITOR, CRITICAL on the last step", "standard", 97, always(MONITOR)),
    play("always RATE_LIMIT", "standard", 123_456_789, always(RATE_LIMIT)),
    play("always IGNORE, CRITICAL on the last step", "short_burst", 35, always(IGNORE)),
    play("each action in turn", "short_burst", 1, roundRobin),
    play("always BLOCK_IP", "short_burst", 42, always(BLOCK_IP)),
    play("each action in turn", "short_burst", MAX_SEED, roundRobin),
    play("always BLOCK_IP", "extended", 7, always(BLOCK_IP)),
    play("always BLOCK_IP, CRITICAL on the last step", "extended", 123_456_789, always(BLOCK_IP)),
    play("always BLOCK_IP", "extended", TWO_32, always(BLOCK_IP)),
    play("always BLOCK_IP", "high_pressure", 0, always(BLOCK_IP)),
    play("always IGNORE, CRITICAL in step 2", "high_pressure", 42, always(IGNORE)),
    play("always BLOCK_IP, CRITICAL on the last step", "high_pressure", 15, always(BLOCK_IP)),
    play(
      "ISOLATE_SERVICE and BLOCK_IP by turns",
      "high_pressure",
      MAX_SEED,
      turns(ISOLATE_SERVICE, BLOCK_IP),
    ),
    play("each action in turn", "sparse_attacks", 0, roundRobin),
    play("each action in turn", "sparse_attacks", 1, roundRobin),
    play("always IGNORE, CRITICAL on the last step", "sparse_attacks", MAX_SEED, always(IGNORE)),
    play("always MONITOR", "sparse_attacks", TWO_32 - 1, always(MONITOR)),
  ];
}

function cyberDefenseCustom(): Wanted[] {
  const play = (name: string, config: JsonObject, seed: number, script: Script = roundRobin): Wanted =>
    wanted(name, CYBER, config, seed, script);
  const allHigh = [0, 0, 100];
  return [
    play("one step", { horizon: 1 }, 0),
    play("one step", { horizon: 1 }, 2, always(RATE_LIMIT)),
    play("two steps", { horizon: 2 }, 1),
    play("a preset with a change", { preset: "high_pressure", horizon: 6 }, 42),
    play("HIGH never stays", { high_stays_percent: 0 }, 1, always(BLOCK_IP)),
    play("HIGH always stays", { high_stays_percent: 100 }, 42, turns(BLOCK_IP, ISOLATE_SERVICE)),
    play("nothing but LOW", { horizon: 8, severity_percent: [100, 0, 0] }, 0),
    play(
      "nothing but MEDIUM: LONG from step 3 on",
      { horizon: 12, severity_percent: [0, 100, 0] },
      1,
      turns(IGNORE, IGNORE, MONITOR),
    ),
    play(
      "nothing but HIGH, although it does not stay",
      { severity_percent: allHigh, high_stays_percent: 0 },
      7,
      always(ISOLATE_SERVICE),
    ),
    play(
      "no LOW: after a HIGH all the rest is MEDIUM",
      { severity_percent: [0, 60, 40], high_stays_percent: 35 },
      42,
      always(BLOCK_IP),
    ),
    play(
      "uneven shares",
      { horizon: 30, severity_percent: [65, 25, 10], high_stays_percent: 45 },
      12_345,
      backwards,
    ),
    play("the longest horizon", { horizon: 240, severity_percent: [65, 35, 0] }, TWO_32),
  ];
}

function energySlot(): Wanted[] {
  const play = (name: string, config: JsonObject, seed: number, script: Script): Wanted =>
    wanted(name, ENERGY, config, seed, script);
  const byTurns = turns(USE, SAVE);
  return [
    play("no preset named, always SAVE", {}, 0, always(SAVE)),
    play("always USE, empty after the tenth slot", { preset: "standard" }, 0, always(USE)),
    play("every third slot", { preset: "standard" }, 1, turns(USE, SAVE, SAVE)),
    play("every second slot, empty before the end", { preset: "standard" }, 42, byTurns),
    play("every second slot", { preset: "low_demand" }, TWO_32, byTurns),
    play("every third slot", { preset: "high_demand" }, MAX_SEED, turns(SAVE, USE, SAVE)),
    play("always USE, empty after the fifth slot", { preset: "half_battery" }, 7, always(USE)),
    play("every sixth slot", { preset: "half_battery" }, 42, turns(SAVE, SAVE, SAVE, SAVE, SAVE, USE)),
    play("always USE, empty in the last slot", { slots: 10 }, 123_456_789, always(USE)),
    play("one slot, one use", { slots: 1, battery_tenths: 1 }, 42, always(USE)),
    play("one slot, saved", { slots: 1, battery_tenths: 1 }, 42, always(SAVE)),
    play("always demand", { slots: 12, demand_percent: 100 }, 1, byTurns),
    play("never demand", { preset: "half_battery", slots: 6, demand_percent: 0 }, 1, byTurns),
    play(
      "uneven demand",
      { slots: 20, battery_tenths: 9, demand_percent: 35 },
      12_345,
      turns(USE, SAVE, SAVE),
    ),
  ];
}

/** How artifacts choose: ties, defaults, rules in order, sums in order, and the stream of the random one. */
function byArtifacts(): Wanted[] {
  const cyber = { v: 1, env_id: CYBER };
  const energy = { v: 1, env_id: ENERGY };
  const random = { ...cyber, kind: "random" };
  return [
    wanted("random", CYBER, {}, 0, random),
    wanted("random", CYBER, { preset: "extended" }, 1, random),
    wanted("random", CYBER, { preset: "sparse_attacks" }, MAX_SEED, random),
    wanted("random", ENERGY, {}, TWO_32, { ...energy, kind: "random" }),
    wanted(
      "q-table: the largest value, the first of equal ones, and the default for a state without a row",
      CYBER,
      {},
      5,
      {
        ...cyber,
        kind: "q-table",
        default_action: BLOCK_IP,
        q: [
          [0, 1, 1, 0, 0, 0],
          [1, 0, 0.5, 0.5, -1, 0],
          ...[2, 3, 12, 13].map((state) => [state, -1, -2, 0, -0.5, 0]),
        ],
      },
    ),
    wanted("action-table: one digit a state, the default where there is a dot", CYBER, {}, 99, {
      ...cyber,
      kind: "action-table",
      default_action: ISOLATE_SERVICE,
      actions: `${"0123.".repeat(21)}432`,
    }),
    wanted(
      "linear: a bias and one weight for each value of each field",
      CYBER,
      { preset: "high_pressure" },
      1,
      {
        ...cyber,
        kind: "linear",
        weights: [
          [0.3, 0.1, -0.4, -1, 0, 0, 0, 0, 0, 0, 0.1, -0.2, 0, 0],
          [0.1, 0.2, 0.1, -0.3, 0, 0, 0, 0.1, 0, 0, 0, 0, 0, 0],
          [0.1, 0, 0.3, 0.2, -0.4, 0.2, 0.2, 0, 0.1, 0, 0, 0, 0, 0.1],
          [-0.2, 0, 0.3, 0.6, 0.1, 0, 0, 0, 0, 0, 0, 0.3, 0, 0],
          [-0.3, 0, 0, 0.7, 0, 0, 0.3, 0, 0, 0, 0.1, 0, 0, 0.1],
        ],
      },
    ),
    wanted("rules: the first that matches", CYBER, { preset: "sparse_attacks" }, 3, {
      ...cyber,
      kind: "rules",
      default_action: MONITOR,
      rules: [
        { when: { attack_severity: [2], attack_type: [2] }, action: ISOLATE_SERVICE },
        { when: { attack_severity: [1, 2], system_health: [1] }, action: RATE_LIMIT },
        { when: { attack_severity: [2] }, action: BLOCK_IP },
        { when: { attack_severity: [0], alert_confidence: [0], time_under_attack: [0] }, action: IGNORE },
      ],
    }),
    wanted("rules: on demand, down to the last charge", ENERGY, {}, 42, {
      ...energy,
      kind: "rules",
      default_action: SAVE,
      rules: [{ when: { demand: [1], battery: [2, 3, 4, 5, 6, 7, 8, 9, 10] }, action: USE }],
    }),
    wanted("linear: equal sums everywhere, so the smallest action", ENERGY, { slots: 4 }, 1, {
      ...energy,
      kind: "linear",
      weights: [new Array(39).fill(0.5), new Array(39).fill(0.5)],
    }),
  ];
}

function wanted(
  name: string,
  env_id: string,
  env_config: JsonObject,
  seed: number,
  by: Script | JsonObject,
): Wanted {
  return { name, env_id, env_config, seed, by };
}
