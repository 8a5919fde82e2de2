// What is published: the built package, loaded as a stranger's program loads it, under the conditions of no one.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const program = `
import * as core from "@policyledger/core";
import * as check from "@policyledger/core/check";
import { nodeHost } from "@policyledger/core/node";
import { readFileSync } from "node:fs";
const example = JSON.parse(readFileSync(process.argv[2], "utf8"));
const claim = JSON.parse(example.claim);
console.log(JSON.stringify({
  names: [core, check].map((module) => Object.keys(module).length > 0),
  native: core.verifyClaim(nodeHost, { claim, signature: example.signature, artifact: example.artifact }),
  portable: core.verifyClaim(core.portableHost, { claim, signature: example.signature, artifact: example.artifact }),
  audit: core.auditChain(core.portableHost, example.entries.map(({ text }) => text), { signatures: true }).summary,
}));
`;

describe("the built package", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "policyledger-built-"));
    execFileSync(join(root, "node_modules/.bin/tsc"), ["--build", "core"], { cwd: root, stdio: "inherit" });
    // Only what package.json says is published, beside the packages that it depends on.
    mkdirSync(join(folder, "node_modules/@policyledger/core"), { recursive: true });
    for (const part of ["package.json", "dist"]) {
      symlinkSync(join(root, "core", part), join(folder, "node_modules/@policyledger/core", part));
    }
    writeFileSync(join(folder, "program.mjs"), program);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test("names in its exports only files that are there", () => {
    const { exports } = JSON.parse(readFileSync(join(root, "core/package.json"), "utf8")) as {
      exports: Record<string, Record<string, string>>;
    };
    const files = Object.values(exports).flatMap((conditions) => Object.values(conditions));
    expect(files.filter((file) => readFileSync(join(root, "core", file)).length === 0)).toEqual([]);
  });

  test("verifies the worked example with both hosts, without the condition `source`", () => {
    const node = join(root, "node_modules/node/bin/node");
    const printed = execFileSync(
      node,
      [join(folder, "program.mjs"), join(root, "tests/cases/worked-example.json")],
      { cwd: folder, encoding: "utf8", env: { ...process.env, NODE_PATH: "", NODE_OPTIONS: "" } },
    );
    const { names, native, portable, audit } = JSON.parse(printed);
    expect(names).toEqual([true, true]);
    expect(native).toMatchObject({ verdict: "VALID", verified_reward: 1099 });
    expect(portable).toEqual(native);
    expect(audit).toBe("complete up to 2 entries, tail unchecked");
  });
});
