// Makes episodes.json: seeded episodes of every environment, for any implementation in any language.
// docs/environments.md has the rules and what the file's members mean. Deterministic:
// `node --conditions=source tests/cases/make-episodes.ts` writes the same bytes again.
import { writeFileSync } from "node:fs";
import { EpisodeRandom } from "../../core/src/alea.ts";
import {
  type Actor,
  type Artifact,
  environmentKind,
  episodeSeed,
  type JsonObject,
  loadPolicy,
  makeEnvironment,
  parseArtifact,
  portableHost,
  recorder,
  runEpisode,
} from "../../core/src/index.ts";
import {
  CYBER,
  ENERGY,
  type RefusedConfig,
  refusedConfigs,
  type Script,
  type Wanted,
  wantedEpisodes,
} from "./episodes-list.ts";

/** A stream's draws in units of 2^-32. */
interface DrawCase {
  readonly text: string;
  readonly first: readonly number[];
  readonly thousandth: number;
}

/** [action, next state, reward, terminated, truncated] */
type StepCase = readonly [number, number, number, boolean, boolean];

interface EpisodeCase {
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

export interface Cases {
  readonly draws: readonly DrawCase[];
  /** [seed, i, seed of the i-th episode of a training] */
  readonly episode_seeds: readonly (readonly [number, number, number])[];
  readonly refused_configs: readonly RefusedConfig[];
  readonly episodes: readonly EpisodeCase[];
}

const MAX_SEED = Number.MAX_SAFE_INTEGER;
const TWO_32 = 0x1_0000_0000;

export function makeCases(): Cases {
  return {
    draws: [
      "0",
      "1",
      "42",
      "4294967296",
      "9007199254740991",
      "policy:0",
      "policy:42",
      "",
      " ",
      "é",
      "💙",
    ].map(drawsOf),
    episode_seeds: [0, 1, 42, TWO_32, MAX_SEED].flatMap((seed) =>
      [0, 1, 1_000_000].map((i) => [seed, i, episodeSeed(seed, i)] as const),
    ),
    refused_configs: refusedConfigs(),
    episodes: wantedEpisodes().map(played),
  };
}

function drawsOf(text: string): DrawCase {
  const random = new EpisodeRandom();
  random.seed(text);
  const draws = Array.from({ length: 1000 }, () => random.next() * TWO_32);
  return { text, first: draws.slice(0, 6), thousandth: draws[999]! };
}

function played({ name, env_id, env_config, seed, by }: Wanted): EpisodeCase {
  const artifact = typeof by === "function" ? undefined : parseArtifact(by);
  const actor = typeof by === "function" ? scripted(by) : loadPolicy(artifact!);
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
    steps: steps.map((s) => [
      s.action,
      s.next_state,
      s.reward,
      s.end === "terminated",
      s.end === "truncated",
    ]),
    total: reward,
    digest: digest(),
  };
}

function scripted(script: Script): Actor {
  let i = 0;
  return { begin: () => {}, act: () => script(i++) };
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
  const members = Object.entries(head).map(
    ([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`,
  );
  return `{\n${members.join("")} "steps": ${lines(steps, "  ")},\n "total": ${total},\n "digest": "${digest}"\n}`;
}

function lines(items: readonly unknown[], indent = " "): string {
  return `[\n${items.map((item) => indent + JSON.stringify(item)).join(",\n")}\n${indent.slice(1)}]`;
}

if (import.meta.main) writeFileSync(FILE, fileOf(makeCases()));
