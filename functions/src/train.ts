// Station 6, train: a training on the server, for a signed request, within strict caps, which ends in a claim that goes
// the same path as any other. A training follows from its request alone: so whoever takes it up after a crash runs it
// from the start, and writes the same points and the same claim over those that are there.
//
// A crash before the lease leaves it QUEUED, one after it RUNNING until the lease ends: the sweep sends both again. A
// crash after the claim was submitted and before DONE: the next run submits the same claim, which is one claim.
import {
  artifactText,
  canonicalJson,
  claimText,
  isSignedBy,
  type Json,
  loadPolicy,
  makeEnvironment,
  type PolicyClaim,
  PolicyLedgerError,
  type Progress,
  parseTrainingConfig,
  policyHash,
  readArtifact,
  runEpisode,
  type Submission,
  startTraining,
  type TrainingConfig,
} from "@policyledger/core";
import { type KeyPair, sign } from "@policyledger/core/node";
import { isoTime, type TrainingJob, trainings, trainingsIn, trainingsOf } from "./documents.ts";
import type { TrainingRequest } from "./http/training-schemas.ts";
import { Problem } from "./problem.ts";
import { messageOf, publishOrLeave, type Service } from "./service.ts";
import { submitClaim } from "./submit.ts";
import { PointWriter, pointOf } from "./training-points.ts";

export const CAPS = {
  episodes: 50_000,
  /** Running time; what was learned by then is claimed. */
  milliseconds: 60_000,
  /** Queued and running, of one key and of all. */
  sessions_per_key: 2,
  sessions: 50,
  replay_batch: 64,
  replay_capacity: 10_000,
  horizon: 240,
} as const;

/** Beyond the cap on running time, for the claim at the end. */
const LEASE_MS = CAPS.milliseconds + 30_000;
const QUEUE_PATIENCE_MS = 30_000;
const MAX_ATTEMPTS = 5;
/** How long the training runs before others get their turn, and before it looks at the clock. */
const TURN_MS = 20;

export interface SignedTraining {
  /** As it was sent, with nothing filled in: its canonical JSON is what was signed. */
  readonly request: TrainingRequest;
  readonly signature: string;
}

/** Takes a training in, or finds the one that the same request started before. */
export async function requestTraining(
  service: Service,
  { request, signature }: SignedTraining,
  requestId: string,
): Promise<{ readonly job: TrainingJob; readonly opened: boolean }> {
  if (service.trainer === null) {
    throw new Problem("training_unavailable", "This service has no key to claim trainings with.");
  }
  const text = canonicalJson(request as unknown as Json);
  if (!isSignedBy(service.host, text, request.public_key, signature)) {
    throw new Problem(
      "bad_signature",
      `The signature is not one of key ${request.public_key} over this request.`,
      {
        faults: [{ path: "/signature", message: "does not verify over the request's canonical JSON" }],
      },
    );
  }
  refuseOverCaps(configOf(request));
  const id = service.host.sha256(text);
  let wrote = false;
  const stored = await service.db.runTransaction(async (transaction) => {
    const ref = trainings(service.db).doc(id);
    const known = (await transaction.get(ref)).data() as TrainingJob | undefined;
    // Where a commit's answer was lost, it is the one that this request has opened.
    if (known !== undefined) return { job: known, opened: wrote && known.request_id === requestId };
    await refuseTooMany(service, request.public_key, (query) => transaction.get(query.count()));
    const now = service.now();
    const job: TrainingJob = {
      training_id: id,
      request: text,
      signature,
      public_key: request.public_key,
      state: "QUEUED",
      requested_at: isoTime(now),
      request_id: requestId,
      attempts: 0,
      lease_until: isoTime(now + QUEUE_PATIENCE_MS),
      batches: 0,
    };
    transaction.create(ref, job);
    wrote = true;
    return { job, opened: true };
  });
  if (stored.opened) {
    service.log({
      station: "train",
      event: "training_queued",
      training_id: id,
      request_id: requestId,
      counted: { trainings_queued: 1 },
    });
    await sendToTrain(service, [id]);
  }
  return stored;
}

export async function sendToTrain(service: Service, ids: readonly string[]): Promise<void> {
  const messages = ids.map((training_id) => ({ training_id }));
  await publishOrLeave(service, "trainings", messages, { station: "train" });
}

/** The request's own configuration; what of it is wrong is named with its path in the body. */
function configOf({ training }: TrainingRequest): TrainingConfig {
  try {
    return parseTrainingConfig(training);
  } catch (cause) {
    if (!(cause instanceof PolicyLedgerError)) throw cause;
    const { code, message } = cause;
    const faults =
      code === "unknown_environment"
        ? [{ path: "/request/training/env_id", message: "there is no such environment" }]
        : cause.faults.map((one) => ({ ...one, path: `/request/training/env_config${one.path}` }));
    throw new PolicyLedgerError(code, message, faults, cause);
  }
}

function refuseOverCaps(config: TrainingConfig): void {
  const faults: { path: string; message: string }[] = [];
  const cap = (value: number, most: number, path: string) => {
    if (value > most)
      faults.push({ path: `/request/training${path}`, message: `at most ${most} on the server` });
  };
  cap(config.episodes, CAPS.episodes, "/episodes");
  cap(makeEnvironment(config.env_id, config.env_config).horizon, CAPS.horizon, "/env_config");
  if (config.algorithm === "double-q-learning") {
    cap(config.replay.batch, CAPS.replay_batch, "/replay/batch");
    cap(config.replay.capacity, CAPS.replay_capacity, "/replay/capacity");
  }
  if (faults.length === 0) return;
  throw new Problem("over_cap", "The training asks for more than a training on the server may have.", {
    faults,
  });
}

type Counter = (
  query: FirebaseFirestore.Query,
) => Promise<FirebaseFirestore.AggregateQuerySnapshot<{ count: FirebaseFirestore.AggregateField<number> }>>;

async function refuseTooMany({ db }: Service, publicKey: string, count: Counter): Promise<void> {
  const [ownQueued, ownRunning, queued, running] = await Promise.all(
    [
      trainingsOf(db, publicKey, "QUEUED"),
      trainingsOf(db, publicKey, "RUNNING"),
      trainingsIn(db, "QUEUED"),
      trainingsIn(db, "RUNNING"),
    ].map(async (query) => (await count(query)).data().count),
  );
  const headers = { "retry-after": String(CAPS.milliseconds / 1_000) };
  if (ownQueued! + ownRunning! >= CAPS.sessions_per_key) {
    throw new Problem(
      "too_many_trainings",
      `This key has ${ownQueued! + ownRunning!} trainings queued or running, at most ${CAPS.sessions_per_key} are allowed.`,
      { headers },
    );
  }
  if (queued! + running! >= CAPS.sessions) {
    throw new Problem("too_many_trainings", `${CAPS.sessions} trainings are queued or running already.`, {
      headers,
    });
  }
}

/** Runs a training to its end and submits its claim. What is done, or somebody's, is left alone. */
export async function runTraining(service: Service, trainingId: string): Promise<void> {
  const job = await takeLease(service, trainingId);
  if (job === null) return;
  const about = { station: "train", training_id: trainingId, request_id: job.request_id } as const;
  const started = service.now();
  try {
    const { submission, progress, stopped, batches } = await train(service, job);
    const { job: claimed } = await submitClaim(service, submission, { requestId: job.request_id });
    const ended: Partial<TrainingJob> = {
      state: "DONE",
      batches,
      progress: pointOf(progress),
      stopped,
      claim_id: claimed.claim_id,
      policy_hash: claimed.policy_hash,
      ended_at: isoTime(service.now()),
    };
    await trainings(service.db).doc(trainingId).update(ended);
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
    throw error;
  }
}

async function takeLease({ db, now, log }: Service, trainingId: string): Promise<TrainingJob | null> {
  return db.runTransaction(async (transaction) => {
    const ref = trainings(db).doc(trainingId);
    const job = (await transaction.get(ref)).data() as TrainingJob | undefined;
    if (job === undefined || job.state === "DONE" || job.state === "FAILED") return null;
    const time = now();
    if (job.state === "RUNNING" && job.lease_until > isoTime(time)) return null;
    if (job.attempts >= MAX_ATTEMPTS) {
      transaction.update(ref, { state: "FAILED", message: GAVE_UP, ended_at: isoTime(time) });
      log({ station: "train", event: "training_given_up", severity: "ERROR", training_id: trainingId });
      return null;
    }
    const lease = {
      state: "RUNNING" as const,
      attempts: job.attempts + 1,
      lease_until: isoTime(time + LEASE_MS),
    };
    transaction.update(ref, lease);
    return { ...job, ...lease };
  });
}

const GAVE_UP = "The service could not finish this training in several attempts.";

interface Trained {
  readonly submission: Submission;
  readonly progress: Progress;
  readonly stopped: NonNullable<TrainingJob["stopped"]>;
  readonly batches: number;
}

async function train(service: Service, job: TrainingJob): Promise<Trained> {
  const request = JSON.parse(job.request) as TrainingRequest;
  const config = configOf(request);
  const training = startTraining(config);
  const points = new PointWriter(service.db, job.training_id, config.episodes);
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
): Submission {
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
