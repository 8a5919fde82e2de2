// Calls that break, against the whole stack as it is: what a stranger's client does must end nobody else's call.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import http from "node:http";
import { Firestore } from "@google-cloud/firestore";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { HOST, PROJECT_ID } from "../../src/launcher/project.ts";
import { type Stack, startStack } from "../../src/launcher/stack.ts";
import { newLocal } from "./launched.ts";
import { waitFor } from "./wait-for.ts";

const JSON_TYPE = { "content-type": "application/json" };
/** More than a process keeps open at once: those whose readers have left must not count. */
const STREAMS = 60;
const CLAIM_ID = "ab".repeat(32);

describe("the local stack", () => {
  const local = newLocal();
  let stack: Stack;
  let store: Firestore;
  let hosting: string;
  let functions: string;
  let broken: string | null = null;

  beforeAll(async () => {
    // So many calls by one caller are more than usual.
    vi.stubEnv("POLICYLEDGER_LIMITS_FACTOR", "100");
    stack = await startStack({ local, ports: "free", memory: true, schedule: false });
    void stack.broken.then((message) => {
      broken = message;
    });
    hosting = `${stack.urls.hosting}/api/v1`;
    functions = `${stack.urls.functions}/${PROJECT_ID}/us-central1/api/api/v1`;
    store = new Firestore({ projectId: PROJECT_ID, host: `${HOST}:${stack.ports.firestore}`, ssl: false });
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await store?.terminate();
    await stack?.stop();
    rmSync(local, { recursive: true, force: true });
  });

  async function isWell(): Promise<void> {
    expect((await fetch(`${hosting}/health`)).status).toBe(200);
    expect(broken).toBeNull();
  }

  function addresses(): string[] {
    return [hosting, functions];
  }

  test("answers 413 to each of thirty bodies of 20 MB at once, and is well afterwards", async () => {
    const body = Buffer.alloc(20_000_000, "a");
    for (const address of addresses()) {
      const post = () => fetch(`${address}/claims`, { method: "POST", headers: JSON_TYPE, body });
      const answers = await Promise.all(Array.from({ length: 30 }, post));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 413));
      await Promise.all(answers.map((answer) => answer.arrayBuffer()));
      await isWell();
    }
  });

  test("takes a body in chunks", async () => {
    for (const address of addresses()) {
      async function* chunks() {
        yield Buffer.from('{"a":');
        yield Buffer.from("1}");
      }
      const answer = await fetch(`${address}/claims`, {
        method: "POST",
        headers: JSON_TYPE,
        body: chunks() as unknown as ReadableStream,
        duplex: "half",
      } as RequestInit);
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({ code: "invalid_claim" });
    }
    await isWell();
  });

  test("tells a client that expects it to continue, and takes its body", async () => {
    for (const address of addresses()) {
      const [continued, status] = await new Promise<[boolean, number | undefined]>((resolve, reject) => {
        let continued = false;
        const call = http.request(`${address}/claims`, {
          method: "POST",
          headers: { ...JSON_TYPE, expect: "100-continue", "content-length": 7 },
        });
        call.on("continue", () => {
          continued = true;
          call.end('{"a":1}');
        });
        call.on("response", (answer) => {
          answer.resume();
          resolve([continued, answer.statusCode]);
        });
        call.on("error", reject);
      });
      expect(continued).toBe(true);
      expect(status).toBe(422);
    }
    await isWell();
  });

  test("refuses a path that is not percent-encoded UTF-8 with a problem", async () => {
    for (const address of addresses()) {
      const answer = await fetch(`${address}/ledger/%ff`);
      expect(answer.status).toBe(400);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(await answer.json()).toEqual({
        type: "about:blank",
        title: "Bad Request",
        status: 400,
        detail: "The path is not percent-encoded UTF-8.",
      });
    }
  });

  test("lets a function hear that the reader of an event stream has left", async () => {
    const claim = await store.collection("verification_jobs").limit(1).get();
    const [known] = claim.docs.map((document) => document.data());
    await store.doc(`verification_jobs/${CLAIM_ID}`).set({ ...known, claim_id: CLAIM_ID, state: "PENDING" });
    for (const address of addresses()) {
      for (let n = 0; n < STREAMS; n++) {
        const leave = new AbortController();
        // The function may be a little late to hear; by itself it ends no stream in the time that this waits.
        const answer = await waitFor(`stream ${n} at ${address}`, async () => {
          const headers = { accept: "text/event-stream" };
          const answer = await fetch(`${address}/claims/${CLAIM_ID}`, { headers, signal: leave.signal });
          if (answer.status === 200) return answer;
          await answer.arrayBuffer();
          return undefined;
        });
        if (address === functions) {
          const { value } = await answer.body!.getReader().read();
          expect(Buffer.from(value!).toString()).toContain("retry:");
        }
        leave.abort();
      }
    }
    await isWell();
  });

  test("cuts the streams of a process that is killed, and gives the next call a new one", async () => {
    const streams = await Promise.all(
      Array.from({ length: 3 }, () =>
        fetch(`${functions}/claims/${CLAIM_ID}`, { headers: { accept: "text/event-stream" } }),
      ),
    );
    const ends = streams.map((stream) =>
      stream.text().then(
        () => "whole",
        () => "cut",
      ),
    );
    const { stdout } = spawnSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" });
    const workers = stdout
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, parent, ...args]) =>
          Number(parent) === stack.suitePid && /functionsEmulatorRuntime/.test(args.join(" ")),
      );
    expect(workers.length).toBeGreaterThan(0);
    for (const [pid] of workers) process.kill(Number(pid), "SIGKILL");
    expect(await Promise.all(ends)).toEqual(["cut", "cut", "cut"]);
    await isWell();
  });
});
