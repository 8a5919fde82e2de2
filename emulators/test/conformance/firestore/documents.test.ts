// Single documents: written whole, read, replaced and deleted, with the times that the service gives them.
import { Timestamp } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();

test("a document reads back as it was set", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ text: "one", nested: { deep: [1, "two", null] } });
  const snapshot = await doc.get();
  expect(snapshot.exists).toBe(true);
  expect(snapshot.data()).toEqual({ text: "one", nested: { deep: [1, "two", null] } });
});

test("a document that was never written does not exist, and says when that was so", async () => {
  const before = await target.collection().doc("x").set({});
  const snapshot = await target.collection().doc("a").get();
  expect(snapshot.exists).toBe(false);
  expect(snapshot.data()).toBeUndefined();
  expect(snapshot.createTime).toBeUndefined();
  expect(snapshot.readTime.valueOf() >= before.writeTime.valueOf()).toBe(true);
});

test("an empty document exists", async () => {
  const doc = target.collection().doc("a");
  await doc.set({});
  const snapshot = await doc.get();
  expect([snapshot.exists, snapshot.data()]).toEqual([true, {}]);
});

test("set replaces the whole document", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ kept: 1, dropped: 2 });
  await doc.set({ kept: 3 });
  expect((await doc.get()).data()).toEqual({ kept: 3 });
});

test("the write time is the update time, and the create time stays that of the first write", async () => {
  const doc = target.collection().doc("a");
  const first = await doc.set({ v: 1 });
  const second = await doc.set({ v: 2 });
  const snapshot = await doc.get();
  expect(snapshot.createTime).toEqual(first.writeTime);
  expect(snapshot.updateTime).toEqual(second.writeTime);
  expect(second.writeTime.valueOf() > first.writeTime.valueOf()).toBe(true);
  expect(snapshot.readTime.valueOf() >= second.writeTime.valueOf()).toBe(true);
});

test("times are whole microseconds", async () => {
  const { writeTime } = await target.collection().doc("a").set({});
  expect(writeTime.nanoseconds % 1000).toBe(0);
});

// Seen in the emulator and in the cloud: a write that changes nothing is no new version.
test("a set of what is there already keeps the update time", async () => {
  const doc = target.collection().doc("a");
  const first = await doc.set({ v: 1, m: { n: [1, 2] } });
  const again = await doc.set({ m: { n: [1, 2] }, v: 1 });
  expect(again.writeTime).toEqual(first.writeTime);
  expect((await doc.get()).updateTime).toEqual(first.writeTime);
});

test("create makes a document that is not there, and is refused with ALREADY_EXISTS where one is", async () => {
  const doc = target.collection().doc("a");
  await doc.create({ v: 1 });
  await refused(doc.create({ v: 2 }), Code.ALREADY_EXISTS);
  expect((await doc.get()).data()).toEqual({ v: 1 });
});

test("a deleted document is gone, and one made anew has a later create time", async () => {
  const doc = target.collection().doc("a");
  const first = await doc.set({ v: 1 });
  await doc.delete();
  expect((await doc.get()).exists).toBe(false);
  await doc.set({ v: 1 });
  expect((await doc.get()).createTime!.valueOf() > first.writeTime.valueOf()).toBe(true);
});

test("deleting what is not there succeeds", async () => {
  const { writeTime } = await target.collection().doc("a").delete();
  expect(writeTime).toBeInstanceOf(Timestamp);
});

test("deleting a document leaves the documents below it", async () => {
  const doc = target.collection().doc("a");
  await doc.set({});
  await doc.collection("below").doc("b").set({ v: 1 });
  await doc.delete();
  expect((await doc.collection("below").doc("b").get()).data()).toEqual({ v: 1 });
});

test("add gives an id of 20 letters and digits", async () => {
  const doc = await target.collection().add({ v: 1 });
  expect(doc.id).toMatch(/^[A-Za-z0-9]{20}$/);
  expect((await doc.get()).data()).toEqual({ v: 1 });
});

test("getAll answers in the order asked, missing ones and repeated ones too", async () => {
  const c = target.collection();
  await Promise.all([c.doc("a").set({ v: "a" }), c.doc("b").set({ v: "b" })]);
  const snapshots = await target.db.getAll(c.doc("b"), c.doc("none"), c.doc("a"), c.doc("b"));
  expect(snapshots.map((s) => [s.id, s.exists, s.get("v")])).toEqual([
    ["b", true, "b"],
    ["none", false, undefined],
    ["a", true, "a"],
    ["b", true, "b"],
  ]);
});

test("getAll with a field mask gives only the fields named", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ a: 1, b: 2, m: { x: 1, y: 2 } });
  const [snapshot] = await target.db.getAll(doc, { fieldMask: ["a", "m.y", "none"] });
  expect(snapshot!.data()).toEqual({ a: 1, m: { y: 2 } });
});

test("getAll reads 1,000 documents in one call", async () => {
  const c = target.collection();
  const batch = target.db.batch();
  const docs = Array.from({ length: 1_000 }, (_, i) => c.doc(`d${i}`));
  for (const [i, doc] of docs.entries()) batch.set(doc, { i });
  await batch.commit();
  const snapshots = await target.db.getAll(...docs);
  expect(snapshots.map((s) => s.get("i"))).toEqual(docs.map((_, i) => i));
});

test("two databases of a project share nothing", async () => {
  const path = target.collection().doc("a").path;
  const other = target.client({ databaseId: "other" });
  await target.db.doc(path).set({ v: 1 });
  expect((await other.doc(path).get()).exists).toBe(false);
});

test("of many that create one document at once, exactly one does", async () => {
  const doc = target.collection().doc("a");
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => doc.create({ i })));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect((await doc.get()).get("i")).toBe(outcomes.findIndex(({ status }) => status === "fulfilled"));
});

test("ids are compared as they are: case, accents and their Unicode forms make different documents", async () => {
  const c = target.collection();
  const different = ["a", "A", "\u00e9", "e\u0301", "e", " a", "a "];
  await Promise.all(different.map((id) => c.doc(id).set({ id })));
  expect((await c.get()).docs.map((d) => d.get("id")).sort()).toEqual(different.toSorted());
});

test("an answer of 20 documents with 900 KB each comes whole", async () => {
  const c = target.collection();
  const text = "x".repeat(900_000);
  await Promise.all(Array.from({ length: 20 }, (_, i) => c.doc(`d${i}`).set({ i, text })));
  const { docs } = await c.get();
  expect(docs.map((d) => d.get("text").length)).toEqual(Array.from({ length: 20 }, () => text.length));
});
