// A service that lies about its ledger, in each way that an auditor must find: what it changed, cut, swapped, repeated,
// left out, rolled back or showed to others only.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson, type Head, headOf, type Json, readEntry, sealEntry } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../../agent/src/sdk/index.ts";
import { expectGolden, newHome, policyledger } from "./command.ts";
import { lying, lyingOfEntry } from "./lies.ts";
import { both, logShowing } from "./lying-log.ts";
import { startWorld, type Tamper, type World } from "./world.ts";

let world: World;
const SIZE = 9;

beforeAll(async () => {
  world = await startWorld();
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

async function audited(tamper: Tamper | null, home = newHome(), args: readonly string[] = []) {
  world.tamper(tamper);
  const ran = await policyledger(["audit", ...args], { home, endpoint: world.url });
  return { ...ran, told: (ran.out + ran.err).replaceAll(/\n +/g, " "), home };
}

// biome-ignore lint/suspicious/noExplicitAny: answers are changed in whatever way
type Answer = any;
const pages = (change: (entries: Answer[]) => unknown) =>
  lying("/api/v1/ledger?", (page) => {
    const changed = change(page.entries);
    return Array.isArray(changed) ? { entries: changed } : {};
  });

describe("audit finds", () => {
  test.each<[what: string, lie: Tamper, message: string | RegExp]>([
    [
      "an entry that was changed",
      lyingOfEntry(3, () => ({ verified_reward: 5 }), { rehash: false }),
      "Entry 3 hashes to",
    ],
    [
      "an entry that was changed, its hash made to fit",
      lyingOfEntry(3, () => ({ agent_id: "mallory" })),
      "broken at entry 3 (wrong_claim_id)",
    ],
    [
      "an entry with another time, its hash made to fit",
      lyingOfEntry(3, () => ({ timestamp: "2026-11-28T12:00:00.001Z" })),
      "broken at entry 3 (altered)",
    ],
    [
      "a last entry with another time, its hash made to fit",
      lyingOfEntry(SIZE - 1, () => ({ timestamp: "2026-11-29T12:00:00.000Z" })),
      "broken at entry 8 (altered): the last entry hashes to",
    ],
    ["a tail that was cut", pages((entries) => entries.slice(0, 6)), "broken at entry 6 (missing_tail)"],
    [
      "two entries that were swapped",
      pages((entries) => [...entries.slice(0, 4), entries[5], entries[4], ...entries.slice(6)]),
      "broken at entry 4 (wrong_index)",
    ],
    [
      "an entry that stands there twice",
      pages((entries) => [...entries.slice(0, 5), entries[4], ...entries.slice(5, 8)]),
      "broken at entry 5 (wrong_index)",
    ],
    [
      "more entries than were asked for",
      pages((entries) => [...entries, ...entries]),
      "Asked for 9 entries from entry 0 on, the service gives 18",
    ],
    ["no entries at all", pages(() => []), "broken at entry 0 (missing_tail)"],
    [
      "a head that is not the last entry's",
      lying("/api/v1/ledger/head", () => ({ current_hash: "0".repeat(64) })),
      "broken at entry 8 (altered): the last entry hashes to",
    ],
    [
      "a ledger that is shorter than it says",
      lying("/api/v1/ledger/head", () => ({ size: 12 })),
      "broken at entry 9 (missing_tail)",
    ],
    [
      "an artifact that was changed",
      (path, text) =>
        path.includes("/policies?") ? text.replace('"default_action":1', '"default_action":0') : text,
      "the service gives one that hashes to",
    ],
    [
      "an artifact that it does not give",
      (path, text) => (path.includes("/policies?") ? text.slice(text.indexOf("\n") + 1) : text),
      /entry 0 names policy [0-9a-f]{64}, which is not given/,
    ],
    [
      "an answer that never ends",
      (path, text) => (path.includes("/ledger?") ? `${text}${" ".repeat(34_000_000)}` : text),
      "takes more than 33554432 bytes",
    ],
    ["an entry that is no entry", lyingOfEntry(2, () => ({ index: -2 })), "not what the API describes"],
  ])("%s", async (_, lie, message) => {
    const { code, told, home } = await audited(lie);
    expect(told).toMatch(message);
    expect([1, 3]).toContain(code);
    // Nothing from the first lie on is kept as good.
    const { code: then, out } = await audited(null, home, ["--json"]);
    expect([then, JSON.parse(out).ok]).toEqual([0, true]);
  });

  test("a reward that replay does not earn, in a ledger that is otherwise consistent", async () => {
    const forged = await forgedLedger((entry) => (entry.index === 4 ? { verified_reward: 9_999 } : {}));
    const plain = await audited(forged.tamper);
    // Without the key there is no signature over it.
    expect(plain.told).toContain("broken at entry 4 (bad_signature)");
  });

  test("an evaluation that is not the policy's, which only a replay can tell", async () => {
    const better = (entry: Answer) =>
      entry.index === 2 ? { evaluation: { ...entry.evaluation, expected: entry.evaluation.optimum } } : {};
    const forged = await forgedLedger(better);
    const signed = both(forged.tamper, forged.log);
    expect((await audited(signed)).code).toBe(0);
    const { code, told } = await audited(signed, newHome(), ["--replay"]);
    expect(code).toBe(1);
    expect(told).toMatch(/entry 2: Cannot reuse policy .* it evaluates to .* the entry says/);
  });
});

describe("what was seen before", () => {
  const golden: readonly [RegExp | string, string][] = [
    [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "TIME"],
    [/evidence-\d+/g, "evidence-TIME"],
    [/ledgers\/127\.0\.0\.1_\d+/g, "ledgers/LEDGER"],
  ];

  test("is held against a service that shortened its ledger, with evidence", async () => {
    const { home } = await audited(null);
    const { current_hash } = await createClient(world.url).entry(5);
    const ran = await audited(
      lying("/api/v1/ledger/head", () => ({ size: 6, index: 5, current_hash })),
      home,
    );
    expect(ran.code).toBe(1);
    await expectGolden("audit-shortened", ["audit"], ran, [[home, "HOME"], ...golden]);
    expect(evidenceIn(home)).toMatchObject({
      kind: "policyledger-evidence",
      seen: { size: SIZE },
      now: { size: 6 },
    });
  });

  test("is held against a service that rewrote it, consistently, with evidence", async () => {
    const { home } = await audited(null);
    const forged = await forgedLedger(({ index }) =>
      index === 6 ? { timestamp: "2026-11-28T13:00:00.000Z" } : {},
    );
    const ran = await audited(forged.tamper, home);
    expect(ran.code).toBe(1);
    await expectGolden("audit-rewritten", ["audit"], ran, [[home, "HOME"], ...golden]);
    const { entry_now } = evidenceIn(home);
    expect(readEntry(entry_now).index).toBe(SIZE - 1);
    // It stays so until it is told to forget.
    expect((await audited(forged.tamper, home)).code).toBe(1);
    expect((await audited(forged.tamper, home, ["--forget"])).code).toBe(0);
    // Whoever knows nothing of before still sees that it is not what was signed.
    expect((await audited(forged.tamper, home)).told).toContain("not the entries of the log");
    expect((await audited(both(forged.tamper, forged.log), newHome())).code).toBe(0);
  });

  test("is held against a service that shows one entry alone and another in its list", async () => {
    const { home } = await audited(null);
    const folder = join(home, "ledgers", readdirSync(join(home, "ledgers"))[0]!);
    const forged = await forgedLedger(({ index }) =>
      index === 6 ? { timestamp: "2026-11-28T13:00:00.000Z" } : {},
    );
    const twoFaced: Tamper = (path, text, bytes) =>
      path.endsWith(`/ledger/${SIZE - 1}`) ? text : forged.tamper(path, text, bytes);
    // What was kept is lost, so that it has to be asked for again.
    const { rmSync } = await import("node:fs");
    rmSync(join(folder, "entries.ndjson"));
    const { code, told } = await audited(twoFaced, home);
    expect(code).toBe(1);
    expect(told).toContain("The service shows two histories");
  });

  function evidenceIn(home: string): Answer {
    const [ledger] = readdirSync(join(home, "ledgers"));
    const folder = join(home, "ledgers", ledger!);
    const name = readdirSync(folder).find((each) => each.startsWith("evidence-"))!;
    return JSON.parse(readFileSync(join(folder, name), "utf8"));
  }
});

/** A whole ledger that fits together, made of the real one's entries after a change; and a log of it, which is signed. */
async function forgedLedger(
  change: (entry: Answer) => object,
): Promise<{ readonly tamper: Tamper; readonly log: Tamper }> {
  world.tamper(null);
  const forged: Answer[] = [];
  const texts: string[] = [];
  let head: Head | null = null;
  for await (const { entry } of createClient(world.url).entries()) {
    const { v: _, index: __, previous_hash: ___, timestamp, ...content } = entry;
    const { timestamp: other, ...changed } = change(entry) as { timestamp?: string };
    const now = other ?? timestamp;
    const sealed = sealAnyway(head, { ...content, ...changed }, now);
    texts.push(sealed.text);
    forged.push({ ...sealed.entry, current_hash: sealed.current_hash });
    head = headOf(sealed);
  }
  const log = logShowing({ texts, signers: world.cloud.service.signers }).tamper;
  const tamper: Tamper = (path, text) => {
    if (path.startsWith("/api/v1/ledger/head")) {
      return JSON.stringify({
        ...JSON.parse(text),
        current_hash: head!.current_hash,
        timestamp: head!.timestamp,
      });
    }
    const alone = /^\/api\/v1\/ledger\/(\d+)$/.exec(path);
    if (alone !== null) return JSON.stringify(forged[Number(alone[1])]);
    if (!path.startsWith("/api/v1/ledger?")) return text;
    const page = JSON.parse(text);
    return JSON.stringify({ ...page, entries: page.entries.map(({ index }: Answer) => forged[index]) });
  };
  return { tamper, log };
}

/** Whatever it says was claimed gets the id of that claim; a signature over it nobody has. */
function sealAnyway(head: Head | null, content: Answer, now: string) {
  for (let claim_id: string = content.claim_id; ; ) {
    try {
      return sealEntry(nodeHost, head, { ...content, claim_id }, now);
    } catch (error) {
      const made = /make the claim ([0-9a-f]{64})/.exec((error as Error).message);
      if (made === null) throw error;
      claim_id = made[1]!;
    }
  }
}

test("a forged ledger hashes as it says, so that only what was seen, or a replay, can tell", async () => {
  const forged = await forgedLedger(({ index }) =>
    index === 1 ? { timestamp: "2026-11-28T12:30:00.000Z" } : {},
  );
  world.tamper(forged.tamper);
  const { entry, text } = await createClient(world.url).entry(1);
  expect(entry.timestamp).toBe("2026-11-28T12:30:00.000Z");
  expect(canonicalJson(entry as unknown as Json)).toBe(text);
});
