// What goes over the wire about trainings on the server.
import { trainingSchema } from "@policyledger/core";
import * as z from "zod/mini";
import { hash, name, natural, signature, time } from "./schemas.ts";

name(
  "Training",
  trainingSchema,
  "What a training is told; all but algorithm, env_id and seed has a default.",
);

const trainingRequestSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal("train"),
  public_key: hash,
  training: trainingSchema,
  claim_seed: natural,
});

export const trainRequest = name(
  "TrainRequest",
  z.strictObject({ request: trainingRequestSchema, signature }),
  "`signature` is Ed25519 over the canonical JSON of `request` as it is sent, with no default filled in; the SHA-256 of the same bytes is the training's id. `claim_seed` is the seed that is claimed on.",
);

export const trainingPoint = name(
  "TrainingPoint",
  z.strictObject({
    episode: natural,
    episodes: natural,
    reward: z.number(),
    average: z.number(),
    epsilon: z.number(),
    table_size: natural,
    action_counts: z.array(natural),
  }),
);

export const trainingJob = name(
  "TrainingJob",
  z.strictObject({
    training_id: hash,
    state: z.enum(["QUEUED", "RUNNING", "DONE", "FAILED"]),
    request: trainingRequestSchema,
    requested_at: time,
    progress: z.optional(trainingPoint),
    stopped: z.optional(z.enum(["episodes", "converged", "time"])),
    claim_id: z.optional(hash),
    policy_hash: z.optional(hash),
    ended_at: z.optional(time),
    message: z.optional(z.string()),
    location: z.string(),
    events: z.string(),
  }),
);
