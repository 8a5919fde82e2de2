// The two learning algorithms once more, in plain loops over plain lists, on the same random streams: what the
// core's faster ones are compared with.
import { makeEnvironment } from "../src/environments/registry.ts";
import { runEpisode } from "../src/episode.ts";
import { episodeSeed, stream } from "../src/random.ts";
import type { TrainingConfig } from "../src/training/config.ts";

type Table = number[][];

function argmax(row: readonly number[]): number {
  return row.indexOf(Math.max(...row));
}

function train(
  config: TrainingConfig,
  choose: (state: number) => number,
  learn: (state: number, action: number, reward: number, next: number | null) => void,
): void {
  const env = makeEnvironment(config.env_id, config.env_config);
  const draw = stream("explore", config.seed);
  let epsilon = config.epsilon.start;
  const actor = {
    begin: () => {},
    act: (state: number) => (draw() < epsilon ? Math.floor(draw() * env.actionCount) : choose(state)),
  };
  for (let i = 0; i < config.episodes; i++) {
    runEpisode(
      env,
      actor,
      episodeSeed(config.seed, i),
      (state, action, reward, next, terminated, truncated) =>
        learn(state, action, reward, terminated || truncated ? null : next),
    );
    epsilon = Math.max(config.epsilon.end, epsilon * config.epsilon.decay);
  }
}

function tableFor({ env_id, env_config, initial_value }: TrainingConfig): Table {
  const env = makeEnvironment(env_id, env_config);
  return env.observations.map(() => new Array(env.actionCount).fill(initial_value));
}

export function naiveQ(config: TrainingConfig): Table {
  const q = tableFor(config);
  train(
    config,
    (state) => argmax(q[state]!),
    (state, action, reward, next) => {
      const target = next === null ? reward : reward + config.discount * Math.max(...q[next]!);
      q[state]![action]! += config.learning_rate * (target - q[state]![action]!);
    },
  );
  return q;
}

export function naiveDoubleQ(config: TrainingConfig): readonly [Table, Table] {
  if (config.algorithm !== "double-q-learning") throw new Error("wanted a double-q-learning");
  const { capacity, batch } = config.replay;
  const [a, b] = [tableFor(config), tableFor(config)];
  const draw = stream("replay", config.seed);
  const memory: [state: number, action: number, reward: number, next: number | null][] = [];
  let added = 0;
  train(
    config,
    (state) => argmax(a[state]!.map((value, action) => (value + b[state]![action]!) / 2)),
    (...transition) => {
      memory[added++ % capacity] = transition;
      for (let i = 0; i < batch; i++) {
        const drawn = Math.floor(draw() * 2 * memory.length);
        const [learning, other] = drawn % 2 === 0 ? [a, b] : [b, a];
        const [state, action, reward, next] = memory[Math.floor(drawn / 2)]!;
        const target =
          next === null ? reward : reward + config.discount * other[next]![argmax(learning[next]!)]!;
        learning[state]![action]! += config.learning_rate * (target - learning[state]![action]!);
      }
    },
  );
  return [a, b];
}
