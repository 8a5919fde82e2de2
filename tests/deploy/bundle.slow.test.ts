// The whole bundle works: the SDKs in it against both stand-ins, in both hosts of functions, each as a process.

import { rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Firestore } from "@google-cloud/firestore";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFirestore } from "../../emulators/src/firestore/server.ts";
import { buildFunctions } from "../../emulators/src/launcher/build.ts";
import { startPubSub } from "../../emulators/src/pubsub/server.ts";
import { type Launched, launch, newLocal, type Ready } from "../../emulators/test/launcher/launched.ts";
import { waitFor } from "../../emulators/test/launcher/wait-for.ts";
import { cloudEnvironment, type Running, startFunction } from "./framework.ts";
import { manifestOf } from "./manifest.ts";
import { ROOT } from "./packed.ts";

const HOST = "127.0.0.1";
const PROJECT = join(import.meta.dirname, "sample");
const FOLDER = join(PROJECT, "functions");
const BOMB = 100_000_000;

const worked = {
  seen: "changed",
  large: "9007199254740994",
  bytes: [0, 255],
  at: 1_000,
  count: 1,
  found: ["one"],
  all: [true, false],
  missing: 5,
};

const broken = { body: '{"broken', headers: { "content-type": "application/json" } };
const bomb = {
  body: gzipSync(Buffer.alloc(BOMB)),
  headers: { "content-type": "application/json", "content-encoding": "gzip" },
};

/** Whoever asks for the address of the function that says how its body came. */
async function comesUnread(url: string): Promise<void> {
  const first = await fetch(url, { method: "POST", ...broken });
  expect(await first.json()).toMatchObject({ untouched: true, bytes: 8, start: '{"broken' });
  const second = await fetch(url, { method: "POST", ...bomb });
  expect(await second.json()).toMatchObject({ untouched: true, bytes: bomb.body.length });
  const chunked = await fetch(url, {
    method: "POST",
    headers: { "content-type": "text/plain; charset=no-such" },
    body: new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from("in pieces"));
        controller.close();
      },
    }),
    duplex: "half",
  } as RequestInit);
  expect(await chunked.json()).toMatchObject({ untouched: true, start: "in pieces" });
}

beforeAll(async () => {
  await buildFunctions(FOLDER);
});

test("functions and parameters that the bundled SDK declares are found by the installed one", () => {
  const { endpoints, params } = manifestOf(FOLDER, ROOT);
  expect(Object.keys(endpoints).sort()).toEqual([
    "body",
    "documents",
    "mail",
    "nightly",
    "publish",
    "token",
    "written",
  ]);
  expect(params?.map(({ name, type }) => `${type} ${name}`).sort()).toEqual([
    "int SAMPLE_INSTANCES",
    "secret SAMPLE_SECRET",
  ]);
  expect(endpoints.documents).toMatchObject({
    maxInstances: "{{ params.SAMPLE_INSTANCES }}",
    secretEnvironmentVariables: [{ key: "SAMPLE_SECRET" }],
  });
});

describe("in the functions framework", () => {
  const closers: (() => Promise<unknown>)[] = [];
  let environment: Record<string, string>;
  let running: Running | undefined;
  let store: Firestore;

  beforeAll(async () => {
    const firestore = await startFirestore({ host: HOST, port: 0, data: null });
    const pubsub = await startPubSub({ host: HOST, port: 0, data: null });
    store = new Firestore({ projectId: "demo-deployed", host: `${HOST}:${firestore.port}`, ssl: false });
    closers.push(
      () => store.terminate(),
      () => firestore.close(),
      () => pubsub.close(),
    );
    environment = cloudEnvironment(`${HOST}:${firestore.port}`, `${HOST}:${pubsub.port}`);
  });

  afterAll(async () => {
    await running?.stop();
    for (const close of closers) await close();
  });

  async function start(
    target: string,
    more: Record<string, string> = {},
    signature: "http" | "cloudevent" = "http",
  ): Promise<string> {
    await running?.stop();
    running = await startFunction({
      folder: FOLDER,
      installed: ROOT,
      target,
      signature,
      environment: { ...environment, ...more },
    });
    return running.url;
  }

  test("bodies come unread: neither parsed nor inflated", async () => {
    await comesUnread(await start("body"));
  });

  test("Firestore reads, writes, listens, counts and commits transactions over gRPC", async () => {
    const answer = await fetch(await start("documents", { SAMPLE_SECRET: "told" }));
    expect(await answer.json()).toEqual({ ...worked, secret: "told" });
  });

  test("Pub/Sub publishes", async () => {
    const answer = await fetch(await start("publish"));
    expect(await answer.json()).toEqual({ id: expect.stringMatching(/^\d+$/) });
  });

  test("events are read by the host as ever", async () => {
    const url = await start("mail", {}, "cloudevent");
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "ce-id": "1",
        "ce-source": "//pubsub.googleapis.com/projects/demo-deployed/topics/sample-mail",
        "ce-specversion": "1.0",
        "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
      },
      body: JSON.stringify({
        message: { data: Buffer.from('{"text":"by hand"}').toString("base64"), messageId: "1" },
      }),
    });
    expect(answer.status).toBe(204);
    const { docs } = await store.collection("journal").get();
    expect(docs.map((document) => document.data())).toEqual([{ kind: "mail", text: "by hand" }]);
  });

  test("credentials come from the cloud's metadata server", async () => {
    const metadata = createServer((request, response) => {
      response.setHeader("metadata-flavor", "Google").setHeader("content-type", "application/json");
      response.end(
        request.url!.includes("/token")
          ? JSON.stringify({ access_token: "the-token", expires_in: 3_600, token_type: "Bearer" })
          : '"demo-deployed"',
      );
    });
    await new Promise<void>((resolve) => metadata.listen(0, HOST, resolve));
    closers.push(() => new Promise((resolve) => metadata.close(resolve)));
    const answer = await fetch(
      await start("token", {
        GCE_METADATA_HOST: `${HOST}:${(metadata.address() as AddressInfo).port}`,
        METADATA_SERVER_DETECTION: "assume-present",
        HOME: "/nowhere",
      }),
    );
    expect(await answer.json()).toMatchObject({ access_token: "the-token" });
  });
});

describe("in the Emulator Suite", () => {
  const local = newLocal();
  let launched: Launched;
  let ready: Ready;
  let store: Firestore;

  beforeAll(async () => {
    launched = launch([
      "--project",
      PROJECT,
      "--free-ports",
      "--memory",
      "--health",
      "none",
      "--local",
      local,
    ]);
    ready = await launched.ready;
    store = new Firestore({
      projectId: "demo-policyledger",
      host: `${HOST}:${ready.ports.firestore}`,
      ssl: false,
    });
  });

  afterAll(async () => {
    await store?.terminate();
    launched?.child.kill("SIGINT");
    await launched?.ended;
    rmSync(local, { recursive: true, force: true });
  });

  const address = (name: string) =>
    `http://${HOST}:${ready.ports.functions}/demo-policyledger/us-central1/${name}`;

  function journal(kind: string) {
    return waitFor(`an entry "${kind}" in the journal`, async () => {
      const { docs } = await store.collection("journal").where("kind", "==", kind).get();
      return docs[0]?.data();
    });
  }

  test("bodies come unread: neither parsed nor inflated", async () => {
    await comesUnread(address("body"));
  });

  test("Firestore reads, writes, listens, counts and commits transactions, and its events arrive", async () => {
    const answer = await fetch(address("documents"));
    expect(await answer.json()).toEqual({ ...worked, secret: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await journal("written")).toMatchObject({ id: "one" });
  });

  test("what is published arrives", async () => {
    expect((await fetch(address("publish"))).status).toBe(200);
    expect(await journal("mail")).toMatchObject({ text: "hello" });
  });

  test("a schedule is kept as Cloud Scheduler keeps it", async () => {
    const answer = await fetch(
      `http://${HOST}:${ready.ports.functions}/functions/projects/demo-policyledger/triggers/us-central1-nightly-0`,
      { method: "POST", headers: { "x-cloudscheduler-jobname": "nightly" }, body: "{}" },
    );
    expect(answer.status).toBe(200);
    expect(await journal("nightly")).toMatchObject({ job: "nightly" });
  });
});
