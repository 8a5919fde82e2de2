// A training written down: canonical JSON that holds all that its future depends on. docs/formats.md has the fields.
import * as z from "zod/mini";
import { type Json, parseJson } from "../json.ts";
import { MAX_TRAINING_STATE_BYTES } from "../limits.ts";
import { parseWith } from "../schema.ts";
import { parseTrainingConfig, type TrainingConfig } from "./config.ts";

const count = z.int().check(z.minimum(0));
const word = z.int().check(z.minimum(0), z.maximum(0xffff_ffff));
const stream = z.strictObject({ c: count.check(z.maximum(2_091_639)), s: z.tuple([word, word, word]) });

/** What no value reaches in a training, so far from the end of the doubles that learning cannot run into it. */
const MAX_VALUE = 1e18;
const TRANSITION_LENGTH = 4;

/** Long lists are checked by hand: a schema names each wrong item of millions, and takes a minute to do so. */
function listOf<T>(is: (item: unknown) => boolean, wanted: string): z.ZodMiniType<T[]> {
  return z.custom<T[]>((value) => Array.isArray(value) && value.every(is), `wanted a list of ${wanted}`);
}

const isValue = (item: unknown) => typeof item === "number" && Math.abs(item) <= MAX_VALUE;
const isInteger = (item: unknown) => Number.isSafeInteger(item);
const isCount = (item: unknown) => Number.isSafeInteger(item) && (item as number) >= 0;
const isTable = (item: unknown) => Array.isArray(item) && item.every(isValue);
const isTransition = (item: unknown) =>
  Array.isArray(item) && item.length === TRANSITION_LENGTH && item.every(isInteger);

const schema = z.strictObject({
  v: z.literal(1),
  kind: z.literal("training"),
  config: z.unknown(),
  /** Episodes done. */
  episode: count,
  epsilon: z.number().check(z.minimum(0), z.maximum(1)),
  /** One list of values a table: by state, then by action. */
  tables: listOf<number[]>(isTable, `lists of numbers within ${MAX_VALUE} of zero`),
  /** The states in which it has acted, ascending. */
  seen: listOf<number>(isCount, "counts"),
  action_counts: listOf<number>(isCount, "counts"),
  window: z.strictObject({
    rewards: listOf<number>(isInteger, "integers"),
    best: z.nullable(z.int()),
    since: count,
  }),
  explore: stream,
  replay: z.nullable(stream),
  memory: z.nullable(
    z.strictObject({
      at: count,
      transitions: listOf<number[]>(isTransition, "[state, action, reward, next state or -1]"),
    }),
  ),
});

export type SavedTraining = Omit<z.infer<typeof schema>, "config"> & { readonly config: TrainingConfig };

/** Accepts a saved training as far as its own words go; that its parts fit together is for the training to check. */
export function parseSavedTraining(text: string | Uint8Array): SavedTraining {
  const json: Json = parseJson(text, { maxBytes: MAX_TRAINING_STATE_BYTES });
  const saved = parseWith(schema, json, "invalid_training", "Cannot resume training");
  return { ...saved, config: parseTrainingConfig(saved.config) };
}
