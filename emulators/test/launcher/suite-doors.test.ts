// What stands before Hosting and the Functions emulator: what is refused there, and what does not go on.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http, { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";

const require = createRequire(import.meta.url);
require("../../src/launcher/suite-doors.cjs");
const { FunctionsEmulator } = require("firebase-tools/lib/emulator/functionsEmulator.js");
const superstatic = createRequire(require.resolve("firebase-tools/package.json"))("superstatic");

const HOST = "127.0.0.1";
const MALFORMED = {
  type: "about:blank",
  title: "Bad Request",
  status: 400,
  detail: "The path is not percent-encoded UTF-8.",
};

let server: Server | undefined;

async function addressOf(listening: Server): Promise<string> {
  server = listening;
  if (!listening.listening) await once(listening, "listening");
  return `http://${HOST}:${(listening.address() as AddressInfo).port}`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe("the door of Hosting", () => {
  const folder = mkdtempSync(join(tmpdir(), "launcher-doors-"));

  /** Hosting as firebase-tools serves it, with `handle` in the place of the function. */
  function hosting(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const config = { public: ".", rewrites: [{ source: "/api/**", function: "api" }] };
    const rewriters = { function: () => Promise.resolve(handle) };
    const options = {
      port: 0,
      hostname: HOST,
      config,
      cwd: folder,
      stack: "strict",
      rewriters,
      compression: true,
    };
    return addressOf(superstatic.server(options).listen());
  }

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("takes off what undici refuses to send, after the client was told to continue", async () => {
    const address = await hosting((request, response) => {
      response.setHeader("content-type", "application/json");
      request.resume().on("end", () => response.end(JSON.stringify(request.headers)));
    });
    const headers = { expect: "100-continue", "transfer-encoding": "chunked", "x-mine": "kept" };
    const call = http.request(`${address}/api/things`, { method: "POST", headers });
    call.flushHeaders();
    await once(call, "continue");
    const answered = once(call, "response");
    call.end("a body");
    const [answer] = await answered;
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual({
      "x-mine": "kept",
      host: address.slice("http://".length),
    });
  });

  test("refuses a malformed path, and takes a well-formed one", async () => {
    const address = await hosting(({ url }, response) => void response.end(url));
    const refused = await fetch(`${address}/api/%ff`);
    expect([refused.status, await refused.json()]).toEqual([400, MALFORMED]);
    const taken = await fetch(`${address}/api/%c3%bc%2f?q=%ff`);
    expect([taken.status, await taken.text()]).toEqual([200, "/api/%c3%bc%2f?q=%ff"]);
  });

  test.each([
    ["a port that is none", "GET / HTTP/1.1\r\nHost: x:99999"],
    ["a space in the host", "GET / HTTP/1.1\r\nHost: a b"],
    ["an empty host", "GET / HTTP/1.1\r\nHost: "],
    ["brackets for a host", "GET / HTTP/1.1\r\nHost: ]]]"],
    ["a path that begins like a host", "GET //[ HTTP/1.1\r\nHost: x"],
    ["an address that is none", "GET http://[/ HTTP/1.1\r\nHost: x"],
    ["backslashes", "GET /\\\\[ HTTP/1.1\r\nHost: x"],
  ])("refuses what would end the suite: %s", async (_, head) => {
    const address = new URL(await hosting((_, response) => void response.end("well")));
    const socket = connect(Number(address.port), HOST);
    socket.end(`${head}\r\nConnection: close\r\n\r\n`);
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect((await fetch(`${address.origin}/api/x`)).status).toBe(200);
  });

  test("ends what is piped to a client that leaves", async () => {
    const source = new PassThrough();
    const address = await hosting((_, response) => void source.pipe(response));
    source.write("x".repeat(2_000));
    const client = new AbortController();
    await fetch(`${address}/api/stream`, { signal: client.signal });
    const closed = once(source, "close");
    client.abort();
    await closed;
  });

  test("cuts an answer whose source breaks", async () => {
    const source = new PassThrough();
    const address = await hosting((_, response) => void source.pipe(response));
    source.write("x".repeat(2_000));
    const answer = await fetch(`${address}/api/stream`);
    source.destroy(new Error("broken"));
    await expect(answer.text()).rejects.toThrow("terminated");
  });
});

describe("the door of the Functions emulator", () => {
  test("refuses a malformed path, and takes a well-formed one", async () => {
    const emulator = Object.assign(Object.create(FunctionsEmulator.prototype), {
      args: { projectId: "demo-doors" },
      workQueue: { start: () => undefined, submit: (work: () => void) => work() },
      handleHttpsTrigger: ({ url }: IncomingMessage, response: ServerResponse) => void response.end(url),
    });
    const address = await addressOf(emulator.createHubServer().listen(0, HOST));
    const path = `${address}/demo-doors/us-central1/api`;
    const refused = await fetch(`${path}/%ff`);
    expect([refused.status, await refused.json()]).toEqual([400, MALFORMED]);
    const taken = await fetch(`${path}/%c3%bc`);
    expect([taken.status, await taken.text()]).toEqual([200, "/demo-doors/us-central1/api/%c3%bc"]);
  });
});
