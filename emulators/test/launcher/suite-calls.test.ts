// Calls to a process that is not there but in name: what counts as at work, what a broken call breaks, who hears of whom.
import { EventEmitter, once } from "node:events";
import http, {
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { waitFor } from "./wait-for.ts";

interface Worker {
  state: string;
  timeoutSeconds?: number;
  readonly runtime: { readonly process: EventEmitter & { kill: () => void } };
  readyForWork(): void;
  request(request: object, response: ServerResponse, body?: Buffer, debug?: boolean): Promise<void>;
}

const require = createRequire(import.meta.url);
require("../../src/launcher/suite-calls.cjs");
const { RuntimeWorker } = require("firebase-tools/lib/emulator/functionsRuntimeWorker.js");
const { FunctionsEmulator } = require("firebase-tools/lib/emulator/functionsEmulator.js");

const HOST = "127.0.0.1";

describe("RuntimeWorker.request", () => {
  const servers: Server[] = [];
  let worker: Worker;
  let over: string[];
  /** What the function does with a call. */
  let handle: RequestListener;
  let suite: string;
  let functionProcess: Server;
  const kill = vi.fn();

  async function listen(listener: RequestListener): Promise<Server> {
    const server = http.createServer(listener);
    servers.push(server);
    server.listen(0, HOST);
    await once(server, "listening");
    return server;
  }

  beforeEach(async () => {
    kill.mockReset();
    over = [];
    functionProcess = await listen((request, response) => handle(request, response));
    const { port } = functionProcess.address() as AddressInfo;
    worker = new RuntimeWorker("us-central1-api", {
      process: Object.assign(new EventEmitter(), { kill }),
      events: new EventEmitter(),
      cwd: "/",
      conn: { httpReqOpts: () => ({ host: HOST, port }) },
    });
    worker.readyForWork();
    const front = await listen(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { method, url: path, headers } = request;
      await worker.request({ method, path, headers }, response, Buffer.concat(chunks));
      over.push(path!);
    });
    suite = `http://${HOST}:${(front.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** Makes the function hold its calls, by path. */
  function hold(): Map<string, ServerResponse> {
    const held = new Map<string, ServerResponse>();
    handle = ({ url }, response) => void held.set(url!, response);
    return held;
  }

  interface Call {
    readonly answer: Promise<Response>;
    readonly client: AbortController;
    /** The function's side of it. */
    readonly there: ServerResponse;
  }

  async function begin(held: Map<string, ServerResponse>, path: string): Promise<Call> {
    const client = new AbortController();
    const answer = fetch(`${suite}${path}`, { signal: client.signal });
    answer.catch(() => undefined);
    const there = await waitFor(`the call ${path}`, () => held.get(path));
    return { answer, client, there };
  }

  const isOver = (path: string) => waitFor(`the end of ${path}`, () => over.includes(path) || undefined);

  test("hands the call on and the answer back, each with its framing", async () => {
    const seen: Pick<IncomingMessage, "method" | "url" | "headers">[] = [];
    handle = async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      seen.push(request);
      response.writeHead(201, { "x-made": "yes" }).end(Buffer.concat(chunks));
    };
    const answer = await fetch(`${suite}/things?a=1`, { method: "POST", body: "a body" });
    expect([answer.status, answer.headers.get("x-made"), await answer.text()]).toEqual([
      201,
      "yes",
      "a body",
    ]);
    await fetch(`${suite}/none`, { method: "DELETE" });
    expect(seen).toMatchObject([
      { method: "POST", url: "/things?a=1", headers: { "content-length": "6" } },
      { method: "DELETE", url: "/none" },
    ]);
    expect(seen[1]!.headers).not.toHaveProperty("transfer-encoding");
    expect(kill).not.toHaveBeenCalled();
  });

  test("keeps a process at work until the last of its calls is over", async () => {
    const held = hold();
    const one = await begin(held, "/one");
    const two = await begin(held, "/two");
    expect(worker.state).toBe("BUSY");
    one.there.end("1");
    expect(await (await one.answer).text()).toBe("1");
    await isOver("/one");
    expect(worker.state).toBe("BUSY");
    two.there.end("2");
    await isOver("/two");
    expect(worker.state).toBe("IDLE");
    expect(kill).not.toHaveBeenCalled();
  });

  test("ends a process that is to finish after the last of its calls, and not before", async () => {
    const held = hold();
    const one = await begin(held, "/one");
    const two = await begin(held, "/two");
    worker.state = "FINISHING";
    one.there.end();
    await isOver("/one");
    expect(kill).not.toHaveBeenCalled();
    two.there.end();
    expect((await two.answer).status).toBe(200);
    await isOver("/two");
    expect(kill).toHaveBeenCalledOnce();
  });

  test("answers 502 to a call that breaks, and leaves the others alone", async () => {
    const held = hold();
    const one = await begin(held, "/one");
    const two = await begin(held, "/two");
    one.there.destroy();
    const answer = await one.answer;
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toEqual({
      type: "about:blank",
      title: "Bad Gateway",
      status: 502,
      detail: "The function ended the call without an answer.",
    });
    expect(kill).not.toHaveBeenCalled();
    two.there.end("2");
    expect(await (await two.answer).text()).toBe("2");
  });

  test("cuts an answer that breaks after its head", async () => {
    const held = hold();
    const { answer, there } = await begin(held, "/one");
    there.write("the first half");
    const begun = await answer;
    expect(begun.status).toBe(200);
    there.destroy();
    await expect(begun.text()).rejects.toThrow("terminated");
    await isOver("/one");
    expect(worker.state).toBe("IDLE");
    expect(kill).not.toHaveBeenCalled();
  });

  test("hands on the answer of a function that reads no further", async () => {
    handle = (request, response) => {
      response.writeHead(413, { connection: "close" }).end("too much", () => request.socket.destroy());
    };
    const post = () => fetch(suite, { method: "POST", body: Buffer.alloc(5_000_000) });
    const answers = await Promise.all(Array.from({ length: 10 }, post));
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(answers.map(() => "too much"));
    await waitFor("the end of all", () => over.length === 10 || undefined);
    expect([worker.state, kill.mock.calls]).toEqual(["IDLE", []]);
  });

  test("lets a slow client read the whole answer of a function that has closed its connection", async () => {
    const whole = Buffer.alloc(20_000_000, "x");
    handle = (_, response) => void response.writeHead(200, { connection: "close" }).end(whole);
    const answer = await new Promise<IncomingMessage>((resolve) => http.get(suite, resolve));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(over).toEqual([]);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toHaveLength(whole.length);
    await isOver("/");
  });

  test.each([
    ["before", ""],
    ["after", ": hello\n\n"],
  ])("ends the call when its client leaves %s the answer's head", async (_, text) => {
    const held = hold();
    const { client, there, answer } = await begin(held, "/one");
    if (text !== "") {
      there.write(text);
      await answer;
    }
    const left = once(there, "close");
    client.abort();
    await left;
    await isOver("/one");
    expect([worker.state, kill.mock.calls]).toEqual(["IDLE", []]);
  });

  test("does not begin a call whose client left while it waited", async () => {
    handle = vi.fn();
    const response = new http.ServerResponse({ method: "GET" } as IncomingMessage);
    response.destroy();
    await worker.request({ method: "GET", path: "/", headers: {} }, response);
    expect(handle).not.toHaveBeenCalled();
    expect(worker.state).toBe("IDLE");
  });

  test("answers 504 to a call over its time, and ends its process when the others are over", async () => {
    const held = hold();
    const one = await begin(held, "/one");
    worker.timeoutSeconds = 0.05;
    const answer = await (await begin(held, "/slow")).answer;
    expect([answer.status, await answer.json()]).toMatchObject([504, { title: "Gateway Timeout" }]);
    await isOver("/slow");
    // No new call comes to it.
    expect([worker.state, kill.mock.calls]).toEqual(["FINISHING", []]);
    one.there.end("1");
    expect(await (await one.answer).text()).toBe("1");
    await isOver("/one");
    expect(kill).toHaveBeenCalledOnce();
  });

  test("answers every call in a process that dies, and 503 to one that comes just then", async () => {
    const held = hold();
    const calls = [await begin(held, "/one"), await begin(held, "/two")];
    functionProcess.close();
    functionProcess.closeAllConnections();
    for (const { answer } of calls) expect((await answer).status).toBe(502);
    const late = await fetch(`${suite}/late`);
    expect([late.status, late.headers.get("retry-after")]).toEqual([503, "1"]);
    worker.runtime.process.emit("exit");
    expect(worker.state).toBe("FINISHED");
  });

  test("does not tell a function of an expectation that the suite has met", async () => {
    let headers: http.IncomingHttpHeaders = {};
    handle = (request, response) => {
      headers = request.headers;
      request.resume();
      response.end();
    };
    const sent = { method: "POST", headers: { expect: "100-continue", "content-length": "1" } };
    await new Promise((resolve) => http.request(suite, sent, resolve).end("a"));
    expect(headers).toMatchObject({ "content-length": "1" });
    expect(headers).not.toHaveProperty("expect");
  });
});

describe("FunctionsEmulator.handleHttpsTrigger", () => {
  test("answers 503 where the emulator would not answer", async () => {
    const answer = { head: [] as unknown[], end: vi.fn() };
    const response = { ...answer, writeHead: (...head: unknown[]) => answer.head.push(...head) };
    const emulator = Object.assign(Object.create(FunctionsEmulator.prototype), { triggers: { api: {} } });
    emulator.getTriggerRecordByKey = () => {
      throw new Error("cannot start");
    };
    const request = { method: "GET", params: { trigger_name: "api" } };
    await expect(emulator.handleHttpsTrigger(request, response)).rejects.toThrow("cannot start");
    expect(answer.head[0]).toBe(503);
    expect(JSON.parse(answer.end.mock.calls[0]![0])).toMatchObject({
      status: 503,
      title: "Service Unavailable",
    });
  });
});
