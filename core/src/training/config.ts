// What a training is told: algorithm, environment, seed and the numbers of learning, each with a default.
import * as z from "zod/mini";
import { DEFAULT_PRESET, environmentKind, resolveConfig } from "../environments/registry.ts";
import type { Json, JsonObject } from "../json.ts";
import { parseWith } from "../schema.ts";

const fraction = z.number().check(z.minimum(0), z.maximum(1));

const shared = {
  env_id: z.string(),
  env_config: z._default(z.record(z.string(), z.custom<Json>()), { preset: DEFAULT_PRESET }),
  seed: z.int().check(z.minimum(0)),
  episodes: z._default(z.int().check(z.minimum(1), z.maximum(100_000_000)), 5_000),
  /** How far a value moves towards its target. */
  learning_rate: z._default(fraction, 0.1),
  /** What the next step's value counts for. */
  discount: z._default(fraction, 0.95),
  /** How often a random action is taken: from `start`, multiplied by `decay` after each episode, down to `end`. */
  epsilon: z._default(z.strictObject({ start: fraction, end: fraction, decay: fraction }), {
    start: 1,
    end: 0.02,
    decay: 0.999,
  }),
  /** The value of what was never tried, in the environment's unit; a high one makes the learner curious. */
  initial_value: z._default(z.number().check(z.minimum(-1e6), z.maximum(1e6)), 0),
  /** Ends the training when the mean of the last `window` rewards has not risen by `min_gain` for `patience` episodes. */
  early_stop: z._default(
    z.nullable(
      z.strictObject({
        window: z.int().check(z.minimum(1), z.maximum(10_000)),
        min_gain: z.number().check(z.minimum(0), z.maximum(1e6)),
        patience: z.int().check(z.minimum(1)),
      }),
    ),
    null,
  ),
};

export const trainingSchema = z.discriminatedUnion("algorithm", [
  z.strictObject({ algorithm: z.literal("q-learning"), ...shared }),
  z.strictObject({
    algorithm: z.literal("double-q-learning"),
    ...shared,
    /** Transitions kept, and how many of them are learned from at each step. */
    replay: z._default(
      z.strictObject({
        capacity: z.int().check(z.minimum(1), z.maximum(100_000)),
        batch: z.int().check(z.minimum(1), z.maximum(1_000)),
      }),
      { capacity: 2_000, batch: 32 },
    ),
  }),
]);

export type TrainingConfig = z.infer<typeof trainingSchema>;
/** What may be given: everything but algorithm, environment and seed has a default. */
export type TrainingOptions = z.input<typeof trainingSchema>;

/** Accepts a configuration and fills in its defaults. */
export function parseTrainingConfig(value: unknown): TrainingConfig {
  const config = parseWith(trainingSchema, value, "invalid_training", "Cannot train");
  resolveConfig(environmentKind(config.env_id), config.env_config as JsonObject);
  return config;
}
