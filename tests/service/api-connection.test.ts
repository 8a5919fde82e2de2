// Over a real connection: who is refused in the middle of a body gets the answer, and who leaves does no harm.

import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { limits } from "@policyledger/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeApi } from "../../functions/src/http/app.ts";
import type { Line, Service } from "../../functions/src/service.ts";
import { usualSettings } from "../../functions/src/settings.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

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
  const most = limits.MAX_PLAN_SUBMISSION_BYTES;
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
