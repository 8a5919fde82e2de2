// Routes of trainings on the server: ask for one, see how far it is, and watch it.

import { type Json, PolicyLedgerError, parseJson, parseWith } from "@policyledger/core";
import * as schemas from "@policyledger/core/api";
import {
  type PointBatch,
  pointsRef,
  type TrainingJob,
  type TrainingPoint,
  trainings,
} from "../../documents.ts";
import { Problem } from "../../problem.ts";
import { CAPS, requestTraining, type SignedTraining } from "../../training-requests.ts";
import { ASK, FOREVER, json, NEVER } from "../answer.ts";
import { BODY_PROBLEMS, readBody } from "../body.ts";
import {
  eventStream,
  lastEventId,
  NOTHING_MORE,
  nothingMore,
  pause,
  type StreamEvent,
} from "../event-stream.ts";
import { type Call, type Route, route } from "../route.ts";

const MAX_REQUEST_BYTES = 16_384;
/** Between two points that a watcher gets, while there are more and where it has caught up: twenty to fifty a second. */
const BEHIND_MS = 20;
const ABREAST_MS = 50;
/** So many batches that wait are sent whole; that takes five seconds. */
const WHOLE_BATCHES = 10;

export const trainingRoutes: readonly Route[] = [
  route({
    method: "post",
    path: "/train",
    id: "startTraining",
    tag: "Training",
    summary: "Train on the server",
    description:
      "For a signed request: the signature is over the canonical JSON of `request` as it is sent. " +
      `At most ${CAPS.episodes} episodes and ${CAPS.milliseconds / 1_000} seconds, ` +
      `${CAPS.sessions_per_key} trainings at once of one key. It ends in a claim under the service's own label, which goes the same ` +
      "path as any other. The same request is one training.",
    params: schemas.noParameters,
    query: schemas.noParameters,
    body: { "application/json": schemas.trainRequest },
    limit: "compute",
    answers: {
      200: {
        description: "This training was asked for before.",
        content: { "application/json": schemas.trainingJob },
      },
      202: { description: "It waits for its turn.", content: { "application/json": schemas.trainingJob } },
    },
    problems: [
      ...BODY_PROBLEMS,
      "invalid_training",
      "invalid_config",
      "unknown_environment",
      "over_cap",
      "bad_signature",
      "too_many_trainings",
      "training_unavailable",
    ],
    handle: async (call) => {
      const { bytes } = await readBody(call.request, { "application/json": MAX_REQUEST_BYTES });
      const { job, opened } = await requestTraining(call.service, readRequest(bytes), call);
      const view = trainingView(job);
      return json(view, { status: opened ? 202 : 200, cache: NEVER, headers: { location: view.location } });
    },
  }),
  route({
    method: "get",
    path: "/train/{training_id}",
    id: "getTraining",
    tag: "Training",
    summary: "How far a training is",
    params: schemas.trainingPath,
    query: schemas.noParameters,
    limit: "read",
    answers: { 200: { description: "The training.", content: { "application/json": schemas.trainingJob } } },
    problems: ["not_found"],
    handle: async (call) => {
      const job = await requireTraining(call, call.params.training_id);
      return json(trainingView(job), { cache: job.state === "DONE" ? FOREVER : ASK });
    },
  }),
  route({
    method: "get",
    path: "/train/{training_id}/events",
    id: "watchTraining",
    tag: "Training",
    summary: "Watch a training",
    description:
      "Events `progress` (ten to fifty a second, from the first point on), then `done` or `failed` with the training; its `claim_id` leads " +
      "on. A reader that comes again with Last-Event-ID goes on behind it. Best read at the address that `health` names; the polling " +
      "twin is the training itself.",
    params: schemas.trainingPath,
    query: schemas.noParameters,
    limit: "read",
    isFleeting: true,
    answers: {
      200: {
        description: "`data` of `progress` is a TrainingPoint, of `done` and `failed` a TrainingJob.",
        content: { "text/event-stream": null },
      },
      204: NOTHING_MORE,
    },
    problems: ["not_found", "unavailable"],
    handle: async (call) => {
      const { training_id } = call.params;
      const event = lastEventOf(await requireTraining(call, training_id));
      if (event !== null && lastEventId(call.request) === event) return nothingMore();
      return eventStream(call, (send, signal) => watch(call, training_id, send, signal));
    },
  }),
];

function readRequest(bytes: Uint8Array): SignedTraining {
  const body = parseJson(bytes, { maxBytes: MAX_REQUEST_BYTES });
  try {
    parseWith(schemas.trainRequest, body, "invalid_training", "Cannot take the request");
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    throw new Problem("invalid_training", error.message, { faults: error.faults, cause: error });
  }
  // The body as it was sent: what the schema fills in was not signed.
  return body as Json as unknown as SignedTraining;
}

function trainingView(job: TrainingJob) {
  const {
    attempts: _,
    lease_until: __,
    request_id: ___,
    opened_by: _______,
    asked_from: ________,
    batches: ____,
    public_key: _____,
    signature: ______,
    request,
    ...shown
  } = job;
  const location = `/api/v1/train/${job.training_id}`;
  return { ...shown, request: JSON.parse(request), location, events: `${location}/events` };
}

async function requireTraining(call: Call<object, object>, id: string): Promise<TrainingJob> {
  const job = (await trainings(call.service.db).doc(id).get()).data() as TrainingJob | undefined;
  if (job !== undefined) return job;
  throw new Problem("not_found", `There is no training ${id}.`);
}

/** The event with which its stream ends, once it has come to its end. */
function lastEventOf({ state }: TrainingJob): "done" | "failed" | null {
  return state === "DONE" ? "done" : state === "FAILED" ? "failed" : null;
}

/** Sends the points that there are and those that come, one after the other, and then the end. */
async function watch(
  call: Call<object, object>,
  id: string,
  send: (event: StreamEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const ref = trainings(call.service.db).doc(id);
  const changes = new Latest<TrainingJob>();
  const stop = ref.onSnapshot(
    (snapshot) => changes.set(snapshot.data() as TrainingJob),
    (error) => changes.fail(error),
  );
  signal.addEventListener("abort", () => changes.end(), { once: true });
  const seen = Number(/^\d{1,9}$/.exec(lastEventId(call.request) ?? "")?.[0] ?? -1);
  let batch = 0;
  try {
    for (;;) {
      const job = await changes.next();
      if (job === null) return;
      const last = lastEventOf(job);
      // Who comes to a long one that is over sees every other point of it, and is done as soon.
      const step = last !== null && job.batches - batch > WHOLE_BATCHES ? 2 : 1;
      // A run that began anew has written fewer so far; what stands in a batch is the same.
      for (; batch < job.batches && !signal.aborted; batch++) {
        const stored = (await pointsRef(ref, batch).get()).data() as PointBatch | undefined;
        if (stored === undefined) break;
        const every = last !== null || batch + 1 < job.batches ? BEHIND_MS : ABREAST_MS;
        const points = stored.points.filter((_, i, all) => i % step === 0 || i === all.length - 1);
        await sendPoints(points, { seen, every, send, signal });
      }
      if (last === null) continue;
      if (!signal.aborted) send({ event: last, id: last, data: trainingView(job) });
      return;
    }
  } finally {
    stop();
  }
}

async function sendPoints(
  points: readonly TrainingPoint[],
  {
    seen,
    every,
    send,
    signal,
  }: { seen: number; every: number; send: (event: StreamEvent) => void; signal: AbortSignal },
): Promise<void> {
  for (const point of points) {
    if (signal.aborted) return;
    if (point.episode <= seen) continue;
    send({ event: "progress", id: String(point.episode), data: point });
    await pause(every, signal);
  }
}

/** The latest of several values that come whenever they come; who waits gets the newest, and none twice. */
class Latest<T> {
  private value: T | null = null;
  private over = false;
  private error: Error | null = null;
  private wake: (() => void) | null = null;

  set(value: T): void {
    this.value = value;
    this.wake?.();
  }

  fail(error: Error): void {
    this.error = error;
    this.wake?.();
  }

  end(): void {
    this.over = true;
    this.wake?.();
  }

  /** Null at the end. */
  async next(): Promise<T | null> {
    while (this.value === null && !this.over && this.error === null) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    if (this.error !== null) throw this.error;
    const { value } = this;
    this.value = null;
    return this.over ? null : value;
  }
}
