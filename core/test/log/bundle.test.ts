// Entry bundles: what is written is read again, everything else is refused, and each entry is checked against its leaf.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkEntries, formatBundle, parseBundle } from "../../src/log/bundle.ts";
import { refusal } from "../refusal.ts";
import { entriesOf, flips, grown, host, leavesOf } from "./samples.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytes = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

describe("formatBundle and parseBundle", () => {
  test("write a length of two bytes before each entry", () => {
    expect(hex(formatBundle(["", "é", new Uint8Array(256)]))).toBe(
      `0000${"0002c3a9"}0100${"00".repeat(256)}`,
    );
    expect(parseBundle(bytes("00000002c3a9"), 2).map(hex)).toEqual(["", "c3a9"]);
  });

  test("read what was written, and write what was read", () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 70 }), { minLength: 1, maxLength: 256 });
    fc.assert(
      fc.property(entries, (list) => {
        const bundle = formatBundle(list);
        expect(parseBundle(bundle, list.length).map(hex)).toEqual(list.map(hex));
        expect(formatBundle(parseBundle(bundle, list.length))).toEqual(bundle);
      }),
    );
    const random = fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(random, ([some, width]) => {
        let read: Uint8Array[];
        try {
          read = parseBundle(some, width);
        } catch (error) {
          expect(error).toMatchObject({ code: "invalid_bundle" });
          return;
        }
        expect(formatBundle(read)).toEqual(some);
      }),
    );
  });

  test.each([
    ["", 1],
    ["00", 1],
    ["0001", 1],
    ["000100", 2],
    ["00010000", 1],
    ["0000", 2],
    ["00000000", 1],
    ["ffff00", 1],
    ["0000", 0],
    ["0000", 257],
    ["0000", -1],
    ["0000", 0.5],
    ["0000", Number.NaN],
    ["0000", 2 ** 53],
  ])("%s of width %d is refused", (text, width) => {
    expect(refusal(() => parseBundle(bytes(text), width)).code).toBe("invalid_bundle");
  });

  test("hold the largest entries, and nothing larger", () => {
    const large = new Uint8Array(65_535).fill(7);
    expect(parseBundle(formatBundle([large, large]), 2)[1]).toEqual(large);
    for (const entries of [
      [],
      [new Uint8Array(65_536)],
      ["x".repeat(65_536)],
      Array(257).fill(""),
      [7],
      null,
      "ab",
    ]) {
      expect(refusal(() => formatBundle(entries as string[])).code).toBe("invalid_bundle");
    }
  });
});

describe("checkEntries", () => {
  const entries = entriesOf(20);
  const { reader } = grown(leavesOf(entries));

  test("accepts the entries at their places, and names the first that is not there", () => {
    checkEntries(host, reader, 0, entries);
    checkEntries(host, reader, 5, entries.slice(5, 9));
    const shifted = refusal(() => checkEntries(host, reader, 6, entries.slice(5, 9)));
    expect(shifted.code).toBe("wrong_entry");
    const swapped = refusal(() => checkEntries(host, reader, 0, entries.with(7, entries[8]!)));
    expect(swapped.message).toMatch(/^Entry 7 /);
  });

  test("finds every bit of a bundle", () => {
    const bundle = formatBundle(entries);
    let found = 0;
    for (const { bytes: changed } of flips(bundle)) {
      const refused = refusal(() => checkEntries(host, reader, 0, parseBundle(changed, 20)));
      expect(["invalid_bundle", "wrong_entry"]).toContain(refused.code);
      found += 1;
    }
    expect(found).toBe(8 * bundle.length);
  });
});
