// The header of exports and the order of their policies, and that docs/formats.md shows a real one.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatExportHeader, PolicyOrder, parseExportHeader } from "../../src/check/export-format.ts";
import * as check from "../../src/check/index.ts";

const example = JSON.parse(
  readFileSync(new URL("../../../tests/cases/worked-example.json", import.meta.url), "utf8"),
) as { readonly entries: readonly { readonly current_hash: string }[] };
const HEAD = example.entries.at(-1)!.current_hash;

test("@policyledger/agent/check exports these names and no others", () => {
  expect(Object.keys(check).sort()).toMatchInlineSnapshot(`
    [
      "ExportError",
      "ExportReading",
      "MAX_LINE_BYTES",
      "MAX_SUBJECT_BYTES",
      "PolicyOrder",
      "formatExportHeader",
      "keyOf",
      "planIn",
      "subjectFault",
      "subjectOf",
    ]
  `);
});

describe("the header of an export", () => {
  test("is the one that docs/formats.md shows", () => {
    const header = formatExportHeader({ entries: 2, head: HEAD, policies: 1 });
    const formats = readFileSync(new URL("../../../docs/formats.md", import.meta.url), "utf8");
    expect(formats).toContain(`\n${header}\n`);
    expect(parseExportHeader(header)).toEqual({ entries: 2, head: HEAD, policies: 1 });
  });

  test("of an empty ledger names no head", () => {
    const header = formatExportHeader({ entries: 0, head: null, policies: 0 });
    expect(header).toBe('{"entries":0,"head":null,"kind":"policyledger-export","policies":0,"v":1}');
    expect(parseExportHeader(header)).toEqual({ entries: 0, head: null, policies: 0 });
  });

  const good = { kind: "policyledger-export", v: 1, entries: 2, head: HEAD, policies: 1 };
  const canonical = (value: object) =>
    JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));

  test.each([
    ["not JSON", "hello"],
    ["not canonical", JSON.stringify(good)],
    ["no object", "[]"],
    ["of another kind", canonical({ ...good, kind: "other" })],
    ["of another version", canonical({ ...good, v: 2 })],
    ["with a member too many", canonical({ ...good, more: 1 })],
    ["without its policies", canonical({ ...good, policies: undefined })],
    ["with half an entry", canonical({ ...good, entries: 0.5 })],
    ["with less than no entry", canonical({ ...good, entries: -1 })],
    ["with entries and no head", canonical({ ...good, head: null })],
    ["with a head and no entries", canonical({ ...good, entries: 0 })],
    ["with a head that is no hash", canonical({ ...good, head: HEAD.toUpperCase() })],
    ["too long", canonical({ ...good, head: "a".repeat(600) })],
  ])("is refused when it is %s", (_, line) => {
    expect(() => parseExportHeader(line)).toThrow(expect.objectContaining({ code: "not_an_export" }));
  });
});

test("policies stand in the order in which they are first named", () => {
  const order = new PolicyOrder();
  expect(["b", "a", "b", "c"].map((hash) => order.add(hash))).toEqual([true, true, false, true]);
  expect([[...order], order.size]).toEqual([["b", "a", "c"], 3]);
});
