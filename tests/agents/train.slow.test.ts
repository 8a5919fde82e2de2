// `policyledger train`: the core's own training, whatever interrupts it; and what is wrong on its command line.
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  artifactText,
  environmentKind,
  environmentKinds,
  parseTrainingConfig,
  startTraining,
  type TrainingOptions,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { describe, expect, test } from "vitest";
import { paintOf, type Terminal } from "../../agent/src/cli/terminal.ts";
import { trainingView } from "../../agent/src/cli/train/view.ts";
import { until } from "../../scripts/until.ts";
import { expectGolden, newHome, policyledger } from "./command.ts";

const home = newHome();
const newFolder = () => mkdtempSync(join(tmpdir(), "policyledger-train-"));
const run = (cwd: string, args: readonly string[], more: object = {}) =>
  policyledger(["train", ...args], { home, cwd, ...more });

/** What it is told when it is told nothing but the episodes. */
const usual = (episodes: number): TrainingOptions => ({
  algorithm: "q-learning",
  env_id: "cyber-defense-v1",
  env_config: { preset: "standard" },
  seed: 1,
  episodes,
  learning_rate: Math.round(2_000 / Math.sqrt(episodes)) / 1_000,
  discount: 0.9,
  epsilon: { start: 1, end: 0.02, decay: 1 - 6.5 / episodes },
});

function trained(options: TrainingOptions): string {
  const training = startTraining(options);
  training.advance(options.episodes!);
  return artifactText(training.artifact());
}

describe("a training", () => {
  test("is the core's, byte for byte, and ends in a policy and a claim that holds", async () => {
    const folder = newFolder();
    const args = ["--episodes", "5000"];
    await expectGolden("train", ["train", ...args], await run(folder, args));
    const text = readFileSync(join(folder, "cyber-defense-v1-standard-1.policy.json"), "utf8");
    expect(text).toBe(trained(usual(5_000)));
    expect(readdirSync(folder).sort()).toEqual([
      "cyber-defense-v1-standard-1.claim.json",
      "cyber-defense-v1-standard-1.policy.json",
    ]);
    const verify = ["verify", "cyber-defense-v1-standard-1.claim.json"];
    expect(await policyledger(verify, { home, cwd: folder })).toMatchObject({ code: 0 });
  });

  test("takes what it is told: environment, configuration, algorithm and numbers", async () => {
    const folder = newFolder();
    const args =
      "--env energy-slot-v1 --preset half_battery --algorithm double-q-learning --seed 9 --episodes 300 --learning-rate 0.2 --discount 0.9 --epsilon-start 0.5 --epsilon-end 0.1 --epsilon-decay 0.99 --initial-value 3 --replay-capacity 50 --replay-batch 4 --claim-seed 77 --name mine --out deep/er --json";
    const { code, out } = await run(folder, args.split(" "));
    expect(code).toBe(0);
    const options: TrainingOptions = {
      algorithm: "double-q-learning",
      env_id: "energy-slot-v1",
      env_config: { preset: "half_battery" },
      seed: 9,
      episodes: 300,
      learning_rate: 0.2,
      discount: 0.9,
      epsilon: { start: 0.5, end: 0.1, decay: 0.99 },
      initial_value: 3,
      replay: { capacity: 50, batch: 4 },
    };
    const result = JSON.parse(out);
    expect(result.config).toEqual(JSON.parse(JSON.stringify(parseTrainingConfig(options))));
    expect(result).toMatchObject({
      done: true,
      episodes: 300,
      claim: { seed: 77, env_id: "energy-slot-v1" },
    });
    const text = readFileSync(join(folder, "deep/er/mine.policy.json"), "utf8");
    expect(text).toBe(trained(options));
    expect(result.policy_hash).toBe(nodeHost.sha256(text));
  });

  test("ends when it has converged", async () => {
    const { out } = await run(newFolder(), [
      "--patience",
      "200",
      "--window",
      "50",
      "--min-gain",
      "1000",
      "--json",
    ]);
    expect(JSON.parse(out)).toMatchObject({
      converged: true,
      config: { early_stop: { patience: 200, window: 50 } },
    });
  });

  test("a configuration that is no preset is taken from JSON or a file", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "config.json"), '{"preset":"extended","horizon":6}');
    const { out } = await run(folder, ["--config", "@config.json", "--episodes", "10", "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      config: { env_config: { preset: "extended", horizon: 6 } },
      files: { claim: "cyber-defense-v1-extended-changed-1.claim.json" },
    });
  });
});

test.each(
  environmentKinds.flatMap(({ id }) =>
    ["q-learning", "double-q-learning"].map((algorithm) => [id, algorithm] as const),
  ),
)("with all defaults, %s by %s comes within a fiftieth of the optimum", async (env, algorithm) => {
  const { out, err } = await run(newFolder(), ["--env", env, "--algorithm", algorithm, "--json"]);
  expect(err).toBe("");
  const { expected, optimum, greedy } = JSON.parse(out);
  expect(expected / optimum).toBeGreaterThan(0.98);
  // Within five standard errors of what is expected.
  const error = greedy.deviation / Math.sqrt(greedy.episodes);
  expect(Math.abs(greedy.mean - expected / 1e9)).toBeLessThan(5 * error);
});

describe("a training that is interrupted", () => {
  const EPISODES = 1_500_000;

  test("by Ctrl-C is kept, and goes on to the same policy as one that never stopped", async () => {
    const folder = newFolder();
    const args = ["--episodes", String(EPISODES), "--name", "long"];
    const interrupt = new Promise((resolve) => setTimeout(resolve, 1_200));
    const { code, err } = await run(folder, args, { interrupt });
    expect(code).toBe(130);
    expect(err).toMatch(/interrupted after [\d,]+ of 1,500,000 episodes: kept in long\.training\.json/);
    expect(readdirSync(folder)).toEqual(["long.training.json"]);
    const resumed = await run(folder, ["--resume", "long.training.json"]);
    expect([resumed.code, resumed.err]).toEqual([0, ""]);
    expect(readFileSync(join(folder, "long.policy.json"), "utf8")).toBe(trained(usual(EPISODES)));
    expect(existsSync(join(folder, "long.training.json"))).toBe(false);
  });

  test("by the end of its process loses what came after its last checkpoint, and nothing else", async () => {
    const folder = newFolder();
    const checkpoint = join(folder, "killed.training.json");
    const args = ["--episodes", String(2 * EPISODES), "--name", "killed"];
    const written = until("a checkpoint is written", async () => existsSync(checkpoint));
    const { code } = await run(folder, args, { interrupt: written, by: "SIGKILL" });
    expect(code).toBe(null);
    const { episode } = JSON.parse(readFileSync(checkpoint, "utf8"));
    expect(episode).toBeGreaterThan(0);
    expect(episode).toBeLessThan(2 * EPISODES);
    // Killed again, in the middle of a checkpoint: its draft is none.
    writeFileSync(`${checkpoint}.123.tmp`, readFileSync(checkpoint, "utf8").slice(0, 100));
    expect((await run(folder, ["--resume", checkpoint])).code).toBe(0);
    expect(readFileSync(join(folder, "killed.policy.json"), "utf8")).toBe(trained(usual(2 * EPISODES)));
  });

  test("keeps what double Q-learning remembers", async () => {
    const folder = newFolder();
    const args = ["--algorithm", "double-q-learning", "--episodes", "100000", "--name", "double"];
    const interrupt = new Promise((resolve) => setTimeout(resolve, 700));
    expect((await run(folder, args, { interrupt })).code).toBe(130);
    expect((await run(folder, ["--resume", "double.training.json"])).code).toBe(0);
    const options: TrainingOptions = {
      ...usual(100_000),
      algorithm: "double-q-learning",
      replay: { capacity: 2_000, batch: 8 },
    };
    expect(readFileSync(join(folder, "double.policy.json"), "utf8")).toBe(trained(options));
  });

  test("is not gone on with from something else", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "x.training.json"), '{"v":1}');
    const { code, err } = await run(folder, ["--resume", "x.training.json"]);
    expect(code).toBe(2);
    expect(err).toContain("x.training.json cannot be gone on with");
    expect((await run(folder, ["--resume", "y.training.json"])).err).toContain("Cannot read y.training.json");
    const changed = await run(folder, ["--resume", "x.training.json", "--seed", "2"]);
    expect(changed.err).toContain("--seed cannot be changed");
  });
});

test("the files of another training are left alone, unless told otherwise", async () => {
  const folder = newFolder();
  const args = ["--episodes", "10"];
  expect((await run(folder, args)).code).toBe(0);
  const again = await run(folder, args);
  expect(again.code).toBe(2);
  expect(again.err).toContain("are there already");
  expect((await run(folder, [...args, "--force"])).code).toBe(0);
});

test("the help says all of it", async () => {
  await expectGolden("train---help", ["train", "--help"], await run(newFolder(), ["--help"]));
});

test.each([
  [["--env", "nowhere-v1"], "nowhere-v1"],
  [["--preset", "nothing"], "nothing"],
  [["--algorithm", "sarsa"], "--algorithm is one of q-learning, double-q-learning, got sarsa"],
  [["--episodes", "0"], "--episodes wants a whole number from 1"],
  [["--episodes", "many"], "--episodes wants a whole number"],
  [["--learning-rate", "2"], "--learning-rate wants a number from 0 to 1, got 2"],
  [["--seed", "-1"], "--seed"],
  [["--replay-batch", "4"], "are for --algorithm double-q-learning"],
  [["--window", "4"], "--patience waits for: it is missing"],
  [["--config", "{"], "--config: Cannot parse JSON"],
  [["--config", "[]"], "--config wants a JSON object"],
  [["--config", "@nothing.json"], "Cannot read nothing.json"],
  [["--config", '{"horizon":9999}'], "horizon"],
  [["--config", '{"preset":"extended"}', "--preset", "standard"], "names a preset too"],
  [["--name", "../up"], "--name wants letters"],
  [["extra"], "wants no arguments, got extra"],
])("%j is refused, and nothing is written", async (args, message) => {
  const folder = newFolder();
  const { code, err, out } = await run(folder, args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(message);
  expect(readdirSync(folder)).toEqual([]);
});

describe("the view", () => {
  function drawn(width: number, isLive: boolean, widthAt: (frame: number) => number = () => width) {
    let text = "";
    let notes = "";
    let frame = 0;
    const terminal: Terminal = {
      get width() {
        return widthAt(frame);
      },
      isLive,
      paint: paintOf(false),
      print: () => {},
      note: (line) => {
        notes += `${line}\n`;
      },
      draw: (part) => {
        text += part;
      },
    };
    let now = 0;
    const view = trainingView(terminal, environmentKind("cyber-defense-v1"), () => now);
    const training = startTraining({ ...usual(30_000) });
    for (let i = 0; i < 30; i++) {
      now += 1_000;
      frame = i;
      view.set(training.advance(1_000));
    }
    view.end();
    return { text, notes };
  }

  test.each([60, 80, 200])(
    "at %i columns keeps within them, line by line, and takes itself away",
    (width) => {
      const { text } = drawn(width, true);
      const frames = text.split("\r\u001b[4A");
      expect(frames.length).toBe(31);
      expect(frames.at(-1)).toBe("\u001b[J");
      for (const frame of frames) {
        for (const line of frame.split("\n"))
          expect([...line.replaceAll("\u001b[K", "").replaceAll("\u001b[J", "")].length).toBeLessThan(width);
      }
      expect(frames[29]).toContain("100 %");
      expect(frames[20]).toContain(" s left");
      expect(frames[20]).toContain("ISO");
    },
  );

  test("in a window that gets narrower, is drawn over all the rows that its lines were broken into", () => {
    const { text } = drawn(120, true, (frame) => (frame < 10 ? 120 : 50));
    // Four lines of at most 119 columns in a window of 50.
    const up = text
      .split("\u001b[")
      .filter((part) => /^\d+A/.test(part))
      .map((part) => Number.parseInt(part, 10));
    expect(up.slice(0, 8).every((rows) => rows === 4)).toBe(true);
    expect(up[9]).toBeGreaterThan(6);
    expect(up.slice(10).every((rows) => rows === 4)).toBe(true);
  });

  test("where there is no terminal is a plain line every ten seconds", () => {
    const { text, notes } = drawn(80, false);
    expect(text).toBe("");
    expect(notes.trimEnd().split("\n").length).toBe(3);
    expect(notes).toMatch(/^training: 10,000 of 30,000 episodes, [\d,]+\/s, average -?[\d.]+, ε 0\.\d{3}$/m);
  });
});
