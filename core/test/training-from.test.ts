// Training that starts from a Q-table: what it does not meet it keeps, to the thousandth, also when it is stopped and
// taken up again.
import { describe, expect, test } from "vitest";
import type { QTableArtifact } from "../src/policies/artifact.ts";
import { artifactText } from "../src/policies/artifact.ts";
import { behaviourOf } from "../src/policies/behaviour.ts";
import type { TrainingOptions } from "../src/training/config.ts";
import { resumeTraining, startTraining } from "../src/training/training.ts";
import { CYBER } from "./samples.ts";

/** Rows for every third state, among them one that is all equal and one that reads like a default action. */
const adopted: QTableArtifact = {
  v: 1,
  kind: "q-table",
  env_id: CYBER,
  default_action: 3,
  q: Array.from({ length: 36 }, (_, i) =>
    i === 0 ? [0, 0, 0, 0, 0, 0] : i === 1 ? [3, 0, 0, 1, 0, 0] : [3 * i, i, 7, -i, 30 - i, 1e12 - i],
  ),
};

const OPTIONS: Record<string, TrainingOptions> = {
  "q-learning": { algorithm: "q-learning", env_id: CYBER, env_config: { horizon: 2 }, seed: 5, episodes: 9 },
  "double-q-learning": {
    algorithm: "double-q-learning",
    env_id: CYBER,
    env_config: { horizon: 2 },
    seed: 5,
    episodes: 9,
    initial_value: 33.3,
    replay: { capacity: 8, batch: 2 },
  },
};

describe.each(Object.entries(OPTIONS))("startTraining from a Q-table, %s", (_, options) => {
  test("artifact is the Q-table itself before anything was learned", () => {
    expect(startTraining(options, adopted).artifact()).toEqual(adopted);
  });

  test("artifact keeps every row and the default action of what was never met", () => {
    const training = startTraining(options, adopted);
    const met = new Set<number>();
    training.advance(9, { observe: (state) => met.add(state) });
    const { default_action, q } = training.artifact();
    const rows = new Map(q.map((row) => [row[0]!, row]));
    expect(default_action).toBe(3);
    expect([...rows.keys()]).toEqual(
      [...new Set([...met, ...adopted.q.map(([state]) => state!)])].sort((a, b) => a - b),
    );
    const unmet = adopted.q.filter(([state]) => !met.has(state!));
    expect(unmet.length).toBeGreaterThan(20);
    for (const row of unmet) expect(rows.get(row[0]!)).toEqual(row);
    const [before, after] = [behaviourOf(adopted), behaviourOf(training.artifact())] as Uint8Array[];
    for (let state = 0; state < 108; state++) if (!met.has(state)) expect(after![state]).toBe(before![state]);
  });

  test("resumeTraining goes on to the same artifact, byte for byte, after any episode", () => {
    const whole = startTraining(options, adopted);
    whole.advance(9);
    for (let episode = 0; episode <= 9; episode++) {
      const first = startTraining(options, adopted);
      first.advance(episode);
      const second = resumeTraining(first.save());
      expect(artifactText(second.artifact())).toBe(artifactText(first.artifact()));
      expect(second.progress().table_size).toBe(first.progress().table_size);
      second.advance(9);
      expect(artifactText(second.artifact())).toBe(artifactText(whole.artifact()));
      expect(second.save()).toBe(whole.save());
    }
  });
});

test("artifact votes for a default action where nothing was adopted, or no state is left for one", () => {
  const options = { ...OPTIONS["q-learning"]!, learning_rate: 0 };
  const fresh = startTraining(options);
  fresh.advance(9);
  expect(fresh.artifact().default_action).toBe(0);
  const q = Array.from({ length: 108 }, (_, state) => [state, 0, 0, 0, 0, 1]);
  expect(startTraining(options, { ...adopted, q }).artifact()).toEqual({ ...adopted, q, default_action: 4 });
});
