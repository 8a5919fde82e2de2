// Secrets for this machine: made once, for those who ask, and nothing that is there is touched.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeSecrets } from "../../src/launcher/local-secrets.ts";

const LINE = /^SERVICE_KEY=[0-9a-f]{64}\n$/;

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secrets-"));
  file = join(folder, ".secret.local");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function want(localSecrets: unknown): void {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "functions", localSecrets }));
}

function held(): string {
  return readFileSync(file, "utf8");
}

describe("makeSecrets", () => {
  test("makes what is wanted, random, for the user alone, and leaves no draft", () => {
    want(["SERVICE_KEY", "OTHER"]);
    expect(makeSecrets(folder)).toEqual(["SERVICE_KEY", "OTHER"]);
    expect(held()).toMatch(/^SERVICE_KEY=[0-9a-f]{64}\nOTHER=[0-9a-f]{64}\n$/);
    const [first, second] = held().match(/[0-9a-f]{64}/g)!;
    expect(first).not.toBe(second);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual([".secret.local", "package.json"]);
  });

  test("keeps what it made", () => {
    want(["SERVICE_KEY"]);
    makeSecrets(folder);
    const before = held();
    expect(makeSecrets(folder)).toEqual([]);
    expect(held()).toBe(before);
  });

  test.each(["SERVICE_KEY=mine", "# a note\nSERVICE_KEY='mine' # why\n", "export SERVICE_KEY = mine\n"])(
    "keeps a user's own value as it stands: %j",
    (text) => {
      want(["SERVICE_KEY"]);
      writeFileSync(file, text);
      expect(makeSecrets(folder)).toEqual([]);
      expect(held()).toBe(text);
    },
  );

  test.each([
    ["", ""],
    ["OTHER=1\n", "OTHER=1\n"],
    ["# SERVICE_KEY=no\nOTHER=1", "# SERVICE_KEY=no\nOTHER=1\n"],
    ["SERVICE_KEY=\n", "SERVICE_KEY=\n"],
    ["MY_SERVICE_KEY=1\n", "MY_SERVICE_KEY=1\n"],
  ])("adds what is missing below the lines that are there: %j", (text, kept) => {
    want(["SERVICE_KEY"]);
    writeFileSync(file, text, { mode: 0o644 });
    expect(makeSecrets(folder)).toEqual(["SERVICE_KEY"]);
    expect(held().slice(0, kept.length)).toBe(kept);
    expect(held().slice(kept.length)).toMatch(LINE);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("writes what firebase-tools reads", () => {
    want(["SERVICE_KEY"]);
    writeFileSync(file, "SERVICE_KEY=\n");
    makeSecrets(folder);
    const { parseStrict } = createRequire(import.meta.url)("firebase-tools/lib/functions/env.js");
    expect(parseStrict(held())).toEqual({ SERVICE_KEY: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  test("makes one file, whole, when several stacks start at once", async () => {
    want(["SERVICE_KEY"]);
    // Threads in the place of processes: they start at the same moment, each with a number of its own.
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const workers = Array.from({ length: 4 }, () => {
      const source = JSON.stringify(new URL("../../src/launcher/local-secrets.ts", import.meta.url).href);
      return new Worker(
        `const { parentPort, threadId, workerData } = require("node:worker_threads");
         Object.defineProperty(process, "pid", { value: process.pid * 1000 + threadId });
         import(${source}).then(({ makeSecrets }) => {
           parentPort.postMessage("ready");
           Atomics.wait(workerData.gate, 0, 0);
           const made = makeSecrets(workerData.folder);
           parentPort.postMessage({ made, held: require("node:fs").readFileSync(workerData.file, "utf8") });
         });`,
        { eval: true, workerData: { gate, folder, file } },
      );
    });
    const next = (worker: Worker) => new Promise((resolve) => worker.once("message", resolve));
    await Promise.all(workers.map(next));
    const answers = Promise.all(workers.map(next));
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    const found = (await answers) as { made: string[]; held: string }[];
    await Promise.all(workers.map((worker) => worker.terminate()));
    expect(found.filter(({ made }) => made.length > 0)).toHaveLength(1);
    for (const { held: seen } of found) expect(seen).toMatch(LINE);
    expect(new Set(found.map(({ held: seen }) => seen)).size).toBe(1);
    expect(readdirSync(folder).sort()).toEqual([".secret.local", "package.json"]);
  });

  test.each([undefined, []])("makes no file for a project that asks for %j", (names) => {
    want(names);
    expect(makeSecrets(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual(["package.json"]);
  });

  test("leaves a folder without package.json to the suite", () => {
    expect(makeSecrets(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(["SERVICE_KEY", ["service-key"], ["A=1\nB"], [1], [["A"]], { A: 1 }, null])(
    "refuses %j in words",
    (names) => {
      want(names);
      expect(() => makeSecrets(folder)).toThrow(
        /"localSecrets" in .*package\.json should be a list of names/,
      );
    },
  );

  test("says which file cannot be read or written", () => {
    want(["SERVICE_KEY"]);
    mkdirSync(file);
    expect(() => makeSecrets(folder)).toThrow(
      `Cannot start: functions want SERVICE_KEY in ${file}, which cannot be read or written: EISDIR`,
    );
  });
});
