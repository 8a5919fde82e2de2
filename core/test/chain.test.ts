import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AuditReport, auditChain, ChainAudit } from "../src/chain.ts";
import { type EntryContent, entryHash, type Head, type Sealed, sealEntry } from "../src/entry.ts";
import { portableHost } from "../src/host.ts";
import { canonicalJson } from "../src/json.ts";
import { MAX_ENTRY_BYTES } from "../src/limits.ts";
import { contents, host, seal } from "./samples.ts";
import { bitFlips, fieldChanges } from "./tampering.ts";

const ledger = seal(contents());
const texts = ledger.map(({ text }) => text);
const last = texts.length - 1;
const expected = { size: texts.length, head: ledger[last]!.current_hash };

/** The ledger with some of it replaced: from `at`, so many entries by these. */
const spliced = (at: number, removed: number, ...put: readonly string[]) =>
  texts.toSpliced(at, removed, ...put);

/** An entry changed, and linked to the one before it as if it had always been so. */
function resealed(
  texts: readonly string[],
  from: number,
  change: (entry: Record<string, unknown>) => object,
): string[] {
  const forged = texts.slice(0, from);
  for (const [i, text] of texts.slice(from).entries()) {
    const entry = i === 0 ? change(JSON.parse(text)) : JSON.parse(text);
    const before = forged.at(-1);
    const previous_hash = before === undefined ? "genesis" : entryHash(host, before);
    forged.push(canonicalJson({ ...entry, index: forged.length, previous_hash }));
  }
  return forged;
}

function expectFault(report: AuditReport, index: number, code?: string): void {
  expect(report.ok).toBe(false);
  expect(report.fault).not.toBeNull();
  expect(report.fault!.index).toBe(index);
  if (code !== undefined) expect(report.fault!.code).toBe(code);
  // Where two entries do not fit, neither is vouched for, whichever is blamed.
  expect([index, index - 1]).toContain(report.size);
  expect(report.head).toBeNull();
  expect(report.summary).toContain(`broken at entry ${index}: `);
}

describe("auditChain", () => {
  test.each([
    ["", {}],
    [", signatures and all", { signatures: true }],
  ])("finds nothing in an honest ledger%s", (_, options) => {
    for (const on of [host, portableHost]) {
      if (on === portableHost && "signatures" in options) continue;
      expect(auditChain(on, texts, { ...options, expected })).toEqual({
        ok: true,
        size: 12,
        head: expected.head,
        tail: "checked",
        fault: null,
        summary: "complete: 12 entries, as expected",
      });
    }
    expect(auditChain(host, texts, options)).toMatchObject({
      ok: true,
      tail: "unchecked",
      head: expected.head,
      summary: "complete up to 12 entries, tail unchecked",
    });
  });

  test("finds nothing in an empty ledger, unless entries were expected", () => {
    expect(auditChain(host, [])).toMatchObject({ ok: true, size: 0, head: null, fault: null });
    expect(auditChain(host, [], { expected: { size: 0, head: null } }).ok).toBe(true);
    expectFault(auditChain(host, [], { expected }), 0, "missing_tail");
    expectFault(auditChain(host, [], { expected: { size: 0, head: expected.head } }), 0, "altered");
  });

  test("finds every change of any field of any entry, and names the entry", () => {
    let changes = 0;
    for (const [i, text] of texts.entries()) {
      for (const { what, text: changed } of fieldChanges(text)) {
        expect(changed).not.toBe(text);
        const whole = auditChain(host, spliced(i, 1, changed), { expected });
        expect([what, i, whole.fault?.index]).toEqual([what, i, i]);
        expectFault(whole, i);
        if (i < last) {
          const open = auditChain(host, spliced(i, 1, changed));
          expect([what, i, open.fault?.index]).toEqual([what, i, i]);
        }
        changes += 1;
      }
    }
    expect(changes).toBeGreaterThan(1_500);
  });

  test("finds every flipped bit of every entry, and names the entry", () => {
    // Four entries here, of every form; chain.slow.test.ts does it with all twelve.
    const all = contents();
    const small = seal([all[0]!, all[2]!, all[10]!, all[1]!]);
    expectEveryFlipFound(small);
  });

  test("finds every removal, insertion, repetition and swap", () => {
    for (let i = 0; i <= last; i++) {
      expectFault(
        auditChain(host, spliced(i, 1), { expected }),
        i,
        i === last ? "missing_tail" : "wrong_index",
      );
      expectFault(auditChain(host, spliced(i, 0, texts[i]!), { expected }), i + 1, "wrong_index");
      for (let j = i + 1; j <= last; j++) {
        expectFault(auditChain(host, spliced(i, 1, texts[j]!).with(j, texts[i]!)), i, "wrong_index");
        expectFault(auditChain(host, spliced(i, j - i)), i, "wrong_index");
        expectFault(auditChain(host, spliced(j, 0, texts[i]!)), j, "wrong_index");
      }
    }
    expectFault(auditChain(host, texts.toReversed()), 0, "wrong_index");
  });

  test("finds entries that were removed or inserted and numbered anew, but not linked anew", () => {
    const numbered = (list: readonly string[]) =>
      list.map((text, index) => canonicalJson({ ...JSON.parse(text), index }));
    for (let i = 1; i < last - 1; i++) {
      expectFault(auditChain(host, numbered(spliced(i, 1))), i, "altered");
      expectFault(auditChain(host, numbered(spliced(i, 0, texts[last]!))), i, "altered");
    }
    expectFault(auditChain(host, numbered(texts.slice(1))), 0, "no_genesis");
  });

  test("finds a cut tail against the expected size, and a rollback against the expected head", () => {
    for (let size = 0; size <= last; size++) {
      const cut = texts.slice(0, size);
      expectFault(auditChain(host, cut, { expected }), size, "missing_tail");
      // Nothing in the entries themselves shows that there were more.
      expect(auditChain(host, cut)).toMatchObject({ ok: true, tail: "unchecked", size });
      expectFault(auditChain(host, texts, { expected: { size, head: expected.head } }), size, "surplus_tail");
      if (size === 0) continue;
      const older = { size, head: expected.head };
      expectFault(auditChain(host, cut, { expected: older }), size - 1, "altered");
      expect(auditChain(host, cut, { expected: { size, head: ledger[size - 1]!.current_hash } }).ok).toBe(
        true,
      );
    }
    expectFault(auditChain(host, texts, { expected: { size: 12, head: null } }), last, "altered");
    expectFault(auditChain(host, texts, { expected: { size: 13, head: expected.head } }), 12, "missing_tail");
  });

  test("finds a ledger that was sealed anew from any entry on, by the expected head only", () => {
    for (let i = 0; i <= last; i++) {
      const forged = resealed(texts, i, (entry) => ({
        ...entry,
        timestamp: ledger[i]!.entry.timestamp.replace(".125", ".126"),
      }));
      expect(auditChain(host, forged).ok).toBe(true);
      const report = auditChain(host, forged, { expected });
      expectFault(report, last, "altered");
      expect(report.fault!.message).toContain(`expected the head ${expected.head}`);
    }
  });

  test("finds a claim that was made up, by its signature", () => {
    for (const i of [0, 2, 11]) {
      const forged = resealed(texts, i, (entry) => ({ ...entry, signature: "0".repeat(128) }));
      expect(auditChain(host, forged).ok).toBe(true);
      expectFault(auditChain(host, forged, { signatures: true }), i, "bad_signature");
    }
  });

  test("finds fields that are not those of the claim that the entry names", () => {
    for (const [i, changes] of [
      [0, { verified_reward: 10_000 }],
      [0, { seed: 8 }],
      [0, { env_config: { preset: "low_demand" } }],
      [1, { agent_id: "mallory" }],
      [1, { claim_id: "0".repeat(64) }],
      [1, { policy_hash: "0".repeat(64) }],
      [2, { plan_hash: "0".repeat(64) }],
      [2, { initial_state_hash: "0".repeat(64) }],
      [2, { final_state_hash: "0".repeat(64) }],
      [2, { final_commit_hash: "0".repeat(64) }],
      [2, { public_key: "0".repeat(64) }],
      [last, { env_id: "energy-slot-v1" }],
    ] as const) {
      const forged = resealed(texts, i, (entry) => ({ ...entry, ...changes }));
      expectFault(auditChain(host, forged), i, "wrong_claim_id");
    }
    // A plan's counts are no part of its claim.
    expect(
      auditChain(
        host,
        resealed(texts, 2, (entry) => ({ ...entry, commits: 4, ops: 0 })),
      ).ok,
    ).toBe(true);
  });

  test("finds a claim that is recorded twice", () => {
    const [first, second] = contents();
    const twice = seal([first!, second!, first!]).map(({ text }) => text);
    expectFault(auditChain(host, twice), 2, "claim_twice");
    // With another evaluation it is still the same claim.
    const { evaluation: _, ...bare } = first as EntryContent & { evaluation?: unknown };
    expectFault(
      auditChain(
        host,
        seal([first!, bare as EntryContent]).map(({ text }) => text),
      ),
      1,
      "claim_twice",
    );
  });

  test("finds an entry that is older than the one before it", () => {
    for (const i of [1, 7, last]) {
      const forged = resealed(texts, i, (entry) => ({ ...entry, timestamp: "2026-02-28T23:09:59.999Z" }));
      expectFault(auditChain(host, forged), i, "earlier_time");
    }
  });

  test("finds a first entry that has a predecessor, and a later one that has none", () => {
    const changed = (i: number, previous_hash: string) =>
      spliced(i, 1, canonicalJson({ ...JSON.parse(texts[i]!), previous_hash }));
    expectFault(auditChain(host, changed(0, "0".repeat(64))), 0, "no_genesis");
    expectFault(auditChain(host, changed(1, "genesis")), 1, "no_genesis");
    expectFault(auditChain(host, changed(last, "genesis")), last, "no_genesis");
  });

  test("tells which of two entries that do not fit was changed, by what follows", () => {
    const relinked = (i: number) =>
      canonicalJson({ ...JSON.parse(texts[i]!), previous_hash: "0".repeat(64) });
    const retimed = (i: number) => texts[i]!.replace(".125Z", ".124Z");
    // Entry 5 hangs on nothing, and entry 6 does not know it.
    expectFault(auditChain(host, spliced(5, 1, relinked(5))), 5, "altered");
    // Entry 4 is not what 5 was appended to, and 6 knows this 5.
    expectFault(auditChain(host, spliced(4, 1, retimed(4))), 4, "altered");
    // Behind the last entry stands the expected head; without it the earlier of the two is named.
    expectFault(auditChain(host, spliced(last, 1, relinked(last)), { expected }), last, "altered");
    expectFault(auditChain(host, spliced(last - 1, 1, retimed(last - 1)), { expected }), last - 1, "altered");
    expectFault(auditChain(host, spliced(last, 1, relinked(last))), last - 1, "altered");
    const { message } = auditChain(host, spliced(last, 1, relinked(last))).fault!;
    expect(message).toContain(`entry ${last - 1} was changed, unless ${last} was`);
  });

  test("refuses an entry of more bytes than a leaf may have", () => {
    const huge = texts[0]!.replace('"env_config":{}', `"env_config":{"x":"${"a".repeat(MAX_ENTRY_BYTES)}"}`);
    expectFault(auditChain(host, [huge]), 0, "unreadable");
  });

  test("never throws, whatever the entries are", () => {
    const anything = fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.constantFrom(...texts));
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 4 }), fc.boolean(), (list, signatures) => {
        const report = auditChain(host, list, { signatures });
        expect(report.ok).toBe(list.every((text, i) => text === texts[i]));
      }),
      { numRuns: 300 },
    );
  });
});

describe("ChainAudit", () => {
  test("says the same entry by entry as auditChain at once", () => {
    for (const list of [texts, spliced(5, 1), spliced(4, 1, texts[4]!.replace(".125Z", ".124Z"))]) {
      const audit = new ChainAudit(host, { expected });
      const added = list.map((text) => audit.add(text));
      expect(audit.finish()).toEqual(auditChain(host, list, { expected }));
      expect(audit.finish()).toEqual(audit.finish());
      // Once it is false it stays false.
      expect(added.lastIndexOf(true)).toBe(added.filter(Boolean).length - 1);
    }
  });
});

describe("a chain that sealEntry made", () => {
  test("holds, whatever the times at which it was made", () => {
    const all = contents();
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...all]),
        fc.array(fc.integer({ min: 0, max: 4e12 }), { minLength: 12, maxLength: 12 }),
        (some, times) => {
          const sealed: Sealed[] = [];
          for (const [i, content] of some.entries()) {
            const before = sealed.at(-1);
            const head: Head | null =
              before === undefined
                ? null
                : { index: i - 1, current_hash: before.current_hash, timestamp: before.entry.timestamp };
            sealed.push(sealEntry(host, head, content, new Date(times[i]!).toISOString()));
          }
          const head = sealed.at(-1)?.current_hash ?? null;
          const report = auditChain(
            host,
            sealed.map(({ text }) => text),
            { expected: { size: some.length, head } },
          );
          expect(report.fault).toBeNull();
        },
      ),
      { numRuns: 30 },
    );
  });
});

function expectEveryFlipFound(sealed: readonly Sealed[]): void {
  const list = sealed.map(({ text }) => text);
  const options = { expected: { size: list.length, head: sealed.at(-1)!.current_hash } };
  expect(auditChain(host, list, options).ok).toBe(true);
  const missed: string[] = [];
  for (const [i, text] of list.entries()) {
    for (const { what, text: flipped } of bitFlips(text)) {
      const index = auditChain(host, list.with(i, flipped), options).fault?.index;
      if (index !== i) missed.push(`${what} of entry ${i}: named ${index}`);
    }
  }
  expect(missed).toEqual([]);
}
