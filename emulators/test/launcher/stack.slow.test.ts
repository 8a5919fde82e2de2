// Proves the stack end to end with the sample project: pages, functions, triggers, messages, schedules, redelivery.
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Firestore } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { HOST, PROJECT_ID } from "../../src/launcher/project.ts";
import { type Stack, startStack } from "../../src/launcher/stack.ts";
import { newLocal, SAMPLE } from "./launched.ts";
import { waitFor } from "./wait-for.ts";

describe("startStack", () => {
  const local = newLocal();
  const shown: string[] = [];
  let stack: Stack;
  let store: Firestore;
  let pubsub: PubSub;

  beforeAll(async () => {
    // The clients would look for a cloud around them.
    vi.stubEnv("METADATA_SERVER_DETECTION", "none");
    vi.stubEnv("POLICYLEDGER_LIMITS_FACTOR", "7");
    stack = await startStack({
      project: SAMPLE,
      local,
      ports: "free",
      memory: true,
      onShown: ({ text }) => shown.push(text),
    });
    store = new Firestore({ projectId: PROJECT_ID, host: `${HOST}:${stack.ports.firestore}`, ssl: false });
    pubsub = new PubSub({
      projectId: PROJECT_ID,
      apiEndpoint: `${HOST}:${stack.ports.pubsub}`,
      emulatorMode: true,
    });
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await store?.terminate();
    await pubsub?.close();
    await stack?.stop();
    rmSync(local, { recursive: true, force: true });
  });

  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${stack.urls.hosting}/api/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    return response.json();
  }

  /** What the handlers of a kind wrote down about one document, or about all. */
  function journal(kind: string, params: object = {}): Promise<FirebaseFirestore.DocumentData> {
    return waitFor(`an entry "${kind}" in the journal`, async () => {
      const found = await store.collection("journal").where("kind", "==", kind).get();
      const entries = found.docs.map((document) => document.data());
      return entries.find((entry) => JSON.stringify(entry.params) === JSON.stringify(params));
    });
  }

  test("says which functions run and where", () => {
    expect(stack.running.functions).toEqual([
      "api",
      "created",
      "deleted",
      "first",
      "fragile",
      "mail",
      "nightly",
      "often",
      "sealed",
      "updated",
      "written",
    ]);
    expect(stack.environment.FIRESTORE_EMULATOR_HOST).toBe(`${HOST}:${stack.ports.firestore}`);
  });

  test("serves static files through hosting", async () => {
    const page = await fetch(`${stack.urls.hosting}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("A static page");
  });

  test("leads a rewrite to a function whose writes and deletes reach the document triggers with before and after", async () => {
    const params = { note: "one" };
    expect(await call("PUT", "notes/one", { text: "first" })).toEqual({ method: "PUT", path: "notes/one" });
    expect(await journal("created", params)).toMatchObject({ after: { text: "first" } });
    await call("PUT", "notes/one", { text: "second" });
    expect(await journal("updated", params)).toMatchObject({
      before: { text: "first" },
      after: { text: "second" },
    });
    await call("DELETE", "notes/one");
    expect(await journal("deleted", params)).toMatchObject({ before: { text: "second" } });
  });

  test("fills in every wildcard of a path pattern", async () => {
    await call("PUT", "notes/two/lines/seven", { n: 7 });
    const entry = await journal("written", { note: "two", line: "seven" });
    expect(entry).toMatchObject({ before: null, after: { n: 7 } });
  });

  test("keeps a name that is not ASCII as it is, in the event and in the snapshot", async () => {
    await store.doc("notes/é 100%/lines/ü").set({ n: 8 });
    const entry = await journal("written", { note: "é 100%", line: "ü" });
    expect(entry).toMatchObject({ before: null, after: { n: 8 } });
  });

  test("reaches functions of the first generation, too", async () => {
    await store.doc("notes/three").set({ text: "first" });
    await store.doc("notes/three").update({ text: "second" });
    expect(await journal("first", { note: "three" })).toMatchObject({
      before: { text: "first" },
      after: { text: "second" },
    });
  });

  test("hands a published message to its handler", async () => {
    await pubsub.topic("mail").publishMessage({ json: { text: "hello" }, attributes: { from: "ada" } });
    expect(await journal("mail")).toMatchObject({ text: "hello", attributes: { from: "ada" } });
  });

  test("runs a schedule when it is called as Cloud Scheduler calls it", async () => {
    const response = await fetch(
      `${stack.urls.functions}/functions/projects/${PROJECT_ID}/triggers/us-central1-nightly-0`,
      {
        method: "POST",
        headers: {
          "x-cloudscheduler-jobname": "nightly",
          "x-cloudscheduler-scheduletime": "2026-01-01T03:00:00Z",
        },
      },
    );
    expect(response.status).toBe(200);
    expect(await journal("nightly")).toMatchObject({ job: "nightly", time: "2026-01-01T03:00:00Z" });
  });

  test("runs a schedule by itself soon after the start, and names one whose time it does not keep", async () => {
    expect(await journal("often")).toMatchObject({ job: "firebase-schedule-often-us-central1" });
    expect(shown.filter((text) => text.includes("does not run by itself"))).toEqual([
      expect.stringMatching(/^nightly \("every day 03:00"\) /),
    ]);
  });

  test("gives functions their secrets, the word that they run here, and what their user set", async () => {
    const response = await fetch(`${stack.urls.functions}/${PROJECT_ID}/us-central1/sealed`);
    const { key, environment } = (await response.json()) as { key: string; environment: object };
    expect(environment).toEqual({
      POLICYLEDGER_LOCAL: "1",
      POLICYLEDGER_LIMITS_FACTOR: "7",
      FUNCTIONS_EMULATOR_PARALLEL: "100",
    });
    const file = join(SAMPLE, "functions/.secret.local");
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(file, "utf8")).toBe(`SAMPLE_KEY=${key}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(shown.join("\n")).not.toContain("Secret Manager");
  });

  test("delivers an event again, as the same event, when its handler threw", async () => {
    await store.doc("fragile/one").set({ text: "careful" });
    const attempts = await waitFor("a second attempt", async () => {
      const found = (await store.doc("attempts/one").get()).data();
      return found !== undefined && found.count >= 2 ? found : undefined;
    });
    expect(attempts.events).toHaveLength(1);
  });

  test("passes on what functions print and how they failed", () => {
    expect(shown).toContain("PUT notes/one");
    expect(shown.join("\n")).toContain("the first attempt fails on purpose");
  });
});
