// What `firebase deploy` uploads runs where nothing else of this repository is: as the cloud installs, finds and runs it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFirestore } from "../../emulators/src/firestore/server.ts";
import { startPubSub } from "../../emulators/src/pubsub/server.ts";
import { cloudEnvironment, firstAnswer, startFunction } from "./framework.ts";
import { type Manifest, manifestOf, signatureOf } from "./manifest.ts";
import { type Packed, packFunctions } from "./packed.ts";

const HOST = "127.0.0.1";

describe("the functions, packed", () => {
  const closers: (() => Promise<void>)[] = [];
  let packed: Packed;
  let manifest: Manifest;
  let environment: Record<string, string>;

  beforeAll(async () => {
    packed = await packFunctions();
    manifest = manifestOf(packed.folder);
    const firestore = await startFirestore({ host: HOST, port: 0, data: null });
    const pubsub = await startPubSub({ host: HOST, port: 0, data: null });
    closers.push(
      () => firestore.close(),
      () => pubsub.close(),
    );
    environment = cloudEnvironment(`${HOST}:${firestore.port}`, `${HOST}:${pubsub.port}`);
  });

  afterAll(async () => {
    for (const close of closers) await close();
    packed?.remove();
  });

  test("are three files: no source, no secret and no setting of this machine goes with them", () => {
    expect(packed.files).toEqual(["lib/index.cjs", "package-lock.json", "package.json"]);
  });

  test("need nothing but Node's own modules", () => {
    const bundle = readFileSync(join(packed.folder, "lib/index.cjs"), "utf8");
    const named = [...bundle.matchAll(/\brequire\("((?:@[^/"]+\/)?[^/":]+)/g)].map(([, name]) => name!);
    const { builtinModules } = process.getBuiltinModule("module");
    expect([...new Set(named)].filter((name) => name !== "node" && !builtinModules.includes(name))).toEqual(
      [],
    );
  });

  test("are found, all of the second generation, and with them what they want to be told", () => {
    const endpoints = Object.values(manifest.endpoints);
    expect(manifest.endpoints.api).toMatchObject({ entryPoint: "api", httpsTrigger: {} });
    expect(endpoints.filter(({ platform }) => platform !== "gcfv2")).toEqual([]);
    const wanted = endpoints.flatMap(({ secretEnvironmentVariables = [] }) =>
      secretEnvironmentVariables.map(({ key }) => key),
    );
    expect(manifest.params?.map(({ name }) => name)).toEqual(expect.arrayContaining([...new Set(wanted)]));
  });

  test("answer 200 to GET /api/v1/health", async () => {
    const { running, status } = await firstAnswer(
      { folder: packed.folder, target: "api", signature: "http", environment },
      "/api/v1/health",
    );
    try {
      expect({ status, said: running.text() }).toMatchObject({ status: 200 });
      const answer = await fetch(`${running.url}/api/v1/health`);
      expect(await answer.json()).toMatchObject({ status: "ok", entries: 0 });
    } finally {
      await running.stop();
    }
  });

  test.each([
    ["TRUSTED_PROXIES", "0.0.0.0/0", 500, "cannot_start"],
    ["SERVICE_KEY", "not a key", 200, "no_service_key"],
  ])("say what is wrong with a setting: %s", async (name, value, expected, event) => {
    const running = await startFunction({
      folder: packed.folder,
      target: "api",
      signature: "http",
      environment: { ...environment, [name]: value },
    });
    try {
      const answer = await fetch(`${running.url}/api/v1/environments`);
      const { code } = (await answer.json()) as { code?: string };
      expect([answer.status, code]).toEqual([expected, expected === 500 ? "internal" : undefined]);
      expect(running.text()).toContain(`"event":"${event}"`);
    } finally {
      await running.stop();
    }
  });

  test("load and listen, each with its kind of call", async () => {
    for (const [name, endpoint] of Object.entries(manifest.endpoints)) {
      const signature = signatureOf(endpoint);
      const running = await startFunction({
        folder: packed.folder,
        target: endpoint.entryPoint,
        signature,
        // In production the framework does not say what it serves.
        environment: { ...environment, NODE_ENV: "test" },
      });
      await running.stop();
      expect(running.text()).toContain(`Function: ${name}\nSignature type: ${signature}\n`);
    }
  });
});
