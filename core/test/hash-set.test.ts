// HashSet against the engine's own set, across every growth, and with hashes that want the same slot.
import { expect, test } from "vitest";
import { nodeHost } from "../node/index.ts";
import { HashSet } from "../src/hash-set.ts";
import { cpuTime } from "./cpu-time.ts";

test("HashSet.add says of every hash whether it is new, as a Set of strings does", () => {
  const ours = new HashSet();
  const theirs = new Set<string>();
  for (let i = 0; i < 20_000; i++) {
    const hash = nodeHost.sha256(String(i % 3 === 0 ? Math.floor(i / 2) : i));
    expect(ours.add(hash)).toBe(!theirs.has(hash));
    theirs.add(hash);
  }
  for (const hash of theirs) expect(ours.add(hash)).toBe(false);
});

test("HashSet.add tells hashes apart by any of their digits", () => {
  const set = new HashSet();
  const zero = "0".repeat(64);
  expect(set.add(zero)).toBe(true);
  for (let i = 0; i < 64; i++) {
    for (const digit of ["1", "9", "a", "f"]) {
      const hash = zero.slice(0, i) + digit + zero.slice(i + 1);
      expect(set.add(hash)).toBe(true);
      expect(set.add(hash)).toBe(false);
    }
  }
  expect(set.add(zero)).toBe(false);
});

test("HashSet.add stays linear in hashes that all belong in one place, and tells them apart", () => {
  const set = new HashSet();
  const colliding = (i: number) => nodeHost.sha256(String(i)).replace(/^.{8}/, "0000abcd");
  const others = (i: number) => nodeHost.sha256(`other ${i}`);
  const start = cpuTime();
  for (let i = 0; i < 60_000; i++) if (!set.add(colliding(i))) throw new Error(`${i} is new`);
  for (let i = 0; i < 60_000; i += 7) if (set.add(colliding(i))) throw new Error(`${i} was there`);
  for (let i = 0; i < 60_000; i++) if (!set.add(others(i))) throw new Error(`other ${i} is new`);
  for (let i = 0; i < 60_000; i += 7) if (set.add(colliding(i))) throw new Error(`${i} was there`);
  expect(set.add(others(59_999))).toBe(false);
  // Quadratic, it takes tens of seconds.
  expect(cpuTime() - start).toBeLessThan(5_000);
});
