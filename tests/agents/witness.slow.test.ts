// `policyledger witness`: keys, rounds, what the service then shows, and what a client with a quorum takes.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  formatAddCheckpoint,
  formatNote,
  formatQuorum,
  formatVerifierKey,
  openCheckpoint,
  parseNote,
  parseSignatureLines,
  parseVerifierKey,
  withSignatures,
} from "@policyledger/core";
import { nodeHost, noteSigner } from "@policyledger/core/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../../agent/src/sdk/index.ts";
import { bodyOf } from "../../scripts/agents.ts";
import { until } from "../../scripts/until.ts";
import { signedClaim } from "./claims.ts";
import { expectGolden, newHome, policyledger, type RunOptions } from "./command.ts";
import { logShowing } from "./lying-log.ts";
import { record, startWorld, type World } from "./world.ts";

let world: World;
let logKey: string;
const home = newHome();
let keys: { readonly consistent: string; readonly replayed: string };

beforeAll(async () => {
  world = await startWorld({ settings: { witnesses: "any" } });
  logKey = formatVerifierKey(world.cloud.service.signers[0]!.key);
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

const run = (args: readonly string[], options: Partial<RunOptions> = {}) =>
  policyledger(args, { home, endpoint: world.url, ...options });
const replaced = (): [RegExp | string, string][] => [
  [world.url, "SERVICE"],
  [home, "HOME"],
  [/\+[0-9a-f]{8}\+B[A-Za-z0-9+/=]{43}/g, "+ID+KEY"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME"],
];

interface Shown {
  readonly size: number;
  readonly root: string;
  readonly note: string;
}
async function cosignedNow(): Promise<readonly Shown[]> {
  const answer = await fetch(`${world.url}/api/v1/log/checkpoints`);
  return ((await answer.json()) as { checkpoints: Shown[] }).checkpoints;
}
const signersOf = (note: string) =>
  openCheckpoint(
    nodeHost,
    note,
    [logKey, ...Object.values(keys)].map((key) => parseVerifierKey(nodeHost, key)),
  )
    .signed.map(({ key }) => key.name)
    .sort();

// One after another, as a witness lives. After a start it hands its last cosignature in once more.
test("witness --init makes two keys with two names, for its owner alone, and never others over them", async () => {
  const ran = await run(["witness", "--init", "witness.example/ada"]);
  await expectGolden("witness-init", ["witness", "--init", "witness.example/ada"], ran, replaced());
  expect(ran.code).toBe(0);
  expect(statSync(join(home, "witness.json")).mode & 0o777).toBe(0o600);
  const [consistent, replayed] = ran.out.match(/^witness\.example.*$/gm)! as [string, string];
  keys = { consistent, replayed };
  expect(parseVerifierKey(nodeHost, consistent)).toMatchObject({
    type: "witness",
    name: "witness.example/ada/consistent",
  });
  expect(parseVerifierKey(nodeHost, replayed)).toMatchObject({
    type: "witness",
    name: "witness.example/ada/replayed",
  });
  const again = await run(["witness", "--init", "witness.example/ada"]);
  expect([again.code, again.err]).toEqual([
    2,
    expect.stringContaining("there are keys of a witness already"),
  ]);
});

test("witness --once cosigns the latest checkpoint, and the service shows it", async () => {
  const ran = await run(["witness", "--once"]);
  await expectGolden("witness-once", ["witness", "--once"], ran, replaced());
  expect(ran.code).toBe(0);
  const [latest] = await cosignedNow();
  expect(latest!.size).toBe(9);
  expect(signersOf(latest!.note)).toEqual(["ledger.example", "witness.example/ada/consistent"]);
});

test("witness --replay runs every entry again, and signs that with its other key", async () => {
  const ran = await run(["witness", "--once", "--replay"]);
  await expectGolden("witness-replay", ["witness", "--once", "--replay"], ran, replaced());
  const [latest] = await cosignedNow();
  expect(signersOf(latest!.note)).toEqual([
    "ledger.example",
    "witness.example/ada/consistent",
    "witness.example/ada/replayed",
  ]);
});

test("a client with a quorum takes what both have signed, and nothing newer until they have signed that", async () => {
  const quorum = formatQuorum({
    rules: [keys.consistent, keys.replayed].map((key) => ({ n: 1, of: [parseVerifierKey(nodeHost, key)] })),
  });
  writeFileSync(join(home, "quorum.json"), quorum);
  const client = newHome();
  writeFileSync(join(client, "quorum.json"), quorum);
  const args = ["proof", "8", "--quorum", "quorum.json"];
  const ran = await run(args, { home: client });
  await expectGolden("proof-quorum", args, ran, replaced());
  expect(ran.code).toBe(0);
  await record(world.cloud, bodyOf(signedClaim("eve", 77)));
  const newer = await run(["proof", "9", "--quorum", "quorum.json"], { home: client });
  expect([newer.code, newer.err]).toEqual([4, expect.stringContaining("Entry 9 is not covered yet")]);
  // What is covered is proven under the older checkpoint, which the latest one continues.
  const older = await run(["proof", "8", "--quorum", "quorum.json", "--json"], { home: client });
  expect(JSON.parse(older.out).proof).toMatchObject({ size: 9, latest: 10, quorum: "met" });
  const reused = await run(["reuse", "--entry", "9", "--seed", "1", "--quorum", "quorum.json"], {
    home: client,
  });
  expect([reused.code, reused.out]).toEqual([4, ""]);
  await run(["witness", "--once", "--replay"]);
  expect((await run(["proof", "9", "--quorum", "quorum.json"], { home: client })).code).toBe(0);
});

test("init --quorum keeps it for all commands, and --no-quorum gives it up", async () => {
  const client = newHome();
  const base = ["init", "--endpoint", world.url, "--agent", "q"];
  expect((await run([...base, "--quorum", join(home, "quorum.json")], { home: client })).code).toBe(0);
  await record(world.cloud, bodyOf(signedClaim("eve", 78)));
  expect((await run(["proof", "10"], { home: client })).code).toBe(4);
  expect((await run([...base, "--no-quorum"], { home: client })).code).toBe(0);
  expect((await run(["proof", "10"], { home: client })).code).toBe(0);
});

test("a witness that follows cosigns as the log grows, until Ctrl-C", async () => {
  let isGrown = false;
  let stop: () => void = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const following = run(["witness", "--interval", "0.2", "--json"], { interrupt: stopped });
  for (let i = 0; i < 100; i++) {
    const [latest] = await cosignedNow();
    if (latest!.size === 11 && !isGrown) {
      isGrown = true;
      await record(world.cloud, bodyOf(signedClaim("eve", 79)));
    }
    if (latest!.size === 12) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  stop();
  const { code, out } = await following;
  expect(code).toBe(0);
  expect(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).size),
  ).toEqual([10, 11, 12]);
});

test("an entry that does not earn what it says is not cosigned as replayed, and named", async () => {
  await record(world.cloud, bodyOf(signedClaim("eve", 80)));
  const replaying = newHome();
  await run(["witness", "--init", "witness.example/bob"], { home: replaying });
  world.tamper((path, text) =>
    path.startsWith("/api/v1/policies")
      ? text
          .split("\n")
          .filter((line) => line.includes("q-table"))
          .join("\n")
      : text,
  );
  const ran = await run(["witness", "--once", "--replay"], { home: replaying });
  expect([ran.code, ran.err]).toEqual([1, expect.stringContaining("does not hold: no_artifact")]);
  expect(ran.out).toContain("witness.example/bob/consistent");
  expect(ran.out).not.toContain("witness.example/bob/replayed");
});

test("an entry that does not follow the one before it is not cosigned as replayed, though it is the last", async () => {
  const texts: string[] = [];
  for await (const { text } of createClient(world.url).entries()) texts.push(text);
  const torn = texts.with(-1, texts.at(-1)!.replace(/("previous_hash":")[0-9a-f]{8}/, "$100000000"));
  const { signers } = world.cloud.service;
  const replaying = newHome();
  await run(["witness", "--init", "witness.example/fay"], { home: replaying });
  const log = logShowing({ texts: torn, signers }).tamper;
  // Where cosignatures go is the service's.
  const taken = { status: 200, text: '{"size":1,"kept":[]}', type: "application/json" };
  world.tamper((path, text) => (path === "/api/v1/log/cosignatures" ? taken : log(path, text)));
  const ran = await run(["witness", "--once", "--replay"], { home: replaying });
  expect([ran.code, ran.err]).toEqual([
    1,
    expect.stringMatching(/does not hold: altered: entry \d+ hashes to .* says 00000000/),
  ]);
  expect(ran.out).not.toContain("witness.example/fay/replayed");
});

describe("--listen", () => {
  test("answers POST /add-checkpoint by the same decision and state", async () => {
    let stop: () => void = () => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    let heard: (port: number) => void = () => {};
    const port = new Promise<number>((resolve) => {
      heard = resolve;
    });
    const other = newHome();
    await run(["witness", "--init", "witness.example/carl"], { home: other });
    const running = run(["witness", "--interval", "60", "--listen", "0"], {
      home: other,
      interrupt: stopped,
      onNote: (err) => {
        const found = /127\.0\.0\.1:(\d+)\/add-checkpoint/.exec(err);
        if (found !== null) heard(Number(found[1]));
        return null;
      },
    });
    const url = `http://127.0.0.1:${await port}/add-checkpoint`;
    const post = (body: string) => fetch(url, { method: "POST", body });
    const { checkpoint } = (await (await fetch(`${world.url}/api/v1/log`)).json()) as { checkpoint: Shown };
    const ask = () => post(formatAddCheckpoint({ old: 0, proof: [], checkpoint: checkpoint.note }));
    // It goes through the checkpoints that others have cosigned first.
    for (let i = 0; i < 100 && (await (await ask()).text()) !== `${checkpoint.size}\n`; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const behind = await ask();
    expect([behind.status, behind.headers.get("content-type"), await behind.text()]).toEqual([
      409,
      "text/x.tlog.size",
      `${checkpoint.size}\n`,
    ]);
    const same = await post(
      formatAddCheckpoint({ old: checkpoint.size, proof: [], checkpoint: checkpoint.note }),
    );
    expect(same.status).toBe(200);
    const [line] = parseSignatureLines(await same.text());
    const note = formatNote(withSignatures(parseNote(checkpoint.note), [line!]));
    const key = JSON.parse(readFileSync(join(other, "witness.json"), "utf8"));
    expect(line!.name).toBe(`${key.name}/consistent`);
    expect(note).toContain("witness.example/carl/consistent");
    expect((await post("nonsense")).status).toBe(400);
    expect((await fetch(url)).status).toBe(405);
    const foreign = checkpoint.note.replaceAll("ledger.example", "other.example");
    expect((await post(formatAddCheckpoint({ old: 0, proof: [], checkpoint: foreign }))).status).toBe(404);
    stop();
    await running;
  });
});

test("two histories that are handed in to a witness that listens end it, with evidence that others can check", async () => {
  const texts: string[] = [];
  for await (const { text } of createClient(world.url).entries()) texts.push(text);
  const { signers } = world.cloud.service;
  const other = newHome();
  await run(["witness", "--init", "witness.example/gil"], { home: other });
  let heard: (url: string) => void = () => {};
  const listening = new Promise<string>((resolve) => {
    heard = resolve;
  });
  const running = run(["witness", "--interval", "60", "--listen", "0"], {
    home: other,
    onNote: (err) => {
      const found = /http:\S+add-checkpoint/.exec(err);
      if (found !== null) heard(found[0]);
      return null;
    },
  });
  const url = await listening;
  const post = (request: Parameters<typeof formatAddCheckpoint>[0]) =>
    fetch(url, { method: "POST", body: formatAddCheckpoint(request) });
  const size = texts.length;
  const honest = logShowing({ texts: [...texts, "more"], signers });
  await until("the latest one is cosigned", async () => {
    const { status } = await post({ old: size, proof: [], checkpoint: honest.note(size) });
    return status === 200;
  });
  // That there is no proof proves nothing, and anybody can hand it in.
  expect((await post({ old: size, proof: [], checkpoint: honest.note(size + 1) })).status).toBe(422);
  expect((await post({ old: size, proof: [], checkpoint: honest.note(size) })).status).toBe(200);
  const forged = logShowing({ texts: texts.with(0, "other"), signers });
  expect((await post({ old: size, proof: [], checkpoint: forged.note(size) })).status).toBe(409);
  const { code, err } = await running;
  expect([code, err]).toEqual([1, expect.stringContaining("The log has signed two histories")]);
  const [, file, key] = /evidence check (\S+) --key (\S+)/.exec(err)!;
  const ran = await run(["evidence", "check", file!, "--key", key!], { home: newHome() });
  expect([ran.code, ran.out.replace(/\s+/g, " ")]).toEqual([
    0,
    expect.stringContaining("It proves that the log signed two histories"),
  ]);
});

test("its state is one file, and one that cannot be read is not taken for none", async () => {
  const folder = join(home, "witness");
  const [name, ...more] = readdirSync(folder);
  expect(more).toEqual([]);
  const text = readFileSync(join(folder, name!), "utf8");
  expect(JSON.parse(text)).toMatchObject({ v: 1, kind: "witness-state", origin: "ledger.example" });
  for (const broken of ["", "{}", text.replace(/"size": \d+/, '"size": -1')]) {
    writeFileSync(join(folder, name!), broken);
    const ran = await run(["witness", "--once"]);
    expect([ran.code, ran.err]).toEqual([
      2,
      expect.stringContaining("the state of this witness for ledger.example cannot be read"),
    ]);
  }
  writeFileSync(join(folder, name!), text);
  expect((await run(["witness", "--once"])).code).toBe(0);
});

test("a witness that listens takes the log's new key when the log has gone over to it", async () => {
  let stop: () => void = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  let url = "";
  const other = newHome();
  await run(["witness", "--init", "witness.example/dora"], { home: other });
  const running = run(["witness", "--interval", "0.1", "--listen", "0"], {
    home: other,
    interrupt: stopped,
    onNote: (err) => {
      url = /http:\S+add-checkpoint/.exec(err)?.[0] ?? url;
      return null;
    },
  });
  const [old] = world.cloud.service.signers;
  const fresh = noteSigner("log", old!.key.name, "09".repeat(32));
  const dora = JSON.parse(readFileSync(join(other, "witness.json"), "utf8")).name;
  for (const [signers, seed] of [[[fresh, old!], 90] as const, [[fresh], 91] as const]) {
    Object.assign(world.cloud.service, { signers });
    await record(world.cloud, bodyOf(signedClaim("eve", seed)));
    const { size } = (await (await fetch(`${world.url}/api/v1/ledger/head`)).json()) as { size: number };
    await until("the new checkpoint is cosigned", async () => {
      const [latest] = await cosignedNow();
      return latest?.size === size && latest.note.includes(dora);
    });
  }
  const { checkpoint } = (await (await fetch(`${world.url}/api/v1/log`)).json()) as { checkpoint: Shown };
  const request = { old: checkpoint.size, proof: [], checkpoint: checkpoint.note };
  expect((await fetch(url, { method: "POST", body: formatAddCheckpoint(request) })).status).toBe(200);
  stop();
  expect((await running).code).toBe(0);
});
