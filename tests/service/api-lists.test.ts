// Lists: one envelope for all of them, followed by `next` to the end, in both orders; and the boards in theirs.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { agentNamed, bodyOf, claims } from "./agents.ts";
import { type Client, clientOf, type Read } from "./api-client.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;
let client: Client;
const POLICIES = 4;
const SIZE = 17;

beforeAll(async () => {
  cloud = await startLocalCloud();
  client = clientOf(cloud.api);
  const all = Array.from({ length: POLICIES }, (_, i) =>
    claims(agentNamed(`api/list-${i}`), 4, 10 * i, i + 1),
  ).flat();
  const again = claims(agentNamed("api/again"), 1, 99, 1);
  const lines = [...all, ...again].map(bodyOf).join("\n");
  await client.post("/claims", lines, { "content-type": "application/x-ndjson" });
  await until("all are ranked", async () => (await client.get("/marketplace")).body.ledger_size === SIZE);
});
afterAll(() => cloud.close());

async function followed(path: string): Promise<Read[]> {
  const pages: Read[] = [];
  for (let next: string | null = path; next !== null; ) {
    const { body }: { body: Read } = await client.get(next);
    pages.push(body);
    next = body.next;
  }
  return pages;
}

const indices = (pages: Read[]) => pages.flatMap(({ entries }) => entries.map((one: Read) => one.index));
const UP = Array.from({ length: SIZE }, (_, i) => i);

describe("the ledger", () => {
  test.each([
    ["oldest", 1],
    ["oldest", 5],
    ["oldest", 17],
    ["oldest", 500],
    ["newest", 1],
    ["newest", 4],
    ["newest", 17],
  ])("is read to its end, %s first, %i at a time", async (order, limit) => {
    const pages = await followed(`/ledger?order=${order}&limit=${limit}`);
    expect(indices(pages)).toEqual(order === "oldest" ? UP : UP.toReversed());
    expect(pages.length).toBe(Math.ceil(SIZE / limit));
    const { current_hash } = (await client.get("/ledger/head")).body;
    for (const { size, head } of pages) expect([size, head]).toEqual([SIZE, current_hash]);
  });

  test("goes on from an index, in either order, and has nothing behind its end", async () => {
    const from = async (query: string) => {
      const { body } = await client.get(`/ledger?${query}`);
      return [indices([body]), body.next];
    };
    expect(await from("order=oldest&from=15")).toEqual([[15, 16], null]);
    expect(await from("order=newest&from=2")).toEqual([[2, 1, 0], null]);
    expect(await from("order=newest&from=9&limit=2")).toEqual([
      [9, 8],
      "/api/v1/ledger?order=newest&from=7&limit=2",
    ]);
    expect(await from("order=oldest&from=17")).toEqual([[], null]);
    expect(await from("order=oldest&from=9007199254740991")).toEqual([[], null]);
    // As much of it as there is.
    expect(await from("order=newest&from=9007199254740991&limit=1")).toEqual([[16], expect.any(String)]);
  });

  test("is a chain", async () => {
    const [{ entries }] = (await followed("/ledger?order=oldest&limit=500")) as [Read];
    const hashes = ["genesis", ...entries.map((one: Read) => one.current_hash)];
    expect(entries.map((one: Read) => one.previous_hash)).toEqual(hashes.slice(0, -1));
  });
});

describe("the boards", () => {
  test.each([
    ["verified_reward", (one: Read) => one.verified_reward, "policy_hash"],
    ["expected", (one: Read) => one.expected, "behaviour_hash"],
  ] as const)("by %s are in its order, one place each, read to their end", async (by, value, key) => {
    const pages = await followed(`/marketplace?by=${by}&limit=2`);
    const places = pages.flatMap(({ entries }) => entries);
    expect(places.map((one) => one.rank)).toEqual(places.map((_, i) => i + 1));
    expect(places.map(value)).toEqual(places.map(value).toSorted((a, b) => b - a));
    expect(new Set(places.map((one) => one[key])).size).toBe(places.length);
    for (const page of pages) expect([page.size, page.by, page.ledger_size]).toEqual([POLICIES, by, SIZE]);
    const { best, entry, artifact_location } = (await client.get(`/marketplace/best?by=${by}`)).body;
    expect(best).toEqual(places[0]);
    expect([entry.index, entry.policy_hash]).toEqual([best.index, best.policy_hash]);
    expect((await client.get(artifact_location)).status).toBe(200);
  });

  test("name the optimum that no expected return exceeds", async () => {
    const { optimum, entries } = (await client.get("/marketplace?by=expected")).body;
    for (const one of entries) expect(one.expected).toBeLessThanOrEqual(optimum);
  });

  test("are empty where nobody has claimed, and beyond their end", async () => {
    const empty = (await client.get("/marketplace?env_id=energy-slot-v1&preset=high_demand")).body;
    expect([empty.entries, empty.size, empty.next, empty.ledger_size]).toEqual([[], 0, null, SIZE]);
    const beyond = (await client.get("/marketplace?from=9007199254740991")).body;
    expect([beyond.entries, beyond.size, beyond.next]).toEqual([[], POLICIES, null]);
  });

  test("there are for every preset that the environments name", async () => {
    const { entries } = (await client.get("/environments")).body;
    for (const { env_id, presets } of entries) {
      for (const { preset } of presets) {
        const { status, body } = await client.get(`/marketplace?env_id=${env_id}&preset=${preset}`);
        expect([status, body.env_id, body.preset]).toEqual([200, env_id, preset]);
      }
    }
  });
});

test("an empty ledger has the same envelope", async () => {
  const fresh = await startLocalCloud({ deliver: false });
  try {
    const asking = clientOf(fresh.api);
    const empty = { entries: [], size: 0, head: null, next: null };
    for (const query of ["", "?order=oldest", "?from=7"]) {
      expect((await asking.get(`/ledger${query}`)).body).toEqual(empty);
    }
    const nothing = { size: 0, index: null, current_hash: null, timestamp: null };
    expect((await asking.get("/ledger/head")).body).toEqual(nothing);
    expect((await asking.get("/ledger/integrity")).body).toMatchObject({
      ok: true,
      size: 0,
      audited_at: null,
    });
    expect((await asking.get("/ledger/0")).code).toBe("not_found");
    expect((await asking.get("/marketplace/best")).code).toBe("not_found");
  } finally {
    await fresh.close();
  }
});
