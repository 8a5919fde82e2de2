// The central promise: training, verification and reuse are one loop. With exploration and learning off they give
// the same states, actions and rewards, to the last digest.
import { describe, expect, test } from "vitest";
import { claimId } from "../src/claim.ts";
import { readEntry } from "../src/entry.ts";
import { makeEnvironment } from "../src/environments/registry.ts";
import { runEpisode } from "../src/episode.ts";
import { artifactText, type QTableArtifact } from "../src/policies/artifact.ts";
import { loadPolicy } from "../src/policies/load.ts";
import { episodeSeed } from "../src/random.ts";
import { reusePolicy } from "../src/reuse.ts";
import type { TrainingOptions } from "../src/training/config.ts";
import { startTraining } from "../src/training/training.ts";
import { type Recorder, recorder } from "../src/trajectory.ts";
import { verifyClaim } from "../src/verify.ts";
import { ALICE, CYBER, contentOf, ENERGY, host, seal, submissionOf } from "./samples.ts";

const STILL = { learning_rate: 0, epsilon: { start: 0, end: 0, decay: 1 } } as const;
const EPISODES = 25;

const cases = [
  { env_id: CYBER, env_config: {} },
  { env_id: CYBER, env_config: { preset: "high_pressure", horizon: 9 } },
  { env_id: ENERGY, env_config: { preset: "high_demand" } },
].flatMap((where) => [
  { ...where, algorithm: "q-learning" as const },
  { ...where, algorithm: "double-q-learning" as const },
]);

/** A trained policy that has met every state that it can get into. */
function trained(options: TrainingOptions): QTableArtifact {
  const training = startTraining({
    ...options,
    episodes: 4_000,
    epsilon: { start: 1, end: 0.5, decay: 0.999 },
  });
  training.advance(4_000);
  return training.artifact();
}

/** Training that neither explores nor learns: one recording an episode. */
function trainStill(options: TrainingOptions, artifact: QTableArtifact): readonly Recorder[] {
  const recordings: Recorder[] = [];
  const training = startTraining({ ...options, ...STILL, episodes: EPISODES }, artifact);
  for (let i = 0; i < EPISODES; i++) {
    const recording = recorder(host);
    training.advance(1, { observe: recording.observe });
    recordings.push(recording);
  }
  return recordings;
}

describe("one policy and one seed", () => {
  test.each(cases)(
    "give the same rewards, actions and states in training ($algorithm), verification and reuse, in $env_id $env_config",
    ({ algorithm, env_id, env_config }) => {
      const more = algorithm === "double-q-learning" ? { replay: { capacity: 50, batch: 1 } } : {};
      const options = { algorithm, env_id, env_config, seed: 20, ...more } as TrainingOptions;
      const artifact = trained(options);
      const text = artifactText(artifact);
      trainStill(options, artifact).forEach((training, i) => {
        const seed = episodeSeed(20, i);

        const replay = recorder(host);
        const env = makeEnvironment(env_id, env_config);
        const episode = runEpisode(env, loadPolicy(artifact), seed, replay.observe);

        const submission = submissionOf(artifact, { agent: ALICE, env_config, seed });
        const verdict = verifyClaim(host, submission);
        expect(verdict).toEqual({
          verdict: "VALID",
          claim_id: claimId(host, submission.claim),
          verified_reward: episode.reward,
          steps: episode.steps,
        });

        const [sealed] = seal([contentOf(submission, artifact, false)]);
        const entry = readEntry(sealed!.text);
        if (entry.kind !== "policy") throw new Error("expected a policy entry");
        const reuse = recorder(host);
        const reused = reusePolicy(host, entry, text).run(seed, reuse.observe);
        expect(reused).toEqual(episode);

        expect(training.steps).toEqual(replay.steps);
        expect(reuse.steps).toEqual(replay.steps);
        expect(new Set([training.digest(), replay.digest(), reuse.digest()]).size).toBe(1);
        const total = training.steps.reduce((sum, { reward }) => sum + reward, 0);
        expect(total).toBe(episode.reward);
        expect(training.steps).toHaveLength(episode.steps);
      });
    },
  );
});

describe("recorder", () => {
  test("chains a digest over every step, as its header says", () => {
    const recording = recorder(host);
    const start = host.sha256("policyledger/trajectory/v1");
    expect(recording.digest()).toBe(start);
    recording.observe(3, 1, -20, 5, false, false);
    const first = host.sha256(`${start} 3 1 -20 5 -`);
    recording.observe(5, 0, 70, 0, false, true);
    const second = host.sha256(`${first} 5 0 70 0 truncated`);
    recording.observe(5, 0, -100, 8, true, false);
    const third = host.sha256(`${second} 5 0 -100 8 terminated`);
    expect(recording.steps.map(({ digest }) => digest)).toEqual([first, second, third]);
    expect(recording.digest()).toBe(third);
    expect(recording.steps[1]).toEqual({
      state: 5,
      action: 0,
      reward: 70,
      next_state: 0,
      end: "truncated",
      digest: second,
    });
  });

  test("tells two runs apart at the first step that differs", () => {
    const artifact: QTableArtifact = { v: 1, kind: "q-table", env_id: CYBER, default_action: 1, q: [] };
    const run = (default_action: number) => {
      const recording = recorder(host);
      runEpisode(makeEnvironment(CYBER), loadPolicy({ ...artifact, default_action }), 1, recording.observe);
      return recording;
    };
    expect(run(1).digest()).toBe(run(1).digest());
    expect(run(1).digest()).not.toBe(run(2).digest());
  });
});
