// `policyledger fsck`, `returns` and `evidence check`, as a user runs them.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatVerifierKey } from "@policyledger/core";
import { noteSigner } from "@policyledger/core/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../../agent/src/sdk/index.ts";
import { writeUnsigned } from "./claims.ts";
import { expectGolden, newHome, policyledger, type RunOptions } from "./command.ts";
import { lyingOfEntry } from "./lies.ts";
import { logShowing } from "./lying-log.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
let texts: string[];
const home = newHome();

beforeAll(async () => {
  world = await startWorld();
  texts = [];
  for await (const { text } of createClient(world.url).entries()) texts.push(text);
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

const run = (args: readonly string[], options: Partial<RunOptions> = {}) =>
  policyledger(args, { home, endpoint: world.url, ...options });
async function golden(name: string, args: readonly string[], options: Partial<RunOptions> = {}) {
  const ran = await run(args, options);
  await expectGolden(name, args, ran, [
    [world.url, "SERVICE"],
    [options.home ?? home, "HOME"],
    [/evidence-[0-9a-f]+/g, "evidence-DIGEST"],
  ]);
  return ran;
}

/** A note that the log has signed over other entries or fewer, or that somebody else has signed. */
function noteOf(what: "changed" | "cut" | "stranger"): string {
  const { signers } = world.cloud.service;
  const stranger = noteSigner("log", signers[0]!.key.name, "07".repeat(32));
  if (what === "stranger") return logShowing({ texts, signers: [stranger] }).note(texts.length);
  if (what === "cut") return logShowing({ texts, signers }).note(texts.length - 1);
  return logShowing({ texts: texts.map((text) => `${text} `), signers }).note(texts.length);
}

describe("fsck", () => {
  test("finds nothing in a log that is whole, and runs its entries again", async () => {
    expect((await golden("fsck", ["fsck", "--replay"])).code).toBe(0);
  });

  test("names each thing that is not what the entries make", async () => {
    world.tamper((path, text, bytes) => {
      const changed = Buffer.from(bytes!);
      if (path === "/tile/0/000.p/9") changed[5 * 32]! ^= 1;
      else if (path === "/tile/entries/000.p/9") changed[100]! ^= 1;
      else return text;
      return { status: 200, text: changed };
    });
    expect((await golden("fsck-broken", ["fsck"])).code).toBe(1);
    const { out } = await run(["fsck", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ ok: false, found: 2, entries: 9 });
  });

  test.each([
    ["is of another history", "has the root", () => noteOf("changed")],
    ["lies back, again and again", "it is of 8 entries", () => noteOf("cut")],
    ["is signed by no key of the log's", "no known key", () => noteOf("stranger")],
    ["is not served", "it is not served", () => ({ status: 404, text: "" })],
  ])("finds that /checkpoint %s", async (_, message, lie) => {
    world.tamper((path, text) => (path === "/checkpoint" ? lie() : text));
    const { code, out } = await run(["fsck", "--json"]);
    expect([code, JSON.parse(out).differences]).toEqual([
      1,
      [{ where: "/checkpoint", index: null, message: expect.stringContaining(message) }],
    ]);
  });

  test("does not take a service that is too busy for one that differs", async () => {
    const problem = {
      type: "/api/v1/docs#rate_limited",
      title: "busy",
      detail: "busy",
      code: "rate_limited",
    };
    const text = JSON.stringify({ ...problem, status: 429, errors: [], request_id: "a-request" });
    const busy = { status: 429, text, headers: { "retry-after": "100" } };
    world.tamper((path, whole) => (path.startsWith("/api/v1/ledger?") ? busy : whole));
    const { code, out, err } = await run(["fsck"]);
    expect([code, out, err]).toEqual([3, "", expect.stringContaining("busy")]);
  });

  test("with --replay names an entry that is not what its policy earns", async () => {
    const { signers } = world.cloud.service;
    const forged = texts.map((text, i) => (i === 2 ? text.replace(/"optimum":(\d)/, '"optimum":1$1') : text));
    const log = logShowing({ texts: forged, signers }).tamper;
    const entry = JSON.parse(forged[2]!);
    const ledger = lyingOfEntry(2, () => entry);
    const other = newHome();
    world.tamper((path, text) => {
      const made = log(path, text);
      return typeof made === "string" ? ledger(path, made) : made;
    });
    const ran = await run(["fsck", "--replay"], { home: other });
    expect([ran.code, ran.out]).toEqual([1, expect.stringContaining("✗ entry 2: ")]);
    expect((await run(["fsck"], { home: other })).code).toBe(0);
  });

  test("takes another service than the configured one", async () => {
    const ran = await policyledger(["fsck", world.url], { home: newHome(), endpoint: "http://127.0.0.1:9" });
    expect(ran.code).toBe(0);
  });
});

describe("evidence", () => {
  test("of two histories is kept in a file, and anybody can check it offline", async () => {
    const at = newHome();
    expect((await run(["proof", "3"], { home: at })).code).toBe(0);
    const forged = texts.map((text, i) => (i < 6 ? text : text.replace('"seed":', '"seed":1')));
    const { signers } = world.cloud.service;
    world.tamper(logShowing({ texts: forged, signers }).tamper);
    const ran = await golden("split-view", ["audit"], { home: at });
    expect(ran.code).toBe(1);
    // The same once more is the same evidence.
    expect((await run(["proof", "3"], { home: at })).code).toBe(1);
    const [name, ...more] = readdirSync(join(at, "logs")).filter((each) => each.startsWith("evidence-"));
    expect(more).toEqual([]);
    const file = join(home, "evidence.json");
    writeFileSync(file, readFileSync(join(at, "logs", name!)));
    const key = formatVerifierKey(signers[0]!.key);
    const check = ["evidence", "check", "evidence.json", "--key", key];
    expect((await golden("evidence-check", check, { endpoint: "http://127.0.0.1:9" })).code).toBe(0);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace('"split_view"', '"rollback"'));
    expect((await run(check)).code).toBe(1);
    writeFileSync(file, text);
    // Whoever forgets begins anew, with whatever is shown.
    expect((await run(["audit", "--forget"], { home: at })).code).toBe(0);
    expect(readdirSync(join(at, "logs")).filter((each) => !each.startsWith("evidence-"))).toEqual([]);
    expect((await run(["proof", "3"], { home: at })).code).toBe(0);
  });

  test("of a rollback along one history says that much, and that it proves nothing by itself", async () => {
    const at = newHome();
    expect((await run(["proof", "3"], { home: at })).code).toBe(0);
    const { signers } = world.cloud.service;
    world.tamper(logShowing({ texts, signers, size: 5 }).tamper);
    const found = await run(["proof", "3"], { home: at });
    expect([found.code, found.err]).toEqual([1, expect.stringContaining("it went back, along one history")]);
    const [, file, key] = /evidence check (\S+) --key (\S+)/.exec(found.err)!;
    const { code, out } = await run(["evidence", "check", file!, "--key", key!]);
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, " ")).toContain("along one history. It proves nothing by itself");
  });
});

describe("an export with its checkpoint", () => {
  const key = () => formatVerifierKey(world.cloud.service.signers[0]!.key);
  const audited = (...more: string[]) =>
    run(["audit", "all.ndjson", "--checkpoint", "all.note", ...more], { endpoint: "http://127.0.0.1:9" });

  test("is audited offline against what the log has signed", async () => {
    const made = await run(["export", "all.ndjson", "--checkpoint", "all.note"]);
    expect([made.code, made.err]).toEqual([0, "kept in all.note\n"]);
    const args = ["audit", "all.ndjson", "--checkpoint", "all.note", "--log-key", key()];
    const ran = await golden("audit-checkpoint", args, { endpoint: "http://127.0.0.1:9" });
    expect(ran.code).toBe(0);
  });

  test("of another ledger, or under another key, is refused", async () => {
    const forged = logShowing({ texts: texts.slice(0, 8), signers: world.cloud.service.signers });
    writeFileSync(join(home, "all.note"), forged.note(8));
    expect((await audited("--log-key", key())).out).toContain("; 1 entry is newer");
    const lie = logShowing({ texts: [...texts].reverse(), signers: world.cloud.service.signers });
    writeFileSync(join(home, "all.note"), lie.note(9));
    const other = await audited("--log-key", key());
    expect([other.code, other.out]).toEqual([1, expect.stringContaining("not the entries of the log")]);
    const more = logShowing({ texts: [...texts, "more"], signers: world.cloud.service.signers });
    writeFileSync(join(home, "all.note"), more.note(10));
    expect((await audited("--log-key", key())).code).toBe(1);
    const stranger = noteSigner("log", "ledger.example", "07".repeat(32));
    const unknown = await audited("--log-key", formatVerifierKey(stranger.key));
    expect([unknown.code, unknown.err]).toEqual([
      1,
      expect.stringContaining("the checkpoint cannot be accepted"),
    ]);
    expect((await audited()).code).toBe(2);
  });
});

describe("returns", () => {
  test("shows where the verified reward lies, and what the best of many seeds is worth", async () => {
    const ran = await golden("returns", ["returns", "8"]);
    expect(ran.code).toBe(0);
    const { out } = await run(["returns", "8", "--seeds", "200", "--json"]);
    const { rewards, claimed_among_them, best_of, returns, proof } = JSON.parse(out);
    expect(rewards).toHaveLength(200);
    const { below, equal, above } = claimed_among_them;
    expect(below + equal + above).toBe(200);
    expect(best_of.map(({ tries }: { tries: number }) => tries)).toEqual([10, 100]);
    expect(best_of[0].reward).toBeGreaterThan(returns.mean);
    expect(best_of[1].reward).toBeLessThanOrEqual(returns.max);
    expect(proof).toMatchObject({ index: 8, size: 9 });
  });

  test("of a policy's hash takes its latest entry, of a file what is in it", async () => {
    const { entry } = await createClient(world.url).entry(1);
    const hash = entry.kind === "policy" ? entry.policy_hash : "";
    const byHash = JSON.parse((await run(["returns", hash, "--seeds", "50", "--json"])).out);
    expect(byHash).toMatchObject({ policy_hash: hash, entry: { index: 1 } });
    writeUnsigned(home, "claim.json", 5);
    const ofFile = await golden("returns-file", ["returns", "claim.json", "--seeds", "50"]);
    expect(ofFile.code).toBe(0);
  });
});

test.each(["fsck", "returns", "proof", "witness", "proof check", "evidence check"])(
  "%s --help",
  async (name) => {
    await golden(`${name.replace(" ", "-")}---help`, [...name.split(" "), "--help"]);
  },
);
