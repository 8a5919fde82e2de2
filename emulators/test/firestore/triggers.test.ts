// Document triggers: which commits raise which events, and how these are delivered.

import { mkdtempSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import protobuf from "protobufjs/minimal.js";
import { expect, onTestFinished, test, vi } from "vitest";
import { readDocument } from "../../src/firestore/document.ts";
import { startFirestore } from "../../src/firestore/server.ts";
import { adminClient } from "./admin-client.ts";

const PROJECT = "demo-triggers";

interface Delivered {
  readonly trigger: string;
  readonly id: string;
  readonly type: string;
  readonly document: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly mask: readonly string[];
}

/** The Functions emulator's end: keeps what it is sent, and answers as it is told. */
async function functionsEmulator(answer: (event: Delivered) => number = () => 200) {
  const delivered: Delivered[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const [, project, trigger] = /^\/functions\/projects\/([^/]+)\/triggers\/(.+)$/.exec(request.url!)!;
    expect(project).toBe(PROJECT);
    const { headers } = request;
    const event = {
      trigger: trigger!,
      id: headers["ce-id"] as string,
      type: headers["ce-type"] as string,
      document: headers["ce-document"] as string,
      headers,
      body: Buffer.concat(chunks).toString(),
      ...(headers["content-type"] === "application/protobuf"
        ? readBody(Buffer.from(Buffer.concat(chunks).toString(), "base64"))
        : { before: null, after: null, mask: [] }),
    };
    delivered.push(event);
    response.writeHead(answer(event)).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, delivered };
}

/** google.events.cloud.firestore.v1.DocumentEventData, read by field numbers. */
function readBody(bytes: Buffer): Pick<Delivered, "before" | "after" | "mask"> {
  const reader = protobuf.Reader.create(bytes);
  let [before, after]: (Record<string, unknown> | null)[] = [null, null];
  const mask: string[] = [];
  while (reader.pos < reader.len) {
    const field = reader.uint32() >>> 3;
    const content = reader.bytes();
    if (field === 1) after = plain(content);
    if (field === 2) before = plain(content);
    if (field === 3) {
      const paths = protobuf.Reader.create(content);
      while (paths.pos < paths.len) {
        paths.uint32();
        mask.push(paths.string());
      }
    }
  }
  return { before: before!, after: after!, mask };
}

function plain(document: Uint8Array): Record<string, unknown> {
  const { fields } = readDocument(document);
  return Object.fromEntries(
    [...fields].map(([name, value]) => [name, "value" in value ? value.value : value]),
  );
}

async function local(functions: string, data: string | null = null) {
  const server = await startFirestore({ host: "127.0.0.1", port: 0, data, functions });
  const { host, port } = server;
  const client = adminClient(PROJECT, { host, port });
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await client.terminate();
    await server.close();
  };
  onTestFinished(close);
  const register = async (key: string, kind: string, path: string, matchType = "PATH_PATTERN") => {
    const url = `http://${host}:${port}/emulator/v1/projects/${PROJECT}/eventarcTrigger?eventarcTriggerId=${key}`;
    const body = {
      eventType: `google.cloud.firestore.document.v1.${kind}`,
      database: "(default)",
      namespace: "(default)",
      document: { value: path, matchType },
    };
    return fetch(url, { method: "POST", body: JSON.stringify(body) });
  };
  const registerFirst = (key: string, kind: string, path: string) =>
    fetch(`http://${host}:${port}/emulator/v1/projects/${PROJECT}/triggers/${key}`, {
      method: "PUT",
      body: JSON.stringify({
        eventTrigger: {
          eventType: `providers/cloud.firestore/eventTypes/document.${kind}`,
          resource: `projects/${PROJECT}/databases/(default)/documents/${path}`,
          service: "firestore.googleapis.com",
        },
      }),
    });
  return { client, register, registerFirst, close };
}

test("a commit raises an event for each trigger whose kind and path fit, with the document before and after", async () => {
  const { address, delivered } = await functionsEmulator();
  const { client, register } = await local(address);
  for (const kind of ["created", "updated", "deleted", "written"]) await register(kind, kind, "ledger/{id}");
  const document = client.doc("ledger/1");
  await document.set({ n: 1, kept: true });
  await document.update({ n: 2 });
  await document.delete();
  await client.doc("ledger/1/deeper/2").set({});
  await client.doc("other/1").set({});
  await vi.waitUntil(() => delivered.length === 6);
  const of = (trigger: string) => delivered.filter((event) => event.trigger === trigger);
  const one = { n: 1n, kept: true };
  const two = { n: 2n, kept: true };
  expect(of("created")).toMatchObject([{ before: null, after: one, mask: [] }]);
  expect(of("updated")).toMatchObject([{ before: one, after: two, mask: ["n"] }]);
  expect(of("deleted")).toMatchObject([{ before: two, after: null, mask: [] }]);
  expect(of("written")).toMatchObject([
    { before: null, after: one },
    { before: one, after: two },
    { before: two, after: null },
  ]);
  expect(new Set(delivered.map(({ id }) => id)).size).toBe(6);
  expect(of("created")[0]!.headers).toMatchObject({
    "content-type": "application/protobuf",
    "ce-specversion": "1.0",
    "ce-type": "google.cloud.firestore.document.v1.created",
    "ce-source": `//firestore.googleapis.com/projects/${PROJECT}/databases/(default)`,
    "ce-subject": "documents/ledger/1",
    "ce-document": "ledger/1",
    "ce-project": PROJECT,
    "ce-database": "(default)",
    "ce-namespace": "(default)",
  });
});

test("a write that changes nothing raises no event, nor does the delete of nothing, nor clearing the database", async () => {
  const { address, delivered } = await functionsEmulator();
  const { client, register } = await local(address);
  await client.doc("ledger/1").set({ n: 1 });
  await register("written", "written", "ledger/{id}");
  await client.doc("ledger/1").set({ n: 1 });
  await client.doc("ledger/2").delete();
  await client.doc("ledger/1").update({ n: 2 });
  await vi.waitUntil(() => delivered.length > 0);
  expect(delivered).toMatchObject([{ before: { n: 1n }, after: { n: 2n } }]);
});

test.each([
  ["ledger/{id}", "PATH_PATTERN", "ledger/1", true],
  ["ledger/{id}", "PATH_PATTERN", "ledger/1/a/b", false],
  ["ledger/1", "EXACT", "ledger/1", true],
  ["ledger/1", "EXACT", "ledger/2", false],
  ["ledger/{rest=**}", "PATH_PATTERN", "ledger/1/a/b", true],
  ["{all=**}", "PATH_PATTERN", "x/y", true],
  ["ledger/*/a/*", "PATH_PATTERN", "ledger/1/a/b", true],
  ["ledger/a-*", "PATH_PATTERN", "ledger/a-1", true],
  ["ledger/a-*", "PATH_PATTERN", "ledger/b-1", false],
  ["l.dger/{id}", "PATH_PATTERN", "ledger/1", false],
])("the pattern %s (%s) on %s: %s", async (pattern, matchType, path, fits) => {
  const { address, delivered } = await functionsEmulator();
  const { client, register } = await local(address);
  await register("pattern", "created", pattern, matchType);
  await register("all", "created", "{all=**}");
  await client.doc(path).set({});
  await vi.waitUntil(() => delivered.some(({ trigger }) => trigger === "all"));
  expect(delivered.filter(({ trigger }) => trigger === "pattern")).toHaveLength(fits ? 1 : 0);
});

test("events of one document arrive in the order of its commits, one after the other, also when some fail", async () => {
  let calls = 0;
  const { address, delivered } = await functionsEmulator(() => (++calls % 3 === 1 ? 500 : 200));
  const { client, register } = await local(address);
  await register("written", "written", "ledger/{id}");
  for (let n = 1; n <= 5; n++) await client.doc("ledger/1").set({ n });
  const held = () => delivered.filter((_, i) => (i + 1) % 3 !== 1);
  await vi.waitUntil(() => held().length === 5, { timeout: 10_000 });
  expect(held().map(({ after }) => after!.n)).toEqual([1n, 2n, 3n, 4n, 5n]);
});

test("an event that failed comes again with the same id", async () => {
  const { address, delivered } = await functionsEmulator(() => (delivered.length < 3 ? 500 : 200));
  const { client, register } = await local(address);
  await register("created", "created", "ledger/{id}");
  await client.doc("ledger/1").set({ n: 1 });
  await vi.waitUntil(() => delivered.length === 3, { timeout: 10_000 });
  expect(new Set(delivered.map(({ id }) => id)).size).toBe(1);
});

test("an event that is not delivered outlives the stand-in, and comes once its trigger is registered again", async () => {
  const failing = await functionsEmulator(() => 500);
  const data = mkdtempSync(join(tmpdir(), "triggers-"));
  const first = await local(failing.address, data);
  await first.register("created", "created", "ledger/{id}");
  await first.client.doc("ledger/1").set({ n: 1 });
  await vi.waitUntil(() => failing.delivered.length > 0);
  await first.close();

  const { address, delivered } = await functionsEmulator();
  const second = await local(address, data);
  await second.register("created", "created", "ledger/{id}");
  await vi.waitUntil(() => delivered.length === 1);
  expect(delivered[0]).toMatchObject({ id: failing.delivered[0]!.id, after: { n: 1n } });
});

test("a function that is gone (404), or of a former generation (204), gets its event no second time", async () => {
  const { address, delivered } = await functionsEmulator(({ trigger }) => (trigger === "gone" ? 404 : 204));
  const { client, register } = await local(address);
  await register("gone", "written", "ledger/{id}");
  await register("former", "written", "ledger/{id}");
  await client.doc("ledger/1").set({ n: 1 });
  await client.doc("ledger/1").set({ n: 2 });
  await vi.waitUntil(() => delivered.length === 4);
  expect(delivered.map(({ trigger, after }) => `${trigger} ${after!.n}`).sort()).toEqual([
    "former 1",
    "former 2",
    "gone 1",
    "gone 2",
  ]);
});

test("the registration of an event type that does not exist, or without a document, is refused", async () => {
  const { register } = await local("127.0.0.1:1");
  const refused = await register("odd", "renamed", "ledger/{id}");
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({
    error: { message: expect.stringContaining('renamed" is not one of') },
  });
  expect((await register("fine", "created.withAuthContext", "ledger/{id}")).status).toBe(200);
});

test("a document whose name is not ASCII raises its event as JSON, with the name as it is", async () => {
  const { address, delivered } = await functionsEmulator();
  const { client, register } = await local(address);
  await register("written", "written", "ledger/{id}");
  await client.doc("ledger/é 100%").set({ n: 1 });
  await vi.waitUntil(() => delivered.length === 1);
  expect(delivered[0]!.headers["content-type"]).toBe("application/cloudevents+json");
  expect(JSON.parse(delivered[0]!.body)).toMatchObject({
    specversion: "1.0",
    type: "google.cloud.firestore.document.v1.written",
    document: "ledger/é 100%",
    datacontenttype: "application/json",
    data: { value: { fields: { n: { integerValue: "1" } } }, oldValue: {} },
  });
});

test("a function of the first generation gets its events in their form", async () => {
  const { address, delivered } = await functionsEmulator();
  const { client, registerFirst } = await local(address);
  expect((await registerFirst("first", "update", "ledger/{id}")).status).toBe(200);
  await client.doc("ledger/1").set({ n: 1, kept: true });
  await client.doc("ledger/1").update({ n: 2 });
  await vi.waitUntil(() => delivered.length === 1);
  const name = `projects/${PROJECT}/databases/(default)/documents/ledger/1`;
  expect(JSON.parse(delivered[0]!.body)).toMatchObject({
    context: {
      eventId: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventType: "providers/cloud.firestore/eventTypes/document.update",
      resource: { service: "firestore.googleapis.com", name },
    },
    data: {
      value: { name, fields: { n: { integerValue: "2" }, kept: { booleanValue: true } } },
      oldValue: { name, fields: { n: { integerValue: "1" } } },
      updateMask: { fieldPaths: ["n"] },
    },
  });
  expect((await registerFirst("odd", "rename", "ledger/{id}")).status).toBe(400);
});
