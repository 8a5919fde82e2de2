// How a training on the server is asked for: signed, within caps, and the same request is one training.
import { randomUUID } from "node:crypto";
import {
  canonicalJson,
  type Json,
  makeEnvironment,
  PolicyLedgerError,
  parseTrainingConfig,
  type TrainingConfig,
  type TrainingOptions,
} from "@policyledger/core";
import {
  isoTime,
  openTrainings,
  openTrainingsFrom,
  openTrainingsOf,
  type TrainingJob,
  trainings,
} from "./documents.ts";
import { requireSigned } from "./identity.ts";
import { Problem } from "./problem.ts";
import { publishOrLeave, type Service } from "./service.ts";

export const CAPS = {
  episodes: 50_000,
  /** Running time; what was learned by then is claimed. */
  milliseconds: 60_000,
  /** Queued and running, of one key, from one address, and of all. */
  sessions_per_key: 2,
  sessions_per_address: 10,
  sessions: 50,
  replay_batch: 64,
  replay_capacity: 10_000,
  horizon: 240,
} as const;

const QUEUE_PATIENCE_MS = 30_000;

/** What is signed: docs/formats.md has it with a worked example. */
export interface TrainingRequest {
  readonly v: 1;
  readonly kind: "train";
  readonly public_key: string;
  readonly training: TrainingOptions;
  readonly claim_seed: number;
}

export interface SignedTraining {
  /** As it was sent, with nothing filled in: its canonical JSON is what was signed. */
  readonly request: TrainingRequest;
  readonly signature: string;
}

/** Takes a training in, or finds the one that the same request started before. */
export async function requestTraining(
  service: Service,
  { request, signature }: SignedTraining,
  { requestId, caller }: { readonly requestId: string; readonly caller: string },
): Promise<{ readonly job: TrainingJob; readonly opened: boolean }> {
  if (service.trainer === null) {
    throw new Problem("training_unavailable", "This service has no key to claim trainings with.");
  }
  const text = canonicalJson(request as unknown as Json);
  requireSigned(service, "request", { text, publicKey: request.public_key, signature });
  refuseOverCaps(configOf(request));
  const id = service.host.sha256(text);
  const openedBy = randomUUID();
  const askedFrom = service.host.sha256(`${service.trainer.secretKey} ${caller}`);
  const stored = await service.db.runTransaction(async (transaction) => {
    const ref = trainings(service.db).doc(id);
    const known = (await transaction.get(ref)).data() as TrainingJob | undefined;
    // Where a commit's answer was lost, it is the one that this call has opened.
    if (known !== undefined && known.state !== "FAILED") {
      return { job: known, opened: known.opened_by === openedBy };
    }
    await refuseTooMany(service, request.public_key, askedFrom, (query) => transaction.get(query.count()));
    const now = service.now();
    const job: TrainingJob = {
      training_id: id,
      request: text,
      signature,
      public_key: request.public_key,
      state: "QUEUED",
      requested_at: isoTime(now),
      request_id: requestId,
      opened_by: openedBy,
      asked_from: askedFrom,
      attempts: 0,
      lease_until: isoTime(now + QUEUE_PATIENCE_MS),
      batches: 0,
    };
    // One that was given up begins anew.
    transaction.set(ref, job);
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
export function configOf({ training }: TrainingRequest): TrainingConfig {
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

async function refuseTooMany(
  { db }: Service,
  publicKey: string,
  askedFrom: string,
  count: Counter,
): Promise<void> {
  const [ofKey, fromThere, all] = await Promise.all(
    [openTrainingsOf(db, publicKey), openTrainingsFrom(db, askedFrom), openTrainings(db)].map(
      async (query) => (await count(query)).data().count,
    ),
  );
  const refuse = (whose: string, found: number, most: number) => {
    if (found < most) return;
    throw new Problem(
      "too_many_trainings",
      `${whose} has ${found} trainings queued or running, at most ${most} are allowed.`,
      { headers: { "retry-after": String(CAPS.milliseconds / 1_000) } },
    );
  };
  refuse("This key", ofKey!, CAPS.sessions_per_key);
  // Keys cost nothing: without this one address could have them all.
  refuse("This address", fromThere!, CAPS.sessions_per_address);
  refuse("The service", all!, CAPS.sessions);
}
