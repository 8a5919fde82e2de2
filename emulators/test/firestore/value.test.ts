import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { makeDocument, readDocument, storedDocument, writeDocument } from "../../src/firestore/document.ts";
import { identical } from "../../src/firestore/identical.ts";
import {
  readArray,
  readFields,
  readValue,
  type Value,
  writeFields,
  writeValue,
} from "../../src/firestore/value.ts";
import { Code } from "../../src/wire/status.ts";
import {
  anyValue,
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

// The messages again, as protobufjs itself encodes them: a second opinion on the bytes.
const { root } = protobuf.parse(`syntax = "proto3";
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
  message LatLng { double latitude = 1; double longitude = 2; }
  message ArrayValue { repeated Value values = 1; }
  message MapValue { map<string, Value> fields = 1; }
  message Value { oneof value_type { int32 null_value = 11; bool boolean_value = 1; int64 integer_value = 2;
    double double_value = 3; Timestamp timestamp_value = 10; string string_value = 17; bytes bytes_value = 18;
    string reference_value = 5; LatLng geo_point_value = 8; ArrayValue array_value = 9; MapValue map_value = 6;
    string field_reference_value = 19; } }`);
const wireValue = root.lookupType("Value");
const encoded = (message: object) => wireValue.encode(wireValue.fromObject(message)).finish();
const hex = (...parts: string[]) => Buffer.from(parts.join(""), "hex");

const cases: [string, Value, object][] = [
  ["null", NULL, { nullValue: 0 }],
  ["false", bool(false), { booleanValue: false }],
  ["true", bool(true), { booleanValue: true }],
  ["zero", int(0), { integerValue: 0 }],
  ["-1", int(-1), { integerValue: -1 }],
  ["2^53 + 1", int(2n ** 53n + 1n), { integerValue: "9007199254740993" }],
  ["the greatest integer", int(2n ** 63n - 1n), { integerValue: "9223372036854775807" }],
  ["the smallest integer", int(-(2n ** 63n)), { integerValue: "-9223372036854775808" }],
  ["1.5", double(1.5), { doubleValue: 1.5 }],
  ["-0", double(-0), { doubleValue: -0 }],
  ["NaN", double(NaN), { doubleValue: NaN }],
  [
    "a time",
    time(1_700_000_000_123_456n),
    { timestampValue: { seconds: 1_700_000_000, nanos: 123_456_000 } },
  ],
  ["a time before 1970", time(-1n), { timestampValue: { seconds: -1, nanos: 999_999_000 } }],
  ["a string", text("é😀\uFFFD"), { stringValue: "é😀\uFFFD" }],
  ["the empty string", text(""), { stringValue: "" }],
  ["bytes", bytes(0, 255), { bytesValue: Uint8Array.of(0, 255) }],
  ["a reference", ref("a/b"), { referenceValue: `${ROOT}/a/b` }],
  ["a geo point", geo(-90, 180), { geoPointValue: { latitude: -90, longitude: 180 } }],
  ["an array", array(int(1), NULL), { arrayValue: { values: [{ integerValue: 1 }, { nullValue: 0 }] } }],
  ["the empty array", array(), { arrayValue: {} }],
  ["a map", map({ a: map({}) }), { mapValue: { fields: { a: { mapValue: {} } } } }],
];

describe("readValue", () => {
  test.each(cases)("reads %s as protobufjs encodes it", (_name, value, message) => {
    expect(readValue(encoded(message))).toEqual(value);
  });

  test.each(cases)("reads %s as writeValue writes it", (_name, value) => {
    expect(readValue(writeValue(value))).toEqual(value);
  });

  test("reads back any value that writeValue writes", () => {
    fc.assert(fc.property(anyValue, (value) => identical(readValue(writeValue(value)), value)));
  });

  test("takes the last member when several are set", () => {
    expect(readValue(Buffer.concat([writeValue(int(1)), writeValue(text("x"))]))).toEqual(text("x"));
  });

  test("passes over fields that it does not know", () => {
    expect(readValue(Buffer.concat([hex("c80c01"), writeValue(int(1)), hex("d20c0161")]))).toEqual(int(1));
  });

  test("cuts a time to whole microseconds", () => {
    expect(readValue(encoded({ timestampValue: { seconds: 1, nanos: 1_999 } }))).toEqual(time(1_000_001n));
  });

  test("keeps the numbers of a vector", () => {
    expect(readValue(writeValue(vector(1, 2)))).toEqual(vector(1, 2));
  });

  test("copies bytes, so that a request is not kept in memory by them", () => {
    const wire = Buffer.from(writeValue(bytes(1, 2)));
    const value = readValue(wire);
    wire.fill(9);
    expect(value).toEqual(bytes(1, 2));
  });

  test("keeps 20 maps and arrays inside each other and refuses 21", () => {
    const nested = (depth: number): Value => (depth === 1 ? array(int(1)) : map({ a: nested(depth - 1) }));
    expect(readValue(writeValue(nested(20)))).toEqual(nested(20));
    expect(() => readValue(writeValue(nested(21)))).toThrow("nested more than 20 levels deep");
  });

  test.each<[string, Uint8Array, string]>([
    ["a value without a member", hex(""), "no member set"],
    ["an element without a member", hex("4a020a00"), "no member set"],
    ["an entry without a value", hex("32050a030a0161"), 'Field "a" has no value'],
    ["an array in an array", writeValue(array(array())), "Cannot convert an array value in an array value."],
    ["a field reference", encoded({ fieldReferenceValue: "a" }), "cannot be document values"],
    ["a function", hex("a20100"), "cannot be document values"],
    ["an empty field name", writeValue(map({ "": NULL })), "A field name is empty"],
    ["a reserved field name", writeValue(map({ __a__: NULL })), 'Field name "__a__" is reserved'],
    [
      "a vector with more than its numbers",
      writeValue(map({ __type__: text("__vector__"), value: array(), x: NULL })),
      '"__type__" is reserved',
    ],
    ["a vector of 2049 dimensions", writeValue(vector(...Array(2_049).fill(0))), "has 2049 dimensions"],
    [
      "a vector of strings",
      writeValue(map({ __type__: text("__vector__"), value: array(text("x")) })),
      "A vector holds a string",
    ],
    ["a field name of 1501 bytes", writeValue(map({ ["é".repeat(751)]: NULL })), "longer than 1500 bytes"],
    ["a time before year 1", encoded({ timestampValue: { seconds: -62_135_596_801 } }), "is outside"],
    ["a time after year 9999", encoded({ timestampValue: { seconds: 253_402_300_800 } }), "is outside"],
    ["a time with too many nanoseconds", encoded({ timestampValue: { nanos: 1_000_000_000 } }), "is outside"],
    ["a latitude beyond 90", encoded({ geoPointValue: { latitude: 90.1 } }), "Latitude 90.1 is outside"],
    [
      "a longitude that is no number",
      encoded({ geoPointValue: { longitude: NaN } }),
      "Longitude NaN is outside",
    ],
    ["invalid UTF-8", hex("8a0101ff"), "not valid UTF-8"],
    ["half a surrogate pair", hex("8a0103eda080"), "not valid UTF-8"],
    ["a length beyond the end", hex("8a010561"), "reaches beyond its message"],
    ["a number that is cut off", hex("1080"), "Malformed bytes"],
    ["a number of eleven bytes", hex("10", "80".repeat(10), "01"), "longer than ten bytes"],
    ["a double that is cut off", hex("19000000"), "Malformed bytes"],
    ["an inner message that ends inside a field", hex("4a030a0110", "01"), "Malformed bytes"],
    ["field number 0", hex("0001"), "field number 0"],
    ["an unknown wire type", hex("0f"), "Malformed bytes"],
  ])("refuses %s as INVALID_ARGUMENT", (_name, wire, message) => {
    expect(() => readValue(wire)).toThrow(
      expect.objectContaining({ code: Code.INVALID_ARGUMENT, message: expect.stringContaining(message) }),
    );
  });

  test("answers any bytes with a value or INVALID_ARGUMENT", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (wire) => {
        try {
          readValue(wire);
        } catch (error) {
          expect(error).toMatchObject({ code: Code.INVALID_ARGUMENT });
        }
      }),
    );
  });

  test("answers bytes with one changed likewise", () => {
    fc.assert(
      fc.property(anyValue, fc.nat(), fc.nat(255), (value, at, byte) => {
        const wire = writeValue(value);
        wire[at % wire.length] = byte;
        try {
          readValue(wire);
        } catch (error) {
          expect(error).toMatchObject({ code: Code.INVALID_ARGUMENT });
        }
      }),
    );
  });
});

test("readFields reads what writeFields writes", () => {
  const some = fields({ a: int(1), b: map({ c: text("d") }) });
  expect(readFields(writeFields(some))).toEqual(some);
});

test("readArray reads the elements of an ArrayValue and refuses arrays among them", () => {
  // An ArrayValue's one field has the same number and type as the entries of a map.
  const wire = (...values: Value[]) =>
    values
      .reduce((writer, value) => writer.uint32(10).bytes(writeValue(value)), protobuf.Writer.create())
      .finish();
  expect(readArray(wire(int(1), text("x")))).toEqual([int(1), text("x")]);
  expect(() => readArray(wire(array()))).toThrow("Cannot convert an array value in an array value.");
});

describe("writeDocument", () => {
  const document = makeDocument(`${ROOT}/a/b`, fields({ x: int(1), y: text("z") }), 1_000_001n, -1n);

  test("gives bytes from which storedDocument has the same document", () => {
    const { name, createTime, updateTime, fields } = storedDocument(writeDocument(document));
    expect({ name, createTime, updateTime, fields }).toEqual({
      name: document.name,
      createTime: 1_000_001n,
      updateTime: -1n,
      fields: document.fields,
    });
  });

  test("gives the bytes of a stored document back as they are", () => {
    const wire = writeDocument(document);
    expect(writeDocument(storedDocument(wire))).toBe(wire);
  });

  test("encodes a plain object too", () => {
    const { name, fields, createTime, updateTime } = document;
    expect(writeDocument({ name, fields, createTime, updateTime })).toEqual(writeDocument(document));
  });
});

test("readDocument reads name and fields, and refuses reserved field names", () => {
  const named = (some: Record<string, Value>) =>
    writeDocument(makeDocument(`${ROOT}/a/b`, fields(some), 0n, 0n));
  expect(readDocument(named({ x: int(1) }))).toEqual({ name: `${ROOT}/a/b`, fields: fields({ x: int(1) }) });
  expect(() => readDocument(named({ __x__: int(1) }))).toThrow('"__x__" is reserved');
  expect(() => readDocument(named({ __type__: text("__vector__"), value: array() }))).toThrow("is reserved");
});
