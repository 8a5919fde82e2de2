// `policyledger reuse`: what it says, and that what it runs is what the core runs.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  binsOf,
  figuresOf,
  loadPolicy,
  makeEnvironment,
  readArtifact,
  runEpisode,
  standingOf,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { expectGolden, newHome, policyledger, type RunOptions } from "./command.ts";
import { CYBER, startWorld, type World } from "./world.ts";

let world: World;
const home = newHome();
const audited = newHome();

beforeAll(async () => {
  world = await startWorld();
  expect((await run(["audit"], { home: audited })).code).toBe(0);
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

// biome-ignore lint/suspicious/noExplicitAny: answers are taken apart in whatever way
type Answer = any;

const run = (args: readonly string[], options: Partial<RunOptions> = {}) =>
  policyledger(args, { home, endpoint: world.url, ...options });

async function golden(name: string, line: string, options: Partial<RunOptions> = {}) {
  const args = line.split(" ");
  const ran = await run(args, options);
  await expectGolden(name, args, ran, [
    [world.url, "http://127.0.0.1:5000"],
    [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "TIME"],
  ]);
  expect(Math.max(...ran.out.split("\n").map((text) => [...text].length))).toBeLessThanOrEqual(
    options.columns ?? 80,
  );
  return ran;
}

describe("of a service that tells the truth", () => {
  test.each([
    ["reuse", "reuse", 80],
    ["reuse-wide", "reuse", 200],
    ["reuse-energy", "reuse --env energy-slot-v1 --seeds 200", 80],
    ["reuse-entry", "reuse --entry 2 --in high_pressure --seeds 50", 80],
    ["reuse-watch", "reuse --watch", 80],
    ["reuse-watch-energy", "reuse --env energy-slot-v1 --watch --seed 3", 80],
    ["reuse-seed", "reuse --by expected --seed 5", 80],
    ["reuse---help", "reuse --help", 80],
  ])("the output of %s is as it was", async (name, line, columns) => {
    expect((await golden(name, line, { columns })).code).toBe(0);
  });

  test("with an audit before it, the history is one of the checks", async () => {
    expect((await golden("reuse-audited", "reuse --entry 0 --seed 1", { home: audited })).code).toBe(0);
  });

  test("the rewards are those of the core's own loop, and the same each time", async () => {
    const args = ["reuse", "--seeds", "25", "--from", "100", "--json"];
    const { out } = await run(args);
    expect((await run(args)).out).toBe(out);
    const { rewards, returns, entry, claimed_among_them, expected_billionths } = JSON.parse(out);
    const text = await (await fetch(`${world.url}/api/v1/policies/${entry.policy_hash}`)).text();
    const policy = loadPolicy(readArtifact(text));
    const own = Array.from(
      { length: 25 },
      (_, i) => runEpisode(makeEnvironment(CYBER, { preset: "standard" }), policy, 100 + i).reward,
    );
    expect(rewards).toEqual(own);
    expect(returns).toMatchObject({ min: Math.min(...own), max: Math.max(...own) });
    expect(expected_billionths).toEqual({
      expected: entry.evaluation.expected,
      optimum: entry.evaluation.optimum,
    });
    expect(claimed_among_them).toEqual({
      below: own.filter((reward) => reward < entry.verified_reward).length,
      equal: own.filter((reward) => reward === entry.verified_reward).length,
      above: own.filter((reward) => reward > entry.verified_reward).length,
    });
  });

  test("an episode that is watched is the one that was claimed", async () => {
    const { episode, entry } = JSON.parse((await run(["reuse", "--entry", "5", "--watch", "--json"])).out);
    expect([episode.seed, episode.reward]).toEqual([entry.seed, entry.verified_reward]);
    expect(episode.steps.at(-1).total).toBe(entry.verified_reward);
  });

  test("a policy is found by its hash, in its latest entry, and kept byte for byte", async () => {
    const first = await fetch(`${world.url}/api/v1/ledger/0`);
    const { policy_hash } = (await first.json()) as Answer;
    const args = ["reuse", "--policy", policy_hash, "--seed", "1", "--out", "kept.json", "--json"];
    const { code, out } = await run(args);
    expect([code, JSON.parse(out).entry.index]).toEqual([0, 1]);
    expect(nodeHost.sha256(readFileSync(join(home, "kept.json"), "utf8"))).toBe(policy_hash);
    expect((await run(["reuse", "--policy", "0".repeat(64)])).err).toContain("none of the 9 entries");
  });

  test("Ctrl-C stops the runs and says what they came to", async () => {
    const interrupt = new Promise((resolve) => setTimeout(resolve, 4_000));
    const { code, out, err } = await run(["reuse", "--seeds", "9999999"], { interrupt });
    expect(code).toBe(130);
    const [, stopped] = err.match(/Stopped after ([\d,]+) of 9,999,999 episodes/)!;
    expect(Number(stopped!.replaceAll(",", ""))).toBeGreaterThan(0);
    expect(out).toContain(`${stopped} episodes in standard`);
  });

  test.each([
    ["--seeds 0", "--seeds wants a whole number from 1"],
    ["--seed 1 --seeds 5", "--seed is of one episode"],
    ["--watch --from 5", "--watch is of one episode"],
    ["--delay 5", "--delay is for --watch"],
    ["--entry 1 --by expected", "name a board"],
    ["--policy abc", "64 lowercase hex digits"],
    ["--in nothing", "cyber-defense-v1 has no preset nothing"],
    ["--out no/such/folder/x.json", "Cannot write no/such/folder/x.json"],
  ])("reuse %s is no use: %s", async (line, message) => {
    const { code, out, err } = await run(["reuse", ...line.split(" ")]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
  });
});

describe("the figures", () => {
  test("of rewards that are known", () => {
    expect(figuresOf([40, 10, 20, 30])).toEqual({
      ...{ episodes: 4, mean: 25, min: 10, max: 40, quartiles: [10, 20, 30] },
      deviation: Math.sqrt(500 / 3),
    });
    expect(figuresOf([7])).toEqual({
      episodes: 1,
      mean: 7,
      deviation: 0,
      min: 7,
      quartiles: [7, 7, 7],
      max: 7,
    });
    expect(standingOf(20, [10, 20, 20, 30, 40])).toEqual({ below: 1, equal: 2, above: 2 });
  });

  test("bins hold every reward once, are at most twelve, and of one width", () => {
    for (const rewards of [
      [5],
      [0, 1],
      [-995, 1_656, 3],
      [-1, 0, 1],
      Array.from({ length: 99 }, (_, i) => i * i),
    ]) {
      const bins = binsOf(rewards);
      expect(bins.length).toBeLessThanOrEqual(12);
      for (const { from, to, count } of bins) {
        expect(count).toBe(rewards.filter((reward) => reward >= from && reward < to).length);
        expect(to - from).toBe(bins[0]!.to - bins[0]!.from);
      }
      expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(rewards.length);
    }
  });
});
