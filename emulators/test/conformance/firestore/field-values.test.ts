// Every type of value round trips: what is written is what is read, to the last bit that the service keeps.
import { FieldValue, GeoPoint, Timestamp } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
const GREATEST = 9_223_372_036_854_775_807n;
const LEAST = -9_223_372_036_854_775_808n;

/** Writes one field with one client and reads it with a second that gives integers as bigint. */
async function roundTrip(value: unknown): Promise<unknown> {
  const path = target.collection().doc("a").path;
  await target.db.doc(path).set({ v: value });
  const exact = target.client({ useBigInt: true });
  return (await exact.doc(path).get()).get("v");
}

test("null, true and false", async () => {
  expect(await roundTrip([null, true, false])).toEqual([null, true, false]);
});

test("integers over all of int64, exactly", async () => {
  const integers = [0n, 1n, -1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, GREATEST, LEAST];
  expect(await roundTrip(integers)).toEqual(integers);
});

test("doubles, with both infinities, the smallest, the largest and NaN", async () => {
  const doubles = [0.1, -2.5, Number.MIN_VALUE, Number.MAX_VALUE, Infinity, -Infinity, NaN, 2 ** 60];
  expect(await roundTrip(doubles)).toEqual(doubles);
});

test("negative zero stays negative and a double", async () => {
  expect(await roundTrip(-0)).toBe(-0);
});

test("an integer and a double of the same number stay what they are", async () => {
  const doc = target.collection().doc("a");
  const fields = { integer: { integerValue: "3" }, double: { doubleValue: 3 } };
  await target.raw.call("UpdateDocument", { document: { name: target.name(doc.path), fields } });
  expect((await target.raw.call("GetDocument", { name: target.name(doc.path) })).fields).toEqual(fields);
});

test("a timestamp keeps its microseconds and loses what is finer, rounded down", async () => {
  const times = [
    new Timestamp(1_700_000_000, 123_456_789),
    new Timestamp(-1, 999_999_999),
    new Timestamp(0, 999),
  ];
  expect(await roundTrip(times)).toEqual([
    new Timestamp(1_700_000_000, 123_456_000),
    new Timestamp(-1, 999_999_000),
    new Timestamp(0, 0),
  ]);
});

test("timestamps from the year 1 to the year 9999", async () => {
  const times = [new Timestamp(-62_135_596_800, 0), new Timestamp(253_402_300_799, 999_999_000)];
  expect(await roundTrip(times)).toEqual(times);
});

test("a Date is read as a timestamp", async () => {
  const date = new Date("2026-11-20T20:14:02.123Z");
  expect(await roundTrip(date)).toEqual(Timestamp.fromDate(date));
});

test("strings: empty, many scripts, NUL, emoji, both Unicode forms of a letter, and 100,000 characters", async () => {
  const strings = [
    "",
    "日本語 עברית",
    "a\u0000b",
    "👩‍👩‍👧😀",
    "\u00e9 \u0065\u0301",
    "\uffff\u{10ffff}",
    "x".repeat(100_000),
  ];
  expect(await roundTrip(strings)).toEqual(strings);
});

test("bytes: none, all 256 of them, and 100,000", async () => {
  const all = [
    Buffer.alloc(0),
    Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
    Buffer.alloc(100_000, 7),
  ];
  const read = (await roundTrip(all)) as Buffer[];
  expect(read.map((bytes) => Buffer.from(bytes).toString("hex"))).toEqual(
    all.map((bytes) => bytes.toString("hex")),
  );
});

test("references keep the whole path of their document, which need not exist", async () => {
  const doc = target.collection().doc("a");
  const other = target.db.doc("some/where/far/below");
  await doc.set({ one: other, many: [doc, other] });
  const snapshot = await doc.get();
  expect(snapshot.get("one").path).toBe("some/where/far/below");
  expect(snapshot.get("many").map((reference: { path: string }) => reference.path)).toEqual([
    doc.path,
    other.path,
  ]);
});

// Seen in the emulator and in the cloud.
test("a reference may point into another project", async () => {
  const name = target.name(target.collection().doc("a").path);
  const fields = { v: { referenceValue: "projects/another/databases/(default)/documents/x/y" } };
  await target.raw.call("UpdateDocument", { document: { name, fields } });
  expect((await target.raw.call("GetDocument", { name })).fields).toEqual(fields);
});

test("geographical points, at the poles and at zero too", async () => {
  const points = [
    new GeoPoint(50.1430847, -122.947778),
    new GeoPoint(0, 0),
    new GeoPoint(90, 180),
    new GeoPoint(-90, -180),
  ];
  expect(await roundTrip(points)).toEqual(points);
});

test("arrays of all types, and empty ones", async () => {
  const array = [
    null,
    true,
    "s",
    1.5,
    new Timestamp(1, 0),
    new GeoPoint(1, 2),
    { inner: [1n, { deeper: [] }] },
  ];
  expect(await roundTrip([])).toEqual([]);
  expect(await roundTrip(array)).toEqual(array);
});

test("maps, empty ones, and keys of any characters", async () => {
  const keys = { plain: 1n, "with.dot": 2n, "`tick`": 3n, "\\": 4n, "a b": 5n, 日本: 6n, "😀": 7n, "0": 8n };
  expect(await roundTrip({})).toEqual({});
  expect(await roundTrip(keys)).toEqual(keys);
});

test("vectors come back as vectors, the empty one too", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ some: FieldValue.vector([1, -0.5, 3e10]), none: FieldValue.vector([]) });
  const snapshot = await doc.get();
  expect(snapshot.get("some").toArray()).toEqual([1, -0.5, 3e10]);
  expect(snapshot.get("none").toArray()).toEqual([]);
});

test("a query and a listener give the same values as a read", async () => {
  const c = target.collection();
  const values = { n: -0, t: new Timestamp(5, 6_000), g: new GeoPoint(1, 2), deep: { a: [{ b: NaN }] } };
  await c.doc("a").set(values);
  const listened = await new Promise((resolve, reject) => {
    const stop = c.onSnapshot((snapshot) => {
      stop();
      resolve(snapshot.docs[0]!.data());
    }, reject);
  });
  expect((await c.get()).docs[0]!.data()).toEqual(values);
  expect(listened).toEqual(values);
});

// Texts differ between the emulator and the cloud; the code does not.
test.each([
  [
    "an array directly inside an array",
    { arrayValue: { values: [{ arrayValue: { values: [{ nullValue: 0 }] } }] } },
  ],
  ["a value of no type", {}],
  ["a latitude beyond the pole", { geoPointValue: { latitude: 91, longitude: 0 } }],
  ["a longitude beyond 180", { geoPointValue: { latitude: 0, longitude: -180.5 } }],
  ["a reference to a collection", { referenceValue: "projects/p/databases/(default)/documents/c" }],
])("%s is refused with INVALID_ARGUMENT", async (_, v) => {
  const name = target.name(target.collection().doc("a").path);
  await refused(
    target.raw.call("UpdateDocument", { document: { name, fields: { v } } }),
    Code.INVALID_ARGUMENT,
  );
});
