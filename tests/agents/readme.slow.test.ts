// The README's commands, one after another and to the letter, against the whole local stack.
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Stack, startStack } from "../../emulators/src/launcher/stack.ts";
import { newHome, policyledger } from "./command.ts";

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ ports: "free", memory: true, local: ".local/readme" });
});
afterAll(() => stack?.stop());

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const block = /## With the command line\n[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme)![1]!;
const lines = block
  .trim()
  .split("\n")
  .map((line) => line.replace(/\s+#.*$/, ""));

test("what the README says to type does what it says", async () => {
  const home = newHome();
  const cwd = mkdtempSync(join(tmpdir(), "policyledger-readme-"));
  const told: Record<string, string> = {};
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) {
    const [npx, command, ...args] = line.replace("http://127.0.0.1:5000", stack.urls.hosting).split(/\s+/);
    expect([npx, command]).toEqual(["npx", "policyledger"]);
    const { code, out, err } = await policyledger(args, { home, cwd });
    expect({ line, code, err: code === 0 ? "" : err }).toEqual({ line, code: 0, err: "" });
    told[args[0]!] = out;
  }
  expect(told.submit).toContain("RECORDED");
  expect(told.audit).toMatch(/✓ 35 entries: each link/);
  expect(told.audit).toContain("35 entries run again");
  expect(told.leaderboard).toContain("me/first");
  expect(told.show).toContain("In words");
  expect(told.fsck).toContain("✓ 35 entries: their one tile and the root");
  expect(told.proof).toContain("✓ inclusion entry 0 of 35 entries");
  expect(told.returns).toContain("◂ The claimed seed");
  for (const known of ["✓ inclusion", "✓ history", "✓ audit"]) expect(told.reuse).toContain(known);
});
