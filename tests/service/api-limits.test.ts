// Limits: whoever asks too much is told when to come again, and others are served meanwhile.
import { generateKeyPair } from "@policyledger/core/node";
import { afterEach, describe, expect, test } from "vitest";
import type { FairLimits } from "../../functions/src/limits/fair-limit.ts";
import { type Settings, usualSettings } from "../../functions/src/settings.ts";
import { CAPS } from "../../functions/src/training-requests.ts";
import { agentNamed, bodyOf, CYBER, claims, trainingBody } from "./agents.ts";
import { type Answer, clientOf } from "./api-client.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;
afterEach(() => cloud.close());

/** So slow that no token comes back while a test runs. */
const few = (perCaller: number, overall: number): FairLimits => ({
  perCaller: { rate: 0.01, burst: perCaller },
  overall: { rate: 0.01, burst: overall },
  maxCallers: 100,
});

async function limited(settings: Partial<Settings>) {
  cloud = await startLocalCloud({ deliver: false, settings });
  return (address: string) => clientOf(cloud.api, address);
}

async function times(count: number, ask: (i: number) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < count; i++) answers.push(await ask(i));
  return answers;
}

const count = (answers: readonly Answer[], status: number) =>
  answers.filter((one) => one.status === status).length;

describe("an address that floods", () => {
  const wide = usualSettings(10_000).limits;

  test("is refused with the time to come again, and others are served", async () => {
    const from = await limited({ limits: { ...wide, read: few(5, 100) } });
    const answers = await times(20, () => from("203.0.113.1").get("/health"));
    expect([count(answers, 200), count(answers, 429)]).toEqual([5, 15]);
    const refused = answers.at(-1)!;
    expect(refused.code).toBe("rate_limited");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(50);
    expect((await from("203.0.113.2").get("/health")).status).toBe(200);
  });

  test("is told apart from others behind one proxy, and cannot name itself anew", async () => {
    const from = await limited({ limits: { ...wide, read: few(3, 100) }, trustedProxies: "198.51.100.0/24" });
    const by = (forwarded: string) => from("198.51.100.7").get("/health", { "x-forwarded-for": forwarded });
    expect(count(await times(10, () => by("203.0.113.1, 198.51.100.7")), 200)).toBe(3);
    expect(count(await times(10, (i) => by(`192.0.2.${i}, 203.0.113.1, 198.51.100.7`)), 200)).toBe(0);
    expect((await by("203.0.113.2, 198.51.100.7")).status).toBe(200);
  });

  test("counts as one network in IPv6", async () => {
    const from = await limited({ limits: { ...wide, read: few(3, 100) } });
    const answers = await times(10, (i) => from(`2001:db8:1:2::${i}`).get("/health"));
    expect(count(answers, 200)).toBe(3);
    expect((await from("2001:db8:1:3::1").get("/health")).status).toBe(200);
  });

  test("leaves room for others also when all that is left is little", async () => {
    const from = await limited({ limits: { ...wide, read: few(50, 60) } });
    const answers = await times(60, () => from("203.0.113.1").get("/health"));
    expect(count(answers, 200)).toBeLessThan(60);
    const others = await times(5, (i) => from(`203.0.113.${i + 2}`).get("/health"));
    expect(count(others, 200)).toBe(5);
    const crowd = await times(100, (i) => from(`192.0.2.${i}`).get("/health"));
    expect(crowd.at(-1)!.code).toBe("overloaded");
  });

  test("may still read when it has submitted too much", async () => {
    const from = await limited({ limits: { ...wide, submit: few(2, 100) } });
    const client = from("203.0.113.1");
    const answers = await times(5, () => client.post("/claims", "{}"));
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 429, 429, 429]);
    expect((await client.get("/ledger")).status).toBe(200);
    expect((await client.post("/verify", "{}")).status).toBe(422);
  });

  test("pays for each line of a batch", async () => {
    const from = await limited({ limits: { ...wide, submit: few(10, 100) } });
    const send = (lines: number) =>
      from("203.0.113.1").post("/claims", "{}\n".repeat(lines), { "content-type": "application/x-ndjson" });
    const answers = [await send(1), await send(4), await send(6), await send(4), await send(1)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 200, 429]);
  });

  test("is not told more by asking for what is not there", async () => {
    const from = await limited({ limits: { ...wide, read: few(1, 100) } });
    await from("203.0.113.1").get("/health");
    expect((await from("203.0.113.1").get("/claims/x")).status).toBe(429);
  });
});

describe("a key that submits too much", () => {
  test("is refused whatever address it comes from, and another key is not", async () => {
    const from = await limited({ claimsOfKey: few(3, 100) });
    const mine = claims(agentNamed("api/busy"), 5);
    const answers = await times(5, (i) => from(`203.0.113.${i}`).post("/claims", bodyOf(mine[i]!)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 429, 429]);
    expect(answers.at(-1)!.body.detail).toContain(mine[0]!.claim.public_key);
    const [other] = claims(agentNamed("api/idle"), 1);
    expect((await from("203.0.113.9").post("/claims", bodyOf(other!))).status).toBe(202);
  });

  test("does not pay for what others sign in its name", async () => {
    const from = await limited({ claimsOfKey: few(1, 100) });
    const [mine] = claims(agentNamed("api/named"), 1);
    const forged = bodyOf({ ...mine!, signature: "0".repeat(128) });
    await times(5, () => from("203.0.113.1").post("/claims", forged));
    expect((await from("203.0.113.2").post("/claims", bodyOf(mine!))).status).toBe(202);
  });

  test("is refused line by line in a batch", async () => {
    const from = await limited({ claimsOfKey: few(2, 100) });
    const lines = claims(agentNamed("api/busy"), 4).map(bodyOf).join("\n");
    const { status, body } = await from("203.0.113.1").post("/claims", lines, {
      "content-type": "application/x-ndjson",
    });
    expect(status).toBe(200);
    expect(body.map((one: { status: number }) => one.status).sort()).toEqual([202, 202, 429, 429]);
  });
});

describe("trainings", () => {
  const SHORT = { ...CYBER, episodes: 40 };

  test("are not to be had where the service has no key", async () => {
    cloud = await startLocalCloud({ deliver: false, trainer: null });
    const asking = clientOf(cloud.api);
    const { status, code } = await asking.post("/train", trainingBody(SHORT));
    expect([status, code]).toEqual([503, "training_unavailable"]);
    expect((await asking.get("/health")).body.trainer).toBe(null);
  });

  test("of one key are so many at once; another has its own", async () => {
    const from = await limited({});
    const client = from("203.0.113.1");
    const key = generateKeyPair();
    const ask = (seed: number) => client.post("/train", trainingBody({ ...SHORT, seed }, { key }));
    for (let seed = 0; seed < CAPS.sessions_per_key; seed++) expect((await ask(seed)).status).toBe(202);
    const refused = await ask(99);
    expect([refused.status, refused.code]).toEqual([429, "too_many_trainings"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask(0)).status).toBe(200);
    expect((await client.post("/train", trainingBody(SHORT))).status).toBe(202);
  });

  test("of one address are fewer than all, however many keys it makes", async () => {
    const from = await limited({});
    const flooder = from("203.0.113.1");
    const answers = await times(CAPS.sessions_per_address + 5, () =>
      flooder.post("/train", trainingBody(SHORT)),
    );
    expect([count(answers, 202), count(answers, 429)]).toEqual([CAPS.sessions_per_address, 5]);
    expect(answers.at(-1)!.code).toBe("too_many_trainings");
    expect((await from("203.0.113.2").post("/train", trainingBody(SHORT))).status).toBe(202);
    expect(CAPS.sessions_per_address).toBeLessThan(CAPS.sessions / 2);
  });

  test("that were given up begin anew when they are asked for again", async () => {
    const client = (await limited({}))("203.0.113.1");
    const body = trainingBody(SHORT);
    const { training_id } = (await client.post("/train", body)).body;
    await cloud.db.doc(`trainings/${training_id}`).update({ state: "FAILED", attempts: 5 });
    expect((await client.post("/train", body)).status).toBe(202);
    expect((await client.get(`/train/${training_id}`)).body.state).toBe("QUEUED");
  });
});

describe("requests that lead nowhere", () => {
  test("are charged as reads are", async () => {
    const from = await limited({ limits: { ...usualSettings(10_000).limits, read: few(4, 100) } });
    const client = from("203.0.113.1");
    const answers = [
      await client.get("/nothing"),
      await client.post("/ledger", "{}"),
      await client.get("/nothing/else"),
      await client.get("/health"),
      await client.get("/nothing"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 405, 404, 200, 429]);
  });
});
