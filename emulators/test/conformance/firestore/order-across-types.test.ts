// One order over all values: null, booleans, numbers, timestamps, strings, bytes, references, points, arrays, vectors, maps.
import { FieldValue, GeoPoint, Timestamp } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { seed } from "./seed.ts";
import { useTarget } from "./target.ts";

const target = useTarget();

/** Writes the values under ids that say the reverse of their order, and checks both directions of `orderBy`. */
async function ordered(...values: unknown[]): Promise<void> {
  const c = target.collection();
  const place = (i: number) => `p${String(i).padStart(3, "0")}`;
  const id = (i: number) => `${String(values.length - i).padStart(3, "0")}-${place(i)}`;
  await seed(c, Object.fromEntries(values.map((v, i) => [id(i), { v }])));
  const expected = values.map((_, i) => place(i));
  const places = async (direction: "asc" | "desc") =>
    (await c.orderBy("v", direction).get()).docs.map((document) => document.id.slice(4));
  expect(await places("asc")).toEqual(expected);
  expect(await places("desc")).toEqual(expected.toReversed());
}

test("types follow each other", async () => {
  await ordered(
    null,
    false,
    true,
    NaN,
    -Infinity,
    0,
    Infinity,
    new Timestamp(0, 0),
    "",
    "zzz",
    Buffer.alloc(0),
    target.db.doc("a/a"),
    new GeoPoint(0, 0),
    [],
    ["z"],
    FieldValue.vector([0]),
    {},
    { a: null },
  );
});

test("numbers compare by their number, whichever of the two types they have", async () => {
  await ordered(NaN, -Infinity, -3, -2.5, -1, 0, 1.5, 2, 2.5, 3, 1e300, Infinity);
});

test("integers and doubles compare exactly beyond 2^53", async () => {
  const double = 2 ** 53; // Not a safe integer, so the client sends a double.
  await ordered(2n ** 53n - 1n, double, 2n ** 53n + 1n, 2 ** 53 + 2, 2n ** 63n - 1n, 2 ** 63);
});

test("numbers that are equal are ordered by the document's name", async () => {
  const c = target.collection();
  const { raw } = target;
  const put = (id: string, value: object) =>
    raw.call("UpdateDocument", { document: { name: target.name(`${c.id}/${id}`), fields: { v: value } } });
  await put("d", { doubleValue: 0 });
  await put("c", { doubleValue: -0 });
  await put("b", { integerValue: "0" });
  await put("a", { doubleValue: 1 });
  await put("e", { integerValue: "1" });
  expect((await c.orderBy("v").get()).docs.map(({ id }) => id)).toEqual(["b", "c", "d", "a", "e"]);
});

test("timestamps by their time, to the microsecond", async () => {
  await ordered(
    new Timestamp(-5, 0),
    new Timestamp(-1, 999_999_000),
    new Timestamp(0, 0),
    new Timestamp(0, 1_000),
    new Date(),
  );
});

test("strings by their UTF-8 bytes, which is not the order of JavaScript", async () => {
  await ordered(
    "",
    "\u0000",
    "A",
    "B",
    "a",
    "aa",
    "b",
    "é",
    "日",
    "\uf000",
    "\uffff",
    "\u{1f600}",
    "\u{10ffff}",
  );
});

test("bytes by byte, the shorter first", async () => {
  await ordered(Buffer.alloc(0), Buffer.from([1]), Buffer.from([1, 2]), Buffer.from([2]), Buffer.from([255]));
});

test("references by their path, part for part", async () => {
  const doc = (path: string) => target.db.doc(path);
  await ordered(doc("a/a"), doc("a/a/b/b"), doc("a/b"), doc("a!/a"), doc("aa/a"), doc("b/a"));
});

test("points by latitude, then by longitude", async () => {
  await ordered(
    new GeoPoint(-1, 5),
    new GeoPoint(0, -1),
    new GeoPoint(0, 0),
    new GeoPoint(1, -5),
    new GeoPoint(1, 5),
  );
});

test("arrays by element, then the shorter first", async () => {
  await ordered([], [null], [1], [1, 2], [1, 2, null], [1, 3], [2], ["a"], [{ a: 1 }]);
});

test("vectors by length first, then by element, after arrays and before maps", async () => {
  await ordered(
    [100],
    FieldValue.vector([-Infinity]),
    FieldValue.vector([-100]),
    FieldValue.vector([100]),
    FieldValue.vector([1, 2]),
    FieldValue.vector([2, 2]),
    FieldValue.vector([1, 2, 3]),
    { a: 1 },
  );
});

// Recorded from the cloud: {a:1} before {a:1,b:0} before {a:2} before {b:0}.
test("maps by key and value in the order of the keys, then the smaller first", async () => {
  await ordered({}, { a: 1 }, { a: 1, b: 0 }, { a: 2 }, { b: 0 }, { b: 0, c: 1 });
});

test("map keys by their UTF-8 bytes", async () => {
  await ordered({ Z: 1 }, { a: 1 }, { "\uffff": 1 }, { "\u{1f600}": 1 });
});
