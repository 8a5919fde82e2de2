// The RPCs for one document that the Node client does not use: Get, Create, Update and DeleteDocument.
import { expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
const one = { fields: { v: { integerValue: "1" } } };
const two = { fields: { v: { integerValue: "2" }, w: { stringValue: "w" } } };

test("CreateDocument makes the document under the id given and answers with it", async () => {
  const c = target.collection();
  const made = await target.raw.call("CreateDocument", {
    parent: `${target.database}/documents`,
    collectionId: c.id,
    documentId: "a",
    document: one,
  });
  expect(made).toMatchObject({ name: target.name(`${c.id}/a`), ...one });
  expect(made.createTime).toEqual(made.updateTime);
  expect((await c.doc("a").get()).data()).toEqual({ v: 1 });
});

test("CreateDocument without an id chooses one of 20 letters and digits", async () => {
  const c = target.collection();
  const made = await target.raw.call("CreateDocument", {
    parent: `${target.database}/documents`,
    collectionId: c.id,
    document: one,
  });
  expect(made.name.split("/").at(-1)).toMatch(/^[A-Za-z0-9]{20}$/);
});

test("CreateDocument of one that exists is refused with ALREADY_EXISTS", async () => {
  const c = target.collection();
  await c.doc("a").set({});
  const request = {
    parent: `${target.database}/documents`,
    collectionId: c.id,
    documentId: "a",
    document: one,
  };
  await refused(target.raw.call("CreateDocument", request), Code.ALREADY_EXISTS);
});

test("GetDocument answers with the document, or only with the fields of a mask", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ a: 1, m: { x: 1, y: "2" } });
  const name = target.name(doc.path);
  expect((await target.raw.call("GetDocument", { name })).fields).toHaveProperty("m.mapValue.fields.x");
  const masked = await target.raw.call("GetDocument", { name, mask: { fieldPaths: ["m.y"] } });
  expect(masked.fields).toEqual({ m: { mapValue: { fields: { y: { stringValue: "2" } } } } });
});

test("GetDocument of one that is missing is refused with NOT_FOUND", async () => {
  const name = target.name(target.collection().doc("a").path);
  await refused(target.raw.call("GetDocument", { name }), Code.NOT_FOUND);
});

test("UpdateDocument makes the document when it is missing", async () => {
  const doc = target.collection().doc("a");
  const answer = await target.raw.call("UpdateDocument", {
    document: { name: target.name(doc.path), ...one },
  });
  expect(answer).toMatchObject(one);
  expect((await doc.get()).data()).toEqual({ v: 1 });
});

test("UpdateDocument with a mask changes the fields named and leaves the rest; its answer mask is another", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ v: 1, kept: true, gone: true });
  const answer = await target.raw.call("UpdateDocument", {
    document: { name: target.name(doc.path), ...two },
    updateMask: { fieldPaths: ["v", "gone"] },
    mask: { fieldPaths: ["v"] },
  });
  expect(answer.fields).toEqual({ v: { integerValue: "2" } });
  expect((await doc.get()).data()).toEqual({ v: 2, kept: true });
});

test("UpdateDocument of a missing document that must exist is refused with NOT_FOUND", async () => {
  const document = { name: target.name(target.collection().doc("a").path), ...one };
  await refused(
    target.raw.call("UpdateDocument", { document, currentDocument: { exists: true } }),
    Code.NOT_FOUND,
  );
});

test("DeleteDocument deletes, answers the same a second time, and is refused with NOT_FOUND where it must exist", async () => {
  const doc = target.collection().doc("a");
  const name = target.name(doc.path);
  await doc.set({});
  expect(await target.raw.call("DeleteDocument", { name })).toEqual({});
  expect((await doc.get()).exists).toBe(false);
  expect(await target.raw.call("DeleteDocument", { name })).toEqual({});
  await refused(
    target.raw.call("DeleteDocument", { name, currentDocument: { exists: true } }),
    Code.NOT_FOUND,
  );
});

test("BatchGetDocuments answers each name once with its read time, in any order", async () => {
  const c = target.collection();
  await c.doc("a").set({});
  const documents = [target.name(`${c.id}/a`), target.name(`${c.id}/none`)];
  const answers = await target.raw.collect("BatchGetDocuments", { database: target.database, documents });
  expect(answers.every(({ readTime }) => readTime !== undefined)).toBe(true);
  expect(answers.map(({ found, missing }) => found?.name ?? missing).sort()).toEqual(documents);
});

test("BatchGetDocuments of no names answers nothing; of a name that is none it is refused with INVALID_ARGUMENT", async () => {
  const get = (...documents: string[]) =>
    target.raw.collect("BatchGetDocuments", { database: target.database, documents });
  expect(await get()).toEqual([]);
  await refused(get(target.name("collection")), Code.INVALID_ARGUMENT);
  await refused(get("not/a/valid/name/at/all/x"), Code.INVALID_ARGUMENT);
});

test("BatchGetDocuments and RunQuery read at a time gone by", async () => {
  const c = target.collection();
  const { writeTime } = await c.doc("a").set({ v: 1 });
  const readTime = { seconds: writeTime.seconds, nanos: writeTime.nanoseconds };
  await Promise.all([c.doc("a").set({ v: 2 }), c.doc("b").set({})]);
  const documents = [target.name(`${c.id}/a`)];
  const [got] = await target.raw.collect("BatchGetDocuments", {
    database: target.database,
    documents,
    readTime,
  });
  expect(got.found.fields).toEqual(one.fields);
  const parent = `${target.database}/documents`;
  const structuredQuery = { from: [{ collectionId: c.id }] };
  const answers = await target.raw.collect("RunQuery", { parent, structuredQuery, readTime });
  expect(answers.map(({ document }) => document.fields)).toEqual([one.fields]);
});

test("a read time that is still to come is refused with INVALID_ARGUMENT", async () => {
  const readTime = { seconds: Math.floor(Date.now() / 1000) + 3600 };
  const documents = [target.name("c/a")];
  const reading = target.raw.collect("BatchGetDocuments", { database: target.database, documents, readTime });
  await refused(reading, Code.INVALID_ARGUMENT);
});
