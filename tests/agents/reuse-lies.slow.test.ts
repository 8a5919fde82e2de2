// `policyledger reuse` of a service that lies: what is wrong is named, and nothing is run.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  canonicalJson,
  claimId,
  entryHash,
  environmentKind,
  headOf,
  policyContent,
  readEntry,
  type Sealed,
  sealEntry,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { checkChosen } from "../../agent/src/cli/reuse/check.ts";
import type { SealedPolicy } from "../../agent/src/cli/reuse/choose.ts";
import { checksText } from "../../agent/src/cli/reuse/text.ts";
import { terminalOn } from "../../agent/src/cli/terminal.ts";
import { openLog } from "../../agent/src/log/index.ts";
import { createClient } from "../../agent/src/sdk/index.ts";
import { signedClaim } from "./claims.ts";
import { newHome, policyledger, type RunOptions } from "./command.ts";
import { both, logShowing } from "./lying-log.ts";
import { CYBER, startWorld, type Tamper, type World } from "./world.ts";

let world: World;
let entries: Sealed[];
const home = newHome();
const audited = newHome();

beforeAll(async () => {
  world = await startWorld();
  const page = (await (await fetch(`${world.url}/api/v1/ledger?order=oldest`)).json()) as Answer;
  entries = page.entries.map(({ current_hash, ...fields }: Answer) => sealedOf(fields));
  expect((await run(["audit"], { home: audited })).code).toBe(0);
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

const NOBODY = { write: () => {} };

// biome-ignore lint/suspicious/noExplicitAny: answers are taken apart in whatever way
type Answer = any;

function sealedOf(fields: object): Sealed {
  const text = canonicalJson(fields as never);
  return { entry: readEntry(text), text, current_hash: entryHash(nodeHost, text) };
}

const run = (args: readonly string[], options: Partial<RunOptions> = {}) =>
  policyledger(args, { home, endpoint: world.url, ...options });

describe("of a service that lies", () => {
  /** Exit code 1, no result, nothing kept: so nothing was run. */
  async function expectRefused(args: readonly string[], message: string, at = home) {
    const out = `refused-${Math.random()}.json`;
    const ran = await run(["reuse", ...args, "--out", out], { home: at });
    expect([ran.code, ran.out]).toEqual([1, ""]);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain(message);
    expect(existsSync(join(at, out))).toBe(false);
  }

  test("another artifact", async () => {
    world.tamper((path, text) => (path.startsWith("/api/v1/policies") ? text.replace("0", "1") : text));
    await expectRefused([], "with an artifact that hashes to");
  });

  test("an entry that was changed, under its old hash", async () => {
    world.tamper(ledgerOf(changed(8, { seed: 7 }, { rehash: false })));
    await expectRefused([], "Entry 8 hashes to");
  });

  test("an entry that was changed and hashed anew, while the ledger has the old one", async () => {
    const lie = changed(2, { verified_reward: 1_200 });
    world.tamper((path, text) => (path === "/api/v1/ledger/2" ? answered(lie[2]!) : text));
    await expectRefused(["--entry", "2"], "The inclusion proof does not hold");
  });

  test("an entry that was changed and hashed anew wherever it is shown", async () => {
    world.tamper(ledgerOf(changed(2, { verified_reward: 1_200 })));
    await expectRefused(["--entry", "2"], "The inclusion proof does not hold");
    world.tamper(signed(changed(2, { verified_reward: 1_200 })));
    await expectRefused(["--entry", "2"], "the chain that the service shows does not hold: ", newHome());
  });

  test("the last entry with another reward, and a head to fit", async () => {
    world.tamper(signed(changed(8, { verified_reward: 1_500 })));
    await expectRefused([], "entry 8", newHome());
    await expectRefused([], "wrong_claim_id", newHome());
  });

  test("another evaluation, and a head to fit", async () => {
    const { evaluation } = entries[8]!.entry as Answer;
    const better = { ...evaluation, expected: evaluation.expected + 1 };
    world.tamper(signed(changed(8, { evaluation: better })));
    await expectRefused([], "entry 8 does not hold: policy_refused", newHome());
    await expectRefused([], "it evaluates to", newHome());
  });

  test("a signature of another key, and a head to fit", async () => {
    const { signature } = entries[7]!.entry;
    world.tamper(signed(changed(8, { signature })));
    await expectRefused([], "entry 8 does not hold: bad_signature", newHome());
  });

  test("another one in the best one's place", async () => {
    world.tamper(bestIs(entries[2]!));
    await expectRefused(
      [],
      "entry 2 is not the best of cyber-defense-v1, standard: entry 8 stands before it",
    );
  });

  test("one that was the best before a newer one was ranked is run, and that is said", async () => {
    const lie = bestIs(entries[2]!);
    world.tamper((path, text, bytes) => {
      const answer = lie(path, text, bytes) as string;
      return path.startsWith("/api/v1/marketplace/best")
        ? JSON.stringify({ ...JSON.parse(answer), ledger_size: 7 })
        : answer;
    });
    const { code, out } = await run(["reuse", "--seed", "1"]);
    expect([code, out.replaceAll(/\s+/g, " ")]).toEqual([
      0,
      expect.stringContaining("! best entry 8 stands before it, and was not ranked yet"),
    ]);
    expect(JSON.parse((await run(["reuse", "--seed", "1", "--json"])).out).checked.best).toBe(null);
  });

  test("of a ledger too long to be read whole, what was not read is said, and what was must not be better", async () => {
    const client = createClient(world.url, { hasher: nodeHost });
    const signal = new AbortController().signal;
    const terminal = terminalOn({ stdout: NOBODY, stderr: NOBODY, env: {} });
    const kind = environmentKind(CYBER);
    const check = (sealed: Sealed) =>
      checkChosen(
        { client, signal, terminal },
        {
          sealed: sealed as SealedPolicy,
          first: { board: { kind, preset: "standard", by: "verified_reward" }, ranked: 9 },
        },
        { log: openLog(world.url, { host: nodeHost }), seen: null, wholeUpTo: 5 },
      );
    const checked = await check(entries[8]!);
    expect(checked.chain.from).toBe(8);
    expect(checksText(checked, world.url, terminal)).toContain("! best      entries before 8 were not read");
    await expect(check(entries[2]!)).rejects.toThrow("entry 8 stands before it");
  });

  test("one from another board in the best one's place", async () => {
    world.tamper(bestIs(entries[4]!));
    await expectRefused(
      [],
      "entry 4 the best of cyber-defense-v1, standard, and that entry is not on this board",
    );
  });

  test("an entry that is linked to nothing", async () => {
    world.tamper(signed(changed(8, { previous_hash: "0".repeat(64) })));
    await expectRefused([], "the chain that the service shows does not hold: ", newHome());
  });

  test("another head", async () => {
    const head = entries[7]!.current_hash;
    world.tamper((path, text) =>
      path === "/api/v1/ledger/head" ? JSON.stringify({ ...JSON.parse(text), current_hash: head }) : text,
    );
    await expectRefused(["--entry", "5"], "the chain that the service shows does not hold: altered: ");
  });

  test("a tail that was cut, in what is listed and in the head", async () => {
    world.tamper((path, text) =>
      path.startsWith("/api/v1/ledger?") ? listed(entries.slice(from(path), 7)) : text,
    );
    await expectRefused(["--entry", "5"], "missing_tail");
    world.tamper(ledgerOf(entries.slice(0, 5)));
    await expectRefused([], "the tail was cut: the service gives entry 8");
  });

  test("a ledger that was rolled back, or rewritten, since an audit", async () => {
    world.tamper(ledgerOf(entries.slice(0, 8)));
    await expectRefused(
      ["--entry", "2"],
      "the tail was cut: the log has 9 entries, and the ledger's head says 8",
    );
    world.tamper(signed(entries.slice(0, 8)));
    await expectRefused(["--entry", "2"], "ledger.example showed 9 entries with the root", audited);
    // Who never saw more cannot tell, and is told so.
    const { code, out } = await run(["reuse", "--entry", "2", "--seed", "1"], { home: newHome() });
    expect([code, out]).toEqual([0, expect.stringContaining("! history")]);
    world.tamper(signed([...entries.slice(0, 8), anotherBehind(entries[7]!)]));
    await expectRefused(["--entry", "2"], "The log has signed two histories", audited);
    expect((await run(["reuse", "--entry", "2", "--seed", "1"], { home: newHome() })).code).toBe(0);
    // And who lost what the log showed has what the audit saw.
    rmSync(join(audited, "logs"), { recursive: true });
    await expectRefused(["--entry", "2"], "the ledger was rewritten: entry 8 hashes to", audited);
    rmSync(join(audited, "logs"), { recursive: true });
    world.tamper(signed(entries.slice(0, 8)));
    const message = "the ledger was rolled back: the service shows 8 entries, an audit from here saw 9";
    await expectRefused(["--entry", "2"], message, audited);
  });

  function changed(index: number, fields: object, { rehash = true } = {}): Sealed[] {
    return entries.map((sealed, i) => {
      if (i !== index) return sealed;
      const made = sealedOf({ ...sealed.entry, ...fields });
      return rehash ? made : { ...made, current_hash: sealed.current_hash };
    });
  }

  /** The same with a log of them, which is signed. */
  function signed(shown: readonly Sealed[]): Tamper {
    const { signers } = world.cloud.service;
    return both(ledgerOf(shown), logShowing({ texts: shown.map(({ text }) => text), signers }).tamper);
  }

  /** A ledger of these entries, wherever it is shown. */
  function ledgerOf(shown: readonly Sealed[]): Tamper {
    return (path, text) => {
      const { pathname } = new URL(path, "http://service");
      const last = shown.at(-1)!;
      if (pathname === "/api/v1/ledger/head") {
        const { index, timestamp } = last.entry;
        return JSON.stringify({ size: shown.length, index, current_hash: last.current_hash, timestamp });
      }
      if (pathname === "/api/v1/ledger") return listed(shown.slice(from(path)));
      const one = pathname.match(/^\/api\/v1\/ledger\/(\d+)$/);
      if (one !== null) return answered(shown[Number(one[1])]!);
      if (pathname !== "/api/v1/marketplace/best") return text;
      const answer = JSON.parse(text);
      const mine = shown[answer.entry.index] ?? entries[answer.entry.index]!;
      return JSON.stringify({ ...answer, entry: JSON.parse(answered(mine)), best: placeOf(mine) });
    };
  }

  function from(path: string): number {
    return Number(new URL(path, "http://service").searchParams.get("from") ?? 0);
  }

  function bestIs(sealed: Sealed): Tamper {
    return (path, text) =>
      path.startsWith("/api/v1/marketplace/best")
        ? JSON.stringify({ ...JSON.parse(text), entry: JSON.parse(answered(sealed)), best: placeOf(sealed) })
        : text;
  }

  function placeOf({ entry }: Sealed): object {
    const { index, claim_id, agent_id, policy_hash, seed, verified_reward, timestamp, evaluation } =
      entry as Answer;
    const { expected, behaviour_hash } = evaluation;
    const place = { index, claim_id, agent_id, policy_hash, seed, verified_reward, timestamp };
    return { rank: 1, ...place, expected, behaviour_hash };
  }

  function listed(some: readonly Sealed[]): string {
    const shown = some.map((sealed) => JSON.parse(answered(sealed)));
    return JSON.stringify({ entries: shown, size: some.length, head: null, next: null });
  }

  function answered({ entry, current_hash }: Sealed): string {
    return JSON.stringify({ ...entry, current_hash });
  }

  function anotherBehind(sealed: Sealed): Sealed {
    const { claim, signature } = signedClaim("mallory", 9);
    const content = policyContent(claim, { claim_id: claimId(nodeHost, claim), signature });
    return sealEntry(nodeHost, headOf(sealed), content, sealed.entry.timestamp);
  }
});
