// A training: a state that is advanced by so many episodes, can be written down after any of them and taken up
// again, and depends on nothing but its configuration. It runs the one loop; learning watches from outside.
import type { Environment } from "../environments/environment.ts";
import { makeEnvironment } from "../environments/registry.ts";
import { type Actor, type Observer, runEpisode } from "../episode.ts";
import { type Fault, PolicyLedgerError, refuseFaults } from "../error.ts";
import { canonicalJson, type Json } from "../json.ts";
import { MAX_WEIGHT } from "../limits.ts";
import { type Artifact, parseArtifact, type QTableArtifact } from "../policies/artifact.ts";
import { episodeSeed, type ResumableRandom, resumableStream } from "../random.ts";
import { parseTrainingConfig, type TrainingConfig, type TrainingOptions } from "./config.ts";
import { DoubleQLearning } from "./double-q.ts";
import type { Learner } from "./learner.ts";
import { QLearning } from "./q-learning.ts";
import { parseSavedTraining, type SavedTraining } from "./saved.ts";
import { RewardWindow } from "./window.ts";

/** An artifact holds values as integers, in thousandths of the environment's unit. */
const VALUE_SCALE = 1_000;

export interface Progress {
  /** Episodes done, and to do. */
  readonly episode: number;
  readonly episodes: number;
  /** The last episode's reward, and the mean of the last ones, in the environment's unit. */
  readonly reward: number;
  readonly average: number;
  readonly epsilon: number;
  /** States that have a row: it has acted in them, or started from their row. */
  readonly table_size: number;
  readonly action_counts: readonly number[];
  readonly done: boolean;
  readonly converged: boolean;
}

/** Who looks on while a training advances. */
export interface Watch {
  /** After each episode. */
  readonly onEpisode?: (progress: Progress) => void;
  /** After each transition, once it was learned from. */
  readonly observe?: Observer;
}

/** Starts a training; `from` is a Q-table to start with in place of the initial values. */
export function startTraining(options: TrainingOptions, from?: Artifact): Training {
  const training = new Training(parseTrainingConfig(options));
  if (from !== undefined) training.adopt(parseArtifact(from as unknown as Json));
  return training;
}

/** Takes up a training that `save` wrote down. */
export function resumeTraining(text: string | Uint8Array): Training {
  const saved = parseSavedTraining(text);
  return new Training(saved.config, saved);
}

export class Training {
  readonly config: TrainingConfig;
  readonly env: Environment;
  private readonly learner: Learner;
  private readonly explore: ResumableRandom;
  private readonly replay: ResumableRandom | null;
  private readonly seen: Uint8Array;
  private readonly actionCounts: number[];
  private readonly window: RewardWindow;
  private tableSize = 0;
  private episode = 0;
  private epsilon: number;
  private readonly actor: Actor;
  private readonly observe: Observer;

  constructor(config: TrainingConfig, saved?: SavedTraining) {
    this.config = config;
    this.env = makeEnvironment(config.env_id, config.env_config);
    this.explore = resumableStream("explore", config.seed, saved?.explore);
    const doubled = config.algorithm === "double-q-learning";
    this.replay = doubled ? resumableStream("replay", config.seed, saved?.replay ?? undefined) : null;
    this.learner = makeLearner(config, this.env, this.replay);
    this.seen = new Uint8Array(this.env.stateCount);
    this.actionCounts = new Array(this.env.actionCount).fill(0);
    this.window = new RewardWindow(config);
    this.epsilon = config.epsilon.start;
    if (saved !== undefined) this.load(saved);
    const { learner, env, seen, actionCounts } = this;
    const { next } = this.explore;
    this.actor = {
      begin: () => {},
      act: (state) => {
        if (seen[state] === 0) this.see(state);
        const action = next() < this.epsilon ? Math.floor(next() * env.actionCount) : learner.greedy(state);
        actionCounts[action]! += 1;
        return action;
      },
    };
    this.observe = (state, action, reward, nextState, terminated, truncated) =>
      learner.learn(state, action, reward, nextState, terminated || truncated);
  }

  get done(): boolean {
    return this.window.converged || this.episode >= this.config.episodes;
  }

  /** Runs so many episodes more, or as many as are left. */
  advance(episodes: number, watch: Watch = {}): Progress {
    const observe = watch.observe === undefined ? this.observe : inTurn(this.observe, watch.observe);
    for (let i = 0; i < episodes && !this.done; i++) {
      const seed = episodeSeed(this.config.seed, this.episode);
      const { reward } = runEpisode(this.env, this.actor, seed, observe);
      this.episode += 1;
      this.epsilon = Math.max(this.config.epsilon.end, this.epsilon * this.config.epsilon.decay);
      this.window.add(reward);
      watch.onEpisode?.(this.progress());
    }
    return this.progress();
  }

  progress(): Progress {
    return {
      episode: this.episode,
      episodes: this.config.episodes,
      reward: this.window.last,
      average: this.window.average,
      epsilon: this.epsilon,
      table_size: this.tableSize,
      action_counts: [...this.actionCounts],
      done: this.done,
      converged: this.window.converged,
    };
  }

  /** What was learned, as a Q-table over the states that were met, and those of the rows that it started from. */
  artifact(): QTableArtifact {
    const votes = new Array<number>(this.env.actionCount).fill(0);
    const q: number[][] = [];
    for (let state = 0; state < this.seen.length; state++) {
      if (this.seen[state] === 0) continue;
      votes[this.learner.greedy(state)]! += 1;
      q.push([state, ...votes.map((_, action) => rounded(this.learner.value(state, action)))]);
    }
    // Where it never was, it does what it was told to do there, or else what it does most often elsewhere.
    const default_action = this.adoptedDefault() ?? votes.indexOf(Math.max(...votes));
    return { v: 1, kind: "q-table", env_id: this.env.id, default_action, q };
  }

  /**
   * The default action of the Q-table that it started from, or null where there is none, or no state left that takes
   * it. `adopt` set that action above the initial value wherever there was no row, and only acting changes that: so
   * the tables say it, and a saved state need not.
   */
  private adoptedDefault(): number | null {
    let adopted: number | null = null;
    for (let state = 0; state < this.seen.length; state++) {
      if (this.seen[state] === 1) continue;
      const action = this.learner.greedy(state);
      if (this.learner.value(state, action) === this.config.initial_value) return null;
      if (adopted !== null && action !== adopted) return null;
      adopted = action;
    }
    return adopted;
  }

  private see(state: number): void {
    this.seen[state] = 1;
    this.tableSize += 1;
  }

  /** All that the rest of the training depends on, as canonical JSON. */
  save(): string {
    const saved: SavedTraining = {
      v: 1,
      kind: "training",
      config: this.config,
      episode: this.episode,
      epsilon: this.epsilon,
      tables: this.learner.tables.map(({ values }) => Array.from(values)),
      seen: Array.from(this.seen.keys()).filter((state) => this.seen[state] === 1),
      action_counts: this.actionCounts,
      window: this.window.save() as SavedTraining["window"],
      explore: this.explore.save() as SavedTraining["explore"],
      replay: (this.replay?.save() ?? null) as SavedTraining["replay"],
      memory: (this.learner.save?.() ?? null) as SavedTraining["memory"],
    };
    return canonicalJson(saved as unknown as Json);
  }

  /**
   * Starts from a Q-table, whose rows it keeps. A state without a row takes its default action: that one is worth a thousandth more there
   * than the others, the least that an artifact can say.
   */
  adopt(artifact: Artifact): void {
    if (artifact.kind !== "q-table" || artifact.env_id !== this.env.id) {
      throw new PolicyLedgerError(
        "invalid_training",
        `Cannot start training from kind ${artifact.kind} for ${artifact.env_id}: wanted a q-table for ${this.env.id}`,
      );
    }
    const rows = new Map(artifact.q.map(([state, ...values]) => [state!, values]));
    for (const state of rows.keys()) if (this.seen[state] === 0) this.see(state);
    for (const table of this.learner.tables) {
      for (let state = 0; state < this.env.stateCount; state++) {
        const row = rows.get(state);
        if (row === undefined) {
          table.set(state, artifact.default_action, this.config.initial_value + 1 / VALUE_SCALE);
        } else {
          row.forEach((value, action) => {
            table.set(state, action, value / VALUE_SCALE);
          });
        }
      }
    }
  }

  private load(saved: SavedTraining): void {
    const faults: Fault[] = [];
    const check = (holds: boolean, path: string, message: string) => {
      if (!holds) faults.push({ path, message });
    };
    const { learner, env, config } = this;
    const cells = env.stateCount * env.actionCount;
    const fits =
      saved.tables.length === learner.tables.length && saved.tables.every(({ length }) => length === cells);
    check(fits, "/tables", `wanted ${learner.tables.length} of ${cells} values`);
    const ascending = saved.seen.every(
      (state, i) => state < env.stateCount && (i === 0 || state > saved.seen[i - 1]!),
    );
    check(ascending, "/seen", `wanted ascending states below ${env.stateCount}`);
    check(
      saved.action_counts.length === env.actionCount,
      "/action_counts",
      `wanted ${env.actionCount} counts`,
    );
    check(saved.episode <= config.episodes, "/episode", `wanted at most ${config.episodes}`);
    const kept = Math.min(saved.episode, this.window.size);
    check(saved.window.rewards.length === kept, "/window/rewards", `wanted ${kept} rewards`);
    check(
      (saved.replay === null) === (this.replay === null),
      "/replay",
      "present with double-q-learning only",
    );
    check(
      (saved.memory === null) === (learner.load === undefined),
      "/memory",
      "present with double-q-learning only",
    );
    if (faults.length === 0 && saved.memory !== null) learner.load!(saved.memory, faults);
    refuseFaults("invalid_training", "Cannot resume training", faults);

    this.episode = saved.episode;
    this.epsilon = saved.epsilon;
    for (const state of saved.seen) this.seen[state] = 1;
    this.tableSize = saved.seen.length;
    saved.action_counts.forEach((count, action) => {
      this.actionCounts[action] = count;
    });
    this.window.load(saved.window);
    learner.tables.forEach((table, i) => {
      saved.tables[i]!.forEach((value, cell) => {
        table.set(Math.floor(cell / env.actionCount), cell % env.actionCount, value);
      });
    });
  }
}

function inTurn(first: Observer, second: Observer): Observer {
  return (...transition) => {
    first(...transition);
    second(...transition);
  };
}

function makeLearner(config: TrainingConfig, env: Environment, replay: ResumableRandom | null): Learner {
  const options = { rate: config.learning_rate, discount: config.discount, initial: config.initial_value };
  if (config.algorithm === "q-learning") return new QLearning(env.stateCount, env.actionCount, options);
  return new DoubleQLearning(env.stateCount, env.actionCount, { ...options, ...config.replay }, replay!);
}

/** In thousandths, half up, and within what an artifact may hold. */
function rounded(value: number): number {
  return Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, Math.floor(value * VALUE_SCALE + 0.5)));
}
