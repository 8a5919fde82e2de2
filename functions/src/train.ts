// Station 6, train: a training on the server, for a signed request, within strict caps, which ends in a claim that goes
// the same path as any other. A training follows from its request alone: so whoever takes it up after a crash runs it
// from the start, and writes the same points and the same claim over those that are there.
//
// A crash before the lease leaves it QUEUED, one after it RUNNING until the lease ends: the sweep sends both again. A
// crash after the claim was submitted and before DONE: the next run submits the same claim, which is one claim. An error
// that is no crash gives the lease back.
import {
  artifactText,
  claimText,
  loadPolicy,
  makeEnvironment,
  type PolicyClaim,
  type PolicySubmission,
  type Progress,
  policyHash,
  readArtifact,
  runEpisode,
  startTraining,
  type TrainingConfig,
} from "@policyledger/core";
import { type KeyPair, sign } from "@policyledger/core/node";
import { isoTime, type TrainingJob } from "./documents.ts";
import { messageOf, type Service } from "./service.ts";
import { submitClaim } from "./submit.ts";
import { type HeldTraining, LeaseLost, takeLease } from "./training-lease.ts";
import { PointWriter, pointOf } from "./training-points.ts";
import { CAPS, configOf, type TrainingRequest } from "./training-requests.ts";

/** How long the training runs before others get their turn, and before it looks at the clock. */
const TURN_MS = 20;

/** Runs a training to its end and submits its claim. What is done, or somebody's, is left alone. */
export async function runTraining(service: Service, trainingId: string): Promise<void> {
  // It waits for a key to be claimed with: the sweep brings it again.
  if (service.trainer === null) return;
  const held = await takeLease(service, trainingId);
  if (held === null) return;
  const { job } = held;
  const about = { station: "train", training_id: trainingId, request_id: job.request_id } as const;
  const started = service.now();
  try {
    const { submission, progress, stopped, batches } = await train(service, held);
    const { job: claimed } = await submitClaim(service, submission, { requestId: job.request_id });
    await held.write({
      state: "DONE",
      batches,
      progress: pointOf(progress),
      stopped,
      claim_id: claimed.claim_id,
      policy_hash: submission.claim.policy_hash,
      ended_at: isoTime(service.now()),
    });
    service.log({
      ...about,
      event: "training_done",
      claim_id: claimed.claim_id,
      episodes: progress.episode,
      milliseconds: service.now() - started,
      counted: { trainings_done: 1, training_episodes: progress.episode },
    });
  } catch (error) {
    service.log({
      ...about,
      event: "training_interrupted",
      severity: "WARNING",
      error: messageOf(error),
      counted: { trainings_interrupted: 1 },
    });
    if (error instanceof LeaseLost) return;
    // For whoever takes it up next, at once; where that fails too, when the lease is over.
    await held.write({ lease_until: isoTime(service.now()) }).catch(() => {});
    throw error;
  }
}

interface Trained {
  readonly submission: PolicySubmission;
  readonly progress: Progress;
  readonly stopped: NonNullable<TrainingJob["stopped"]>;
  readonly batches: number;
}

async function train(service: Service, held: HeldTraining): Promise<Trained> {
  const request = JSON.parse(held.job.request) as TrainingRequest;
  const config = configOf(request);
  const training = startTraining(config);
  const points = new PointWriter(held, config.episodes);
  const deadline = service.now() + CAPS.milliseconds;
  let progress = training.progress();
  while (!progress.done && service.now() < deadline) {
    const turn = performance.now() + TURN_MS;
    do progress = training.advance(1, { onEpisode: points.add });
    while (!progress.done && performance.now() < turn);
    await points.writeFull();
  }
  const batches = await points.finish();
  const stopped = progress.converged ? "converged" : progress.done ? "episodes" : "time";
  // As text and back: what is claimed is what anyone will read.
  const artifact = artifactText(training.artifact());
  return { submission: claimFor(service, request, config, artifact), progress, stopped, batches };
}

function claimFor(
  { host, trainer }: Service,
  { claim_seed }: TrainingRequest,
  { env_id, env_config }: TrainingConfig,
  text: string,
): PolicySubmission {
  const artifact = readArtifact(text);
  const key = trainer as KeyPair;
  const env = makeEnvironment(env_id, env_config);
  const claim: PolicyClaim = {
    v: 1,
    kind: "policy",
    agent_id: trainerLabel(key.publicKey),
    public_key: key.publicKey,
    env_id,
    env_config: env_config as PolicyClaim["env_config"],
    seed: claim_seed,
    policy_hash: policyHash(host, artifact),
    claimed_reward: runEpisode(env, loadPolicy(artifact), claim_seed).reward,
  };
  return { claim, signature: sign(key.secretKey, Buffer.from(claimText(claim))), artifact: text };
}

/** Each key has a label of its own, so that a new key needs no label of the old one's. */
export function trainerLabel(publicKey: string): string {
  return `service/trainer-${publicKey.slice(0, 16)}`;
}
