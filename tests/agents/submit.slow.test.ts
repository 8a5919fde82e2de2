// `policyledger submit` and `status`: from a claim file to an entry, and everything that can keep it from there.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { claimText } from "@policyledger/core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { agentNamed, bodyOf } from "../../scripts/agents.ts";
import { agentHome, signedClaim, writeUnsigned } from "./claims.ts";
import { expectGolden, policyledger } from "./command.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
let home: string;

beforeAll(async () => {
  world = await startWorld();
  home = await agentHome("dora/one", world.url);
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

const run = (...args: string[]) => policyledger(args, { home });

async function golden(name: string, ...args: string[]) {
  const ran = await run(...args);
  await expectGolden(name, args, ran, [
    [world.url, "SERVICE"],
    [home, "HOME"],
    [/"request_id":"[^"]*"/g, '"request_id":"REQUEST"'],
  ]);
  return ran;
}

const write = (file: string, seed: number, made?: Parameters<typeof writeUnsigned>[3]) =>
  writeUnsigned(home, file, seed, made);
const claimsOf = ({ out }: { out: string }) => JSON.parse(out).claims;

// Entries have the numbers in which these tests, one after another, make them.
test("submit signs a claim, and it comes to stand in the ledger", async () => {
  write("first.json", 100);
  const { code } = await golden("submit", "submit", "first.json");
  expect(code).toBe(0);
  const { entry } = await ledgerEntry(9);
  expect(entry).toMatchObject({
    agent_id: "dora/one",
    public_key: agentNamed("dora/one").publicKey,
    seed: 100,
  });
});

async function ledgerEntry(index: number) {
  const answer = await fetch(`${world.url}/api/v1/ledger/${index}`);
  return { entry: (await answer.json()) as Record<string, unknown> };
}

async function ledgerSize() {
  const answer = await fetch(`${world.url}/api/v1/ledger/head`);
  return ((await answer.json()) as { size: number }).size;
}

test("submitted again, it is the same claim", async () => {
  const { code } = await golden("submit-again", "submit", "first.json");
  expect(code).toBe(0);
  expect(await ledgerSize()).toBe(10);
});

test("of many, each has its row, and what does not hold is not sent", async () => {
  for (const seed of [101, 102]) {
    write(`m${seed}.json`, seed);
    await run("submit", `m${seed}.json`);
  }
  write("false.json", 103, { lie: true });
  const { code } = await golden("submit-many", "submit", "m101.json", "m102.json", "false.json");
  expect(code).toBe(1);
  const { claim_id } = claimsOf(await run("submit", "false.json", "--json"))[0];
  expect((await fetch(`${world.url}/api/v1/claims/${claim_id}`)).status).toBe(404);
});

test("a false claim is sent with --even-if-false, and found to be INVALID", async () => {
  const { code } = await golden("submit-even-if-false", "submit", "false.json", "--even-if-false");
  expect(code).toBe(1);
});

test("--json holds what the text shows, and the replay", async () => {
  const ran = await golden("submit-json", "submit", "m101.json", "--json");
  expect(claimsOf(ran)).toMatchObject([
    { file: "m101.json", state: "RECORDED", index: 10, entry_url: `${world.url}/api/v1/ledger/10` },
  ]);
});

describe("status", () => {
  test("lists what was submitted from here last, and is kept for its owner", async () => {
    const { code } = await golden("status", "status", "--last", "3");
    expect(code).toBe(1);
    const folder = join(
      home,
      "ledgers",
      world.url.replace(/^http:\/\//, "").replaceAll(/[^A-Za-z0-9.-]+/g, "_"),
    );
    expect(existsSync(join(folder, "submitted.json"))).toBe(true);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, "submitted.json")).mode & 0o777).toBe(0o600);
  });

  test("shows one claim in full, by the beginning of its id", async () => {
    const { claims } = JSON.parse((await run("submit", "first.json", "--json")).out);
    const { code } = await golden("status-one", "status", claims[0].claim_id.slice(0, 12));
    expect(code).toBe(0);
  });

  test("of an INVALID claim says why, and exits with 1", async () => {
    const [{ claim_id }] = claimsOf(await run("submit", "false.json", "--even-if-false", "--json"));
    expect((await golden("status-invalid", "status", claim_id)).code).toBe(1);
  });

  test("of a claim that nobody knows", async () => {
    expect((await golden("status-unknown", "status", "0".repeat(64))).code).toBe(3);
    expect((await golden("status-no-id", "status", "xyz")).code).toBe(2);
  });

  test("--wait takes up what --no-wait left", async () => {
    write("later.json", 160);
    const left = await run("submit", "later.json", "--no-wait", "--json");
    expect([left.code, claimsOf(left)[0].state]).toEqual([0, "PENDING"]);
    const ran = await run("status", "--wait", "--last", "1", "--json");
    expect([ran.code, claimsOf(ran)]).toMatchObject([0, [{ state: "RECORDED", file: "later.json" }]]);
    const again = await run("submit", "--wait", "later.json", "--json");
    const { index } = claimsOf(again)[0];
    expect([again.code, claimsOf(again)]).toMatchObject([0, [{ state: "RECORDED", proof: { index } }]]);
    expect((await run("submit", "--wait", "--no-wait", "later.json")).code).toBe(2);
  });
});

test("submit --help", async () => void (await golden("submit---help", "submit", "--help")));
test("status --help", async () => void (await golden("status---help", "status", "--help")));

describe("claims are refused for what they are", () => {
  test("a label of another key", async () => {
    write("own.json", 110);
    const { code } = await golden("submit-key-mismatch", "submit", "own.json", "--agent", "bob");
    expect(code).toBe(1);
  });

  test("a reserved label", async () => {
    const { code } = await golden("submit-reserved", "submit", "own.json", "--agent", "service/dora");
    expect(code).toBe(1);
  });

  test("a signature of another key, here and by the service", async () => {
    const signed = signedClaim("dora/one", 111);
    const { signature } = signedClaim("dora/two", 111);
    writeFileSync(join(home, "wrong-key.json"), bodyOf({ ...signed, signature }));
    expect((await golden("submit-wrong-key", "submit", "wrong-key.json")).code).toBe(1);
    const ran = await golden("submit-wrong-key-sent", "submit", "wrong-key.json", "--even-if-false");
    expect(ran.code).toBe(1);
  });

  test("an environment that there is not", async () => {
    write("nowhere.json", 112, { env_id: "nowhere-v1" });
    expect((await golden("submit-unknown-environment", "submit", "nowhere.json")).code).toBe(1);
  });
});

describe("nothing is sent", () => {
  test("of files of which one cannot be read", async () => {
    write("unsent.json", 120);
    expect((await golden("submit-no-file", "submit", "unsent.json", "missing.json")).code).toBe(2);
    writeFileSync(join(home, "broken.json"), '{"artifact": {}, "assertion": {"seed": -1, "env_id": 5}}');
    expect((await golden("submit-no-claim", "submit", "unsent.json", "broken.json")).code).toBe(2);
    const answer = await fetch(`${world.url}/api/v1/ledger?limit=500`);
    const { entries } = (await answer.json()) as { entries: { seed: number }[] };
    expect(entries.map(({ seed }) => seed)).not.toContain(120);
  });

  test("without a key", async () => {
    const bare = join(home, "bare");
    const options = { home: bare, cwd: home, endpoint: world.url };
    const { code, err } = await policyledger(["submit", "first.json", "--agent", "x"], options);
    expect([code, err]).toEqual([2, expect.stringContaining("`policyledger init` makes one")]);
    const unnamed = await policyledger(["submit", "first.json"], options);
    expect([unnamed.code, unnamed.err]).toEqual([2, expect.stringContaining("no agent id")]);
  });

  test("to a service that is down", async () => {
    const ran = await run("submit", "unsent.json", "--endpoint", "http://127.0.0.1:1", "--json");
    expect(ran.code).toBe(3);
    expect(claimsOf(ran)).toMatchObject([{ state: "NOT SENT", error: { code: "unreachable" } }]);
  });
});

test("a signed file is sent as it is, whoever's it is", async () => {
  const signed = signedClaim("erin", 130);
  writeFileSync(join(home, "erin.json"), bodyOf(signed));
  const [claim] = claimsOf(await run("submit", "erin.json", "--json"));
  expect(claim).toMatchObject({ state: "RECORDED", agent_id: "erin", known: false });
  const { entry } = await ledgerEntry(claim.index);
  expect(entry).toMatchObject({ signature: signed.signature, claim_id: claim.claim_id });
  expect(claimText(signed.claim)).toContain(String(entry.public_key));
});

test("a service that asks for patience is asked again, not before the time that it names", async () => {
  write("patient.json", 140);
  const asked: number[] = [];
  world.tamper((path, text) => {
    if (path !== "/api/v1/claims") return text;
    asked.push(performance.now());
    return asked.length === 1 ? { status: 429, text: RATE_LIMITED, headers: { "retry-after": "2" } } : text;
  });
  const ran = await run("submit", "patient.json", "--json");
  expect([ran.code, claimsOf(ran)[0].state]).toEqual([0, "RECORDED"]);
  expect(asked.length).toBe(2);
  expect(asked[1]! - asked[0]!).toBeGreaterThanOrEqual(2_000);
});

const RATE_LIMITED = JSON.stringify({
  type: "/api/v1/docs#rate_limited",
  title: "Too many requests from this caller",
  status: 429,
  detail: "Later.",
  code: "rate_limited",
  errors: [],
  retry_after: 1,
});

test("lines of a batch that the service cannot take now are sent again alone", async () => {
  for (const seed of [150, 151, 152]) write(`b${seed}.json`, seed);
  const batches: number[][] = [];
  world.tamper((path, text) => {
    if (path !== "/api/v1/claims") return text;
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    batches.push(lines.map(({ line }) => line));
    // The second one is put off, though the service has it: sent again, it is known.
    if (batches.length === 1) lines[1] = { line: 2, status: 429, problem: JSON.parse(RATE_LIMITED) };
    return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
  });
  const ran = await run("submit", "b150.json", "b151.json", "b152.json", "--json");
  expect(batches).toEqual([[1, 2, 3], [1]]);
  expect(claimsOf(ran).map(({ state, known }: Record<string, unknown>) => [state, known])).toEqual([
    ["RECORDED", false],
    ["RECORDED", true],
    ["RECORDED", false],
  ]);
});

test("hundreds of claims of one file go in several batches", async () => {
  const files = Array.from({ length: 120 }, (_, i) => {
    write("line.json", 1_000 + i);
    return readFileSync(join(home, "line.json"), "utf8");
  });
  writeFileSync(join(home, "many.ndjson"), files.join(""));
  const sent: number[] = [];
  world.tamper((path, text) => {
    if (path === "/api/v1/claims") sent.push(text.trimEnd().split("\n").length);
    return text;
  });
  const ran = await run("submit", "many.ndjson", "--json");
  expect(ran.code).toBe(0);
  expect(sent).toEqual([100, 20]);
  const claims = claimsOf(ran);
  expect(claims.map(({ file }: { file: string }) => file)).toEqual(
    files.map((_, i) => `many.ndjson:${i + 1}`),
  );
  expect(new Set(claims.map(({ index }: { index: number }) => index)).size).toBe(120);
});

test("a log that has never signed is a warning, and a failure for whoever asks for the proof", async () => {
  const at = await agentHome("dora/unproven", world.url);
  writeUnsigned(at, "claim.json", 123);
  world.tamper((path, text) => (path === "/api/v1/log" ? { status: 404, text: "{}" } : text));
  const submit = (...more: string[]) => policyledger(["submit", "claim.json", ...more], { home: at });
  const ran = await submit();
  expect([ran.code, ran.err]).toEqual([0, expect.stringContaining("not proven")]);
  expect(ran.out).toContain("RECORDED");
  for (const asked of [["--wait"], ["--proof", "claim.tlog-proof"]]) {
    const { code, err } = await submit(...asked);
    expect([asked, code, err]).toEqual([asked, 3, expect.stringContaining("not proven")]);
  }
  expect(existsSync(join(at, "claim.tlog-proof"))).toBe(false);
});
