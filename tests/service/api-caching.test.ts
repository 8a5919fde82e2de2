// What caches go by: for how long an answer may be kept, its ETag, what it varies with, and that HEAD says what GET does.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { agentNamed, bodyOf, claims, idOf } from "./agents.ts";
import { type Client, clientOf } from "./api-client.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;
let client: Client;
const submissions = claims(agentNamed("api/cached"), 4);
const { policy_hash } = submissions[0]!.claim;
const id = idOf(submissions[0]!);

beforeAll(async () => {
  cloud = await startLocalCloud();
  client = clientOf(cloud.api);
  for (const one of submissions) await client.post("/claims", bodyOf(one));
  await until("all are ranked", async () => (await client.get("/marketplace")).body.ledger_size === 4);
});
afterAll(() => cloud.close());

const FOREVER = "public, max-age=31536000, immutable";
const FRESH = "public, max-age=0, s-maxage=1";

const kept: readonly (readonly [string, string])[] = [
  ["/ledger/0", FOREVER],
  [`/policies/${policy_hash}`, FOREVER],
  [`/claims/${id}`, FOREVER],
  ["/ledger", FRESH],
  ["/ledger/head", FRESH],
  ["/ledger/integrity", FRESH],
  ["/marketplace", FRESH],
  ["/marketplace/best", FRESH],
  ["/environments", "public, max-age=300"],
  ["/openapi.json", "public, max-age=300"],
  ["/docs", "public, max-age=300"],
];
const GZIP = { "accept-encoding": "gzip, br" };

describe.each(kept)("%s", (path, cache) => {
  test(`may be kept: ${cache}`, async () => {
    const { headers } = await client.get(path);
    expect(headers.get("cache-control")).toBe(cache);
    expect(headers.get("etag")).toMatch(/^W\/"[A-Za-z0-9_-]{27,64}"$/);
  });

  test("is 304 to who has it, with the headers that a cache updates itself by", async () => {
    const { headers } = await client.get(path);
    const tag = headers.get("etag")!;
    for (const named of [tag, tag.slice(2), "*", `"other", ${tag}`, `"x",${tag.slice(2)}`]) {
      const again = await client.get(path, { "if-none-match": named, ...GZIP });
      expect([named, again.status]).toEqual([named, 304]);
      for (const name of ["etag", "cache-control", "vary"]) {
        expect([name, again.headers.get(name)]).toEqual([name, headers.get(name)]);
      }
      expect([again.headers.get("content-type"), again.headers.get("content-length")]).toEqual([null, null]);
    }
    expect((await client.send("HEAD", path, { headers: { "if-none-match": tag } })).status).toBe(304);
  });

  test("is whole to who has another", async () => {
    for (const named of ['W/"other"', '""', "other", '"'.repeat(1_000), "W/*"]) {
      expect((await client.get(path, { "if-none-match": named })).status).toBe(200);
    }
  });

  test("is the same with gzip, and says that it varies", async () => {
    const plain = await client.get(path);
    const zipped = await client.get(path, GZIP);
    expect(zipped.text).toBe(plain.text);
    const encoding = plain.text.length >= 1_024 ? "gzip" : null;
    expect(zipped.headers.get("content-encoding")).toBe(encoding);
    for (const name of ["etag", "vary", "cache-control", "content-type"]) {
      expect([name, zipped.headers.get(name)]).toEqual([name, plain.headers.get(name)]);
    }
    expect(plain.headers.get("vary")).toMatch(/\baccept-encoding$/);
  });

  test("says the same to HEAD, and no length that GET has not", async () => {
    const plain = await client.get(path);
    const head = await client.send("HEAD", path);
    const names = (headers: Headers) => [...headers].filter(([name]) => name !== "x-request-id");
    expect(names(head.headers)).toEqual(names(plain.headers));
    const zipped = await client.get(path, GZIP);
    const zippedHead = await client.send("HEAD", path, { headers: GZIP });
    expect(zippedHead.headers.get("content-length")).toBe(zipped.headers.get("content-length"));
    expect(zippedHead.headers.get("etag")).toBe(zipped.headers.get("etag"));
  });
});

describe("what must not be kept", () => {
  test.each(["/health"])("%s", async (path) => {
    const { headers } = await client.get(path);
    expect([headers.get("cache-control"), headers.get("etag")]).toEqual(["no-store", null]);
  });

  test("an answer to who submits", async () => {
    const { status, headers } = await client.post("/claims", bodyOf(submissions[0]!));
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
  });

  test("a problem, whatever the caller names", async () => {
    const { status, headers } = await client.get("/ledger/99", { "if-none-match": "*" });
    expect([status, headers.get("cache-control")]).toEqual([404, "no-store"]);
  });
});

describe("what may still change", () => {
  test("the ledger has another ETag once it has grown", async () => {
    const tag = (await client.get("/ledger")).headers.get("etag")!;
    const [more] = claims(agentNamed("api/cached"), 1, 100);
    await client.post("/claims", bodyOf(more!));
    const grown = await until("it is there", async () => {
      const answer = await client.get("/ledger", { "if-none-match": tag });
      return answer.status === 200 && answer;
    });
    expect(grown.body.size).toBe(5);
  });

  test("a claim that has not come to its end is asked for again, and a stream is not what JSON's cache has", async () => {
    const deaf = await startLocalCloud({ deliver: false });
    try {
      const asking = clientOf(deaf.api);
      await asking.post("/claims", bodyOf(submissions[0]!));
      const { body, headers } = await asking.get(`/claims/${id}`);
      expect([body.state, headers.get("cache-control")]).toEqual(["PENDING", "no-cache"]);
      expect(headers.get("vary")).toBe("accept, accept-encoding");
    } finally {
      await deaf.close();
    }
  });

  test("problems over a thousand bytes are compressed, too", async () => {
    const query = Array.from({ length: 40 }, (_, i) => `unknown${i}=1`).join("&");
    const { headers, body } = await client.get(`/ledger?${query}`, GZIP);
    expect([headers.get("content-encoding"), body.errors.length]).toEqual(["gzip", 40]);
  });
});
