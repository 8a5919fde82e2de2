// `policyledger train --on-server`: asked for, watched, claimed, and the claim replayed here; a service that lies is told.
import { loadPolicy, makeEnvironment, runEpisode } from "@policyledger/core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createClient } from "../../agent/src/sdk/index.ts";
import { agentNamed } from "../../scripts/agents.ts";
import { expectGolden, newHome, policyledger } from "./command.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
const home = newHome();

beforeAll(async () => {
  world = await startWorld({ trainer: agentNamed("trainer") });
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

function run(args: readonly string[], more: object = {}) {
  const env = { POLICYLEDGER_SECRET_KEY: agentNamed("ada").secretKey };
  return policyledger(["train", "--on-server", ...args], { home, endpoint: world.url, env, ...more });
}

test("a training on the server ends in an entry, which is checked here", async () => {
  const args = ["--episodes", "3000", "--seed", "11", "--claim-seed", "5"];
  const ran = await run(args);
  await expectGolden("train-on-server", ["train", "--on-server", ...args], ran, [[world.url, "URL"]]);
  const again = await run([...args, "--json"]);
  expect(again.code).toBe(0);
  const { training, claim } = JSON.parse(again.out);
  expect(training).toMatchObject({ state: "DONE", stopped: "episodes", claim_id: claim.claim_id });
  expect(claim).toMatchObject({ state: "HOLDS", job: { claim: { seed: 5 } } });
  // What was claimed is what the artifact earns.
  const artifact = JSON.parse(await createClient(world.url).policy(training.policy_hash));
  const { reward } = runEpisode(makeEnvironment("cyber-defense-v1"), loadPolicy(artifact), 5);
  expect(claim.replayed.verified_reward).toBe(reward);
});

test("a service that claims something else than was asked for is found out", async () => {
  const args = ["--episodes", "3000", "--seed", "11", "--claim-seed", "5"];
  const { claim_id } = (await createClient(world.url).entry(0)).entry;
  world.tamper((path, text) =>
    path.includes("/train") ? text.replace(/"claim_id":"[0-9a-f]{64}"/, `"claim_id":"${claim_id}"`) : text,
  );
  const { code, out } = await run(args);
  expect(code).toBe(1);
  expect(out).toContain("the claim is not of the training that was asked for");
});

test("a service that answers about another training is not followed", async () => {
  world.tamper((_, text) => text.replace(/"training_id":"[0-9a-f]{4}/, '"training_id":"0000'));
  const { code, err } = await run(["--episodes", "3000", "--seed", "11", "--claim-seed", "5"]);
  expect(code).toBe(1);
  expect(err).toContain("the service answers about 0000");
});

test("Ctrl-C leaves it to the service, and the same command watches it again", async () => {
  const args = ["--episodes", "50000", "--seed", "12"];
  const onNote = (err: string) => (err.includes("training ") ? "SIGINT" : null);
  const { code, err } = await run(args, { onNote });
  expect(code).toBe(130);
  expect(err).toContain("goes on at the service");
  expect((await run(args)).code).toBe(0);
});

test.each<[string, readonly string[], number, string]>([
  [
    "more than the service gives anybody",
    ["--episodes", "60000"],
    3,
    "more than a training on the server may have",
  ],
  ["a folder to write to", ["--out", "x"], 2, "--out is for a training here"],
  ["a training to go on with", ["--resume", "x"], 2, "--resume is for a training here"],
  ["an environment that is none", ["--env", "nowhere-v1"], 2, "nowhere-v1"],
])("%s is refused", async (_, args, exit, message) => {
  const { code, out, err } = await run(args);
  expect([code, out]).toEqual([exit, ""]);
  expect(err).toContain(message);
});

test("without a key it is said how to get one", async () => {
  const { code, err } = await run([], { env: {} });
  expect(code).toBe(2);
  expect(err).toContain("`policyledger init` makes one");
});
