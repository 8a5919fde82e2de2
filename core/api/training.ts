// What goes over the wire about trainings on the server.

import * as z from "zod/mini";
import { trainingSchema } from "../src/training/config.ts";
import { hash, natural, signature, time } from "./schemas.ts";

const trainingRequestSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal("train"),
  public_key: hash,
  training: trainingSchema,
  claim_seed: natural,
});

export const trainRequest = z.strictObject({ request: trainingRequestSchema, signature });

export const trainingPoint = z.strictObject({
  episode: natural,
  episodes: natural,
  reward: z.number(),
  average: z.number(),
  epsilon: z.number(),
  table_size: natural,
  action_counts: z.array(natural),
});

export const trainingJob = z.strictObject({
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
});

export type TrainRequest = z.input<typeof trainRequest>;
export type TrainingPoint = z.output<typeof trainingPoint>;
/** As it is sent: what a training was not told is not in its request. */
export type TrainingJob = z.input<typeof trainingJob>;
