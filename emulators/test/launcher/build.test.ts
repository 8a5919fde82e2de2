// Functions are bundled when a source changed, and only then.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
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
    "index.ts": `import { createHash } from "node:crypto";\nimport { answer } from "./answer.ts";\nexport const all = [createHash, answer];\n`,
    "answer.ts": "export const answer: number = 42;\n",
  };

  function bundle(folder: string): string {
    return readFileSync(join(folder, "lib/index.cjs"), "utf8");
  }

  test("inlines all but Node's own modules, and leaves no bundle of an earlier recipe beside it", async () => {
    const folder = functionsFolder(SOURCES);
    mkdirSync(join(folder, "lib"));
    writeFileSync(join(folder, "lib/index.js"), "");
    expect(await buildFunctions(folder)).toBe(true);
    expect([...bundle(folder).matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual([
      "node:url",
      "node:crypto",
    ]);
    expect(bundle(folder)).toMatch(/\b42\b/);
    expect(readdirSync(join(folder, "lib")).sort()).toEqual([".inputs.json", "index.cjs", "index.cjs.map"]);
  });

  test("does nothing while no source changes, and builds anew when one does", async () => {
    const folder = functionsFolder(SOURCES);
    await buildFunctions(folder);
    expect(await buildFunctions(folder)).toBe(false);
    writeFileSync(join(folder, "src/answer.ts"), "export const answer: number = 43;\n");
    utimesSync(join(folder, "src/answer.ts"), 1, 1);
    expect(await buildFunctions(folder)).toBe(true);
    expect(bundle(folder)).toMatch(/\b43\b/);
  });

  test("builds anew when the bundle is gone or the stamp is damaged", async () => {
    const folder = functionsFolder(SOURCES);
    await buildFunctions(folder);
    rmSync(join(folder, "lib/index.cjs"));
    expect(await buildFunctions(folder)).toBe(true);
    writeFileSync(join(folder, "lib/.inputs.json"), "{");
    expect(await buildFunctions(folder)).toBe(true);
  });

  test("fails with the place of the mistake, and tries again the next time", async () => {
    const folder = functionsFolder({ "index.ts": "export const a = ;\n" });
    await expect(buildFunctions(folder)).rejects.toThrow(/src\/index\.ts:1:17/);
    await expect(buildFunctions(folder)).rejects.toThrow();
    expect(existsSync(join(folder, "lib/index.cjs"))).toBe(false);
  });

  test("leaves functions in plain JavaScript alone", async () => {
    const folder = mkdtempSync(join(tmpdir(), "functions-"));
    folders.push(folder);
    expect(await buildFunctions(folder)).toBe(false);
  });
});
