// The emulator's own HTTP calls, on the port that gRPC is on.
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Firestore, Timestamp } from "@google-cloud/firestore";
import { expect, onTestFinished, test } from "vitest";
import { startFirestore } from "../../src/firestore/server.ts";
import { adminClient } from "./admin-client.ts";

const PROJECT = "demo-control";
const CONTROL = `emulator/v1/projects/${PROJECT}`;
const RULES = 'rules_version = "2";\nservice cloud.firestore { match /databases/{d}/documents { BODY } }';
const DENYING = RULES.replace("BODY", "match /{path=**} { allow read, write: if false; }");
const ALLOWING = RULES.replace("BODY", "match /{path=**} { allow read; }");

async function local(options: { seed?: string; data?: string; rules?: string } = {}) {
  const server = await startFirestore({ host: "127.0.0.1", port: 0, data: null, ...options });
  const { host, port } = server;
  const client = adminClient(PROJECT, { host, port });
  onTestFinished(async () => {
    await client.terminate();
    await server.close();
  });
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`http://${host}:${port}/${path}`, {
      method,
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  return { host, port, client, call };
}

test("GET / says Ok", async () => {
  const { call } = await local();
  expect(await (await call("GET", "")).text()).toBe("Ok\n");
});

test("a request that arrives byte by byte is understood", async () => {
  const { host, port } = await local();
  const socket = connect(port, host);
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  for (const byte of "PUT /nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n") {
    socket.write(byte);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await new Promise((resolve) => socket.on("close", resolve));
  expect(answer).toMatch(/^HTTP\/1.1 404 /);
  expect(answer).toContain("There is no PUT /nothing here.");
});

test.each([
  ["GET http://[bad HTTP/1.1", 400],
  ["TRACE / HTTP/1.1", 405],
])("the hostile request %s is answered with %i", async (line, status) => {
  const { host, port } = await local();
  const socket = connect(port, host);
  socket.write(`${line}\r\nhost: x\r\nconnection: close\r\n\r\n`);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

test("DELETE documents clears the database, that one only, and listeners see it", async () => {
  const { client, call } = await local();
  await client.doc("a/1").set({ n: 1 });
  const seen: boolean[] = [];
  const gone = new Promise<void>((resolve) => {
    const stop = client.doc("a/1").onSnapshot(({ exists }) => {
      seen.push(exists);
      if (exists) void call("DELETE", `emulator/v1/projects/${PROJECT}/databases/(default)/documents`);
      else resolve(stop());
    });
  });
  await gone;
  expect(seen).toEqual([true, false]);
  expect(await client.listCollections()).toEqual([]);
});

test("export and import bring a database back as it was, times included", async () => {
  const folder = mkdtempSync(join(tmpdir(), "export-"));
  const { client, call } = await local();
  const values = {
    int: 1,
    double: -0,
    time: new Timestamp(1, 2_000),
    nested: { list: [null, "é", Buffer.from([0, 255])] },
  };
  await client.doc("a/1").set(values);
  await client.doc("a/1/b/2").set({});
  const before = await client.doc("a/1").get();
  const where = {
    database: `projects/${PROJECT}/databases/(default)`,
    export_directory: folder,
    export_name: "mine",
  };
  expect((await call("POST", `${CONTROL}:export`, where)).status).toBe(200);

  const other = await local({ seed: join(folder, "mine", "mine.overall_export_metadata") });
  const after = await other.client.doc("a/1").get();
  expect(after.data()).toEqual(before.data());
  expect(after.updateTime).toEqual(before.updateTime);
  expect((await other.client.doc("a/1/b/2").get()).exists).toBe(true);

  const third = await local();
  expect((await third.call("POST", `${CONTROL}:import`, where)).status).toBe(200);
  expect((await third.client.doc("a/1").get()).data()).toEqual(before.data());
});

test("an export to start with is imported until there was a commit, and never again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "seed-"));
  const { client, call } = await local();
  await client.doc("a/1").set({ from: "the export" });
  await call("POST", `${CONTROL}:export`, { export_directory: folder, export_name: "e" });
  const data = join(folder, "data");
  // A start that was cut short leaves a file without a commit.
  await (await startFirestore({ host: "127.0.0.1", port: 0, data })).close();
  expect(existsSync(join(data, "firestore.sqlite"))).toBe(true);
  const seed = join(folder, "e", "e.overall_export_metadata");
  const seeded = await startFirestore({ host: "127.0.0.1", port: 0, data, seed });
  const writer = adminClient(PROJECT, seeded);
  expect((await writer.doc("a/1").get()).data()).toEqual({ from: "the export" });
  await writer.doc("a/1").delete();
  await writer.terminate();
  await seeded.close();
  const again = await local({ data, seed });
  expect((await again.client.doc("a/1").get()).exists).toBe(false);
});

test("an import that cannot be read answers 400 and changes nothing", async () => {
  const { client, call } = await local();
  await client.doc("a/1").set({});
  const answer = await call("POST", `${CONTROL}:import`, { export_directory: "/nowhere" });
  expect(answer.status).toBe(400);
  expect((await client.doc("a/1").get()).exists).toBe(true);
});

test("PUT securityRules accepts rules that deny everything, and reports that others are not evaluated", async () => {
  const { call } = await local();
  const put = async (content: string) => {
    const answer = await call("PUT", `${CONTROL}:securityRules`, {
      rules: { files: [{ name: "r", content }] },
    });
    return { status: answer.status, body: await answer.json() };
  };
  expect(await put(DENYING)).toEqual({ status: 200, body: {} });
  const { status, body } = await put(ALLOWING);
  expect(status).toBe(200);
  expect(body).toMatchObject({ issues: [{ severity: "WARNING", sourcePosition: { line: 2 } }] });
});

test("rules that allow something do not keep it from starting, and still nobody but the admin gets in", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rules-"));
  writeFileSync(join(folder, "r.rules"), ALLOWING);
  const { host, port } = await local({ rules: join(folder, "r.rules") });
  const client = new Firestore({
    projectId: PROJECT,
    host,
    port,
    ssl: false,
    customHeaders: { Authorization: "Bearer x" },
  });
  await expect(client.doc("a/1").get()).rejects.toMatchObject({ code: 7 });
  await client.terminate();
});

test("what is not offered over HTTP says so by its name", async () => {
  const { call } = await local();
  const rest = await call("GET", `v1/projects/${PROJECT}/databases/(default)/documents/a/1`);
  expect([rest.status, await rest.text()]).toEqual([
    501,
    expect.stringContaining("REST and the web channel"),
  ]);
});

test("a body that is no JSON, or too large, is refused", async () => {
  const { call } = await local();
  expect((await call("POST", `${CONTROL}:export`, "{")).status).toBe(400);
  expect((await call("POST", `${CONTROL}:export`, "x".repeat((1 << 20) + 1))).status).toBe(413);
});

test("faults on demand are off unless the stand-in was started with them", async () => {
  const { call } = await local();
  expect((await call("PUT", "admin/faults", { rules: [] })).status).toBe(404);
});
