// One stack a folder: who comes second is told who is first, and a dead holder holds nothing.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockFolder } from "../../src/launcher/lock.ts";

describe("lockFolder", () => {
  let root: string;
  let local: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "lock-"));
    local = join(root, "local");
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test("makes the folder and refuses it to a second one, whom it tells the holder", () => {
    const unlock = lockFolder(local);
    expect(() => lockFolder(local)).toThrow(
      new RegExp(`${local} is in use by another stack \\(process ${process.pid}, since 2\\d{3}-.*\\)`),
    );
    unlock();
    lockFolder(local)();
    expect(readdirSync(local)).toEqual([]);
  });

  test.each([
    ["whose process has ended", { pid: 0, started: "1" }],
    ["whose number another process has got", { pid: process.pid, started: "1" }],
  ])("takes over the lock of one %s", (_, holder) => {
    lockFolder(local)();
    writeFileSync(join(local, "lock"), JSON.stringify(holder));
    lockFolder(local);
    expect(JSON.parse(readFileSync(join(local, "lock"), "utf8")).pid).toBe(process.pid);
    expect(readdirSync(local)).toEqual(["lock"]);
  });

  test("takes over a lock that is damaged", () => {
    lockFolder(local)();
    writeFileSync(join(local, "lock"), "{");
    expect(() => lockFolder(local)).not.toThrow();
  });

  test("gives back only what it holds", () => {
    const first = lockFolder(local);
    first();
    lockFolder(local);
    first();
    expect(existsSync(join(local, "lock"))).toBe(true);
  });

  test("says what the folder is for when it cannot be written", () => {
    writeFileSync(local, "a file");
    expect(() => lockFolder(local)).toThrow(
      /data and logs go to .*local, which cannot be written.*--local DIR/s,
    );
  });
});
