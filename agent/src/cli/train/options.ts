// What a training is told on the command line, with defaults that come near the optimum in both environments.
import { readFileSync } from "node:fs";
import {
  type JsonObject,
  limits,
  PolicyLedgerError,
  parseJson,
  suggestedLearning,
  type TrainingOptions,
} from "@policyledger/core";
import type { Given, Options } from "../command.ts";
import { CliError, EXIT, usage } from "../exit.ts";

const ALGORITHMS = ["q-learning", "double-q-learning"] as const;

export const TRAINING_OPTIONS: Options = {
  env: { value: "ENV", about: "the environment (cyber-defense-v1)" },
  preset: { value: "NAME", about: "its preset (standard)" },
  config: { value: "JSON", about: "its configuration, or @FILE: what differs from the preset" },
  algorithm: { value: "NAME", about: `${ALGORITHMS.join(" or ")} (q-learning)` },
  seed: { value: "N", about: "of the training: the same one gives the same policy, byte for byte (1)" },
  episodes: {
    value: "N",
    about: "how many at most (500,000; double Q-learning 150,000; --on-server 50,000)",
  },
  "learning-rate": {
    value: "X",
    about: "how far a value moves towards its target (less for more episodes: 0.003 for 500,000)",
  },
  discount: { value: "X", about: "what the next step's value counts for (0.9)" },
  "epsilon-start": { value: "X", about: "how often a random action is taken at first (1)" },
  "epsilon-end": { value: "X", about: "and at last (0.02)" },
  "epsilon-decay": {
    value: "X",
    about: "by what it is multiplied after each episode (the end comes at 60 % of them)",
  },
  "initial-value": { value: "X", about: "of what was never tried, in units of reward (0)" },
  patience: { value: "N", about: "end when the mean reward has not risen for so many episodes" },
  window: { value: "N", about: "episodes that the mean is of, with --patience (1,000)" },
  "min-gain": { value: "X", about: "what counts as risen, in units of reward, with --patience (1)" },
  "replay-capacity": { value: "N", about: "transitions that double Q-learning keeps (2,000)" },
  "replay-batch": { value: "N", about: "of which so many are learned from at each step (8)" },
};

const FRACTION = { min: 0, max: 1 };

/** A service trains no longer than this for anybody. */
const EPISODES_ON_SERVER = 50_000;

export function trainingOptions(given: Given): TrainingOptions {
  const algorithm = given.choice("algorithm", ALGORITHMS) ?? "q-learning";
  const isDouble = algorithm === "double-q-learning";
  const usual = given.is("on-server") ? EPISODES_ON_SERVER : isDouble ? 150_000 : 500_000;
  const episodes = given.integer("episodes", { min: 1, max: 100_000_000 }) ?? usual;
  const suggested = suggestedLearning(episodes);
  const shared = {
    env_id: given.text("env") ?? "cyber-defense-v1",
    env_config: configOf(given),
    seed: given.integer("seed", { min: 0 }) ?? 1,
    episodes,
    learning_rate: given.number("learning-rate", FRACTION) ?? suggested.learning_rate,
    discount: given.number("discount", FRACTION) ?? suggested.discount,
    epsilon: {
      start: given.number("epsilon-start", FRACTION) ?? suggested.epsilon.start,
      end: given.number("epsilon-end", FRACTION) ?? suggested.epsilon.end,
      decay: given.number("epsilon-decay", FRACTION) ?? suggested.epsilon.decay,
    },
    initial_value: given.number("initial-value", { min: -1e6, max: 1e6 }) ?? 0,
    early_stop: earlyStopOf(given),
  };
  const capacity = given.integer("replay-capacity", { min: 1, max: 100_000 });
  const batch = given.integer("replay-batch", { min: 1, max: 1_000 });
  if (!isDouble) {
    if (capacity === undefined && batch === undefined) return { algorithm: "q-learning", ...shared };
    throw usage("--replay-capacity and --replay-batch are for --algorithm double-q-learning");
  }
  return {
    algorithm: "double-q-learning",
    ...shared,
    replay: { capacity: capacity ?? suggested.replay.capacity, batch: batch ?? suggested.replay.batch },
  };
}

function earlyStopOf(given: Given) {
  const patience = given.integer("patience", { min: 1 });
  const window = given.integer("window", { min: 1, max: 10_000 });
  const min_gain = given.number("min-gain", { min: 0, max: 1e6 });
  if (patience !== undefined) return { patience, window: window ?? 1_000, min_gain: min_gain ?? 1 };
  if (window === undefined && min_gain === undefined) return null;
  throw usage("--window and --min-gain say what --patience waits for: it is missing");
}

function configOf(given: Given): JsonObject {
  const preset = given.text("preset");
  const text = given.text("config");
  const config = text === undefined ? {} : readConfig(text);
  if (preset !== undefined && "preset" in config)
    throw usage("--preset is given, and --config names a preset too");
  return { preset: preset ?? "standard", ...config };
}

function readConfig(text: string): JsonObject {
  try {
    const json = text.startsWith("@") ? readFileSync(text.slice(1)) : text;
    const value = parseJson(json, { maxBytes: limits.MAX_CONFIG_BYTES });
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as JsonObject;
    throw usage("--config wants a JSON object");
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const advice = "for example --config '{\"horizon\":12}', or --config @FILE";
    if (!(cause instanceof PolicyLedgerError))
      throw usage(`Cannot read ${text.slice(1)}: ${(cause as Error).message}`);
    throw new CliError(EXIT.usage, `--config: ${cause.message}`, { advice, cause });
  }
}
