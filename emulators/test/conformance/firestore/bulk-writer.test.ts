// The official client's BulkWriter and recursiveDelete, which work through BatchWrite and kindless queries.
import type { BulkWriterError, CollectionReference, DocumentReference } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { Code } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();

/** Without the client's own brake, which would make the suite wait. */
const writer = () => target.db.bulkWriter({ throttling: false });

async function deleteAll(what: CollectionReference | DocumentReference) {
  const bulk = writer();
  // The two overloads do not take the union.
  await target.db.recursiveDelete(what as CollectionReference, bulk);
  await bulk.close();
}

test("BulkWriter creates, sets, updates and deletes", async () => {
  const c = target.collection();
  await Promise.all([c.doc("updated").set({ v: 1 }), c.doc("deleted").set({})]);
  const bulk = writer();
  const results = [
    bulk.create(c.doc("created"), { v: 1 }),
    bulk.set(c.doc("set"), { v: 2 }),
    bulk.update(c.doc("updated"), { w: 3 }),
    bulk.delete(c.doc("deleted")),
  ];
  await bulk.close();
  for (const result of await Promise.all(results)) expect(result.writeTime).toBeDefined();
  expect((await c.get()).docs.map((d) => [d.id, d.data()])).toEqual([
    ["created", { v: 1 }],
    ["set", { v: 2 }],
    ["updated", { v: 1, w: 3 }],
  ]);
});

test("BulkWriter writes 1,000 documents", async () => {
  const c = target.collection();
  const bulk = writer();
  for (let i = 0; i < 1_000; i++) bulk.set(c.doc(`d${i}`), { i });
  await bulk.close();
  expect((await c.count().get()).data().count).toBe(1_000);
});

test("BulkWriter takes the same document more than once", async () => {
  const doc = target.collection().doc("a");
  const bulk = writer();
  const writes = [1, 2, 3].map((v) => bulk.set(doc, { v }));
  await bulk.close();
  await Promise.all(writes);
  expect([1, 2, 3]).toContain((await doc.get()).get("v"));
});

test("writes that fail are told apart from those beside them", async () => {
  const c = target.collection();
  await c.doc("there").set({ v: 1 });
  const bulk = writer();
  const errors: [string, number, string][] = [];
  bulk.onWriteError((error: BulkWriterError) => {
    errors.push([error.operationType, error.code, error.documentRef.id]);
    return false;
  });
  const done: string[] = [];
  bulk.onWriteResult((doc: DocumentReference) => done.push(doc.id));
  bulk.create(c.doc("there"), { v: 2 }).catch(() => {});
  bulk.update(c.doc("missing"), { v: 2 }).catch(() => {});
  bulk.set(c.doc("good"), { v: 2 });
  await bulk.close();
  expect(errors.sort()).toEqual([
    ["create", Code.ALREADY_EXISTS, "there"],
    ["update", Code.NOT_FOUND, "missing"],
  ]);
  expect(done).toEqual(["good"]);
});

test("a write that the callback wants retried is sent again", async () => {
  const c = target.collection();
  const bulk = writer();
  let attempts = 0;
  bulk.onWriteError((error: BulkWriterError) => {
    attempts = error.failedAttempts;
    return error.failedAttempts < 2;
  });
  let code = 0;
  bulk.create(c.doc("__reserved__"), {}).catch((error: BulkWriterError) => {
    code = error.code;
  });
  await bulk.close();
  expect([attempts, code]).toEqual([2, Code.INVALID_ARGUMENT]);
});

async function tree() {
  const c = target.collection();
  const paths = [
    "anna",
    "bob",
    "bob/parents/charlie",
    "bob/parents/daniel",
    "bob/parents/daniel/childs/ernie",
    "gone/sub/x",
  ];
  const batch = target.db.batch();
  for (const path of paths) batch.set(c.doc(path), {});
  batch.set(target.db.doc(`${c.id}-beside/a`), {});
  await batch.commit();
  const left = async () => {
    const exist = await target.db.getAll(...paths.map((path) => c.doc(path)));
    return exist.filter((snapshot) => snapshot.exists).map(({ ref }) => ref.path.slice(c.id.length + 1));
  };
  return { c, left, paths };
}

test("recursiveDelete of a collection deletes all that is in and below it, and nothing beside it", async () => {
  const { c, left } = await tree();
  await deleteAll(c);
  expect(await left()).toEqual([]);
  expect(await c.listDocuments()).toEqual([]);
  expect((await target.db.doc(`${c.id}-beside/a`).get()).exists).toBe(true);
});

test("recursiveDelete of a document deletes it and what is below it", async () => {
  const { c, left } = await tree();
  await deleteAll(c.doc("bob"));
  expect(await left()).toEqual(["anna", "gone/sub/x"]);
});

test("recursiveDelete of a nested collection leaves its parent", async () => {
  const { c, left } = await tree();
  await deleteAll(c.doc("bob").collection("parents"));
  expect(await left()).toEqual(["anna", "bob", "gone/sub/x"]);
});
