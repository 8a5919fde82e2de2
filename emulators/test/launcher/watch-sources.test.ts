// Functions are built again while the stack runs, and a mistake is told and does not end the watch.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildFunctions } from "../../src/launcher/build.ts";
import { watchSources } from "../../src/launcher/watch-sources.ts";
import { waitFor } from "./wait-for.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "functions-"));
  mkdirSync(join(folder, "src/answers"), { recursive: true });
  writeFileSync(
    join(folder, "src/index.ts"),
    'import { answer } from "./answers/one.ts";\nexport const a = answer;\n',
  );
  writeFileSync(join(folder, "src/answers/one.ts"), "export const answer = 41;\n");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("watchSources builds anew when a source changes, also after one that cannot be built", async () => {
  await buildFunctions(folder);
  const told: string[] = [];
  const watching = watchSources([folder], {
    onBuilt: () => told.push("built"),
    onFailed: (_, message) => told.push(message),
  });
  writeFileSync(join(folder, "src/answers/one.ts"), "export const answer = ;\n");
  await waitFor("the failure", () => (/one\.ts:1:22/.test(told.join()) ? true : undefined));
  writeFileSync(join(folder, "src/answers/one.ts"), "export const answer = 42;\n");
  await waitFor("the bundle", () => (told.includes("built") ? true : undefined));
  watching.close();
  expect(readFileSync(join(folder, "lib/index.cjs"), "utf8")).toContain("a=42");
});

test("watchSources leaves functions in plain JavaScript alone", () => {
  rmSync(join(folder, "src"), { recursive: true });
  expect(() => watchSources([folder], { onBuilt: () => {}, onFailed: () => {} }).close()).not.toThrow();
});
