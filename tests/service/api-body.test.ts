// Bodies: bounded in size before and after inflating, in time, and in what all of them take together.
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { makeApi } from "../../functions/src/http/app.ts";
import { readBody } from "../../functions/src/http/body.ts";
import { nameSender, releaseBody } from "../../functions/src/http/body-room.ts";
import { Problem } from "../../functions/src/problem.ts";
import type { Service } from "../../functions/src/service.ts";
import { usualSettings } from "../../functions/src/settings.ts";
import { type Body, requestOf } from "./api-client.ts";

const MOST = 10_000;
const JSON_TYPE = { "content-type": "application/json" };
const ZIPPED = { ...JSON_TYPE, "content-encoding": "gzip" };

async function read(body: Body | null, headers: Record<string, string> = JSON_TYPE, milliseconds = 60) {
  const request = requestOf("POST", "/claims", headers, body);
  try {
    return Buffer.from(
      (await readBody(request, { "application/json": MOST }, milliseconds)).bytes,
    ).toString();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.code;
  } finally {
    // What comes yet is nobody's, so that the server may drop it.
    expect(request.body?.locked ?? false).toBe(false);
  }
}

/** A body of these parts, so many milliseconds apart; without an end it stays open, and an error breaks it off. */
function slow(
  parts: readonly Uint8Array[],
  pause: number,
  end: "closes" | "stays open" | "breaks off",
): Body {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      await sleep(pause);
      if (at < parts.length) return controller.enqueue(parts[at++]!);
      if (end === "closes") return controller.close();
      if (end === "breaks off") return controller.error(new Error("connection lost"));
      return new Promise(() => {});
    },
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);
const zipped = gzipSync("hello, ".repeat(100));
const halves = (whole: Uint8Array) => [whole.subarray(0, 9), whole.subarray(9)];

describe("a body", () => {
  test("comes whole, in parts, compressed, or not at all", async () => {
    expect(await read("hello")).toBe("hello");
    expect(await read(slow(["he", "ll", "o"].map(bytes), 1, "closes"))).toBe("hello");
    expect(await read(zipped, ZIPPED)).toBe("hello, ".repeat(100));
    expect(await read(slow(halves(zipped), 1, "closes"), ZIPPED)).toBe("hello, ".repeat(100));
    expect(await read(Buffer.concat([gzipSync("hel"), gzipSync("lo")]), ZIPPED)).toBe("hello");
    expect(await read(null)).toBe("");
  });

  test.each([
    ["never ends", slow([bytes("{")], 1, "stays open"), JSON_TYPE],
    ["never begins", slow([], 1, "stays open"), JSON_TYPE],
    ["trickles", slow(Array(1_000).fill(bytes(" ")), 5, "closes"), JSON_TYPE],
    ["is gzip and never ends", slow(halves(zipped).slice(0, 1), 1, "stays open"), ZIPPED],
    [
      "is gzip and trickles",
      slow(
        [...zipped].map((one) => Uint8Array.of(one)),
        5,
        "closes",
      ),
      ZIPPED,
    ],
  ])("that %s is not waited for", async (_, body, headers) => {
    const started = performance.now();
    expect(await read(body, headers)).toBe("request_timeout");
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test.each([
    ["breaks off", slow([bytes("{")], 1, "breaks off"), JSON_TYPE, "invalid_request"],
    ["is gzip and breaks off", slow(halves(zipped).slice(0, 1), 1, "breaks off"), ZIPPED, "invalid_request"],
    ["is too long", " ".repeat(MOST + 1), JSON_TYPE, "too_large"],
    [
      "is too long in parts",
      slow(Array(30).fill(bytes(" ".repeat(400))), 0, "closes"),
      JSON_TYPE,
      "too_large",
    ],
    ["says that it is too long", "x", { ...JSON_TYPE, "content-length": "10001" }, "too_large"],
    ["inflates to too much", gzipSync(" ".repeat(MOST + 1)), ZIPPED, "too_large"],
    ["is no gzip", "hello", ZIPPED, "invalid_encoding"],
    ["is half of gzip", zipped.subarray(0, 20), ZIPPED, "invalid_encoding"],
    ["is empty gzip", "", ZIPPED, "invalid_encoding"],
    ["is gzip with a wrong checksum", zipped.with(-8, 1 ^ zipped.at(-8)!), ZIPPED, "invalid_encoding"],
  ] as [string, Body, Record<string, string>, string][])(
    "that %s is refused",
    async (_, body, headers, code) => {
      expect(await read(body, headers, 5_000)).toBe(code);
    },
  );

  test("of a megabyte that inflates to a gigabyte is dropped after ten thousand bytes", async () => {
    const chunk = Buffer.alloc(1 << 24);
    const bomb = gzipSync(Buffer.concat(Array(16).fill(chunk)), { level: 9 });
    const four = Buffer.concat([bomb, bomb, bomb, bomb]);
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
    expect(await read(slow([four], 0, "closes"), ZIPPED, 5_000)).toBe("too_large");
    const after = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
    expect(four.length).toBeGreaterThan(1_000_000);
    expect(after - before).toBeLessThan(20_000_000);
  });
});

describe("many large bodies at once", () => {
  const LARGE = 8_388_608;
  const NDJSON = { "content-type": "application/x-ndjson" };
  const accepted = { "application/x-ndjson": LARGE, "application/json": 524_288 };

  test("have room for eight; a submission always has", async () => {
    const requests = Array.from({ length: 20 }, () => {
      const parts = Array.from({ length: 8 }, () => new Uint8Array(LARGE / 8));
      return requestOf("POST", "/claims", NDJSON, slow(parts, 0, "closes"));
    });
    for (const [i, request] of requests.entries()) nameSender(request, `sender ${i % 10}`);
    const read = await Promise.allSettled(requests.map((request) => readBody(request, accepted)));
    const refused = read.filter((one) => one.status === "rejected").map(({ reason }) => reason);
    expect(refused.length).toBeGreaterThanOrEqual(20 - 9);
    for (const { code, headers } of refused)
      expect([code, headers["retry-after"]]).toEqual(["unavailable", "2"]);
    const small = requestOf("POST", "/claims", JSON_TYPE, " ".repeat(524_288));
    expect((await readBody(small, accepted)).bytes.length).toBe(524_288);
    for (const request of requests) releaseBody(request);
    const again = requestOf("POST", "/claims", NDJSON, " ".repeat(LARGE));
    expect((await readBody(again, accepted)).bytes.length).toBe(LARGE);
    releaseBody(again);
  });

  test("of one sender have room for two, and leave the others theirs", async () => {
    const large = (sender: string) => {
      const parts = Array.from({ length: 8 }, () => new Uint8Array(LARGE / 8));
      const request = requestOf("POST", "/claims", NDJSON, slow(parts, 0, "closes"));
      nameSender(request, sender);
      return request;
    };
    const requests = [...Array.from({ length: 6 }, () => large("greedy")), large("modest")];
    const read = await Promise.allSettled(requests.map((request) => readBody(request, accepted)));
    const refused = read.filter((one) => one.status === "rejected").map(({ reason }) => reason.code);
    expect(new Set(refused)).toEqual(new Set(["rate_limited"]));
    expect(refused.length).toBeGreaterThanOrEqual(4);
    expect(read.at(-1)!.status).toBe("fulfilled");
    for (const request of requests) releaseBody(request);
  });

  test("are given up with their answer, whatever it is", async () => {
    const api = makeApi({ log: () => {} } as unknown as Service, usualSettings(1_000));
    for (let i = 0; i < 12; i++) {
      const body = i % 2 === 0 ? " ".repeat(LARGE) : "\n".repeat(LARGE);
      const { status } = await api.fetch(requestOf("POST", "/claims", NDJSON, body));
      expect(status).toBe(i % 2 === 0 ? 200 : 400);
    }
  });
});
