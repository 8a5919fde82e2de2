// Values for tests: short constructors, and arbitrary ones for properties.
import fc from "fast-check";
import type { Fields, Value } from "../../src/firestore/value.ts";

export const NULL: Value = { kind: "null" };
export const bool = (value: boolean): Value => ({ kind: "boolean", value });
export const int = (value: bigint | number): Value => ({ kind: "integer", value: BigInt(value) });
export const double = (value: number): Value => ({ kind: "double", value });
export const time = (value: bigint): Value => ({ kind: "timestamp", value });
export const text = (value: string): Value => ({ kind: "string", value });
export const bytes = (...value: number[]): Value => ({ kind: "bytes", value: Uint8Array.from(value) });
export const ref = (path: string): Value => ({ kind: "reference", value: `${ROOT}/${path}` });
export const geo = (latitude: number, longitude: number): Value => ({
  kind: "geopoint",
  latitude,
  longitude,
});
export const array = (...values: Value[]): Value => ({ kind: "array", values });
export const fields = (record: Record<string, Value>): Fields => new Map(Object.entries(record));
export const map = (record: Record<string, Value>): Value => ({ kind: "map", fields: fields(record) });
export const vector = (...numbers: number[]): Value =>
  map({ __type__: text("__vector__"), value: array(...numbers.map(double)) });

export const DATABASE = "projects/p/databases/(default)";
export const ROOT = `${DATABASE}/documents`;

const wellFormed = fc.string({ unit: "binary", maxLength: 6 });
const fieldName = wellFormed.filter((name) => name !== "" && !/^__.*__$/s.test(name));
const id = fc.constantFrom("a", "b", "ab", "__id1__", "__id10__", "__id9__", "é", "😀", "\uFFFD");

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(NULL),
  fc.boolean().map(bool),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(int),
  fc.integer({ min: -3, max: 3 }).map(int),
  fc.double().map(double),
  fc.constantFrom(NaN, 0, -0, 1, 2 ** 53, 2 ** 63, -Infinity, Infinity).map(double),
  fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n).map(int),
  fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }).map(time),
  wellFormed.map(text),
  fc.uint8Array({ maxLength: 4 }).map((value): Value => ({ kind: "bytes", value })),
  fc
    .constantFrom(2, 4)
    .chain((length) => fc.array(id, { minLength: length, maxLength: length }))
    .map((ids) => ref(ids.join("/"))),
  fc
    .tuple(fc.double({ min: -90, max: 90, noNaN: true }), fc.double({ min: -180, max: 180, noNaN: true }))
    .map(([latitude, longitude]) => geo(latitude, longitude)),
  fc.array(fc.constantFrom(0, 1, 1.5, NaN), { maxLength: 3 }).map((numbers) => vector(...numbers)),
);

/** Any value that a document can hold. */
export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value; map: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    scalar,
    tie("map"),
    fc.array(fc.oneof(scalar, tie("map")), { maxLength: 3 }).map((values) => array(...values)),
  ),
  map: fc
    .uniqueArray(fc.tuple(fc.oneof(fc.constantFrom("a", "b"), fieldName), tie("value")), {
      maxLength: 3,
      selector: ([name]) => name,
    })
    .map((entries): Value => ({ kind: "map", fields: new Map(entries) })),
})).value;
