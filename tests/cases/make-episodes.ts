// Makes episodes.json: seeded episodes of every environment, for any implementation in any language.
// docs/environments.md has the rules and what the file's members mean. Deterministic:
// `node --conditions=source tests/cases/make-episodes.ts` writes the same bytes again.
import { writeFileSync } from "node:fs";
import {
  type Actor,
  type Artifact,
  environmentKind,
  episodeSeed,
  type Json,
  type JsonObject,
  loadPolicy,
  makeEnvironment,
  parseArtifact,
  portableHost,
  recorder,
  runEpisode,
} from "../../core/src/index.ts";
import { EpisodeRandom } from "../../core/src/alea.ts";

/** A stream's draws in units of 2^-32. */
export interface DrawCase {
  readonly text: string;
  readonly first: readonly number[];
  readonly thousandth: number;
}

/** [action, next state, reward, terminated, truncated] */
export type StepCase = readonly [number, number, number, boolean, boolean];

export interface EpisodeCase {
  readonly name: string;
  readonly env_id: string;
  readonly env_config: JsonObject;
  /** What `env_config` stands for. */
  readonly config: JsonObject;
  readonly seed: number;
  /** The artifact that chose the actions, where one did. */
  readonly artifact?: Artifact;
  readonly start: number;
  readonly steps: readonly StepCase[];
  readonly total: number;
  readonly digest: string;
}

export interface RefusedConfig {
  readonly env_id: string;
  readonly env_config: Json;
  /** Where the fault is, as a JSON Pointer. */
  readonly path: string;
}

export interface Cases {
  readonly draws: readonly DrawCase[];
  /** [seed, i, seed of the i-th episode of a training] */
  readonly episode_seeds: readonly (readonly [number, number, number])[];
  readonly refused_configs: readonly RefusedConfig[];
  readonly episodes: readonly EpisodeCase[];
}

const CYBER = "cyber-defense-v1";
const ENERGY = "energy-slot-v1";
const [IGNORE, MONITOR, RATE_LIMIT, BLOCK_IP, ISOLATE_SERVICE] = [0, 1, 2, 3, 4] as const;
const [SAVE, USE] = [0, 1] as const;
const MAX_SEED = Number.MAX_SAFE_INTEGER;
const TWO_32 = 0x1_0000_0000;

export function makeCases(): Cases {
  return {
    draws: ["0", "1", "42", "4294967296", "9007199254740991", "policy:0", "policy:42", "", " ", "é", "💙"].map(drawsOf),
    episode_seeds: [0, 1, 42, TWO_32, MAX_SEED].flatMap((seed) =>
      [0, 1, 1_000_000].map((i) => [seed, i, episodeSeed(seed, i)] as const),
    ),
    refused_configs: refusedConfigs(),
    episodes: [...cyberDefense(), ...cyberDefenseCustom(), ...energySlot(), ...byArtifacts()],
  };
}

function drawsOf(text: string): DrawCase {
  const random = new EpisodeRandom();
  random.seed(text);
  const draws = Array.from({ length: 1000 }, () => random.next() * TWO_32);
  return { text, first: draws.slice(0, 6), thousandth: draws[999]! };
}

function refusedConfigs(): RefusedConfig[] {
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
    cyber("", { Horizon: 24 }),
    cyber("", JSON.parse('{"__proto__":{"horizon":3}}')),
    cyber("", { slots: 24 }),
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
    energy("", { horizon: 24 }),
    energy("/slots", { slots: 0 }),
    energy("/slots", { slots: 25 }),
    energy("/battery_tenths", { battery_tenths: 0 }),
    energy("/battery_tenths", { battery_tenths: 11 }),
    energy("/battery_tenths", { battery_tenths: 0.5 }),
    energy("/demand_percent", { demand_percent: 33 }),
    energy("/demand_percent", { demand_percent: -5 }),
  ];
}

/** Which action step i takes, counted from 0. */
type Script = (i: number) => number;

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

function cyberDefense(): EpisodeCase[] {
  const play = (name: string, preset: string, seed: number, script: Script): EpisodeCase =>
    scripted(`${preset}, ${name}`, CYBER, { preset }, seed, script);
  return [
    scripted("the worked example of docs/environments.md", CYBER, { horizon: 3 }, 0, turns(IGNORE, ISOLATE_SERVICE, MONITOR)),
    scripted("no preset named, each action in turn", CYBER, {}, 0, roundRobin),
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
    play("each action in turn", "extended", TWO_32, roundRobin),
    play("always BLOCK_IP", "high_pressure", 0, always(BLOCK_IP)),
    play("always IGNORE, CRITICAL in step 2", "high_pressure", 42, always(IGNORE)),
    play("always BLOCK_IP, CRITICAL on the last step", "high_pressure", 15, always(BLOCK_IP)),
    play("ISOLATE_SERVICE and BLOCK_IP by turns", "high_pressure", MAX_SEED, turns(ISOLATE_SERVICE, BLOCK_IP)),
    play("each action in turn", "sparse_attacks", 0, roundRobin),
    play("each action in turn", "sparse_attacks", 1, roundRobin),
    play("always IGNORE, CRITICAL on the last step", "sparse_attacks", MAX_SEED, always(IGNORE)),
    play("always MONITOR", "sparse_attacks", TWO_32 - 1, always(MONITOR)),
  ];
}

function cyberDefenseCustom(): EpisodeCase[] {
  const play = (name: string, config: JsonObject, seed: number, script: Script = roundRobin): EpisodeCase =>
    scripted(name, CYBER, config, seed, script);
  const allHigh = [0, 0, 100];
  return [
    play("one step", { horizon: 1 }, 0),
    play("one step", { horizon: 1 }, 2, always(RATE_LIMIT)),
    play("two steps", { horizon: 2 }, 1),
    play("a preset with a change", { preset: "high_pressure", horizon: 6 }, 42),
    play("HIGH never stays", { high_stays_percent: 0 }, 1, always(BLOCK_IP)),
    play("HIGH always stays", { high_stays_percent: 100 }, 42, turns(BLOCK_IP, ISOLATE_SERVICE)),
    play("nothing but LOW", { horizon: 8, severity_percent: [100, 0, 0] }, 0),
    play("nothing but MEDIUM: LONG from step 3 on", { horizon: 12, severity_percent: [0, 100, 0] }, 1, turns(IGNORE, IGNORE, MONITOR)),
    play("nothing but HIGH, although it does not stay", { severity_percent: allHigh, high_stays_percent: 0 }, 7, always(ISOLATE_SERVICE)),
    play("no LOW: after a HIGH all the rest is MEDIUM", { severity_percent: [0, 60, 40], high_stays_percent: 35 }, 42, always(BLOCK_IP)),
    play("uneven shares", { horizon: 30, severity_percent: [65, 25, 10], high_stays_percent: 45 }, 12_345, backwards),
    play("the longest horizon", { horizon: 240, severity_percent: [65, 35, 0] }, TWO_32),
  ];
}

function energySlot(): EpisodeCase[] {
  const play = (name: string, config: JsonObject, seed: number, script: Script): EpisodeCase =>
    scripted(name, ENERGY, config, seed, script);
  const byTurns = turns(USE, SAVE);
  return [
    play("no preset named, always SAVE", {}, 0, always(SAVE)),
    play("always USE, empty in slot 10", { preset: "standard" }, 0, always(USE)),
    play("every third slot", { preset: "standard" }, 1, turns(USE, SAVE, SAVE)),
    play("every second slot, empty before the end", { preset: "standard" }, 42, byTurns),
    play("every second slot", { preset: "low_demand" }, TWO_32, byTurns),
    play("every third slot", { preset: "high_demand" }, MAX_SEED, turns(SAVE, USE, SAVE)),
    play("always USE, empty in slot 5", { preset: "half_battery" }, 7, always(USE)),
    play("every sixth slot", { preset: "half_battery" }, 42, turns(SAVE, SAVE, SAVE, SAVE, SAVE, USE)),
    play("always USE, empty in the last slot", { slots: 10 }, 123_456_789, always(USE)),
    play("one slot, one use", { slots: 1, battery_tenths: 1 }, 42, always(USE)),
    play("one slot, saved", { slots: 1, battery_tenths: 1 }, 42, always(SAVE)),
    play("always demand", { slots: 12, demand_percent: 100 }, 1, byTurns),
    play("never demand", { preset: "half_battery", slots: 6, demand_percent: 0 }, 1, byTurns),
    play("uneven demand", { slots: 20, battery_tenths: 9, demand_percent: 35 }, 12_345, turns(USE, SAVE, SAVE)),
  ];
}

/** How artifacts choose: ties, defaults, rules in order, sums in order, and the stream of the random one. */
function byArtifacts(): EpisodeCase[] {
  const cyber = { v: 1, env_id: CYBER };
  const energy = { v: 1, env_id: ENERGY };
  const random = { ...cyber, kind: "random" };
  return [
    played("random", CYBER, {}, 0, random),
    played("random", CYBER, { preset: "extended" }, 42, random),
    played("random", CYBER, { preset: "sparse_attacks" }, MAX_SEED, random),
    played("random", ENERGY, {}, TWO_32, { ...energy, kind: "random" }),
    played("q-table: the largest value, the first of equal ones, and the default for a state without a row", CYBER, {}, 5, {
      ...cyber,
      kind: "q-table",
      default_action: BLOCK_IP,
      q: [[0, 1, 1, 0, 0, 0], [1, 0, 0.5, 0.5, -1, 0], ...[2, 3, 12, 13].map((state) => [state, -1, -2, 0, -0.5, 0])],
    }),
    played("action-table: one digit a state, the default where there is a dot", CYBER, {}, 99, {
      ...cyber,
      kind: "action-table",
      default_action: ISOLATE_SERVICE,
      actions: "0123.".repeat(21) + "432",
    }),
    played("linear: a bias and one weight for each value of each field", CYBER, { preset: "high_pressure" }, 1, {
      ...cyber,
      kind: "linear",
      weights: [
        [0.3, 0.1, -0.4, -1, 0, 0, 0, 0, 0, 0, 0.1, -0.2, 0, 0],
        [0.1, 0.2, 0.1, -0.3, 0, 0, 0, 0.1, 0, 0, 0, 0, 0, 0],
        [0.1, 0, 0.3, 0.2, -0.4, 0.2, 0.2, 0, 0.1, 0, 0, 0, 0, 0.1],
        [-0.2, 0, 0.3, 0.6, 0.1, 0, 0, 0, 0, 0, 0, 0.3, 0, 0],
        [-0.3, 0, 0, 0.7, 0, 0, 0.3, 0, 0, 0, 0.1, 0, 0, 0.1],
      ],
    }),
    played("rules: the first that matches", CYBER, { preset: "sparse_attacks" }, 3, {
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
    played("rules: on demand, down to the last charge", ENERGY, {}, 42, {
      ...energy,
      kind: "rules",
      default_action: SAVE,
      rules: [{ when: { demand: [1], battery: [2, 3, 4, 5, 6, 7, 8, 9, 10] }, action: USE }],
    }),
    played("linear: equal sums everywhere, so the smallest action", ENERGY, { slots: 4 }, 1, {
      ...energy,
      kind: "linear",
      weights: [new Array(39).fill(0.5), new Array(39).fill(0.5)],
    }),
  ];
}

function scripted(name: string, env_id: string, env_config: JsonObject, seed: number, script: Script): EpisodeCase {
  let i = 0;
  return episode(name, env_id, env_config, seed, { begin: () => {}, act: () => script(i++) });
}

function played(name: string, env_id: string, env_config: JsonObject, seed: number, json: Json): EpisodeCase {
  const artifact = parseArtifact(json);
  return episode(name, env_id, env_config, seed, loadPolicy(artifact), artifact);
}

function episode(
  name: string,
  env_id: string,
  env_config: JsonObject,
  seed: number,
  actor: Actor,
  artifact?: Artifact,
): EpisodeCase {
  const env = makeEnvironment(env_id, env_config);
  const { observe, steps, digest } = recorder(portableHost);
  const { reward } = runEpisode(env, actor, seed, observe);
  return {
    name,
    env_id,
    env_config,
    config: env.config,
    seed,
    ...(artifact === undefined ? {} : { artifact }),
    start: steps[0]!.state,
    steps: steps.map((s) => [s.action, s.next_state, s.reward, s.end === "terminated", s.end === "truncated"]),
    total: reward,
    digest: digest(),
  };
}

const ABOUT =
  "Seeded episodes for any implementation; docs/environments.md has the rules and says how to read this file. " +
  "Made by make-episodes.ts.";

export const FILE = new URL("episodes.json", import.meta.url);

/** The text of episodes.json: one line a case, one line a step. */
export function fileOf({ draws, episode_seeds, refused_configs, episodes }: Cases): string {
  return `{
"about": ${JSON.stringify(ABOUT)},
"reward_unit": ${JSON.stringify(Object.fromEntries([CYBER, ENERGY].map((id) => [id, environmentKind(id).rewardUnit])))},
"draws": ${lines(draws)},
"episode_seeds": ${lines(episode_seeds)},
"refused_configs": ${lines(refused_configs)},
"episodes": [
${episodes.map(episodeText).join(",\n")}
]
}
`;
}

function episodeText({ steps, total, digest, ...head }: EpisodeCase): string {
  const members = Object.entries(head).map(([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  return `{\n${members.join("")} "steps": ${lines(steps, "  ")},\n "total": ${total},\n "digest": "${digest}"\n}`;
}

function lines(items: readonly unknown[], indent = " "): string {
  return `[\n${items.map((item) => indent + JSON.stringify(item)).join(",\n")}\n${indent.slice(1)}]`;
}

if (import.meta.main) writeFileSync(FILE, fileOf(makeCases()));
