// A training written down: canonical JSON that holds all that its future depends on. docs/formats.md has the fields.
import { z } from "zod/mini";
import { type Json, parseJson } from "../json.ts";
import { MAX_TRAINING_STATE_BYTES } from "../limits.ts";
import { parseWith } from "../schema.ts";
import { parseTrainingConfig, type TrainingConfig } from "./config.ts";

const count = z.int().check(z.minimum(0));
const word = z.int().check(z.minimum(0), z.maximum(0xffff_ffff));
const stream = z.strictObject({ c: count.check(z.maximum(2_091_639)), s: z.tuple([word, word, word]) });

const schema = z.strictObject({
  v: z.literal(1),
  kind: z.literal("training"),
  config: z.unknown(),
  /** Episodes done. */
  episode: count,
  epsilon: z.number().check(z.minimum(0), z.maximum(1)),
  /** One list of values a table: by state, then by action. */
  tables: z.array(z.array(z.number())),
  /** The states in which it has acted, ascending. */
  seen: z.array(count),
  action_counts: z.array(count),
  window: z.strictObject({ rewards: z.array(z.int()), best: z.nullable(z.int()), since: count }),
  explore: stream,
  replay: z.nullable(stream),
  memory: z.nullable(z.strictObject({ at: count, transitions: z.array(z.array(z.int())) })),
});

export type SavedTraining = Omit<z.infer<typeof schema>, "config"> & { readonly config: TrainingConfig };

/** Accepts a saved training as far as its own words go; that its parts fit together is for the training to check. */
export function parseSavedTraining(text: string | Uint8Array): SavedTraining {
  const json: Json = parseJson(text, { maxBytes: MAX_TRAINING_STATE_BYTES });
  const saved = parseWith(schema, json, "invalid_training", "Cannot resume training");
  return { ...saved, config: parseTrainingConfig(saved.config) };
}
