// `policyledger proof` and `proof check`: an entry's place in the log, shown to others offline.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatVerifierKey } from "@policyledger/core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { expectGolden, newHome, policyledger } from "./command.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
let key: string;
const home = newHome();

beforeAll(async () => {
  world = await startWorld();
  key = formatVerifierKey(world.cloud.service.signers[0]!.key);
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

const run = (args: readonly string[], at = home) => policyledger(args, { home: at, endpoint: world.url });
async function golden(name: string, args: readonly string[], at = home) {
  const ran = await run(args, at);
  await expectGolden(name, args, ran, [
    [world.url, "SERVICE"],
    [home, "HOME"],
  ]);
  return ran;
}

test("proof takes the log's key on trust the first time, and says so; then it remembers", async () => {
  const first = await golden("proof-first", ["proof", "2", "--out", "2.tlog-proof", "--entry", "2.json"]);
  expect(first.code).toBe(0);
  const second = await golden("proof-again", ["proof", "4", "--log-key", key]);
  expect(second.code).toBe(0);
});

test("proof check proves an entry offline by the file that proof wrote, and by the service's own", async () => {
  const check = ["proof", "check", "2.tlog-proof", "--entry", "2.json", "--key", key];
  const { code } = await golden("proof-check", check);
  expect(code).toBe(0);
  const served = await fetch(`${world.url}/api/v1/log/proofs/2`);
  writeFileSync(join(home, "served.tlog-proof"), await served.text());
  expect((await run(["proof", "check", "served.tlog-proof", "--entry", "2.json", "--key", key])).code).toBe(
    0,
  );
});

test("proof check refuses another entry, and another key", async () => {
  writeFileSync(join(home, "other.json"), readFileSync(join(home, "2.json"), "utf8").replace("seed", "sead"));
  const ran = await golden("proof-check-other", [
    "proof",
    "check",
    "2.tlog-proof",
    "--entry",
    "other.json",
    "--key",
    key,
  ]);
  expect(ran.code).toBe(1);
});
