// Heads that come from outside, and what sealEntry shares: nothing.
import { describe, expect, test } from "vitest";
import { auditChain, checkEntry } from "../src/chain.ts";
import { type Head, headOf, sealEntry } from "../src/entry.ts";
import { pathsOf, refusal } from "./refusal.ts";
import { contents, host, seal } from "./samples.ts";

const ledger = seal(contents());
const texts = ledger.map(({ text }) => text);
const head = headOf(ledger[3]!);
const now = "2026-03-01T00:00:00.000Z";

const heads: readonly (readonly [string, unknown, readonly string[]])[] = [
  ["an index below 0", { ...head, index: -1 }, ["/index"]],
  ["half an index", { ...head, index: 0.5 }, ["/index"]],
  ["an index in text", { ...head, index: "3" }, ["/index"]],
  ["an index that nothing follows", { ...head, index: Number.MAX_SAFE_INTEGER }, ["/index"]],
  ["a short hash", { ...head, current_hash: "ab" }, ["/current_hash"]],
  ["a hash in upper case", { ...head, current_hash: "AB".repeat(32) }, ["/current_hash"]],
  ["genesis", { ...head, current_hash: "genesis" }, ["/current_hash"]],
  ["no time", { ...head, timestamp: "zzz" }, ["/timestamp"]],
  ["a time that is no text", { ...head, timestamp: 5 }, ["/timestamp"]],
  ["nothing in it", {}, ["/index", "/current_hash", "/timestamp"]],
  ["a text", "head", [""]],
  ["undefined", undefined, [""]],
];

describe("a head that is none", () => {
  test.each(heads)("checkEntry and sealEntry refuse %s", (_, bad, paths) => {
    const check = () => checkEntry(host, bad as Head, texts[4]!);
    expect([refusal(check).code, pathsOf(check)]).toEqual(["invalid_audit", paths]);
    const append = () => sealEntry(host, bad as Head, contents()[4]!, now);
    expect([refusal(append).code, pathsOf(append)]).toEqual(["invalid_entry", paths]);
    expect(refusal(append).message).toMatch(/^Cannot append entry behind what is no entry's head: /);
  });
});

test("auditChain refuses an expected size that does not count the trusted entry", () => {
  for (const size of [0, 1, 3]) {
    const expected = { size, head: size === 0 ? null : ledger[size - 1]!.current_hash };
    const error = refusal(() => auditChain(host, [], { from: head, expected }));
    expect(error.code).toBe("invalid_audit");
    expect(error.message).toBe(
      `Cannot audit from entry 3 against an expected size of ${size}: with that entry there are 4 at least`,
    );
  }
  const expected = { size: 4, head: head.current_hash };
  expect(auditChain(host, [], { from: head, expected }).ok).toBe(true);
});

describe("sealEntry", () => {
  test("gives an entry that shares nothing with its content, and is frozen all the way down", () => {
    for (const content of contents()) {
      const given = structuredClone(content) as typeof content & Record<string, unknown>;
      const { entry, text } = sealEntry(host, head, given, now);
      expect(entry).toEqual({ ...given, v: 1, index: 4, previous_hash: head.current_hash, timestamp: now });
      if (entry.kind !== "policy") continue;
      expect(Object.isFrozen(entry) && Object.isFrozen(entry.env_config)).toBe(true);
      Object.assign(given.env_config as object, { preset: "changed" });
      Object.assign((given.evaluation ?? {}) as object, { expected: 9 });
      expect(entry).toEqual(JSON.parse(text));
    }
  });
});
