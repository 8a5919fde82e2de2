import { describe, expect, test } from "vitest";
import { PolicyLedgerError } from "../src/error.ts";
import { MAX_TRAINING_STATE_BYTES } from "../src/limits.ts";
import type { TrainingOptions } from "../src/training/config.ts";
import { resumeTraining, startTraining } from "../src/training/training.ts";
import { refusal } from "./refusal.ts";
import { CYBER } from "./samples.ts";

const OPTIONS: TrainingOptions = {
  algorithm: "double-q-learning",
  env_id: CYBER,
  env_config: { horizon: 3 },
  seed: 5,
  episodes: 20,
  replay: { capacity: 4, batch: 2 },
  early_stop: { window: 6, min_gain: 0, patience: 1_000 },
};

function savedAfter(episodes: number, options: TrainingOptions = OPTIONS): Record<string, never> {
  const training = startTraining(options);
  training.advance(episodes);
  return JSON.parse(training.save());
}

/** Every path into a value, its own one first. */
function* pathsInto(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (value === null || typeof value !== "object") return;
  for (const [key, item] of Object.entries(value)) {
    // One cell of a table, one list of many: the others are alike.
    if (Array.isArray(value) && Number(key) > 1) continue;
    yield* pathsInto(item, [...path, key]);
  }
}

const REMOVED = Symbol("removed");

function damaged(value: unknown, path: readonly string[], into: unknown): unknown {
  if (path.length === 0) return into;
  const copy = structuredClone(value) as Record<string, unknown>;
  const parent = path.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy);
  const key = path.at(-1)!;
  if (into !== REMOVED) parent[key] = into;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return copy;
}

const refusedAs = (value: unknown) => refusal(() => resumeTraining(JSON.stringify(value) ?? "")).code;

describe("resumeTraining", () => {
  const good = savedAfter(9);

  test("refuses whatever has the wrong type, at any path", () => {
    const damages = [REMOVED, "x", true, [], {}, [[[]]], 0.1234567, -7, 1e300];
    let refused = 0;
    for (const path of pathsInto(good)) {
      for (const damage of damages) {
        const value = damaged(good, path, damage === REMOVED && path.length === 0 ? null : damage);
        try {
          const training = resumeTraining(JSON.stringify(value));
          // What it does not refuse is another state: it must run, and be saved, like any.
          training.advance(3);
          resumeTraining(training.save());
        } catch (error) {
          if (!(error instanceof PolicyLedgerError)) throw error;
          const config = path[0] === "config";
          expect(config ? "invalid_training" : error.code).toBe("invalid_training");
          refused += 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(400);
  });

  test.each<[string, readonly string[], unknown]>([
    ["another version", ["v"], 2],
    ["another kind", ["kind"], "claim"],
    ["more episodes than there are", ["episode"], 21],
    ["an epsilon above 1", ["epsilon"], 1.5],
    ["one table", ["tables"], [[]]],
    ["a short table", ["tables", "0"], [0]],
    ["a value that learning overflows with", ["tables", "1", "7"], 1e300],
    ["an unknown state", ["seen", "0"], 108],
    ["states that do not ascend", ["seen"], [3, 3]],
    ["a missing action count", ["action_counts"], [1, 2, 3, 4]],
    ["a reward too many", ["window", "rewards"], [1, 2, 3, 4, 5, 6, 7]],
    ["half a reward", ["window", "rewards", "0"], 0.5],
    ["a stream out of bounds", ["explore", "s", "0"], 2 ** 32],
    ["a carry out of bounds", ["explore", "c"], 2_091_640],
    ["a stream of two words", ["explore", "s"], [1, 2]],
    ["no replay stream", ["replay"], null],
    ["no memory", ["memory"], null],
    ["a memory that is too long", ["memory", "transitions"], Array(5).fill([0, 0, 0, 0])],
    ["a ring that points elsewhere", ["memory", "at"], 4],
    ["an unknown state in memory", ["memory", "transitions", "1"], [108, 0, 0, 0]],
    ["an unknown action in memory", ["memory", "transitions", "1"], [0, 5, 0, 0]],
    ["a reward beyond 32 bits", ["memory", "transitions", "1"], [0, 0, 2 ** 31, 0]],
    ["a next state before -1", ["memory", "transitions", "1"], [0, 0, 0, -2]],
    ["a transition too long", ["memory", "transitions", "1"], [0, 0, 0, 0, 0]],
    ["a field too many", ["note"], "x"],
  ])("refuses %s", (_, path, value) => {
    expect(refusedAs(damaged(good, path, value))).toBe("invalid_training");
  });

  test("refuses what belongs to the other algorithm", () => {
    const { replay: _, ...rest } = OPTIONS as TrainingOptions & { replay?: object };
    const plain = savedAfter(3, { ...rest, algorithm: "q-learning" });
    expect(refusedAs({ ...plain, memory: good.memory })).toBe("invalid_training");
    expect(refusedAs({ ...plain, replay: good.replay })).toBe("invalid_training");
    expect(refusedAs({ ...plain, tables: good.tables })).toBe("invalid_training");
  });

  test("names several faults at once", () => {
    const both = damaged(damaged(good, ["seen"], [200]), ["action_counts"], []);
    const error = refusal(() => resumeTraining(JSON.stringify(both)));
    expect(error.faults.map(({ path }) => path)).toEqual(["/seen", "/action_counts"]);
  });

  test("refuses cut and oversized texts", () => {
    const text = JSON.stringify(good);
    for (const length of [0, 1, 100, text.length - 1])
      expect(refusal(() => resumeTraining(text.slice(0, length))).code).toBe("invalid_json");
    expect(refusal(() => resumeTraining(" ".repeat(MAX_TRAINING_STATE_BYTES + 1))).code).toBe("too_large");
  });
});
