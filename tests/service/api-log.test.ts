// The log over HTTP: its checkpoint, its tiles and its proofs, as a reader checks them who has nothing but its keys.
import { gunzipSync } from "node:zlib";
import {
  checkEntries,
  formatBundlePath,
  formatTilePath,
  newTiles,
  parseBundle,
  parseProofFile,
  verifiedTiles,
  verifyProofFile,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { naiveRoot, naiveTile } from "../../core/test/log/naive-tree.ts";
import type { StoredEntry } from "../../functions/src/documents.ts";
import { textOf } from "../../functions/src/rank.ts";
import { type LogWorld, openedCheckpoint, proveEntry, proveGrowth, startLogWorld } from "./log-world.ts";
import { LOG_ORIGIN } from "./service-at.ts";

const SIZE = 11;
let world: LogWorld;
let entries: readonly StoredEntry[];
let leaves: readonly Buffer[];

beforeAll(async () => {
  world = await startLogWorld(0);
  // In several groups, so that there are partial tiles to go on from.
  for (const count of [1, 4, 6]) await world.grow(count, 3);
  entries = (await world.client.get("/ledger?order=oldest")).body.entries;
  leaves = entries.map((entry) => Buffer.from(textOf(entry)));
});
afterAll(() => world.close());

test("the checkpoint is signed by the log's key, covers every entry, and has the root of RFC 6962", async () => {
  const { origin, size, root } = await openedCheckpoint(world);
  expect([origin, size, root]).toEqual([LOG_ORIGIN, SIZE, naiveRoot(leaves)]);
  const { body } = await world.client.get("/log");
  expect(body).toMatchObject({ origin: LOG_ORIGIN, checkpoint: { size, root, note: await world.note() } });
});

test("every proof of inclusion holds, for every entry in the tree of every size", async () => {
  for (let size = 1; size <= SIZE; size++) {
    for (let index = 0; index < size; index++) {
      expect(await proveEntry(world, index, size)).toBe(naiveRoot(leaves.slice(0, size)));
    }
  }
});

test("every proof of consistency holds, between every pair of sizes", async () => {
  for (let to = 0; to <= SIZE; to++) {
    for (let from = 0; from <= to; from++) {
      const roots = [from, to].map((size) => naiveRoot(leaves.slice(0, size)));
      expect(await proveGrowth(world, from, to)).toEqual(roots);
    }
  }
});

test("a proof without a size is for the last checkpoint, and a proof between sizes that are named is kept for ever", async () => {
  const latest = await world.client.get("/log/inclusion?index=3");
  expect(latest.body.size).toBe(SIZE);
  expect(latest.headers.get("cache-control")).toContain("max-age=0");
  const named = await world.client.get("/log/inclusion?index=3&size=7");
  expect(named.headers.get("cache-control")).toContain("immutable");
});

test("a proof file verifies offline, for its entry and for no other", async () => {
  const keys = await world.keys();
  for (const [index, entry] of leaves.entries()) {
    const { text, headers } = await world.client.get(`/log/proofs/${index}`);
    expect(headers.get("content-disposition")).toContain(`entry-${index}.tlog-proof`);
    expect(parseProofFile(text).index).toBe(index);
    expect(verifyProofFile(nodeHost, text, { entry, keys })).toMatchObject({ index, size: SIZE });
    const other = leaves[(index + 1) % SIZE]!;
    expect(() => verifyProofFile(nodeHost, text, { entry: other, keys })).toThrow(/inclusion proof/);
  }
});

describe("what no checkpoint covers", () => {
  test.each([
    "/log/inclusion?index=11",
    "/log/inclusion?index=3&size=12",
    "/log/consistency?from=12",
    "/log/consistency?from=2&to=12",
    "/log/proofs/11",
    "/log/proofs/9007199254740991",
  ])("%s is answered with 404 not_covered", async (path) => {
    const { status, code } = await world.client.get(path);
    expect([status, code]).toEqual([404, "not_covered"]);
  });

  test.each([
    ["/log/inclusion?index=3&size=3", "/query/size"],
    ["/log/inclusion?index=0&size=0", "/query/size"],
    ["/log/consistency?from=5&to=4", "/query/to"],
    ["/log/consistency?from=99&to=98", "/query/to"],
  ])(
    "%s, which no checkpoint will ever cover, is refused, and not to be asked again",
    async (asked, path) => {
      const { status, code, body, headers } = await world.client.get(asked);
      expect([status, code, body.errors[0].path, headers.get("retry-after")]).toEqual([
        400,
        "invalid_request",
        path,
        null,
      ]);
    },
  );

  test("an empty ledger without a checkpoint says so in each of its answers", async () => {
    const empty = await startLogWorld(0);
    try {
      for (const path of ["/log", "/log/inclusion?index=0", "/log/proofs/0", "/log/checkpoints"]) {
        expect((await empty.client.get(path)).code).toBe("not_covered");
      }
      expect((await empty.fetch("/checkpoint")).status).toBe(404);
      await empty.grow(0);
      expect(await openedCheckpoint(empty)).toMatchObject({ size: 0, root: naiveRoot([]) });
    } finally {
      await empty.close();
    }
  });
});

describe("tiles and bundles", () => {
  test("every tile of every size that the log has had is the one of RFC 6962, and may be kept for ever", async () => {
    for (let size = 1; size <= SIZE; size++) {
      for (const tile of newTiles(0, size)) {
        const answer = await world.fetch(`/${formatTilePath(tile)}`);
        expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
        expect(answer.headers.get("content-type")).toBe("application/octet-stream");
        const { level, index, width } = tile;
        const wanted = naiveTile(leaves, level, index, width);
        expect(Buffer.from(await answer.arrayBuffer()).equals(wanted)).toBe(true);
      }
    }
  });

  test("the bundles hold the entries that the tiles are of", async () => {
    const checkpoint = await openedCheckpoint(world);
    const tile = await world.bytes(`/${formatTilePath({ level: 0, index: 0, width: SIZE })}`);
    const reader = verifiedTiles(nodeHost, checkpoint, () => tile);
    for (let width = 1; width <= SIZE; width++) {
      const bytes = await world.bytes(`/${formatBundlePath({ index: 0, width })}`);
      const found = parseBundle(bytes, width);
      checkEntries(nodeHost, reader, 0, found);
      expect(found.map((one) => Buffer.from(one).toString())).toEqual(leaves.slice(0, width).map(String));
    }
  });

  test("bundles come with gzip to who takes it, and are the same; tiles come as they are", async () => {
    const headers = { "accept-encoding": "gzip" };
    const path = `/${formatBundlePath({ index: 0, width: SIZE })}`;
    const zipped = await world.fetch(path, { headers });
    expect(zipped.headers.get("content-encoding")).toBe("gzip");
    expect(zipped.headers.get("vary")).toContain("accept-encoding");
    const plain = await world.bytes(path);
    expect(gunzipSync(await zipped.arrayBuffer()).equals(plain)).toBe(true);
    const tile = await world.fetch(`/tile/0/000.p/${SIZE}`, { headers });
    expect([tile.status, tile.headers.get("content-encoding")]).toEqual([200, null]);
  });

  test.each([
    "/tile/0/000",
    "/tile/0/000.p/12",
    "/tile/0/000.p/0",
    "/tile/0/000.p/256",
    "/tile/0/000.p/011",
    "/tile/0/0",
    "/tile/0/001.p/1",
    "/tile/1/000.p/1",
    "/tile/7/000",
    "/tile/63/000",
    "/tile/-1/000",
    "/tile/0/x000/000.p/1",
    "/tile/0/x001/x234/067",
    "/tile/entries/000",
    "/tile/entries/000.p/12",
    "/tile/entries/001.p/1",
    "/tile/entries/x999/x999/x999/x999/x999/999",
    "/tile/data/000",
    "/tile/",
    "/tile/0/000.p/11/",
    "/tile/0/..%2f..%2fapi/v1/health",
  ])("there is no %s, and nobody keeps that", async (path) => {
    const answer = await world.fetch(path);
    expect([path, answer.status, answer.headers.get("cache-control")]).toEqual([path, 404, "no-store"]);
    expect(answer.headers.get("content-type")).toContain("problem+json");
  });

  test("HEAD answers without a body, an ETag saves the body, and nothing else is offered", async () => {
    const path = "/tile/0/000.p/11";
    const head = await world.fetch(path, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
      200,
      String(32 * SIZE),
      "",
    ]);
    const headers = { "if-none-match": head.headers.get("etag")! };
    expect((await world.fetch(path, { headers })).status).toBe(304);
    for (const method of ["POST", "PUT", "DELETE"]) {
      expect((await world.fetch(path, { method })).status).toBe(405);
      expect((await world.fetch("/checkpoint", { method })).status).toBe(405);
    }
    expect((await world.fetch("/checkpoint", { method: "OPTIONS" })).headers.get("allow")).toContain("GET");
    expect((await world.fetch("/checkpoint")).headers.get("access-control-allow-origin")).toBe("*");
  });
});
