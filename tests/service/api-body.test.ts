// Bodies: bounded in size before and after inflating, and in time; and an answer that arrives, over a real connection.
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeApi } from "../../functions/src/http/app.ts";
import { readBody } from "../../functions/src/http/body.ts";
import { Problem } from "../../functions/src/problem.ts";
import type { Line, Service } from "../../functions/src/service.ts";
import { usualSettings } from "../../functions/src/settings.ts";
import { type Body, requestOf } from "./api-client.ts";

const MOST = 10_000;
const JSON_TYPE = { "content-type": "application/json" };
const ZIPPED = { ...JSON_TYPE, "content-encoding": "gzip" };

async function read(body: Body | null, headers: Record<string, string> = JSON_TYPE, milliseconds = 60) {
  const request = requestOf("POST", "/claims", headers, body);
  try {
    return Buffer.from((await readBody(request, ["application/json"], MOST, milliseconds)).bytes).toString();
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

describe("over a connection", () => {
  let server: Server;
  const lines: Line[] = [];
  beforeAll(async () => {
    const api = makeApi(
      { log: (line: Line) => void lines.push(line) } as unknown as Service,
      usualSettings(1_000),
    );
    const listen = getRequestListener((request) => api.fetch(request), { overrideGlobalObjects: false });
    server = createServer((incoming, outgoing) => void listen(incoming, outgoing));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** Sends head and body as they stand, and gives all that comes back. */
  function send(head: string, ...body: Uint8Array[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
      let answer = "";
      socket.setEncoding("utf8");
      socket.on("data", (text) => {
        answer += text;
        if (/\r\n\r\n.*\}$/s.test(answer)) socket.end();
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(answer));
      socket.write(head.replaceAll("\n", "\r\n"));
      for (const part of body) socket.write(part);
    });
  }
  const POST = "POST /api/v1/claims HTTP/1.1\nhost: policyledger.test\ncontent-type: application/json\n";

  test("who sends too much gets an answer, and not an end of the connection", async () => {
    const most = 8_388_608;
    const declared = await send(`${POST}content-length: ${most + 1}\n\n`, Buffer.alloc(1_000));
    expect(declared).toMatch(/^HTTP\/1.1 413 .*"code":"too_large"/s);
    const chunked = Buffer.concat([bytes(`${(most + 1).toString(16)}\r\n`), Buffer.alloc(most + 1, 0x20)]);
    expect(await send(`${POST}transfer-encoding: chunked\n\n`, chunked)).toMatch(
      /^HTTP\/1.1 413 .*"too_large"/s,
    );
  });

  test("who sends the wrong type gets an answer before the body is there", async () => {
    const answer = await send(`${POST.replace("json", "xml")}content-length: 100000\n\n`, bytes("<"));
    expect(answer).toMatch(/^HTTP\/1.1 415 .*"code":"unsupported_media_type"/s);
  });

  test("who leaves in the middle of a body leaves no fault in the log", async () => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.write(`${POST}content-length: 1000\n\n{`.replaceAll("\n", "\r\n"));
    await sleep(50);
    const before = lines.length;
    socket.destroy();
    for (let i = 0; i < 100 && lines.length === before; i++) await sleep(10);
    expect(lines.at(-1)).toMatchObject({ status: 400, code: "invalid_request" });
    expect(lines.filter(({ severity }) => severity === "ERROR")).toEqual([]);
  });
});
