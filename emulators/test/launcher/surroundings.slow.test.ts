// What is around a stack: no internet, the two programs that stand in for others, sample data, other emulators.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Firestore } from "@google-cloud/firestore";
import { afterEach, describe, expect, test, vi } from "vitest";
import { TICK_MS } from "../../src/launcher/clock.ts";
import { HOST, PROJECT_ID, REPOSITORY } from "../../src/launcher/project.ts";
import { type Stack, type StackOptions, startStack } from "../../src/launcher/stack.ts";
import { newLocal, SAMPLE } from "./launched.ts";
import { waitFor } from "./wait-for.ts";

const JAVA = join(REPOSITORY, "emulators/bin/java");
const NPM = join(REPOSITORY, "emulators/src/launcher/bin/npm");

describe("startStack", () => {
  const locals: string[] = [];
  const stacks: Stack[] = [];
  const stores: Firestore[] = [];

  afterEach(async () => {
    vi.unstubAllEnvs();
    for (const store of stores.splice(0)) await store.terminate();
    for (const stack of stacks.splice(0)) await stack.stop();
    for (const local of locals.splice(0)) rmSync(local, { recursive: true, force: true });
  });

  function place(): string {
    const local = newLocal();
    locals.push(local);
    return local;
  }

  async function start(options: StackOptions): Promise<Stack> {
    const stack = await startStack({ project: SAMPLE, ports: "free", memory: true, ...options });
    stacks.push(stack);
    return stack;
  }

  function storeOf(stack: Stack): Firestore {
    const store = new Firestore({
      projectId: PROJECT_ID,
      host: `${HOST}:${stack.ports.firestore}`,
      ssl: false,
    });
    stores.push(store);
    return store;
  }

  test("looks up no name and calls no address but this machine's", async () => {
    const local = place();
    const file = join(local, "calls.txt");
    vi.stubEnv("NET_WATCH_FILE", file);
    vi.stubEnv("NODE_OPTIONS", `--require ${JSON.stringify(join(import.meta.dirname, "net-watch.cjs"))}`);
    const stack = await start({ local });
    await fetch(`${stack.urls.hosting}/api/notes/one`, { method: "PUT", body: "{}" });
    // Its secret would be looked for in Secret Manager.
    await fetch(`${stack.urls.functions}/${PROJECT_ID}/us-central1/sealed`);
    await stack.stop();
    const calls = new Set(readFileSync(file, "utf8").trim().split("\n"));
    expect(calls).toContain(`address ${HOST}`);
    const abroad = [...calls].filter(
      (call) => !/^(file|(name|address) (127\.0\.0\.1|localhost|::1))$/.test(call),
    );
    expect(abroad).toEqual([]);
  });

  test("leaves schedules to whoever asks for that", async () => {
    const shown: string[] = [];
    const stack = await start({ local: place(), schedule: false, onShown: ({ text }) => shown.push(text) });
    await sleep(TICK_MS + 1_000);
    expect((await storeOf(stack).collection("journal").get()).size).toBe(0);
    expect(shown).toEqual([]);
  });

  test("begins with the exported sample data, and with what was kept when there is that", async () => {
    const samples = place();
    const first = await start({ local: place() });
    await storeOf(first).doc("samples/one").set({ text: "from the samples" });
    const exported = await fetch(`${first.urls.hub}/_admin/export`, {
      method: "POST",
      body: JSON.stringify({ path: samples, initiatedBy: "test" }),
      headers: { "content-type": "application/json" },
    });
    expect(exported.status).toBe(200);

    const local = place();
    const second = await start({ local, samples, memory: false });
    expect(second.imported).toBe(samples);
    const document = storeOf(second).doc("samples/one");
    expect((await document.get()).data()).toEqual({ text: "from the samples" });
    await document.set({ text: "changed since" });
    await second.stop();

    const third = await start({ local, samples, memory: false });
    expect(third.imported).toBeNull();
    expect((await storeOf(third).doc("samples/one").get()).data()).toEqual({ text: "changed since" });

    // A first start that is cut short leaves a database, perhaps without the samples: the next one has them.
    const another = place();
    const giveUp = new AbortController();
    const cutShort = start({ local: another, samples, memory: false, signal: giveUp.signal });
    cutShort.catch(() => undefined);
    await waitFor("the database", () => existsSync(join(another, "data/firestore.sqlite")) || undefined);
    giveUp.abort();
    await expect(cutShort).rejects.toThrow("given up");
    const fourth = await start({ local: another, samples, memory: false });
    expect((await storeOf(fourth).doc("samples/one").get()).data()).toEqual({ text: "from the samples" });
  });

  test("runs whatever firebase-tools downloaded when the official emulators are asked for", async () => {
    const downloads = place();
    // Ours in place of Google's, under the names that firebase-tools looks for.
    const list = join(REPOSITORY, "node_modules/firebase-tools/lib/emulator/downloadableEmulatorInfo.json");
    const { firestore, pubsub } = JSON.parse(readFileSync(list, "utf8"));
    const jar = join(downloads, firestore.downloadPathRelativeToCacheDir);
    const program = join(downloads, pubsub.binaryPathRelativeToCacheDir);
    for (const [file, name] of [
      [jar, "firestore"],
      [program, "pubsub"],
    ] as const) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(
        file,
        `#!/bin/sh\nexec node ${join(REPOSITORY, "emulators/bin", `${name}.mjs`)} "$@" --memory\n`,
      );
      chmodSync(file, 0o755);
    }
    vi.stubEnv("FIREBASE_EMULATORS_PATH", downloads);
    const { PATH } = process.env;
    vi.stubEnv("PATH", place());
    await expect(startStack({ project: SAMPLE, official: true, ports: "free" })).rejects.toThrow(
      "Java 21 or later is needed, and there is no `java` on the PATH.",
    );
    vi.stubEnv("PATH", `${dirname(JAVA)}:${PATH}`);
    const samples = place();
    writeFileSync(join(samples, "firebase-export-metadata.json"), "{}");
    const loaded: string[] = [];
    const stack = await start({
      official: true,
      local: place(),
      samples,
      load: async (from, { FIRESTORE_EMULATOR_HOST }) => void loaded.push(from, FIRESTORE_EMULATOR_HOST!),
    });
    expect(loaded).toEqual([samples, `${HOST}:${stack.ports.firestore}`]);
    await storeOf(stack).doc("a/b").set({ n: 1 });
    expect((await fetch(`${stack.urls.hosting}/api/a/b`)).status).toBe(200);
  });
});

describe("java", () => {
  test("answers -version as 21", () => {
    const script = `"${JAVA}" -Duser.language=en -version 2>&1`;
    expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toContain('version "21.');
  });

  test("runs the file of -jar with Node and passes the rest on", () => {
    const file = join(newLocal(), "print.mjs");
    writeFileSync(file, "console.log(JSON.stringify(process.argv.slice(2)))");
    const out = execFileSync(JAVA, ["-Dx=FINE", "-jar", file, "--port", "1", "a b"], { encoding: "utf8" });
    expect(JSON.parse(out)).toEqual(["--port", "1", "a b"]);
    rmSync(dirname(file), { recursive: true });
  });

  test("refuses what is no -jar", () => {
    expect(() => execFileSync(JAVA, ["Main"], { stdio: "pipe" })).toThrow("nothing but `java -jar FILE`");
  });
});

describe("npm", () => {
  test("knows nothing of newer versions, and leaves the rest to the real npm", () => {
    const env = { ...process.env, PATH: `${dirname(NPM)}:${process.env.PATH}` };
    expect(
      execFileSync("npm", ["show", "firebase-functions", "--json=true"], { env, encoding: "utf8" }),
    ).toBe("{}\n");
    expect(execFileSync("npm", ["--version"], { env, encoding: "utf8" })).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
