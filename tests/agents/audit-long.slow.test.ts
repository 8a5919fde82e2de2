// An audit of a ledger of many pages: it is interrupted and goes on, the service fails it in the middle, lies at the
// seams of its pages, or forks; what was not checked is never taken for checked.
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  claimId,
  type EntryContent,
  type Evaluation,
  type Head,
  headOf,
  policyContent,
  type Sealed,
  sealEntry,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../../agent/src/sdk/index.ts";
import { appendWaiting } from "../../functions/src/append.ts";
import { until } from "../../scripts/until.ts";
import { fill } from "../bench/fill.ts";
import { validSubmissions } from "../bench/workloads.ts";
import { newHome, policyledger, type RunOptions } from "./command.ts";
import { both, logShowing } from "./lying-log.ts";
import { startWorld, type Tamper, type World } from "./world.ts";

const LONG = 3_000;
const PAGE = 500;
let world: World;
let ledger: Sealed[];
/** Claims that hold and are not in the ledger. */
let others: EntryContent[];

beforeAll(async () => {
  world = await startWorld();
  const { service } = world.cloud;
  const all = validSubmissions(LONG + 10, 40);
  await fill(service.db, all.slice(0, LONG));
  while ((await appendWaiting(service)) > 0);
  ledger = [];
  for await (const sealed of createClient(world.url).entries()) ledger.push(sealed);
  const { evaluation } = ledger.at(-1)!.entry as { readonly evaluation?: Evaluation };
  others = all
    .slice(LONG)
    .map(({ claim, signature }) =>
      policyContent(claim, { claim_id: claimId(nodeHost, claim), signature, evaluation: evaluation! }),
    );
}, 120_000);
afterEach(() => world.tamper(null));
afterAll(() => world.close());

async function audited(
  home: string,
  tamper: Tamper | null = null,
  more: Partial<RunOptions> = {},
  args: readonly string[] = [],
) {
  world.tamper(tamper);
  const ran = await policyledger(["audit", ...args], { home, endpoint: world.url, ...more });
  return { ...ran, told: (ran.out + ran.err).replaceAll(/\n +/g, " ") };
}

const folderOf = (home: string) => join(home, "ledgers", readdirSync(join(home, "ledgers"))[0]!);
const stateOf = (home: string) => JSON.parse(readFileSync(join(folderOf(home), "audit.json"), "utf8"));
const hasKept = (home: string) => readdirSync(folderOf(home)).includes("audit.json");
const fromOf = (path: string) => {
  const found = /\/ledger\?.*from=(\d+)/.exec(path);
  return found === null ? null : Number(found[1]);
};

/** What is kept, as far as its state says, are entries of the real ledger and no others. */
function expectKeptIsReal(home: string, least: number): number {
  const { entries, entries_bytes } = stateOf(home);
  const kept = readFileSync(join(folderOf(home), "entries.ndjson"))
    .subarray(0, entries_bytes)
    .toString();
  expect(kept).toBe(
    ledger
      .slice(0, entries)
      .map(({ text }) => `${text}\n`)
      .join(""),
  );
  expect(entries).toBeGreaterThanOrEqual(least);
  return entries;
}

/** Whatever came before: all of it holds, and only what was not kept is asked for. */
async function expectGoesOn(home: string, kept: number): Promise<void> {
  const asked: number[] = [];
  const { code, out } = await audited(
    home,
    (path, text) => {
      const from = fromOf(path);
      if (from !== null) asked.push(from);
      return text;
    },
    {},
    ["--json"],
  );
  expect([code, JSON.parse(out)]).toMatchObject([0, { ok: true, held: LONG + 9, policies: 46, remarks: [] }]);
  expect(Math.min(...asked)).toBe(kept);
}

test("an audit asks for pages in order, a few at once, and exports what it found", async () => {
  const home = newHome();
  let open = 0;
  let most = 0;
  const asked: number[] = [];
  const { code, told } = await audited(home, (path, text) => {
    const from = fromOf(path);
    if (from === null) return text;
    asked.push(from);
    most = Math.max(most, ++open);
    setTimeout(() => open--, 100).unref();
    return { status: 200, text, delay: 100 };
  });
  expect([code, told]).toEqual([0, expect.stringContaining("3,009 entries: each link")]);
  expect(told).toContain("46 policies: each has the hash");
  expect(asked.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6].map((page) => page * PAGE));
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(4);
  expect(expectKeptIsReal(home, LONG + 9)).toBe(LONG + 9);

  const file = join(home, "all.ndjson");
  expect((await policyledger(["export", file], { home, endpoint: world.url })).code).toBe(0);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(lines.slice(1, LONG + 10)).toEqual(ledger.map(({ text }) => text));
  const offline = await policyledger(["audit", file, "--endpoint", world.url], { home });
  expect([offline.code, offline.err]).toEqual([0, ""]);
  expect(offline.out).toContain("3,009 entries that were seen");
});

describe("an audit that comes to no end", () => {
  /** Pages from there on do not come for a minute. */
  const slowFrom = (start: number, met: () => void): Tamper => {
    return (path, text) => {
      const from = fromOf(path);
      if (from === null || from < start) return text;
      if (from === start) setTimeout(met, 1_500);
      return { status: 200, text, delay: 60_000 };
    };
  };

  test("for Ctrl-C says what it kept, and goes on from there", async () => {
    const home = newHome();
    const interrupt = Promise.withResolvers<void>();
    const { code, told } = await audited(home, slowFrom(2_000, interrupt.resolve), {
      interrupt: interrupt.promise,
    });
    const kept = expectKeptIsReal(home, 2_000);
    expect(code).toBe(130);
    expect(told).toContain(`interrupted: ${kept.toLocaleString("en-US")} entries checked and kept`);
    expect(told).toContain("the next audit goes on from there");
    await expectGoesOn(home, kept);
  });

  test("for a crash goes on from what it had checked, and drops what it had not", async () => {
    const home = newHome();
    const met = Promise.withResolvers<void>();
    // Killed when it has kept something, however slow the machine is.
    const somethingKept = met.promise.then(() =>
      until("something is kept", async () => hasKept(home) || null),
    );
    const { code } = await audited(home, slowFrom(3_000, met.resolve), {
      interrupt: somethingKept,
      by: "SIGKILL",
    });
    expect(code).toBe(null);
    const kept = expectKeptIsReal(home, PAGE);
    // As if it had died while it wrote.
    appendFileSync(join(folderOf(home), "entries.ndjson"), ledger[kept]!.text.slice(0, 100));
    await expectGoesOn(home, kept);
    expect(statSync(join(folderOf(home), "entries.ndjson")).size).toBe(stateOf(home).entries_bytes);
  });

  test("for a service that fails says so and what it kept, and goes on from there", async () => {
    const home = newHome();
    const { code, told } = await audited(home, (path, text) =>
      fromOf(path) === 2_500 ? { status: 500, text: "oh" } : text,
    );
    const kept = expectKeptIsReal(home, 2_500);
    expect(code).toBe(3);
    expect(told).toContain("was answered with 500");
    expect(told).toContain(`${kept.toLocaleString("en-US")} entries checked and kept`);
    await expectGoesOn(home, kept);
  });
});

describe("at the seams of pages, an audit finds", () => {
  const withPage = (start: number, change: (entries: readonly Sealed[]) => readonly Sealed[]): Tamper => {
    return (path, text) => {
      if (fromOf(path) !== start) return text;
      const entries = change(ledger.slice(start, start + PAGE));
      return JSON.stringify({ ...JSON.parse(text), entries: entries.map(answerOf) });
    };
  };

  test.each<[what: string, lie: () => Tamper, code: number, message: string]>([
    [
      "a page that repeats",
      () => withPage(1_000, () => ledger.slice(500, 1_000)),
      1,
      "broken at entry 1000 (wrong_index): where entry 1000 belongs stands one that says it is entry 500",
    ],
    [
      "a page that is left out",
      () => withPage(1_000, () => ledger.slice(1_500, 2_000)),
      1,
      "broken at entry 1000 (wrong_index)",
    ],
    [
      "a page that ends early",
      () => withPage(1_000, (all) => all.slice(0, 499)),
      1,
      "broken at entry 1499 (missing_tail)",
    ],
    ["an empty page", () => withPage(1_500, () => []), 1, "broken at entry 1500 (missing_tail)"],
    [
      "a page too long",
      () => withPage(1_500, (all) => [...all, ledger[2_000]!]),
      1,
      "Asked for 500 entries from entry 1500 on, the service gives 501",
    ],
    [
      "a last entry of a page that was swapped with the next one's first",
      () => withPage(500, (all) => [...all.slice(0, -1), ledger[1_000]!]),
      1,
      "broken at entry 999 (wrong_index)",
    ],
    [
      "a last entry of a page that was changed, its hash made to fit",
      () =>
        withPage(500, (all) => [
          ...all.slice(0, -1),
          sealedLike(all.at(-1)!, { timestamp: "2999-01-01T00:00:00.000Z" }),
        ]),
      1,
      "broken at entry 999 (altered): entry 999 hashes to",
    ],
    [
      "a page that never ends",
      () => (path, text) => (fromOf(path) === 1_000 ? { status: 200, text, endless: true } : text),
      3,
      "takes more than 33554432 bytes",
    ],
    [
      "artifacts that never end",
      () => (path, text) => (path.includes("/policies?") ? { status: 200, text, endless: true } : text),
      3,
      "takes more than 16777216 bytes",
    ],
    [
      "a head that never ends",
      () => (path, text) => (path.endsWith("/head") ? { status: 200, text, endless: true } : text),
      3,
      "takes more than 4194304 bytes",
    ],
    [
      "pages beyond all that there is",
      () => (path, text) => (path.endsWith("/head") ? text.replace(/"size":\d+/, `"size":${9e15}`) : text),
      1,
      "broken at entry 3009 (missing_tail)",
    ],
  ])("%s", async (_, lie, code, message) => {
    const home = newHome();
    const started = performance.now();
    const ran = await audited(home, lie());
    expect(ran.told).toContain(message);
    expect(ran.code).toBe(code);
    // Nobody waits for pages that are not needed any more.
    expect(performance.now() - started).toBeLessThan(15_000);
    if (readdirSync(folderOf(home)).includes("audit.json")) expectKeptIsReal(home, 1);
    expect((await audited(home)).code).toBe(0);
  });
});

describe("a fork", () => {
  test("after a good audit is refused, with the first entry that is another one, and both in the evidence", async () => {
    const home = newHome();
    expect((await audited(home)).code).toBe(0);
    const fork = forkAt(2_750);
    const { code, told } = await audited(home, showing(fork));
    const hashes = [ledger, fork].map((all) => all[2_750]!.current_hash);
    expect(code).toBe(1);
    expect(told).toContain(
      `the ledger was rewritten from entry 2750 on, which hashed to ${hashes[0]} and now to ${hashes[1]}`,
    );
    expect(told).toContain(`ended in ${ledger.at(-1)!.current_hash}`);
    const evidence = readdirSync(folderOf(home)).find((name) => name.startsWith("evidence-"))!;
    expect(JSON.parse(readFileSync(join(folderOf(home), evidence), "utf8"))).toMatchObject({
      seen: { size: LONG + 9, current_hash: ledger.at(-1)!.current_hash },
      now: { size: fork.length, current_hash: fork.at(-1)!.current_hash },
      first: { index: 2_750, was: ledger[2_750]!.text, is: fork[2_750]!.text },
    });
    await expectGoesOnAsBefore(home);
    // By itself the fork holds: each claim is signed. Only what was seen tells.
    expect((await audited(newHome(), both(showing(fork), logOf(fork)))).code).toBe(0);
  });

  test("as an export is refused too, and an older export is told as such", async () => {
    const [home, forked] = [newHome(), newHome()];
    expect((await audited(home)).code).toBe(0);
    const file = join(home, "fork.ndjson");
    for (const [fork, expected] of [
      [forkAt(2_750), [1, /it is not the ledger that was seen at .*: there, entry 3008 hashed to/]],
      [
        forkAt(2_750).slice(0, 2_800),
        [1, /it is not the ledger that was seen at .*: there, entry 2799 hashed to/],
      ],
      [
        ledger.slice(0, 2_800),
        [0, /it is older than what was seen .* had 3009 entries, which begins with these/],
      ],
    ] as const) {
      world.tamper(both(showing(fork), logOf(fork)));
      await policyledger(["audit", "--forget"], { home: forked, endpoint: world.url });
      const made = await policyledger(["export", file], { home: forked, endpoint: world.url });
      expect([made.code, made.err]).toEqual([0, ""]);
      world.tamper(null);
      const ran = await policyledger(["audit", file, "--endpoint", world.url], { home });
      expect([ran.code, ran.out.replaceAll(/\n +/g, " ")]).toEqual([
        expected[0],
        expect.stringMatching(expected[1]),
      ]);
      expect((await policyledger(["audit", file], { home })).code).toBe(0);
    }
  });

  test("in the list alone, when what was kept is lost, leaves nothing behind", async () => {
    const home = newHome();
    expect((await audited(home)).code).toBe(0);
    rmSync(join(folderOf(home), "entries.ndjson"));
    const fork = showing(forkAt(100));
    const { code, told } = await audited(home, (path, text) =>
      fromOf(path) === null ? text : fork(path, text),
    );
    expect([code, told]).toEqual([1, expect.stringContaining("The service shows two histories")]);
    await expectGoesOnAsBefore(home);
    expectKeptIsReal(home, LONG + 9);
  });

  async function expectGoesOnAsBefore(home: string): Promise<void> {
    const { code, told } = await audited(home);
    expect([code, told]).toEqual([0, expect.stringContaining("it begins with the 3,009 entries")]);
  }
});

test("of two audits at once, the second is told to wait; of one that was killed, nothing stands in the way", async () => {
  const home = newHome();
  let second: Promise<Awaited<ReturnType<typeof policyledger>>> | null = null;
  const { code } = await audited(home, (path, text) => {
    if (fromOf(path) !== 1_000) return text;
    second ??= policyledger(["export", join(home, "x.ndjson")], { home, endpoint: world.url });
    return { status: 200, text, delay: 2_000 };
  });
  expect(code).toBe(0);
  const { code: refused, err } = await second!;
  expect([refused, err]).toEqual([2, expect.stringContaining("another audit of this ledger is at work")]);
  // A process that there is not any more.
  writeFileSync(join(folderOf(home), "audit.lock"), "4194305\n");
  expect((await audited(home)).code).toBe(0);
  expect(readdirSync(folderOf(home)).sort()).toEqual([
    "audit.json",
    "entries.ndjson",
    "log.json",
    "policies.ndjson",
  ]);
});

test("entries that are appended while an audit runs are for the next one", async () => {
  const home = newHome();
  const { current_hash, entry } = ledger[LONG - 1]!;
  const then = { size: LONG, index: LONG - 1, current_hash, timestamp: entry.timestamp };
  const earlier: Tamper = (path, text) =>
    path.endsWith("/head") ? JSON.stringify({ ...JSON.parse(text), ...then }) : text;
  const { code, told } = await audited(home, both(earlier, logOf(ledger, LONG - 10)));
  expect(told).toContain("; 10 entries are newer");
  expect([code, told]).toEqual([
    0,
    expect.stringContaining(
      `3,000 entries: each link, index, claim and signature holds, up to the head ${current_hash}`,
    ),
  ]);
  await expectGoesOn(home, LONG);
});

test("a memory that cannot be read is not taken for none, until it is told to be forgotten", async () => {
  const home = newHome();
  expect((await audited(home, null, {}, ["--no-policies"])).code).toBe(0);
  const state = stateOf(home);
  for (const text of ["", "{}", JSON.stringify({ ...state, seen: { ...state.seen, size: -1 } })]) {
    writeFileSync(join(folderOf(home), "audit.json"), text);
    const { code, told } = await audited(home, null, {}, ["--no-policies"]);
    expect([code, told]).toEqual([2, expect.stringContaining("is not what an audit writes")]);
  }
  expect((await audited(home, null, {}, ["--forget"])).code).toBe(0);
  expect((await audited(home, null, {}, ["--no-policies"])).code).toBe(0);
});

const answerOf = ({ entry, current_hash }: Sealed) => ({ ...entry, current_hash });

function contentOf({ entry }: Pick<Sealed, "entry">): EntryContent {
  const { v: _, index: __, previous_hash: ___, timestamp: ____, ...content } = entry;
  return content as EntryContent;
}

function sealedLike({ entry }: Sealed, change: { readonly timestamp: string }): Sealed {
  return sealEntry(nodeHost, headOf(ledger[entry.index - 1]!), contentOf({ entry }), change.timestamp);
}

/** The same up to there, and then other claims, each signed by its agent. */
function forkAt(index: number): Sealed[] {
  const fork = ledger.slice(0, index);
  let head: Head = headOf(fork.at(-1)!);
  for (const content of [...others, ...ledger.slice(index).map(contentOf)]) {
    const sealed = sealEntry(nodeHost, head, content, head.timestamp);
    fork.push(sealed);
    head = headOf(sealed);
  }
  return fork.slice(0, ledger.length);
}

/** The log of that ledger, really signed. */
function logOf(shown: readonly Sealed[], size = shown.length): Tamper {
  const { signers } = world.cloud.service;
  return logShowing({ texts: shown.map(({ text }) => text), signers, size }).tamper;
}

/** A service whose ledger is that one. */
function showing(shown: readonly Sealed[]): Tamper {
  return (path, text) => {
    const { entry, current_hash } = shown.at(-1)!;
    if (path.endsWith("/ledger/head")) {
      const head = { size: shown.length, index: entry.index, current_hash, timestamp: entry.timestamp };
      return JSON.stringify({ ...JSON.parse(text), ...head });
    }
    const alone = /^\/api\/v1\/ledger\/(\d+)$/.exec(path);
    if (alone !== null) return JSON.stringify(answerOf(shown[Number(alone[1])]!));
    const from = fromOf(path);
    if (from === null) return text;
    const limit = Number(/limit=(\d+)/.exec(path)![1]);
    return JSON.stringify({ ...JSON.parse(text), entries: shown.slice(from, from + limit).map(answerOf) });
  };
}
