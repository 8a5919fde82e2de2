// A verdict alone, in its three forms: for a submission, for a claim's id, and for an agent's latest claim.
import { canonicalJson, claimText, type PolicySubmission } from "@policyledger/core";
import { nodeHost, sign } from "@policyledger/core/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { agentNamed, bodyOf, claims, idOf, lie } from "./agents.ts";
import { type Client, clientOf, type Read } from "./api-client.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;
let client: Client;
const agent = agentNamed("api/verify");
const [good, late] = claims(agent, 2) as [Read, Read];
const liar = lie(agent, 50);

beforeAll(async () => {
  cloud = await startLocalCloud();
  client = clientOf(cloud.api);
  for (const one of [good, liar]) await client.post("/claims", bodyOf(one));
  await until("all are ranked", async () => (await client.get("/marketplace")).body.ledger_size === 1);
  await until(
    "the lie is found",
    async () => (await client.get(`/claims/${idOf(liar)}`)).body.state === "INVALID",
  );
});
afterAll(() => cloud.close());

const verify = (body: object | string) =>
  client.post("/verify", typeof body === "string" ? body : JSON.stringify(body));

describe("a submission", () => {
  test("that holds is VALID, with the exact expected return, and nothing is recorded", async () => {
    const { status, body, headers } = await verify(bodyOf(late));
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(body).toMatchObject({
      verdict: "VALID",
      claim_id: idOf(late),
      verified_reward: late.claim.claimed_reward,
      replayed_reward: late.claim.claimed_reward,
      evaluation: { method: "exact-v1" },
    });
    expect((await client.get(`/claims/${idOf(late)}`)).status).toBe(404);
  });

  test("that lies is INVALID, with the reward that replay found", async () => {
    const { body } = await verify(bodyOf(liar));
    expect(body).toMatchObject({ verdict: "INVALID", reason: "reward_mismatch", claimed_reward: 999_999 });
    const [honest] = claims(agent, 1, 50);
    expect(body.replayed_reward).toBe(honest!.claim.claimed_reward);
  });

  test("that is INVALID for a part of it names where that is", async () => {
    const paths = async (one: PolicySubmission) =>
      (await verify(bodyOf(one))).body.faults.map((fault: Read) => fault.path);
    const config = { horizon: "long", colour: "red" };
    const wrong = ["/claim/env_config/horizon", "/claim/env_config/colour"];
    expect((await paths(resigned({ env_config: config }))).toSorted()).toEqual(wrong.toSorted());
    const artifact = canonicalJson({
      v: 1,
      kind: "rules",
      env_id: "cyber-defense-v1",
      rules: 7,
      default_action: 1,
    });
    const refused = { ...resigned({ policy_hash: nodeHost.sha256(artifact) }), artifact };
    expect(await paths(refused)).toEqual(["/artifact/rules"]);
  });

  test.each([
    ["bad_signature", () => ({ ...good, signature: "0".repeat(128) })],
    [
      "hash_mismatch",
      () => ({ ...good, artifact: good.artifact.replace('"default_action":', '"default_action":1') }),
    ],
    ["unknown_environment", () => resigned({ env_id: "chess-v1" })],
    ["bad_config", () => resigned({ env_config: { preset: "impossible" } })],
  ])("is INVALID with %s", async (reason, make) => {
    const { status, body } = await verify(bodyOf(make()));
    expect([status, body.verdict, body.reason]).toEqual([200, "INVALID", reason]);
    expect(body.replayed_reward).toBe(undefined);
  });
});

function resigned(changes: object) {
  const claim = { ...good.claim, ...changes };
  const signature = sign(agent.secretKey, new TextEncoder().encode(claimText(claim)));
  return { ...good, claim, signature };
}

describe("a claim that was submitted", () => {
  test("is verified anew by its id, with its place", async () => {
    const { body } = await verify({ claim_id: idOf(good) });
    expect(body).toMatchObject({
      verdict: "VALID",
      claim_id: idOf(good),
      job: { state: "RECORDED", index: 0 },
    });
  });

  test("is verified anew by its agent: the latest", async () => {
    const { body } = await verify({ agent_id: agent.id });
    expect(body).toMatchObject({ verdict: "INVALID", claim_id: idOf(liar), job: { state: "INVALID" } });
  });

  test("is gone with its artifact", async () => {
    const other = agentNamed("api/expired");
    const [one] = claims(other, 1, 0, 2);
    const fake = { ...lie(other, 1), ...resignedLie(one!) };
    await client.post("/claims", bodyOf(fake));
    await until(
      "it is decided",
      async () => (await client.get(`/claims/${idOf(fake)}`)).body.state === "INVALID",
    );
    await cloud.db.doc(`policies/${fake.claim.policy_hash}`).delete();
    const { status, code } = await verify({ claim_id: idOf(fake) });
    expect([status, code]).toEqual([410, "artifact_expired"]);
  });

  function resignedLie(one: Read) {
    const claim = { ...one.claim, claimed_reward: one.claim.claimed_reward + 1 };
    const { secretKey } = agentNamed("api/expired");
    return {
      claim,
      artifact: one.artifact,
      signature: sign(secretKey, new TextEncoder().encode(claimText(claim))),
    };
  }
});

describe("what cannot be verified", () => {
  test.each([
    ["nobody's id", { claim_id: "0".repeat(64) }, 404, "not_found", null],
    ["nobody's label", { agent_id: "api/nobody" }, 404, "not_found", null],
    ["an id that is none", { claim_id: "x" }, 400, "invalid_request", "/claim_id"],
    ["both", { claim_id: "0".repeat(64), agent_id: "a" }, 400, "invalid_request", "/agent_id"],
    ["a label that is none", { agent_id: 7 }, 400, "invalid_request", "/agent_id"],
    ["nothing", {}, 422, "invalid_claim", "/claim"],
    ["a list", [], 422, "invalid_claim", ""],
    ["no JSON", "{]", 400, "invalid_json", ""],
    ["too much", `"${"x".repeat(524_288)}"`, 413, "too_large", ""],
  ])("%s", async (_, sent, status, code, path) => {
    const refused = await verify(sent);
    expect([refused.status, refused.code]).toEqual([status, code]);
    if (path !== null) expect(refused.body.errors.map((one: Read) => one.path)).toContain(path);
  });
});
