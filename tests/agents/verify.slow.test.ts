// `policyledger verify`, and `submit` where the service lies: nobody is trusted, and what differs is named.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { bodyOf } from "../../scripts/agents.ts";
import { agentHome, signedClaim, writeUnsigned } from "./claims.ts";
import { expectGolden, policyledger } from "./command.ts";
import { lying, lyingOfClaim, lyingOfEntry } from "./lies.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
let home: string;
/** A claim that holds, in entry 9, and one that does not. */
let truth: string;
let lie: string;
const first: string[] = [];

beforeAll(async () => {
  // Without streams everything is asked for, and so can be lied about.
  world = await startWorld({ settings: { maxStreams: 0 } });
  home = await agentHome("dora/one", world.url);
  writeUnsigned(home, "true.json", 100);
  writeUnsigned(home, "false.json", 101, { lie: true });
  truth = await submitted("true.json");
  lie = await submitted("false.json", "--even-if-false");
  const { entries } = (await (await fetch(`${world.url}/api/v1/ledger?order=oldest`)).json()) as Answer;
  first.push(...entries.map(({ claim_id }: Answer) => claim_id));
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

// biome-ignore lint/suspicious/noExplicitAny: answers are taken apart in whatever way
type Answer = any;

const run = (...args: string[]) => policyledger(args, { home });

/** With what was wrapped on one line. */
async function flat(...args: string[]) {
  const { code, out } = await run(...args);
  return { code, out: out.replaceAll(/\s+/g, " ") };
}

async function submitted(...args: string[]): Promise<string> {
  const { out } = await run("submit", ...args, "--json");
  return JSON.parse(out).claims[0].claim_id;
}

async function golden(name: string, ...args: string[]) {
  const ran = await run(...args);
  await expectGolden(name, args, ran, [[world.url, "SERVICE"]]);
  return ran;
}

describe("of files", () => {
  test("one that holds, one that does not, and what else is there", async () => {
    expect((await golden("verify-file", "verify", "true.json")).code).toBe(0);
    writeFileSync(join(home, "signed.json"), bodyOf(signedClaim("erin", 7)));
    const { signature } = signedClaim("mallory", 7);
    writeFileSync(join(home, "forged.json"), bodyOf({ ...signedClaim("erin", 7), signature }));
    const files = ["true.json", "signed.json", "false.json", "forged.json"];
    expect((await golden("verify-files", "verify", ...files)).code).toBe(1);
  });

  test("nobody is asked", async () => {
    const { code } = await run("verify", "true.json", "--endpoint", "http://127.0.0.1:1");
    expect(code).toBe(0);
  });

  test("with --job also what the service says of them", async () => {
    expect((await golden("verify-file-job", "verify", "true.json", "--job")).code).toBe(0);
    expect((await run("verify", "false.json", "--job")).code).toBe(1);
    world.tamper(
      lyingOfClaim(lie, (job) => Object.assign(job, { state: "VALID", verified_reward: 0, steps: 24 })),
    );
    const { code, out } = await run("verify", "false.json", "--job");
    expect([code, out]).toEqual([1, expect.stringContaining("it says VALID of a claim that does not hold")]);
  });

  test.each([
    [["verify", "missing.json"], "there is no such file"],
    [["verify"], "wants files or claims, or one of --entry"],
    [["verify", "true.json", "--all"], "wants files or claims, or one of --entry"],
    [["verify", "--entries", "5-2"], "A not above B"],
    [["verify", "--entries", "2-500"], "there is no entry 500: the ledger holds entries 0 to 9"],
  ])("%j is no use", async (args, message) => {
    const { code, err } = await run(...args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  test("verify --help", async () => void (await golden("verify---help", "verify", "--help")));
});

describe("of claims that the service knows", () => {
  test("one that holds, and one that does not", async () => {
    expect((await golden("verify-job", "verify", truth)).code).toBe(0);
    expect((await golden("verify-job-invalid", "verify", lie.slice(0, 12))).code).toBe(1);
  });

  test("one whose artifact the service does not give", async () => {
    const missing = { status: 404, text: problemText("not_found", 404) };
    world.tamper((path, text) => (path.startsWith("/api/v1/policies") ? missing : text));
    expect((await golden("verify-job-no-artifact", "verify", lie)).code).toBe(3);
    const { code } = await run("verify", "true.json", "--job");
    expect(code).toBe(0);
  });

  test("one that is not decided yet", async () => {
    world.tamper(lyingOfClaim(truth, pending));
    const { code, out } = await run("verify", truth, "--json");
    expect([code, JSON.parse(out).claims[0]]).toMatchObject([4, { state: "PENDING", wrong: [] }]);
  });

  test.each([
    ["VALID of one that does not hold", () => lie, asRecorded, "verify-lie-valid"],
    ["INVALID of one that holds", () => truth, asInvalid, "verify-lie-invalid"],
    [
      "another reward",
      () => truth,
      (job: Answer) => ({ verified_reward: job.verified_reward + 10 }),
      "verify-lie-reward",
    ],
    [
      "another expected return",
      () => truth,
      (job: Answer) => ({ evaluation: raised(job) }),
      "verify-lie-expected",
    ],
    ["another reason", () => lie, () => ({ reason: "bad_config" }), "verify-lie-reason"],
    ["another's label", () => truth, () => ({ agent_id: "mallory" }), "verify-lie-label"],
    ["another signature", () => truth, () => ({ signature: "1".repeat(128) }), "verify-lie-signature"],
    ["another's entry", () => truth, () => ({ index: 3 }), "verify-lie-entry"],
  ])("a service that says %s is named", async (_, claim, change, name) => {
    world.tamper(lyingOfClaim(claim(), change));
    const { code, out } = await golden(name, "verify", claim());
    expect([code, out.startsWith("LIES")]).toEqual([1, true]);
  });

  test("a service that answers with another claim's job", async () => {
    world.tamper(await anothersJob(truth));
    const { code, out } = await flat("verify", truth);
    expect([code, out]).toEqual([1, expect.stringContaining(`Asked about claim ${truth}`)]);
  });

  test("a service that gives another artifact", async () => {
    world.tamper((path, text) => (path.startsWith("/api/v1/policies") ? text.replace(":1", ":2") : text));
    const { code, out } = await flat("verify", truth);
    expect([code, out]).toEqual([1, expect.stringContaining("with an artifact that hashes to")]);
  });
});

function raised({ evaluation }: Answer) {
  return { ...evaluation, expected: evaluation.expected + 1 };
}

async function anothersJob(id: string) {
  const other = await (await fetch(`${world.url}/api/v1/claims/${first[0]}`)).json();
  return lyingOfClaim(id, (job) => {
    for (const key of Object.keys(job)) delete job[key];
    Object.assign(job, other);
  });
}

function asRecorded(job: Answer): void {
  delete job.reason;
  delete job.replayed_reward;
  Object.assign(job, { state: "RECORDED", verified_reward: job.claim.claimed_reward, steps: 24, index: 9 });
}

function asInvalid(job: Answer): void {
  for (const key of ["index", "verified_reward", "evaluation", "current_hash", "recorded_at"])
    delete job[key];
  Object.assign(job, {
    state: "INVALID",
    reason: "reward_mismatch",
    replayed_reward: 5,
    message: "\u001b[2Jno",
  });
}

function pending(job: Answer): void {
  for (const key of ["index", "verified_reward", "evaluation", "current_hash", "recorded_at", "decided_at"])
    delete job[key];
  job.state = "PENDING";
}

function problemText(code: string, status: number): string {
  return JSON.stringify({ type: "about:blank", title: code, status, detail: `${code}.`, code, errors: [] });
}

describe("of entries", () => {
  test("one, a range with both ends, and all", async () => {
    expect((await golden("verify-entry", "verify", "--entry", "9")).code).toBe(0);
    expect((await golden("verify-entries", "verify", "--entries", "2-5")).code).toBe(0);
    expect((await golden("verify-all", "verify", "--all")).code).toBe(0);
    const { checked, to } = JSON.parse((await run("verify", "--entries", "4-", "--json")).out);
    expect({ checked, to }).toEqual({ checked: 6, to: 9 });
  });

  test.each([
    [
      "its reward",
      5,
      (entry: Answer) => ({ verified_reward: entry.verified_reward + 10 }),
      "verify-entry-reward",
    ],
    ["its evaluation", 6, (entry: Answer) => ({ evaluation: raised(entry) }), "verify-entry-evaluation"],
    ["its agent", 0, () => ({ agent_id: "mallory" }), "verify-entry-agent"],
    ["its signature", 4, () => ({ signature: "1".repeat(128) }), "verify-entry-signature"],
    [
      "its time, which only the entry behind it shows",
      7,
      () => ({ timestamp: "2026-11-28T11:59:59.000Z" }),
      "verify-entry-time",
    ],
  ])("an entry is changed in %s, and hashed anew", async (_, index, change, name) => {
    world.tamper(lyingOfEntry(index, change));
    const { code, out } = await golden(name, "verify", "--all");
    expect(code).toBe(1);
    const { problems, checked } = JSON.parse((await run("verify", "--all", "--json")).out);
    expect(checked).toBe(10);
    expect(problems[0].index).toBe(name === "verify-entry-time" ? 8 : index);
    expect(out).toContain(`entry ${problems[0].index} does not hold`);
  });

  test("an entry is changed, and not hashed anew", async () => {
    world.tamper(lyingOfEntry(5, (entry) => ({ seed: entry.seed + 1 }), { rehash: false }));
    const { code, out } = await flat("verify", "--entry", "5");
    expect([code, out]).toEqual([1, expect.stringContaining("Entry 5 hashes to")]);
  });

  test("an artifact is another", async () => {
    const { policy_hash } = (await (await fetch(`${world.url}/api/v1/ledger/4`)).json()) as Answer;
    world.tamper((path, text) =>
      path.includes("policies?") || path.includes(policy_hash)
        ? text.replace('"default_action":', '"default_action":1')
        : text,
    );
    const { code, out } = await flat("verify", "--entries", "4-4");
    expect([code, out]).toEqual([
      1,
      expect.stringContaining(
        `The service answers for policy ${policy_hash} with an artifact that hashes to`,
      ),
    ]);
  });

  test("two entries are swapped, and the tail is cut", async () => {
    world.tamper(lying("/api/v1/ledger?", ({ entries }) => entries.splice(3, 2, entries[4], entries[3])));
    const swapped = await run("verify", "--all");
    expect([swapped.code, swapped.out]).toEqual([1, expect.stringContaining("Where entry 3 belongs")]);
    world.tamper(
      lying("/api/v1/ledger?", (page) =>
        Object.assign(page, { entries: page.entries.slice(0, 7), next: null }),
      ),
    );
    const cut = await golden("verify-tail-cut", "verify", "--all");
    expect(cut.code).toBe(1);
  });

  test("the head is another than the last entry", async () => {
    world.tamper(
      lying("/api/v1/ledger/head", (head) => Object.assign(head, { current_hash: "1".repeat(64) })),
    );
    const { code, out } = await run("verify", "--all");
    expect([code, out]).toEqual([1, expect.stringContaining("is not the head that the service names")]);
  });

  test("a service that is down", async () => {
    const down = { status: 503, text: problemText("unavailable", 503), headers: { "retry-after": "60" } };
    world.tamper(() => down);
    const { code, err } = await run("verify", "--all");
    expect([code, err]).toEqual([3, expect.stringContaining("unavailable")]);
  });
});

describe("submit, where the service", () => {
  const seeds = { next: 500 };
  function claim() {
    const file = `lied-${seeds.next}.json`;
    writeUnsigned(home, file, seeds.next++);
    return file;
  }

  test("says INVALID of a claim that holds", async () => {
    world.tamper(lying("/api/v1/claims/", asInvalid));
    const { code, out } = await run("submit", claim());
    expect([code, out]).toEqual([1, expect.stringContaining("it says INVALID of a claim that holds")]);
    expect(out).not.toContain("\u001b");
  });

  test("says RECORDED of a claim that does not hold", async () => {
    world.tamper(lying("/api/v1/claims/", asRecorded));
    const { code, out } = await run("submit", "false.json", "--even-if-false");
    expect([code, out]).toEqual([1, expect.stringContaining("it says VALID of a claim that does not hold")]);
    expect(out).toContain("entry 9 is not of this claim");
  });

  test("names another's entry", async () => {
    world.tamper(lying("/api/v1/claims/", (job) => (job.index === undefined ? {} : { index: 2 })));
    const { code, out } = await golden("submit-lie-entry", "submit", "true.json");
    expect([code, out.startsWith("LIES")]).toEqual([1, true]);
  });

  test("holds another evaluation in the entry", async () => {
    world.tamper(lyingOfEntry(9, (entry) => ({ evaluation: raised(entry) })));
    const { code, out } = await run("submit", "true.json");
    expect([code, out]).toEqual([1, expect.stringContaining("entry 9 is not as it should be")]);
    expect(out).toContain("evaluation.expected");
  });

  test("changed the entry without its hash", async () => {
    world.tamper(
      lyingOfEntry(9, (entry) => ({ verified_reward: entry.verified_reward + 1 }), { rehash: false }),
    );
    const { code, out } = await run("submit", "true.json");
    expect([code, out]).toEqual([1, expect.stringContaining("Entry 9 hashes to")]);
  });

  test("answers about another claim", async () => {
    world.tamper(await anothersJob(truth));
    const { code, out } = await flat("submit", "true.json");
    expect([code, out]).toEqual([1, expect.stringContaining(`Asked about claim ${truth}`)]);
    world.tamper((path, text) => (path === "/api/v1/claims" ? text.replaceAll(truth, "0".repeat(64)) : text));
    const accepted = await run("submit", "true.json");
    expect([accepted.code, accepted.err]).toEqual([1, expect.stringContaining(`Asked about claim ${truth}`)]);
  });

  test("does not decide in time", async () => {
    world.tamper(lying("/api/v1/claims/", pending));
    const file = claim();
    const { code } = await golden("submit-late", "submit", file, "--timeout", "1");
    expect(code).toBe(4);
  });

  test("is not waited for after Ctrl-C: what was accepted is safe, and said how to go on with", async () => {
    let asked: () => void = () => {};
    const waiting = new Promise<void>((resolve) => {
      asked = resolve;
    });
    world.tamper((path, text) => {
      if (path.startsWith("/api/v1/claims/")) asked();
      return lying("/api/v1/claims/", pending)(path, text);
    });
    const args = ["submit", claim()];
    const ran = await policyledger(args, { home, interrupt: waiting });
    await expectGolden("submit-interrupted", args, ran);
    expect(ran.code).toBe(130);
    world.tamper(null);
    const [, id] = /status --wait ([0-9a-f]{16})/.exec(ran.err)!;
    const after = await run("status", "--wait", id!, "--json");
    expect(JSON.parse(after.out).claims[0].state).toBe("RECORDED");
  });
});
