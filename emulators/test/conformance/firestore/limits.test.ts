// The limits of the service, each at its edge: what just fits passes, one more is refused with INVALID_ARGUMENT.
import { GeoPoint, Timestamp } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { isForeign, useTarget } from "./target.ts";

const target = useTarget();
const MAX_DOCUMENT = 1_048_576;
/** 1 MiB less 89 bytes: document.proto, Value.string_value. */
const MAX_VALUE = 1_048_487;

const bytesOf = (text: string) => Buffer.byteLength(text);
/** firebase.google.com/docs/firestore/storage-size: strings are their bytes and one; a name is its parts and 16. */
const nameSize = (path: string) => 16 + path.split("/").reduce((sum, part) => sum + bytesOf(part) + 1, 0);
const DOCUMENT_OVERHEAD = 32;

/** Sets the fields, with strings beside them that bring the document to the size; `sizes`: of names and values together. */
async function setOfSize(size: number, fields: object = {}, sizes = 0) {
  const doc = target.collection().doc("a");
  const filler = size - nameSize(doc.path) - DOCUMENT_OVERHEAD - sizes - 2 * (2 + 1); // fields "x" and "y"
  const half = Math.floor(filler / 2);
  await doc.set({ ...fields, x: "x".repeat(half), y: "y".repeat(filler - half) });
  return doc;
}

test("a document of exactly 1,048,576 bytes passes, one byte more does not", async () => {
  const doc = await setOfSize(MAX_DOCUMENT);
  expect((await doc.get()).exists).toBe(true);
  await refused(setOfSize(MAX_DOCUMENT + 1), Code.INVALID_ARGUMENT);
});

test("text counts by its UTF-8 bytes", async () => {
  const text = "é日😀";
  const fields = { [text]: text };
  const size = 2 * (bytesOf(text) + 1);
  await setOfSize(MAX_DOCUMENT, fields, size);
  await refused(setOfSize(MAX_DOCUMENT + 1, fields, size), Code.INVALID_ARGUMENT);
});

test("every type counts as documented", async () => {
  const reference = target.db.doc("users/jeff/tasks/my_task_id");
  const fields: Record<string, [value: unknown, size: number]> = {
    null: [null, 1],
    boolean: [true, 1],
    integer: [1, 8],
    double: [0.5, 8],
    timestamp: [new Timestamp(1, 0), 8],
    string: ["four", 5],
    bytes: [Buffer.alloc(10), 10],
    reference: [reference, 44],
    geopoint: [new GeoPoint(1, 2), 16],
    array: [[1, "a", null], 8 + 2 + 1],
  };
  const size = Object.entries(fields).reduce(
    (sum, [name, [, valueSize]]) => sum + bytesOf(name) + 1 + valueSize,
    0,
  );
  const values = Object.fromEntries(Object.entries(fields).map(([name, [value]]) => [name, value]));
  expect(nameSize(reference.path)).toBe(44);
  await setOfSize(MAX_DOCUMENT, values, size);
  await refused(setOfSize(MAX_DOCUMENT + 1, values, size), Code.INVALID_ARGUMENT);
});

test("a document that an update makes too large is refused, and stays as it was", async () => {
  const doc = await setOfSize(MAX_DOCUMENT);
  await refused(doc.update({ z: 1 }), Code.INVALID_ARGUMENT);
  expect((await doc.get()).get("z")).toBeUndefined();
});

test.each([
  ["a string", (size: number) => "x".repeat(size)],
  ["bytes", (size: number) => Buffer.alloc(size)],
])("%s may have 1,048,487 bytes", async (_, make) => {
  const doc = target.db.doc("c/a"); // so short that the document's own limit is not reached
  await doc.set({ v: make(MAX_VALUE) });
  await refused(doc.set({ v: make(MAX_VALUE + 1) }), Code.INVALID_ARGUMENT);
});

test.each([
  ["a document id", (id: string) => target.collection().doc(id)],
  ["a collection id", (id: string) => target.collection().doc("a").collection(id).doc("a")],
])("%s may have 1,500 bytes", async (_, docOf) => {
  await docOf("i".repeat(1500)).set({});
  await docOf("é".repeat(750)).set({});
  await refused(docOf("i".repeat(1501)).set({}), Code.INVALID_ARGUMENT);
  await refused(docOf(`${"é".repeat(750)}i`).set({}), Code.INVALID_ARGUMENT);
});

test("a whole name may have 6 KiB", async () => {
  const part = "i".repeat(1_400);
  await target.db.doc([part, part, part, part].join("/")).set({});
  await refused(target.db.doc([part, part, part, part, part, part].join("/")).set({}), Code.INVALID_ARGUMENT);
});

test("a field's name may have 1,500 bytes", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ ["f".repeat(1500)]: 1 });
  await refused(doc.set({ ["f".repeat(1501)]: 1 }), Code.INVALID_ARGUMENT);
});

test("fields nest 20 deep", async () => {
  const nested = (maps: number) =>
    Array.from({ length: maps }).reduce<object>((inner) => ({ mapValue: { fields: { a: inner } } }), {
      nullValue: 0,
    });
  const name = target.name(target.collection().doc("a").path);
  const set = (maps: number) =>
    target.raw.call("UpdateDocument", { document: { name, fields: { a: nested(maps) } } });
  // As recorded: 19 maps in a field pass, 21 do not.
  await set(19);
  await refused(set(21), Code.INVALID_ARGUMENT);
});

test.each([".", "..", "__x__", "____"])("the document id %s is refused", async (id) => {
  await refused(target.collection().doc(id).set({}), Code.INVALID_ARGUMENT);
});

test.each(["_", "__", "___", "__x", "x__", "...", "a b", "日本", "😀", "a.b", "__id5__"])(
  "the document id %s is taken",
  async (id) => {
    const c = target.collection();
    await c.doc(id).set({ v: 1 });
    expect((await c.get()).docs.map((d) => d.id)).toEqual([id]);
  },
);

test("a reserved collection id is refused", async () => {
  await refused(target.db.collection("__x__").doc("a").set({}), Code.INVALID_ARGUMENT, /reserved/);
});

test.each(["", "__x__", "__name__"])("the field name `%s` is refused", async (field) => {
  const document = {
    name: target.name(target.collection().doc("a").path),
    fields: { [field]: { nullValue: 0 } },
  };
  await refused(target.raw.call("UpdateDocument", { document }), Code.INVALID_ARGUMENT);
});

test.each([
  ["an empty part", "c//a"],
  ["an empty last part", "c/"],
  ["a collection", "c"],
  ["a collection below a document", "c/a/d"],
  ["no part", ""],
])("a document's name of %s is refused", async (_, path) => {
  const writes = [{ update: { name: target.name(path) } }];
  await refused(target.raw.call("Commit", { database: target.database, writes }), Code.INVALID_ARGUMENT);
});

test.each(["", "nonsense", "projects/p", "projects/p/databases", "projects/p/databases//documents/c/a"])(
  "the name `%s` is no document's",
  async (name) => {
    await refused(target.raw.call("GetDocument", { name }), Code.INVALID_ARGUMENT);
  },
);

// Google's emulator takes it; the cloud does not.
test.skipIf(isForeign)("a commit to one database with a document of another is refused", async () => {
  const writes = [{ update: { name: `projects/${target.project}/databases/other/documents/c/a` } }];
  await refused(target.raw.call("Commit", { database: target.database, writes }), Code.INVALID_ARGUMENT);
});

test("a request of 9 MB passes, one of more than 10 MiB is refused", async () => {
  const c = target.collection();
  const commit = (documents: number) => {
    const batch = target.db.batch();
    for (let i = 0; i < documents; i++) batch.set(c.doc(`d${i}`), { text: "x".repeat(1_000_000) });
    return batch.commit();
  };
  await commit(9);
  expect((await c.count().get()).data().count).toBe(9);
  await refused(commit(12), Code.INVALID_ARGUMENT); // beyond the 11 MiB that the cloud names in its refusal
  expect((await c.count().get()).data().count).toBe(9);
});

test("one write takes 500 transforms", async () => {
  const name = target.name(target.collection().doc("a").path);
  const updateTransforms = Array.from({ length: 500 }, (_, i) => ({
    fieldPath: `f${i}`,
    increment: { integerValue: "1" },
  }));
  const writes = [{ update: { name }, updateTransforms }];
  const answer = await target.raw.call("Commit", { database: target.database, writes });
  expect(answer.writeResults[0].transformResults).toHaveLength(500);
});
