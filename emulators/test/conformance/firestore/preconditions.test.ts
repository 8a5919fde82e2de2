// What a write may demand of the document before it: that it exists, that it does not, or which version it is.
import { expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
// The cloud says "document", some versions of the emulator "entity".
const NOTHING_TO_UPDATE = /no (document|entity) to update/i;
const STALE = /does not match the required base version/;

async function docWithTwoVersions() {
  const doc = target.collection().doc("a");
  const stale = (await doc.set({ v: 1 })).writeTime;
  const current = (await doc.set({ v: 2 })).writeTime;
  return { doc, stale, current };
}

test("update of a missing document is refused with NOT_FOUND, and makes none", async () => {
  const doc = target.collection().doc("a");
  await refused(doc.update({ v: 1 }), Code.NOT_FOUND, NOTHING_TO_UPDATE);
  expect((await doc.get()).exists).toBe(false);
});

test("create of an existing document is refused with ALREADY_EXISTS", async () => {
  const { doc } = await docWithTwoVersions();
  await refused(doc.create({ v: 3 }), Code.ALREADY_EXISTS, /already exists/i);
});

test("update at the current update time passes", async () => {
  const { doc, current } = await docWithTwoVersions();
  await doc.update({ v: 3 }, { lastUpdateTime: current });
  expect((await doc.get()).data()).toEqual({ v: 3 });
});

test("update at a stale update time is refused with FAILED_PRECONDITION", async () => {
  const { doc, stale } = await docWithTwoVersions();
  await refused(doc.update({ v: 3 }, { lastUpdateTime: stale }), Code.FAILED_PRECONDITION, STALE);
  expect((await doc.get()).data()).toEqual({ v: 2 });
});

// Recorded from both: not NOT_FOUND.
test("update at an update time of a missing document is refused with FAILED_PRECONDITION", async () => {
  const { doc, current } = await docWithTwoVersions();
  await doc.delete();
  await refused(doc.update({ v: 3 }, { lastUpdateTime: current }), Code.FAILED_PRECONDITION, STALE);
});

test("update that asks only for existence passes whatever the version", async () => {
  const { doc } = await docWithTwoVersions();
  await doc.update({ v: 3 }, { exists: true });
  expect((await doc.get()).data()).toEqual({ v: 3 });
});

test("delete of a missing document that must exist is refused with NOT_FOUND", async () => {
  await refused(target.collection().doc("a").delete({ exists: true }), Code.NOT_FOUND, NOTHING_TO_UPDATE);
});

test("delete of an existing document that must exist passes", async () => {
  const { doc } = await docWithTwoVersions();
  await doc.delete({ exists: true });
  expect((await doc.get()).exists).toBe(false);
});

test("delete at the current update time passes, at a stale one it is refused with FAILED_PRECONDITION", async () => {
  const { doc, stale, current } = await docWithTwoVersions();
  await refused(doc.delete({ lastUpdateTime: stale }), Code.FAILED_PRECONDITION, STALE);
  expect((await doc.get()).exists).toBe(true);
  await doc.delete({ lastUpdateTime: current });
  expect((await doc.get()).exists).toBe(false);
});

test("a precondition is held against the document as the writes before it in the commit left it", async () => {
  const doc = target.collection().doc("a");
  await target.db.batch().set(doc, { v: 1 }).update(doc, { w: 2 }).commit();
  expect((await doc.get()).data()).toEqual({ v: 1, w: 2 });
});

// Not NOT_FOUND, whether the document was there or not: the commit contradicts itself.
test("delete and then update of one document in one commit is refused with INVALID_ARGUMENT", async () => {
  const { doc } = await docWithTwoVersions();
  await refused(target.db.batch().delete(doc).update(doc, { v: 3 }).commit(), Code.INVALID_ARGUMENT);
  expect((await doc.get()).data()).toEqual({ v: 2 });
  const missing = target.collection().doc("a");
  await refused(target.db.batch().delete(missing).update(missing, { v: 3 }).commit(), Code.INVALID_ARGUMENT);
});

test("a transform may be made to depend on existence, too", async () => {
  const write = {
    transform: {
      document: target.name(target.collection().doc("a").path),
      fieldTransforms: [{ fieldPath: "n", increment: { integerValue: "1" } }],
    },
    currentDocument: { exists: true },
  };
  const commit = target.raw.call("Commit", { database: target.database, writes: [write] });
  await refused(commit, Code.NOT_FOUND, NOTHING_TO_UPDATE);
});
