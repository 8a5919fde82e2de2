// `policyledger plan`: drafts, runs, receipts and claims of plans; and what verify, status, show, audit and export make of them.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { draftFile } from "../../scripts/plans.ts";
import { agentHome } from "./claims.ts";
import { expectGolden, policyledger } from "./command.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
let home: string;

beforeAll(async () => {
  world = await startWorld();
  home = await agentHome("dora/plans", world.url);
  for (const name of ["settlement", "split", "halt", "cap", "diamond"]) {
    copyFileSync(draftFile(name), join(home, `${name}.json`));
  }
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

const run = (...args: string[]) => policyledger(args, { home });

async function golden(name: string, ...args: string[]) {
  const ran = await run(...args);
  await expectGolden(name, args, ran, [
    [world.url, "SERVICE"],
    [home, "HOME"],
  ]);
  return ran;
}

test.each(["settlement", "split", "halt", "cap"])("plan run shows how %s goes", async (name) => {
  const { code } = await golden(`plan-run-${name}`, "plan", "run", `${name}.json`);
  expect(code).toBe(name === "settlement" || name === "split" ? 0 : 1);
});

test("plan run --json has every attempt, with exact numbers as texts", async () => {
  const { out } = await run("plan", "run", "split.json", "--json");
  const found = JSON.parse(out);
  expect(found).toMatchObject({
    status: "finished",
    final_state: { labels: "1", "stock.east": "5", "stock.west": "7" },
  });
  expect(found.attempts[0]).toMatchObject({
    batch: ["by-rail", "by-road", "relabel"],
    code: "fail.gate_eps",
    transform: "split",
    epsilonMeasured: "50",
    epsilonHat: "51",
  });
});

test("a draft is sealed, and its document runs as it does", async () => {
  expect((await golden("plan-seal", "plan", "seal", "settlement.json", "sealed.json")).code).toBe(0);
  const [draft, sealed] = await Promise.all([
    run("plan", "run", "settlement.json", "--json"),
    run("plan", "run", "sealed.json", "--json"),
  ]);
  expect(sealed.out).toBe(draft.out);
});

test("a file that holds no plan is refused with all its faults", async () => {
  writeFileSync(
    join(home, "wrong.json"),
    '{"v":2,"kernels":[],"plan":{},"initialState":{"a":"01"},"policyBundle":{},"matrix":{}}',
  );
  const { code, err } = await run("plan", "run", "wrong.json");
  expect(code).toBe(2);
  expect(err).toContain("/initialState/a: wanted an integer as a decimal text");
  expect((await run("plan", "run", "nowhere.json")).err).toContain("there is no such file");
});

test("receipts are written, and checked without running a kernel", async () => {
  await run("plan", "run", "settlement.json", "--receipts", "receipts.json");
  const unchecked = await run("plan", "check", "settlement.json", "receipts.json");
  expect([unchecked.code, unchecked.out]).toEqual([0, expect.stringContaining("tail unchecked")]);
  const text = readFileSync(join(home, "receipts.json"), "utf8");
  writeFileSync(join(home, "other.json"), text.replace('"blockIndex":1', '"blockIndex":0'));
  const broken = await run("plan", "check", "settlement.json", "other.json");
  expect([broken.code, broken.out]).toEqual([1, expect.stringContaining("broken at commit 0")]);
  const spaced = text.replace(":", ": ");
  writeFileSync(join(home, "spaced.json"), spaced);
  expect((await run("plan", "check", "settlement.json", "spaced.json")).code).toBe(2);
});

// The entry has the number in which these tests, one after another, make it.
test("plan submit brings a plan from its draft to its entry, once however often", async () => {
  const { code, out } = await run("plan", "submit", "settlement.json", "--json");
  expect(code).toBe(0);
  const [claim] = JSON.parse(out).claims;
  expect(claim).toMatchObject({ state: "RECORDED", index: 9, commits: 4, ops: 6, known: false });
  const again = await run("plan", "submit", "settlement.json", "--json");
  expect(JSON.parse(again.out).claims[0]).toMatchObject({ claim_id: claim.claim_id, index: 9, known: true });
});

test("a plan that halts is not sent", async () => {
  const { code, err } = await run("plan", "submit", "halt.json");
  expect([code, err]).toEqual([
    1,
    expect.stringContaining("it is halted: err.kernel_error.singleton: division by zero"),
  ]);
});

test("receipts of an entry are fetched and checked, and those of a file against it", async () => {
  expect((await run("plan", "check", "--entry", "9")).code).toBe(0);
  const held = await run("plan", "check", "settlement.json", "receipts.json", "--entry", "9");
  expect([held.code, held.out]).toEqual([0, expect.not.stringContaining("tail unchecked")]);
  await run("plan", "run", "diamond.json", "--receipts", "diamond-receipts.json");
  expect((await run("plan", "check", "diamond.json", "diamond-receipts.json", "--entry", "9")).code).toBe(1);
  expect((await run("plan", "check", "--entry", "0")).code).toBe(2);
});

test("status, verify and show tell what a plan's claim and entry are", async () => {
  expect((await golden("plan-status", "status")).code).toBe(0);
  const { out } = await run("status", "--json");
  const { claim_id } = JSON.parse(out).claims[0];
  expect((await golden("plan-verify", "verify", claim_id)).code).toBe(0);
  expect((await golden("plan-verify-entry", "verify", "--entry", "9")).code).toBe(0);
  expect((await run("show", "--entry", "9")).out).toContain("finished: 6 ops in 4 commits");
});

test("a service that lies about a plan is found out", async () => {
  const { out } = await run("status", "--json");
  const { claim_id } = JSON.parse(out).claims[0];
  world.tamper((path, text) =>
    path.includes("/claims/") ? text.replace('"commits":4', '"commits":5') : text,
  );
  expect((await run("verify", claim_id)).code).toBe(1);
  world.tamper((path, text) =>
    /\/plans\/[0-9a-f]+$/.test(path) ? text.replace('"alice":"500"', '"alice":"501"') : text,
  );
  expect((await run("verify", "--entry", "9")).code).toBe(1);
  expect((await run("plan", "check", "--entry", "9")).code).toBe(1);
  world.tamper((path, text) =>
    path.endsWith("/receipts") ? text.replace('"batchSize":1', '"batchSize":2') : text,
  );
  expect((await run("plan", "check", "--entry", "9")).code).toBe(1);
});

test("audit --replay runs plans again, of the service and of an export", async () => {
  const audited = await run("audit", "--replay", "--json");
  expect([audited.code, JSON.parse(audited.out)]).toEqual([0, expect.objectContaining({ ok: true })]);
  expect((await run("export", "ledger.ndjson")).code).toBe(0);
  expect((await run("audit", "ledger.ndjson", "--replay")).code).toBe(0);
  const text = readFileSync(join(home, "ledger.ndjson"), "utf8");
  expect(text).toContain('{"initialState":{"alice":"500"');
  writeFileSync(join(home, "changed.ndjson"), text.replace('"alice":"500"', '"alice":"501"'));
  const changed = await run("audit", "changed.ndjson");
  expect([changed.code, changed.out]).toEqual([1, expect.stringContaining("(wrong_policy)")]);
});

/** Reads a long number, and takes a tenth of a millisecond or more for each op. */
function writeSlowPlan(name: string, ops: number, width = 1): void {
  const cube = { mul: [{ get: "long" }, { get: "long" }, { get: "long" }] };
  const slow = { writes: { to: { mod: [{ add: Array(240).fill(cube) }, "7"] } } };
  const resourceCaps = {
    maxBigintBits: 4_096,
    maxMatrixAccumTerms: 10_000,
    maxFieldsTouchedPerOp: 2,
    maxVEvalCost: 0,
    maxBatchSize: null,
    maxEpsilon: null,
  };
  const draft = {
    v: 1,
    plan: {
      planId: "slow",
      maxParallelWidth: width,
      ops: Array.from({ length: ops }, (_, i) => ({
        opId: `op/${i}`,
        kernel: "slow",
        bind: { slots: { long: "long", to: "x" } },
        deltaBound: "7",
      })),
    },
    initialState: { long: "9".repeat(309) },
    kernels: { slow },
    policyBundle: { bundleId: "slow", maxParallelWidth: width, resourceCaps },
  };
  writeFileSync(join(home, name), JSON.stringify(draft));
}

test("Ctrl-C ends a long run at once", async () => {
  writeSlowPlan("slow.json", 18_000);
  const interrupt = new Promise((resolve) => setTimeout(resolve, 3_000));
  const { code, out } = await policyledger(["plan", "run", "slow.json"], { home, interrupt });
  // 130 where it came before the run began.
  expect([null, 130]).toContain(code);
  expect(out).toBe("");
});

test("plan submit runs nothing that may not be claimed, and names all that is wrong with it", async () => {
  writeSlowPlan("over.json", 5_001, 65);
  const { code, err } = await run("plan", "submit", "over.json");
  expect(code).toBe(1);
  expect(err).toContain("✗ over.json cannot be claimed: /plan/ops: host_limit_exceeded: is 5001");
  expect([...err.matchAll(/^ {4}(\S+): host_limit_exceeded: /gm)].map((match) => match[1])).toEqual([
    "/plan/ops",
    "/plan/maxParallelWidth",
    "/plan/resourceCaps/maxBigintBits",
    "/plan",
  ]);
});
