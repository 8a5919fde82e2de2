// Every route of the table: its main answer, and what it says to those who ask for what is not there.
import { nodeHost } from "@policyledger/core/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BASE, routes } from "../../functions/src/http/app.ts";
import { examplePlan, planSubmission } from "../../scripts/plans.ts";
import { until } from "../../scripts/until.ts";
import { agentNamed, bodyOf, claims, idOf } from "./agents.ts";
import { type Client, clientOf } from "./api-client.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;
let client: Client;
const submissions = claims(agentNamed("api/main"), 3);
const first = submissions[0]!;
const plan = planSubmission(agentNamed("api/plans"), examplePlan("diamond"));
const NOBODY = "0".repeat(64);

beforeAll(async () => {
  cloud = await startLocalCloud();
  client = clientOf(cloud.api);
  const batch = [...submissions, plan].map(bodyOf).join("\n");
  await client.post("/claims", batch, { "content-type": "application/x-ndjson" });
  await until("all are ranked", async () => (await client.get("/marketplace")).body.ledger_size === 4);
});
afterAll(() => cloud.close());

/** Each route's path with parameters for which it has an answer. */
const asked: Readonly<Record<string, () => string>> = {
  "/claims/{claim_id}": () => `/claims/${idOf(first)}`,
  "/ledger/{index}": () => "/ledger/2",
  "/policies/{policy_hash}": () => `/policies/${first.claim.policy_hash}`,
  "/log/inclusion": () => "/log/inclusion?index=1",
  "/log/consistency": () => "/log/consistency?from=1",
  "/log/proofs/{index}": () => "/log/proofs/1",
  "/plans/{plan_hash}": () => `/plans/${plan.claim.plan_hash}`,
  "/plans/{plan_hash}/receipts": () => `/plans/${plan.claim.plan_hash}/receipts`,
  "/policies": () => `/policies?hashes=${first.claim.policy_hash}`,
};
const readable = routes.filter(({ method, path }) => method === "get" && !path.startsWith("/train/"));

describe("a GET of each route", () => {
  test.each(readable.map(({ path }) => path))("%s answers with 200 and as its schema says", async (path) => {
    const answer = await client.get(asked[path]?.() ?? path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toMatch(/^(no-store|no-cache|public, max-age=\d+.*)$/);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  });

  test("the ledger's entry is the claim's", async () => {
    const { claim_id, index, current_hash, verified_reward } = (await client.get(`/claims/${idOf(first)}`))
      .body;
    const entry = (await client.get(`/ledger/${index}`)).body;
    expect(entry).toMatchObject({ claim_id, current_hash, verified_reward });
    expect((await client.get("/ledger/head")).body).toMatchObject({ size: 4, index: 3 });
  });

  test("an artifact is the bytes that its hash is of", async () => {
    const { text } = await client.get(`/policies/${first.claim.policy_hash}`);
    expect(nodeHost.sha256(text)).toBe(first.claim.policy_hash);
  });

  test("health names the trainer and where the ledger stands", async () => {
    const { status, entries, head, trainer } = (await client.get("/health")).body;
    expect([status, entries, head]).toEqual(["ok", 4, (await client.get("/ledger/head")).body.current_hash]);
    expect(trainer.public_key).toBe(cloud.service.trainer!.publicKey);
  });

  test("integrity has audited all", async () => {
    const { ok, size, audited_size, fault } = (await client.get("/ledger/integrity")).body;
    expect({ ok, size, audited_size, fault }).toEqual({ ok: true, size: 4, audited_size: 4, fault: null });
  });
});

describe("what is not there", () => {
  test.each<[string, string, Record<string, string>?]>([
    ["a claim", `/claims/${NOBODY}`],
    ["a claim's stream", `/claims/${NOBODY}`, { accept: "text/event-stream" }],
    ["an entry", "/ledger/4"],
    ["a far entry", "/ledger/9007199254740991"],
    ["a policy", `/policies/${NOBODY}`],
    ["a training", `/train/${NOBODY}`],
    ["a training's stream", `/train/${NOBODY}/events`],
    ["an environment's board", "/marketplace?env_id=chess-v1"],
    ["a preset's board", "/marketplace/best?preset=__proto__"],
    ["a route", "/nothing"],
    ["a route with a slash behind it", "/ledger/"],
    ["a plan", `/plans/${NOBODY}`],
    ["a plan's receipts", `/plans/${NOBODY}/receipts`],
    ["a policy of nobody's VALID claim", `/policies/${NOBODY}`],
  ])("%s is 404", async (_, path, headers?: Record<string, string>) => {
    const { status, code } = await client.get(path, headers);
    expect([status, code]).toEqual([404, "not_found"]);
  });

  test("the best of an empty board", async () => {
    const answer = await client.get("/marketplace/best?env_id=energy-slot-v1");
    expect([answer.status, answer.body.detail]).toEqual([
      404,
      "Nobody is on the board of energy-slot-v1, standard yet.",
    ]);
  });
});

describe("parameters", () => {
  test.each([
    ["/claims/nothing", ["/path/claim_id"]],
    ["/ledger/-1", ["/path/index"]],
    ["/ledger/01", ["/path/index"]],
    ["/ledger/1e3", ["/path/index"]],
    ["/ledger/9999999999999999", ["/path/index"]],
    ["/ledger?limit=0&order=up", ["/query/order", "/query/limit"]],
    ["/ledger?limit=501", ["/query/limit"]],
    ["/ledger?limit=1&limit=2", ["/query/limit"]],
    ["/ledger?from=", ["/query/from"]],
    ["/ledger?a%2Fb=1&a%2Fb=2", ["/query/a~1b"]],
    ["/marketplace?by=luck&from=-1", ["/query/by", "/query/from"]],
    ["/health?verbose=1", ["/query/verbose"]],
    [`/train/${"G".repeat(64)}?x=1`, ["/path/training_id", "/query/x"]],
  ])("%s is refused with every fault's path", async (path, paths) => {
    const { status, code, body } = await client.get(path);
    expect([status, code]).toEqual([400, "invalid_request"]);
    expect(body.errors.map((fault: { path: string }) => fault.path)).toEqual(paths);
  });
});

test("a parameter that is no number is told so in words about parameters", async () => {
  for (const path of ["/ledger?limit=ten", "/ledger?limit=1.5", "/ledger?limit=1e2", "/ledger/first"]) {
    const { body } = await client.get(path);
    expect(body.errors.map((fault: { message: string }) => fault.message)).toEqual(["wanted a whole number"]);
  }
});

describe("methods", () => {
  const paths = [...new Set(routes.map(({ path }) => path))];

  test.each(paths)("%s names those that it has", async (path) => {
    const methods = routes.filter((one) => one.path === path).map(({ method }) => method);
    const allow = methods.flatMap((one) => (one === "get" ? ["GET", "HEAD"] : ["POST"]));
    const at = path.replaceAll(/\{\w+\}/g, "0");
    const refused = await client.send("DELETE", at);
    expect([refused.status, refused.code]).toEqual([405, "method_not_allowed"]);
    expect(refused.headers.get("allow")).toBe([...allow, "OPTIONS"].join(", "));
    const options = await client.send("OPTIONS", at);
    expect([options.status, options.headers.get("allow")]).toEqual([204, refused.headers.get("allow")]);
    const readers = allow.filter((one) => one !== "POST").join(", ");
    expect(options.headers.get("access-control-allow-methods") ?? "").toBe(readers);
    expect(options.headers.get("access-control-allow-origin")).toBe("*");
  });

  test("who may not write from another page is not told that it may", async () => {
    const { headers } = await client.post("/claims", bodyOf(first));
    expect(headers.get("access-control-allow-origin")).toBe(null);
  });
});

describe("request ids", () => {
  test("the caller's own goes through every station's log", async () => {
    const [one] = claims(agentNamed("api/traced"), 1);
    const id = "trace-me.1_2";
    const { headers, body } = await client.post("/claims", bodyOf(one!), { "x-request-id": id });
    expect(headers.get("x-request-id")).toBe(id);
    expect(headers.get("location")).toBe(`${BASE}/claims/${body.claim_id}`);
    await until("it is recorded", async () => (await client.get(body.location)).body.state === "RECORDED");
    const linesOfIt = () => cloud.lines.filter(({ request_id }) => request_id === id);
    // A station logs what it has done after it is done.
    await until("append says so", async () => linesOfIt().some(({ station }) => station === "append"));
    const lines = linesOfIt();
    expect(new Set(lines.map(({ station }) => station))).toEqual(
      new Set(["http", "submit", "verify", "append"]),
    );
    expect(lines.find(({ station }) => station === "http")).toMatchObject({
      route: "/api/v1/claims",
      status: 202,
    });
  });

  test.each(["short", "a".repeat(65), "no spaces in it", "<script>"])(
    "%s is no id: a new one is made",
    async (id) => {
      const { headers } = await client.get("/health", { "x-request-id": id });
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test("a trace's is taken where the front end names one", async () => {
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const { headers } = await client.get("/health", { traceparent: `00-${trace}-00f067aa0ba902b7-01` });
    expect(headers.get("x-request-id")).toBe(trace);
  });

  test("a problem has it, and so has its line in the log", async () => {
    const { body } = await client.get("/ledger/77");
    expect(cloud.lines.at(-1)).toMatchObject({ request_id: body.request_id, code: "not_found", status: 404 });
  });
});
