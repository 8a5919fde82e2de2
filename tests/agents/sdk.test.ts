// The SDK against the service: every operation of the API has its call, answers are what was asked for, and what a
// service makes up is refused.
import { canonicalJson, entryHash, type Json, readEntry } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openLog } from "../../agent/src/log/index.ts";
import { openPlans, type PlanClient } from "../../agent/src/plans/index.ts";
import {
  type Client,
  ClientError,
  createClient,
  signClaim,
  signerOfSecret,
  signTraining,
} from "../../agent/src/sdk/index.ts";
import { agentNamed, submissionOf } from "../../scripts/agents.ts";
import { openApi } from "../service/api-client.ts";
import { CYBER, startWorld, type World } from "./world.ts";

let world: World;
let client: Client;

beforeAll(async () => {
  world = await startWorld({ trainer: agentNamed("trainer") });
  client = createClient(world.url, { hasher: nodeHost, maxPause: 5 });
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

const secret = nodeHost.sha256("sdk");

/** A claim that nobody made before. */
async function newClaim(seed: number, reward?: number) {
  const { entry } = await client.best({ env_id: CYBER });
  const { entry: best } = entry;
  if (best.kind !== "policy") throw new Error("bug: a plan is ranked");
  const artifact = await client.policy(best.policy_hash);
  const config = { env_id: CYBER, algorithm: "q-learning", seed: 0 } as const;
  const { claim } = submissionOf(agentNamed("sdk"), JSON.parse(artifact), config, seed, reward);
  return signClaim(await signerOfSecret(secret), "sdk/agent", claim, artifact);
}

async function refused(work: Promise<unknown>): Promise<ClientError> {
  const error = await work.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ClientError);
  return error as ClientError;
}

/** Which call of the client asks which operation of the API. */
const OPERATIONS: Readonly<Record<string, readonly (keyof Client)[]>> = {
  submitClaims: ["submit", "submitMany"],
  getClaim: ["claim", "watchClaim", "waitForClaim"],
  verifyClaim: ["verdict"],
  listLedger: ["listed", "page", "entries"],
  getHead: ["head"],
  getIntegrity: ["integrity"],
  getEntry: ["entry"],
  listMarketplace: ["leaderboard"],
  getBest: ["best"],
  getPolicy: ["policy"],
  listPolicies: ["policies"],
  listEnvironments: ["environments"],
  startTraining: ["startTraining"],
  getTraining: ["training"],
  watchTraining: ["watchTraining"],
  getHealth: ["health"],
};
/** And which call of the log's client. */
const LOG_OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  getLog: ["log"],
  proveInclusion: ["inclusion"],
  proveConsistency: ["consistency"],
  listCheckpoints: ["cosigned"],
  addCosignatures: ["cosign"],
};
/** And which of the client of plans. */
const PLAN_OPERATIONS: Readonly<Record<string, readonly (keyof PlanClient)[]>> = {
  getPlan: ["plan"],
  getReceipts: ["receipts"],
};
/** Below the root of the site, and no operations of the API. */
const SITE = ["endpoint", "note", "tile", "bundle"];
/** For people, for generators of clients, and for programs that want a file: the log's client makes its own. */
const FOR_PEOPLE = ["getOpenApi", "getDocs", "getDocsStyle", "getProofFile"];

test("every operation of the API has its call, and every call its operation", () => {
  const operations = Object.values(openApi.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId as string),
  );
  const parts = [OPERATIONS, LOG_OPERATIONS, PLAN_OPERATIONS];
  const named = [...parts.flatMap((part) => Object.keys(part)), ...FOR_PEOPLE];
  expect(operations.sort()).toEqual(named.sort());
  const calls = Object.values(OPERATIONS).flat();
  expect(["endpoint", ...calls].sort()).toEqual(Object.keys(client).sort());
  const plans = Object.values(PLAN_OPERATIONS).flat();
  expect(plans.sort()).toEqual(Object.keys(openPlans(world.url)).sort());
  const { wire } = openLog(world.url);
  expect([...SITE, ...Object.values(LOG_OPERATIONS).flat()].sort()).toEqual(Object.keys(wire).sort());
});

describe("reading", () => {
  test("health, head, integrity and environments", async () => {
    const { size, current_hash } = await client.head();
    expect(await client.health()).toMatchObject({ status: "ok", entries: size, head: current_hash });
    expect(await client.integrity()).toMatchObject({ ok: true, size, head: current_hash });
    const { entries } = await client.environments();
    expect(entries.map(({ env_id }) => env_id)).toContain(CYBER);
  });

  test("entries come in order from either end, over pages, each with its text and hash", async () => {
    const { size, current_hash } = await client.head();
    const forward = [];
    for await (const sealed of client.entries({ limit: 3 })) forward.push(sealed);
    expect(forward.map(({ entry }) => entry.index)).toEqual(Array.from({ length: size }, (_, i) => i));
    expect(forward.at(-1)!.current_hash).toBe(current_hash);
    for (const { entry, text, current_hash } of forward) {
      expect(readEntry(text)).toEqual(entry);
      expect(entryHash(nodeHost, text)).toBe(current_hash);
    }
    const backward = [];
    for await (const sealed of client.entries({ order: "newest", limit: 2 })) backward.push(sealed);
    expect(backward).toEqual(forward.toReversed());
    expect(await client.entry(3)).toEqual(forward[3]);
    expect((await client.page({ order: "oldest", from: 2, limit: 1 })).entries).toEqual([forward[2]]);
    const behind = [];
    for await (const sealed of client.entries({ from: size })) behind.push(sealed);
    expect(behind).toEqual([]);
  });

  test("an entry that is not there is refused with the service's own code", async () => {
    expect(await refused(client.entry(9_999))).toMatchObject({
      code: "refused",
      problem: { code: "not_found" },
    });
  });

  test("boards, the best of them, and artifacts by their hashes, one or many", async () => {
    const board = await client.leaderboard({ env_id: CYBER, by: "expected", limit: 2 });
    const best = await client.best({ env_id: CYBER, by: "expected" });
    expect(best.best).toEqual(board.entries[0]);
    expect(best.entry.entry).toMatchObject({ index: best.best.index, policy_hash: best.best.policy_hash });
    const hashes = board.entries.map(({ policy_hash }) => policy_hash);
    const unknown = "0".repeat(64);
    const { found, missing } = await client.policies([unknown, ...hashes, hashes[0]!]);
    expect([...found.keys()]).toEqual(hashes);
    expect(missing).toEqual([unknown]);
    for (const [hash, text] of found) expect(await client.policy(hash)).toBe(text);
    expect(await client.policies([])).toEqual({ found: new Map(), missing: [] });
  });
});

describe("claiming", () => {
  test("a claim is submitted, followed through its states and found in the ledger; twice, it is one claim", async () => {
    const submission = await newClaim(100);
    const { claim_id, known } = await client.submit(submission);
    expect(known).toBe(false);
    const states = [];
    for await (const job of client.watchClaim(claim_id)) states.push(job.state);
    expect(states.at(-1)).toBe("RECORDED");
    const job = await client.waitForClaim(claim_id);
    const { entry, current_hash } = await client.entry(job.index!);
    expect(entry).toMatchObject({ claim_id, signature: submission.signature });
    expect(job.current_hash).toBe(current_hash);
    expect(await client.submit(submission)).toMatchObject({ claim_id, known: true, state: "RECORDED" });
    expect(await client.verdict({ claim_id })).toMatchObject({
      verdict: "VALID",
      job: { state: "RECORDED" },
    });
  });

  test("what does not hold comes to its end with the reason", async () => {
    const submission = await newClaim(101, 1);
    expect(await client.verdict(submission)).toMatchObject({ verdict: "INVALID", reason: "reward_mismatch" });
    const { claim_id } = await client.submit(submission);
    expect(await client.waitForClaim(claim_id)).toMatchObject({
      state: "INVALID",
      reason: "reward_mismatch",
    });
  });

  test("many at once are answered one by one, in order", async () => {
    const good = await newClaim(102);
    const bad = { ...(await newClaim(103)), signature: good.signature };
    const lines = await client.submitMany([good, bad, good]);
    expect(lines.map(({ accepted, problem }) => accepted?.known ?? problem?.code)).toEqual([
      false,
      "bad_signature",
      true,
    ]);
    expect(await refused(client.submitMany([]))).toMatchObject({ code: "invalid_argument" });
    expect(await refused(client.submitMany(Array(101).fill(good)))).toMatchObject({
      code: "invalid_argument",
    });
  });

  test("waiting ends in time, and when it is told to", async () => {
    world.tamper((path, text) =>
      path.includes("/claims/") ? text.replace('"RECORDED"', '"PENDING"') : text,
    );
    const { claim_id } = (await client.entry(0)).entry;
    const polling = createClient(world.url, {
      hasher: nodeHost,
      fetch: async (request) =>
        request.headers.get("accept") === "text/event-stream"
          ? new Response(null, { status: 404 })
          : fetch(request),
    });
    const error = await refused(polling.waitForClaim(claim_id, { timeout: 300 }));
    expect(error).toMatchObject({ code: "not_in_time" });
    expect(error.message).toContain("it is PENDING");
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 50);
    await expect(polling.waitForClaim(claim_id, { signal: controller.signal })).rejects.toThrow("enough");
  });
});

test("a training on the server is asked for, watched and read", async () => {
  const training = { algorithm: "q-learning", env_id: CYBER, seed: 5, episodes: 400 } as const;
  const request = await signTraining(await signerOfSecret(secret), training, 6);
  const { training_id } = await client.startTraining(request);
  const kinds = [];
  for await (const news of client.watchTraining(training_id)) kinds.push(news.kind);
  expect(kinds.at(-1)).toBe("end");
  expect(kinds).toContain("progress");
  expect(await client.training(training_id)).toMatchObject({ state: "DONE", request: { training } });
});

describe("a service that makes things up", () => {
  const changing = (change: (value: Record<string, unknown>) => void) => (_: string, text: string) => {
    const value = JSON.parse(text);
    change(value);
    return JSON.stringify(value);
  };

  test("an entry that was changed", async () => {
    world.tamper(changing((entry) => Object.assign(entry, { verified_reward: 5 })));
    const error = await refused(client.entry(1));
    expect(error.code).toBe("false_answer");
    expect(error.message).toMatch(/^Entry 1 hashes to [0-9a-f]{64}, the service says [0-9a-f]{64}/);
  });

  test("another entry than was asked for", async () => {
    const { text, current_hash } = await client.entry(2);
    world.tamper(() => JSON.stringify({ ...JSON.parse(text), current_hash }));
    expect((await refused(client.entry(1))).message).toBe(
      "Asked for entry 1, the service answers with entry 2",
    );
  });

  test("a page with an entry left out", async () => {
    world.tamper(changing((page) => (page.entries as unknown[]).splice(1, 1)));
    const read = async () => {
      for await (const _ of client.entries());
    };
    expect((await refused(read())).message).toBe("Where entry 1 belongs, the service lists entry 2");
  });

  test("an artifact of another hash, alone and among many", async () => {
    const { entry } = await client.entry(0);
    const { policy_hash } = entry as { policy_hash: string };
    world.tamper((_, text) => text.replace('"default_action":', '"default_action": '));
    expect((await refused(client.policy(policy_hash))).message).toContain("with an artifact that hashes to");
    expect((await refused(client.policies([policy_hash]))).message).toContain(
      "the service gives one that hashes to",
    );
  });

  test("another claim than was asked about, by id or by what it holds", async () => {
    const [a, b] = await Promise.all([client.entry(0), client.entry(1)]);
    const other = await client.claim(b.entry.claim_id);
    world.tamper(() => JSON.stringify(other));
    expect((await refused(client.claim(a.entry.claim_id))).code).toBe("false_answer");
    world.tamper(() => JSON.stringify({ ...other, claim_id: a.entry.claim_id }));
    expect((await refused(client.claim(a.entry.claim_id))).message).toContain("what makes claim");
  });

  test("the acceptance of a claim that was not sent", async () => {
    const submission = await newClaim(200);
    world.tamper(changing((accepted) => Object.assign(accepted, { claim_id: "0".repeat(64) })));
    expect((await refused(client.submit(submission))).code).toBe("false_answer");
  });

  test("fewer answers to a batch than it had lines", async () => {
    const submissions = [await newClaim(201), await newClaim(202)];
    world.tamper((_, text) => `${text.split("\n")[0]}\n`);
    expect((await refused(client.submitMany(submissions))).message).toContain(
      "2 claims were sent, and 1 answered",
    );
  });
});

test("what the client calls an entry's text is its canonical JSON", async () => {
  const { text, entry } = await client.entry(0);
  expect(canonicalJson(entry as unknown as Json)).toBe(text);
});
