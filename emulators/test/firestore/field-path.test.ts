import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyMask,
  formatFieldPath,
  getField,
  parseFieldPath,
  parseMask,
  setField,
} from "../../src/firestore/field-path.ts";
import { Code } from "../../src/wire/status.ts";
import { fields, int, map } from "./sample-values.ts";

const refusal = (message: string) =>
  expect.objectContaining({ code: Code.INVALID_ARGUMENT, message: expect.stringContaining(message) });

describe("parseFieldPath", () => {
  test.each([
    ["a", ["a"]],
    ["_a1.B", ["_a1", "B"]],
    ["`a.b`", ["a.b"]],
    ["a.`b c`.d", ["a", "b c", "d"]],
    ["`\\``", ["`"]],
    ["`\\\\`", ["\\"]],
    ["`é`", ["é"]],
    ["`1`.`2`", ["1", "2"]],
    ["__name__", ["__name__"]],
  ])("reads %s", (text, path) => {
    expect(parseFieldPath(text)).toEqual(path);
  });

  test.each(["", ".", "a.", ".a", "a..b", "1a", "a-b", "a b", "é", "`a", "a`", "`a`b", "`\\a`", "a.`b``c`"])(
    "refuses %j",
    (text) => {
      expect(() => parseFieldPath(text)).toThrow(refusal("Invalid property path"));
    },
  );

  test("refuses an empty name in backticks and a path of more than 1500 bytes", () => {
    expect(() => parseFieldPath("a.``")).toThrow(refusal("field name is empty"));
    expect(() => parseFieldPath(`a.${"b".repeat(1_499)}`)).toThrow(refusal("longer than 1500 bytes"));
  });

  test("reads back any path that formatFieldPath writes", () => {
    const name = fc.oneof(
      fc.constantFrom("a", "`", "\\", ".", "a.b"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (path) => {
        expect(parseFieldPath(formatFieldPath(path))).toEqual(path);
      }),
    );
  });
});

test("formatFieldPath quotes only what needs it", () => {
  expect(formatFieldPath(["a", "b.c", "`\\"])).toBe("a.`b.c`.`\\`\\\\`");
});

describe("parseMask", () => {
  test("reads paths that do not touch each other, and no paths at all", () => {
    expect(parseMask(["b", "a.b", "a.c", "ab"])).toEqual([["b"], ["a", "b"], ["a", "c"], ["ab"]]);
    expect(parseMask([])).toEqual([]);
  });

  test.each([
    [["a", "a"], '"a" stands twice'],
    [["a", "`a`"], '"a" stands twice'],
    [["a.b", "ab", "a", "a.b.c"], '"a" and "a.b" in the update mask conflict'],
    [["a.b.c", "a!".replace("!", "b"), "a.b"], '"a.b" and "a.b.c" in the update mask conflict'],
    [["__name__"], '"__name__" cannot be written'],
    [["a.__b__"], 'the field name "__b__" is reserved'],
    [[Array(22).fill("a").join(".")], "nested more than 20 levels deep"],
  ])("refuses %j", (mask, message) => {
    expect(() => parseMask(mask)).toThrow(refusal(message));
  });
});

const before = fields({ a: map({ b: int(1), c: int(2) }), d: int(3) });

test("getField finds what is inside maps, and nothing elsewhere", () => {
  expect(getField(before, ["a", "b"])).toEqual(int(1));
  expect(getField(before, ["a", "x"])).toBeUndefined();
  expect(getField(before, ["d", "b"])).toBeUndefined();
});

describe("setField", () => {
  test.each([
    [["d"], fields({ a: map({ b: int(1), c: int(2) }), d: int(9) })],
    [["a", "b"], fields({ a: map({ b: int(9), c: int(2) }), d: int(3) })],
    [["x", "y"], fields({ a: map({ b: int(1), c: int(2) }), d: int(3), x: map({ y: int(9) }) })],
    [["d", "y"], fields({ a: map({ b: int(1), c: int(2) }), d: map({ y: int(9) }) })],
  ])("sets %j", (path, after) => {
    expect(setField(before, path, int(9))).toEqual(after);
  });

  test("leaves the fields of before as they were, and shares what did not change", () => {
    const after = setField(before, ["d"], int(9));
    expect(getField(before, ["d"])).toEqual(int(3));
    expect(after.get("a")).toBe(before.get("a"));
  });
});

describe("applyMask", () => {
  const update = fields({ a: map({ b: int(9), x: int(8) }), ignored: int(7) });

  test.each([
    [[["a", "b"]], fields({ a: map({ b: int(9), c: int(2) }), d: int(3) })],
    [[["a"]], fields({ a: map({ b: int(9), x: int(8) }), d: int(3) })],
    [[["a", "c"]], fields({ a: map({ b: int(1) }), d: int(3) })],
    [[["d"]], fields({ a: map({ b: int(1), c: int(2) }) })],
    [[["d"], ["a", "x"]], fields({ a: map({ b: int(1), c: int(2), x: int(8) }) })],
    [
      [
        ["d", "x"],
        ["y", "z"],
      ],
      before,
    ],
    [[], before],
  ])("of %j sets what the update has there, deletes what it lacks and leaves the rest", (mask, after) => {
    expect(applyMask(before, update, mask)).toEqual(after);
  });

  test("leaves the fields of before as they were, and shares what did not change", () => {
    const after = applyMask(before, update, [["d"]]);
    expect(getField(before, ["d"])).toEqual(int(3));
    expect(after.get("a")).toBe(before.get("a"));
    applyMask(before, update, [["a", "b"]]);
    expect(getField(before, ["a", "b"])).toEqual(int(1));
  });
});
