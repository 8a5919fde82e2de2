// Many artifacts in one answer: each as it is served alone, in the order asked for, and an end before it gets too large.
import { createHash } from "node:crypto";
import { canonicalJson } from "@policyledger/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { agentNamed, bodyOf, claims } from "./agents.ts";
import { type Client, clientOf } from "./api-client.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;
let client: Client;
const POLICIES = 5;
const all = Array.from({ length: POLICIES }, (_, i) => claims(agentNamed(`api/p-${i}`), 1, i, i + 1)).flat();
const hashes = all.map(({ claim }) => claim.policy_hash);
const NOBODY = "0".repeat(64);
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

beforeAll(async () => {
  cloud = await startLocalCloud();
  client = clientOf(cloud.api);
  const lines = all.map(bodyOf).join("\n");
  await client.post("/claims", lines, { "content-type": "application/x-ndjson" });
  await until("all are recorded", async () => (await client.get("/ledger/head")).body.size === all.length);
});
afterAll(() => cloud.close());

async function listed(...asked: readonly string[]): Promise<string[]> {
  const { status, text, type } = await client.get(`/policies?hashes=${asked.join(",")}`);
  expect([status, type]).toEqual([200, "application/x-ndjson"]);
  return text === "" ? [] : text.slice(0, -1).split("\n");
}

describe("many artifacts at once", () => {
  test("come one a line, in the order asked for, byte for byte as they are served alone", async () => {
    const asked = [hashes[3]!, hashes[0]!, hashes[4]!];
    const lines = await listed(...asked);
    expect(lines.map(sha256)).toEqual(asked);
    for (const [i, line] of lines.entries()) {
      expect((await client.get(`/policies/${asked[i]}`)).text).toBe(line);
      expect(canonicalJson(JSON.parse(line))).toBe(line);
    }
  });

  test("leave out what is not there, and what is asked for twice", async () => {
    expect((await listed(NOBODY, hashes[1]!, NOBODY, hashes[1]!, hashes[0]!)).map(sha256)).toEqual([
      hashes[1],
      hashes[0],
    ]);
    expect(await listed(NOBODY)).toEqual([]);
  });

  test("leave out what no claim that holds has brought", async () => {
    await cloud.db.doc(`policies/${hashes[2]}`).update({ published: false });
    expect((await listed(...hashes)).map(sha256)).toEqual(hashes.filter((_, i) => i !== 2));
    await cloud.db.doc(`policies/${hashes[2]}`).update({ published: true });
  });

  test("end before an answer gets too large, but not before the first", async () => {
    const big = Array.from({ length: 50 }, (_, i) => i.toString(16).padStart(64, "0"));
    for (const hash of big) {
      const artifact = Buffer.alloc(262_144, 0x20);
      await cloud.db.doc(`policies/${hash}`).set({ policy_hash: hash, artifact, published: true });
    }
    // These are no artifacts, but as large as one may be.
    const asked = new Request(`http://x/api/v1/policies?hashes=${big.join(",")}`);
    const text = await (await cloud.api.fetch(asked)).text();
    expect(text.length).toBe(31 * 262_145);
    expect(text.length).toBeLessThanOrEqual(8_388_608);
  });

  test.each([
    ["", 1],
    ["x", 1],
    [`${NOBODY},`, 1],
    [`,${NOBODY}`, 1],
    [NOBODY.toUpperCase().replace("0", "A"), 1],
    [Array(51).fill(NOBODY).join(","), 1],
  ])("are refused as %j", async (asked, faults) => {
    const { status, code, body } = await client.get(`/policies?hashes=${asked}`);
    expect([status, code, body.errors.length]).toEqual([400, "invalid_request", faults]);
    expect(body.errors[0].path).toBe("/query/hashes");
  });
});
