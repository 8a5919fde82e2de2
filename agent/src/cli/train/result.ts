// What came out of a training: how good the policy is, exactly and on seeds, and what is claimed of it.
import {
  type Artifact,
  artifactText,
  canonicalJson,
  type EnvironmentKind,
  type Evaluation,
  environmentKind,
  evaluate,
  type Figures,
  figuresOf,
  type Json,
  type JsonObject,
  loadPolicy,
  makeEnvironment,
  policyHash,
  returnsOverSeeds,
  runEpisode,
  type Training,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { UnsignedPolicy } from "../claim-file.ts";
import { billionths, count, fields, points, type Terminal } from "../terminal.ts";

export interface Trained {
  readonly kind: EnvironmentKind;
  readonly training: Training;
  readonly artifact: Artifact;
  readonly text: string;
  readonly policy_hash: string;
  readonly evaluation: Evaluation;
  /** Of greedy episodes on the first seeds. */
  readonly greedy: Figures;
  readonly claim: UnsignedPolicy;
}

/** Seeds 0, 1, 2, …: enough to see how much one episode says. */
const GREEDY_EPISODES = 1_000;

export function trainedBy(training: Training, claimSeed: number): Trained {
  const { env_id, env_config } = training.config;
  const artifact = training.artifact();
  const policy = loadPolicy(artifact);
  const env = makeEnvironment(env_id, env_config as JsonObject);
  const text = artifactText(artifact);
  const policy_hash = policyHash(nodeHost, artifact);
  const assertion = {
    env_id,
    env_config: env_config as JsonObject,
    seed: claimSeed,
    policy_hash,
    claimed_reward: runEpisode(env, policy, claimSeed).reward,
  };
  const rewards = [...returnsOverSeeds(env, policy, { first: 0, count: GREEDY_EPISODES })];
  return {
    kind: environmentKind(env_id),
    training,
    artifact,
    text,
    policy_hash,
    evaluation: evaluate(nodeHost, env, policy.behaviour),
    greedy: figuresOf(rewards),
    claim: { assertion, artifact: text },
  };
}

export interface Files {
  readonly policy: string;
  readonly claim: string;
}

export function trainedJson(
  { training, policy_hash, evaluation, greedy, claim }: Trained,
  files: Files,
): object {
  const { episode, average, table_size, converged } = training.progress();
  return {
    done: true,
    config: training.config,
    episodes: episode,
    converged,
    average,
    table_size,
    policy_hash,
    expected: evaluation.expected,
    optimum: evaluation.optimum,
    greedy,
    claim: claim.assertion,
    files,
  };
}

export function trainedText(
  { kind, training, text, policy_hash, evaluation, greedy, claim }: Trained,
  files: Files,
  terminal: Terminal,
): string {
  const { episode, table_size, converged } = training.progress();
  const { paint } = terminal;
  const { expected, optimum } = evaluation;
  const share =
    optimum > 0
      ? `, ${((100 * expected) / optimum).toFixed(1)} % of the optimum ${billionths(optimum, kind.rewardUnit)}`
      : "";
  const { seed, claimed_reward, env_config } = claim.assertion;
  return [
    `${paint.green("✓")} ${count(episode)} episodes${converged ? ", converged" : ""}`,
    "",
    fields(terminal, [
      ["of", `${kind.id} ${canonicalJson(env_config as Json)}`],
      ["expected", `${paint.bold(billionths(expected, kind.rewardUnit))} points${share}`],
      ["greedy", greedyText(greedy, kind)],
      ["policy", `${policy_hash}`],
      ["", `${count(text.length)} bytes, ${count(table_size)} situations`],
      ["claim", `${points(claimed_reward, kind.rewardUnit)} points on seed ${seed}`],
      ["files", files.policy],
      ["", files.claim],
    ]),
    "",
    `next: ${paint.cyan(`policyledger submit ${files.claim}`)}`,
  ].join("\n");
}

function greedyText(
  { episodes, mean, deviation, min, max }: Figures,
  { rewardUnit }: EnvironmentKind,
): string {
  const [low, high] = [points(min, rewardUnit), points(max, rewardUnit)];
  return `${(mean / rewardUnit).toFixed(3)} ± ${(deviation / rewardUnit).toFixed(3)} over seeds 0 to ${episodes - 1}, from ${low} to ${high}`;
}
