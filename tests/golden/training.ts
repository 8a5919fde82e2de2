// Training: what was learned, what is written down, and that stopping in the middle changes nothing.
import {
  artifactText,
  environmentKinds,
  type Host,
  type Json,
  recorder,
  resumeTraining,
  startTraining,
  type TrainingOptions,
} from "@policyledger/core";
import { artifactOf } from "./artifacts.ts";
import type { GoldenCase } from "./case.ts";
import { CUSTOM_CONFIGS } from "./episodes.ts";

const EPISODES = 200;
const BREAKS = [1, 77, 123];

function goldenOf(host: Host, options: TrainingOptions): Json {
  const whole = startTraining(options);
  const seen = recorder(host);
  const watched: Json[] = [];
  const observe = whole.config.algorithm === "q-learning" && whole.env.horizon < 20 ? seen.observe : () => {};
  whole.advance(EPISODES, {
    observe,
    onEpisode: (progress) => {
      if (progress.episode % 20 === 0) watched.push({ ...progress });
    },
  });
  let broken = startTraining(options);
  const stops: string[] = [];
  for (const episode of BREAKS) {
    broken.advance(episode - broken.progress().episode);
    stops.push(broken.save());
    broken = resumeTraining(stops.at(-1)!);
  }
  broken.advance(EPISODES);
  return {
    artifact: artifactText(whole.artifact()),
    saved: host.sha256(whole.save()),
    resumed: [
      artifactText(broken.artifact()) === artifactText(whole.artifact()),
      broken.save() === whole.save(),
    ],
    stops: stops.map((text) => host.sha256(text)),
    progress: { ...whole.progress() },
    watched,
    transitions: seen.digest(),
  };
}

const base = { seed: 11, episodes: EPISODES } as const;

export const trainingCases: readonly GoldenCase[] = [
  ...environmentKinds.flatMap(({ id }) => [
    {
      name: `training: q-learning in ${id}`,
      value: (host: Host) => goldenOf(host, { ...base, algorithm: "q-learning", env_id: id }),
    },
    {
      name: `training: double-q-learning in ${id}`,
      value: (host: Host) =>
        goldenOf(host, {
          ...base,
          algorithm: "double-q-learning",
          env_id: id,
          replay: { capacity: 300, batch: 6 },
          learning_rate: 0.07,
          epsilon: { start: 0.9, end: 0.05, decay: 0.98 },
        }),
    },
    {
      name: `training: q-learning in ${id}, curious, custom and stopped early`,
      value: (host: Host) =>
        goldenOf(host, {
          ...base,
          algorithm: "q-learning",
          env_id: id,
          env_config: CUSTOM_CONFIGS[id]!,
          seed: Number.MAX_SAFE_INTEGER,
          initial_value: 33.3,
          discount: 1,
          learning_rate: 1 / 3,
          early_stop: { window: 20, min_gain: 0.1, patience: 60 },
        }),
    },
  ]),
  {
    name: "training: from an artifact that was learned before",
    value: () => {
      const kind = environmentKinds[0]!;
      const training = startTraining(
        { ...base, algorithm: "double-q-learning", env_id: kind.id, replay: { capacity: 50, batch: 2 } },
        artifactOf(kind, "q-table"),
      );
      training.advance(20);
      return [artifactText(training.artifact()), training.save()];
    },
  },
];
