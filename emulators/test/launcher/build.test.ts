// Functions are bundled when a source changed, and only then.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { buildFunctions } from "../../src/launcher/build.ts";

describe("buildFunctions", () => {
  const folders: string[] = [];

  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  function functionsFolder(sources: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), "functions-"));
    folders.push(folder);
    mkdirSync(join(folder, "src"));
    for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, "src", name), text);
    return folder;
  }

  const SOURCES = {
    "index.ts": `import { getFirestore } from "firebase-admin/firestore";\nimport { answer } from "./answer.ts";\nexport const all = [getFirestore, answer];\n`,
    "answer.ts": "export const answer: number = 42;\n",
  };

  function bundle(folder: string): string {
    return readFileSync(join(folder, "lib/index.js"), "utf8");
  }

  test("inlines our own sources and leaves the Firebase SDKs outside", async () => {
    const folder = functionsFolder(SOURCES);
    expect(await buildFunctions(folder)).toBe(true);
    expect(bundle(folder)).toContain('from "firebase-admin/firestore"');
    expect(bundle(folder)).toContain("answer = 42");
    expect(bundle(folder)).not.toContain("./answer");
  });

  test("does nothing while no source changes, and builds anew when one does", async () => {
    const folder = functionsFolder(SOURCES);
    await buildFunctions(folder);
    expect(await buildFunctions(folder)).toBe(false);
    writeFileSync(join(folder, "src/answer.ts"), "export const answer: number = 43;\n");
    utimesSync(join(folder, "src/answer.ts"), 1, 1);
    expect(await buildFunctions(folder)).toBe(true);
    expect(bundle(folder)).toContain("answer = 43");
  });

  test("builds anew when the bundle is gone or the stamp is damaged", async () => {
    const folder = functionsFolder(SOURCES);
    await buildFunctions(folder);
    rmSync(join(folder, "lib/index.js"));
    expect(await buildFunctions(folder)).toBe(true);
    writeFileSync(join(folder, "lib/.inputs.json"), "{");
    expect(await buildFunctions(folder)).toBe(true);
  });

  test("fails with the place of the mistake, and tries again the next time", async () => {
    const folder = functionsFolder({ "index.ts": "export const a = ;\n" });
    await expect(buildFunctions(folder)).rejects.toThrow(/src\/index\.ts:1:17/);
    await expect(buildFunctions(folder)).rejects.toThrow();
    expect(existsSync(join(folder, "lib/index.js"))).toBe(false);
  });

  test("leaves functions in plain JavaScript alone", async () => {
    const folder = mkdtempSync(join(tmpdir(), "functions-"));
    folders.push(folder);
    expect(await buildFunctions(folder)).toBe(false);
  });
});
