import protobuf from "protobufjs/minimal.js";
import { describe, expect, test } from "vitest";
import { applyTransforms, parseTransform } from "../../src/firestore/transform.ts";
import { type Value, writeValue } from "../../src/firestore/value.ts";
import { Code } from "../../src/wire/status.ts";
import { array, bool, double, fields, int, map, NULL, text, time } from "./sample-values.ts";

const NOW = 1_700_000_000_123_456n;
const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

/** An ArrayValue: its elements are field 1, length-delimited. */
const arrayBytes = (...values: Value[]) =>
  values
    .reduce((writer, value) => writer.uint32(10).bytes(writeValue(value)), protobuf.Writer.create())
    .finish();

type Numeric = "increment" | "maximum" | "minimum";
const numeric = (kind: Numeric, operand: Value) =>
  parseTransform({ fieldPath: "x", [kind]: writeValue(operand) });
const elements = (kind: "appendMissingElements" | "removeAllFromArray", ...values: Value[]) =>
  parseTransform({ fieldPath: "x", [kind]: arrayBytes(...values) });

const before = (value: Value | null) => fields(value === null ? {} : { x: value });

describe("applyTransforms", () => {
  test.each<[Numeric, Value | null, Value, Value]>([
    ["increment", int(1), int(2), int(3)],
    ["increment", int(1), double(0.5), double(1.5)],
    ["increment", double(0.5), int(1), double(1.5)],
    ["increment", double(1), double(1), double(2)],
    ["increment", null, int(2), int(2)],
    ["increment", text("1"), double(2.5), double(2.5)],
    ["increment", NULL, int(2), int(2)],
    ["increment", int(MAX), int(1), int(MAX)],
    ["increment", int(MIN), int(-1), int(MIN)],
    ["increment", int(MAX), int(MIN), int(-1)],
    ["increment", int(MAX), double(1), double(2 ** 63)],
    ["increment", double(NaN), int(1), double(NaN)],
    ["maximum", int(1), int(2), int(2)],
    ["maximum", int(3), int(2), int(3)],
    ["maximum", int(1), double(1.5), double(1.5)],
    ["maximum", double(0.5), int(1), int(1)],
    ["maximum", int(3), double(3), int(3)],
    ["maximum", double(3), int(3), double(3)],
    ["maximum", double(-0), int(0), double(-0)],
    ["maximum", int(0), double(-0), int(0)],
    ["maximum", int(1), double(NaN), double(NaN)],
    ["maximum", double(NaN), int(1), double(NaN)],
    ["maximum", int(2n ** 53n), double(2 ** 53), int(2n ** 53n)],
    ["maximum", int(2n ** 53n + 1n), double(2 ** 53), int(2n ** 53n + 1n)],
    ["maximum", null, int(-5), int(-5)],
    ["maximum", text("z"), int(-5), int(-5)],
    ["minimum", int(1), int(2), int(1)],
    ["minimum", int(3), double(2.5), double(2.5)],
    ["minimum", double(3), int(3), double(3)],
    ["minimum", double(0), double(-0), double(0)],
    ["minimum", int(1), double(NaN), double(NaN)],
    ["minimum", double(NaN), int(1), double(NaN)],
    ["minimum", bool(true), double(7), double(7)],
  ])("gives for %s of %o with %o the value %o, and that as the result", (kind, stored, operand, after) => {
    const { fields: changed, results } = applyTransforms(before(stored), [numeric(kind, operand)], NOW);
    expect(changed.get("x")).toEqual(after);
    expect(results).toEqual([after]);
  });

  test.each<["appendMissingElements" | "removeAllFromArray", Value | null, Value[], Value]>([
    ["appendMissingElements", array(int(1)), [int(2), int(3)], array(int(1), int(2), int(3))],
    ["appendMissingElements", array(int(1)), [double(1), int(2)], array(int(1), int(2))],
    ["appendMissingElements", array(), [int(1), double(1), int(1)], array(int(1))],
    ["appendMissingElements", array(double(NaN), NULL), [double(NaN), NULL], array(double(NaN), NULL)],
    ["appendMissingElements", array(map({ a: int(1) })), [map({ a: double(1) })], array(map({ a: int(1) }))],
    ["appendMissingElements", array(int(1), int(1)), [int(1)], array(int(1), int(1))],
    ["appendMissingElements", null, [int(1)], array(int(1))],
    ["appendMissingElements", text("a"), [], array()],
    ["removeAllFromArray", array(int(1), int(2), double(1)), [int(1)], array(int(2))],
    ["removeAllFromArray", array(double(NaN), NULL, int(1)), [double(NaN), NULL], array(int(1))],
    ["removeAllFromArray", null, [int(1)], array()],
    ["removeAllFromArray", text("a"), [text("a")], array()],
  ])("gives for %s of %o with %o the value %o, and null as the result", (kind, stored, given, after) => {
    const { fields: changed, results } = applyTransforms(before(stored), [elements(kind, ...given)], NOW);
    expect(changed.get("x")).toEqual(after);
    expect(results).toEqual([NULL]);
  });

  test("sets every server timestamp to the time of the commit", () => {
    const now = (fieldPath: string) => parseTransform({ fieldPath, setToServerValue: "REQUEST_TIME" });
    const { fields: changed, results } = applyTransforms(fields({}), [now("a"), now("b.c")], NOW);
    expect(changed).toEqual(fields({ a: time(NOW), b: map({ c: time(NOW) }) }));
    expect(results).toEqual([time(NOW), time(NOW)]);
  });

  test("applies transforms of one field one after the other, and gives the results in order", () => {
    const transforms = [
      numeric("increment", int(2)),
      elements("removeAllFromArray"),
      numeric("maximum", int(5)),
    ];
    const { fields: changed, results } = applyTransforms(before(int(1)), transforms, NOW);
    expect(changed.get("x")).toEqual(int(5));
    expect(results).toEqual([int(3), NULL, int(5)]);
  });
});

describe("parseTransform", () => {
  test.each<[string, object, string]>([
    [
      "an operand that is no number",
      { fieldPath: "x", increment: writeValue(text("1")) },
      "operand of increment is a string",
    ],
    [
      "an unspecified server value",
      { fieldPath: "x", setToServerValue: "SERVER_VALUE_UNSPECIFIED" },
      "is not known",
    ],
    ["no kind", { fieldPath: "x" }, "says no kind"],
    ["no field path", { increment: writeValue(int(1)) }, "Invalid property path"],
    ["a reserved field", { fieldPath: "__name__", increment: writeValue(int(1)) }, "is reserved"],
    [
      "an array in an array",
      { fieldPath: "x", appendMissingElements: arrayBytes(array()) },
      "Cannot convert an array value",
    ],
  ])("refuses %s", (_name, wire, message) => {
    expect(() => parseTransform(wire)).toThrow(
      expect.objectContaining({ code: Code.INVALID_ARGUMENT, message: expect.stringContaining(message) }),
    );
  });
});
