import { describe, expect, test } from "vitest";
import { checkSize, sizeOf } from "../../src/firestore/size.ts";
import type { Value } from "../../src/firestore/value.ts";
import { Code } from "../../src/wire/status.ts";
import {
  array,
  bool,
  bytes,
  double,
  fields,
  geo,
  int,
  map,
  NULL,
  ROOT,
  ref,
  text,
  time,
  vector,
} from "./sample-values.ts";

const name = `${ROOT}/users/jeff/tasks/my_task_id`;

describe("sizeOf", () => {
  test("counts the example of the published rules as 147 bytes", () => {
    const task = {
      type: text("Personal"),
      done: bool(false),
      priority: int(1),
      description: text("Learn Cloud Firestore"),
    };
    expect(sizeOf({ name, fields: fields(task) })).toBe(147);
  });

  test("counts a numeric id as 8 bytes", () => {
    expect(sizeOf({ name: `${ROOT}/Task/__id5__`, fields: fields({}) })).toBe(5 + 8 + 16 + 32);
  });

  test.each<[string, Value, number]>([
    ["null", NULL, 1],
    ["a boolean", bool(true), 1],
    ["an integer", int(2n ** 62n), 8],
    ["a double", double(1.5), 8],
    ["a time", time(0n), 8],
    ["a string, in UTF-8 and one more", text("é😀"), 7],
    ["bytes", bytes(1, 2, 3), 3],
    ["a geo point", geo(1, 2), 16],
    ["a reference, as the name of its document", ref("users/jeff/tasks/my_task_id"), 44],
    ["an array, as its elements", array(int(1), text("a")), 10],
    ["a map, as its names and values", map({ ab: int(1) }), 11],
    ["a vector, 8 for each dimension", vector(1, 2, 3), 24],
  ])("counts %s", (_name, value, size) => {
    const empty = sizeOf({ name, fields: fields({}) });
    expect(sizeOf({ name, fields: fields({ x: value }) }) - empty).toBe(2 + size);
  });
});

describe("checkSize", () => {
  /** A document of exactly so many bytes, of which half are in each of two fields. */
  const ofSize = (size: number) => {
    const rest = size - sizeOf({ name, fields: fields({ a: bytes(), b: bytes() }) });
    const half = (length: number): Value => ({ kind: "bytes", value: new Uint8Array(length) });
    return { name, fields: fields({ a: half(Math.floor(rest / 2)), b: half(Math.ceil(rest / 2)) }) };
  };

  test("lets a document of 1,048,576 bytes pass and refuses one of 1,048,577", () => {
    expect(() => checkSize(ofSize(1_048_576))).not.toThrow();
    expect(() => checkSize(ofSize(1_048_577))).toThrow(
      expect.objectContaining({
        code: Code.INVALID_ARGUMENT,
        message: `Document '${name}' cannot be written because its size (1,048,577 bytes) exceeds the maximum allowed size of 1,048,576 bytes.`,
      }),
    );
  });

  test("refuses a single value of more than 1,048,487 bytes, also inside a map", () => {
    const document = (length: number) => ({
      name: `${ROOT}/a/b`,
      fields: fields({ m: map({ x: text("x".repeat(length)) }) }),
    });
    expect(() => checkSize(document(1_048_487))).not.toThrow();
    expect(() => checkSize(document(1_048_488))).toThrow(
      'The value of property "x" is longer than 1048487 bytes.',
    );
  });
});
