// Calls of trainings on the server: ask for one, see how far it is, and watch it.
import * as api from "@policyledger/core/api";
import type * as z from "zod/mini";
import { API, type CallOptions, type Calls, hash } from "./calls.ts";
import { ClientError } from "./error.ts";
import { follow } from "./follow.ts";

/** What a watcher sees: a point of the curve, or the training at its end. */
export type TrainingNews =
  | { readonly kind: "progress"; readonly point: api.TrainingPoint }
  | { readonly kind: "end"; readonly training: api.TrainingJob };

const ENDED = ["DONE", "FAILED"];
/** As it was sent, without the defaults that the schema would fill in. */
const trainingJob = api.trainingJob as unknown as z.ZodMiniType<api.TrainingJob>;

export function trainingCalls({ transport, get, post, read, streams }: Calls) {
  const startTraining = (request: api.TrainRequest, options?: CallOptions): Promise<api.TrainingJob> =>
    post("/train", JSON.stringify(request), trainingJob, options);

  async function training(id: string, options?: CallOptions): Promise<api.TrainingJob> {
    return requireTraining(await get(`/train/${hash(id)}`, trainingJob, options), id);
  }

  /** Each point that the service keeps, and the end. */
  function watchTraining(
    id: string,
    { signal }: CallOptions = {},
  ): AsyncGenerator<TrainingNews, void, undefined> {
    const path = `${API}/train/${hash(id)}/events`;
    const ended = (job: api.TrainingJob) =>
      ({ value: { kind: "end", training: requireTraining(job, id) }, last: true }) as const;
    return follow<TrainingNews>(
      transport,
      streams,
      {
        path,
        read: ({ event, data }) => {
          if (event === "done" || event === "failed") return ended(read(path, trainingJob, data));
          if (event !== "progress") return null;
          return { value: { kind: "progress", point: read(path, api.trainingPoint, data) }, last: false };
        },
        poll: async () => {
          const job = await training(id, { signal });
          if (ENDED.includes(job.state)) return ended(job);
          return job.progress === undefined
            ? null
            : { value: { kind: "progress", point: job.progress }, last: false };
        },
        same: (a, b) => a.kind === "progress" && b.kind === "progress" && a.point.episode === b.point.episode,
      },
      signal,
    );
  }

  return { startTraining, training, watchTraining };
}

function requireTraining(job: api.TrainingJob, id: string): api.TrainingJob {
  if (job.training_id === id) return job;
  throw new ClientError(
    "false_answer",
    `Asked about training ${id}, the service answers about ${job.training_id}`,
  );
}
