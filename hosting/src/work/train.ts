// Trains in the same loop as everywhere, a stretch at a time: what is between two stretches is the training as a text, so
// that it can be paused, and goes on as if it had not been.
import {
  artifactText,
  evaluate,
  loadPolicy,
  portableHost,
  prepareEvaluation,
  resumeTraining,
  runEpisode,
  startTraining,
} from "@policyledger/core";
import type { Tasks } from "./tasks.ts";

export async function trainOn({
  options,
  saved,
  episodes,
}: Tasks["train"]["input"]): Promise<Tasks["train"]["done"]> {
  const training = saved === null ? startTraining(options) : resumeTraining(saved);
  const progress = training.advance(episodes);
  return { saved: training.save(), progress };
}

export async function outcomeOf({
  saved,
  seed,
}: Tasks["outcome"]["input"]): Promise<Tasks["outcome"]["done"]> {
  const training = resumeTraining(saved);
  const artifact = training.artifact();
  const policy = loadPolicy(artifact);
  const { env } = training;
  const text = artifactText(artifact);
  const { expected, optimum } = evaluate(portableHost, env, policy.behaviour, prepareEvaluation(env));
  return {
    artifact: text,
    policy_hash: portableHost.sha256(text),
    expected,
    optimum,
    reward: runEpisode(env, policy, seed).reward,
  };
}
