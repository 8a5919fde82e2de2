// Submitting one claim: what is accepted, and each way in which it is refused, with the code and the path that say why.
import { gzipSync } from "node:zlib";
import { claimText, limits, type PolicyClaim, type PolicySubmission } from "@policyledger/core";
import { sign } from "@policyledger/core/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Agent } from "../../scripts/agents.ts";
import { agentNamed, bodyOf, claims, idOf } from "./agents.ts";
import { type Client, clientOf, type Read } from "./api-client.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;
let client: Client;
beforeAll(async () => {
  cloud = await startLocalCloud({ deliver: false });
  client = clientOf(cloud.api);
});
afterAll(() => cloud.close());

const agent = agentNamed("api/claims");
const good = claims(agent, 1)[0]!;
const body: Read = JSON.parse(bodyOf(good));

/** The same submission with another claim, signed as it then is. */
function resigned(
  by: Agent,
  { claim, artifact }: PolicySubmission,
  changes: Partial<PolicyClaim>,
): PolicySubmission {
  const changed = { ...claim, public_key: by.publicKey, ...changes };
  const signature = sign(by.secretKey, new TextEncoder().encode(claimText(changed)));
  return { claim: changed, signature, artifact };
}

/** Any policy at all that takes so many bytes. */
function artifactOf(bytes: number): string {
  const rows = "[0,0,0,0,0],".repeat(Math.ceil(bytes / 12));
  return `{"v":1,"kind":"q-table","env_id":"cyber-defense-v1","default_action":0,"q":[${rows.slice(0, -1)}]}`;
}

describe("a claim", () => {
  test("is accepted once, and known after that", async () => {
    const accepted = await client.post("/claims", bodyOf(good));
    const location = `/api/v1/claims/${idOf(good)}`;
    expect([accepted.status, accepted.headers.get("location")]).toEqual([202, location]);
    expect(accepted.body).toEqual({ claim_id: idOf(good), state: "PENDING", location, known: false });
    const again = await client.post("/claims", JSON.stringify(body, null, 2));
    expect([again.status, again.headers.get("location")]).toEqual([200, location]);
    expect(again.body).toEqual({ ...accepted.body, known: true });
  });

  test("is shown as it was signed, and nothing of it that is only the service's", async () => {
    const { body: job } = await client.get(`/claims/${idOf(good)}`);
    expect(job.claim).toEqual(good.claim);
    expect(Object.keys(job).filter((key) => ["attempts", "resend_at", "request_id"].includes(key))).toEqual(
      [],
    );
  });

  test.each([
    "application/json",
    "application/json; charset=utf-8",
    'Application/JSON;charset="UTF-8"',
    "application/json; profile=x",
  ])("may come as %s", async (type) => {
    expect((await client.post("/claims", bodyOf(good), { "content-type": type })).status).toBe(200);
  });

  test("may come compressed", async () => {
    const sent = await client.post("/claims", gzipSync(bodyOf(good)), { "content-encoding": "GZIP" });
    expect(sent.status).toBe(200);
  });
});

const other = agentNamed("api/other");
const cases: readonly (readonly [string, number, string, string, () => string])[] = [
  ["an empty body", 400, "invalid_json", "", () => ""],
  ["half a body", 400, "invalid_json", "", () => bodyOf(good).slice(0, -1)],
  ["a key twice", 400, "invalid_json", "/signature", () => bodyOf(good).replace("{", '{"signature":"",')],
  ["a number", 422, "invalid_claim", "", () => "7"],
  ["a claim alone", 422, "invalid_claim", "/claim", () => JSON.stringify(good.claim)],
  ["a member too many", 422, "invalid_claim", "/note", () => JSON.stringify({ ...body, note: 1 })],
  ["a seed that is no integer", 422, "invalid_claim", "/claim/seed", () => with_({ seed: 1.5 })],
  ["a label with a space", 422, "invalid_claim", "/claim/agent_id", () => with_({ agent_id: "a b" })],
  ["an empty label", 422, "invalid_claim", "/claim/agent_id", () => with_({ agent_id: "" })],
  ["a short key", 422, "invalid_claim", "/claim/public_key", () => with_({ public_key: "ab" })],
  ["another's signature", 403, "bad_signature", "/signature", () => with_({ seed: 8 })],
  ["a key of small order", 403, "bad_signature", "/signature", () => with_({ public_key: "0".repeat(64) })],
  [
    "a label that another key has",
    403,
    "key_mismatch",
    "/claim/public_key",
    () => bodyOf(resigned(other, good, {})),
  ],
  [
    "a label of the service",
    403,
    "reserved_label",
    "/claim/agent_id",
    () => bodyOf(resigned(other, good, { agent_id: "service/trainer" })),
  ],
  [
    "an artifact that is not the claimed one",
    422,
    "hash_mismatch",
    "/claim/policy_hash",
    () => bodyOf(resigned(agent, good, { policy_hash: "a".repeat(64) })),
  ],
  [
    "an artifact over its bound",
    413,
    "artifact_too_large",
    "/artifact",
    () => bodyOf({ ...good, artifact: artifactOf(limits.MAX_ARTIFACT_BYTES) }),
  ],
  [
    "a configuration over its bound",
    413,
    "too_large",
    "/claim/env_config",
    () => with_({ env_config: { preset: "x".repeat(limits.MAX_CONFIG_BYTES) } }),
  ],
  ["a body over its bound", 413, "too_large", "", () => `${bodyOf(good)}${" ".repeat(600_000)}`],
  ["deep nesting", 400, "invalid_json", "", () => `${"[".repeat(40)}${"]".repeat(40)}`],
];

function with_(changes: object): string {
  return JSON.stringify({ ...body, claim: { ...body.claim, ...changes } });
}

describe("a claim is refused", () => {
  test.each(cases)("with %s", async (_, status, code, path, make) => {
    const refused = await client.post("/claims", make());
    expect([refused.status, refused.code]).toEqual([status, code]);
    expect(refused.body.errors.map((one: Read) => one.path)).toContain(path);
    expect(refused.body.detail).not.toBe("");
  });

  test("with every fault at once", async () => {
    const { body: problem } = await client.post("/claims", with_({ seed: -1, v: 2, env_id: "A" }));
    expect(problem.errors.map((one: Read) => one.path).sort()).toEqual([
      "/claim/env_id",
      "/claim/seed",
      "/claim/v",
    ]);
  });

  test.each([
    ["none", undefined, "application/json, application/x-ndjson"],
    ["text", "text/plain", "application/json, application/x-ndjson"],
    ["JSON in Latin", "application/json; charset=latin1", "application/json, application/x-ndjson"],
    ["two at once", "application/json, text/plain", "application/json, application/x-ndjson"],
  ])("as a media type: %s", async (_, type, accept) => {
    const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
    const bytes = new TextEncoder().encode(bodyOf(good));
    const refused = await client.send("POST", "/claims", { body: bytes, headers });
    expect([refused.status, refused.code]).toEqual([415, "unsupported_media_type"]);
    expect(refused.headers.get("accept")).toBe(accept);
  });

  test.each(["br", "deflate", "gzip, gzip", "x"])("encoded with %s", async (encoding) => {
    const refused = await client.post("/claims", bodyOf(good), { "content-encoding": encoding });
    expect([refused.status, refused.code]).toEqual([415, "unsupported_encoding"]);
    expect(refused.headers.get("accept-encoding")).toBe("gzip");
  });

  test("when nothing of it is stored", async () => {
    const mine = resigned(other, claims(other, 1, 0, 3)[0]!, { agent_id: agent.id });
    expect((await client.post("/claims", bodyOf(mine))).code).toBe("key_mismatch");
    for (const path of [`verification_jobs/${idOf(mine)}`, `policies/${mine.claim.policy_hash}`]) {
      expect((await cloud.db.doc(path).get()).exists).toBe(false);
    }
  });
});
