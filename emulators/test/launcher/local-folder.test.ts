// Where a run keeps its files: apart from every other, and swept when nobody can come back for them.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localFolder, sweepPassing } from "../../src/launcher/local-folder.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "project-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test("localFolder gives stacks side by side folders of their own", () => {
  expect(localFolder("/p", { local: null, ports: "fixed" })).toBe("/p/.local");
  expect(localFolder("/p", { local: null, ports: { offset: 10 } })).toBe("/p/.local/offset-10");
  expect(localFolder("/p", { local: null, ports: "free" })).toBe(`/p/.local/free-${process.pid}`);
  expect(localFolder("/p", { local: "x", ports: "free" })).toBe("x");
});

test("sweepPassing removes the folders of dead processes on free ports, and nothing else", () => {
  sweepPassing(root);
  const local = join(root, ".local");
  // Linux and macOS give out no number as high as this.
  for (const name of [`free-${process.pid}`, "free-999999999", "offset-10", "data"])
    mkdirSync(join(local, name, "logs"), { recursive: true });
  sweepPassing(root);
  expect(readdirSync(local).sort()).toEqual([`free-${process.pid}`, "data", "offset-10"].sort());
});

test("sweepPassing leaves a file in the folder's place to the start, which tells of it", () => {
  writeFileSync(join(root, ".local"), "");
  expect(() => sweepPassing(root)).not.toThrow();
});
