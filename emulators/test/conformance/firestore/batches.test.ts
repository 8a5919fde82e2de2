// Several writes in one commit, which all happen or none; and BatchWrite, where each stands alone.
import { FieldValue } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();

test("a batch writes all its documents at one time", async () => {
  const c = target.collection();
  await Promise.all([c.doc("b").set({ v: 1 }), c.doc("c").set({})]);
  const batch = target.db.batch();
  batch
    .set(c.doc("a"), { v: 1 })
    .update(c.doc("b"), { w: 2 })
    .delete(c.doc("c"))
    .create(c.doc("d"), { v: 4 });
  const results = await batch.commit();
  expect(results).toHaveLength(4);
  const [a, b, , d] = results.map(({ writeTime }) => writeTime);
  expect([b, d]).toEqual([a, a]);
  const snapshots = await target.db.getAll(...["a", "b", "c", "d"].map((id) => c.doc(id)));
  expect(snapshots.map((s) => s.data())).toEqual([{ v: 1 }, { v: 1, w: 2 }, undefined, { v: 4 }]);
  expect(snapshots[0]!.updateTime).toEqual(a);
});

test("one write that fails, and none of its batch happens", async () => {
  const c = target.collection();
  await c.doc("there").set({ v: 1 });
  const update = target.db
    .batch()
    .set(c.doc("first"), {})
    .delete(c.doc("there"))
    .update(c.doc("missing"), { v: 1 });
  await refused(update.set(c.doc("last"), {}).commit(), Code.NOT_FOUND);
  const create = target.db.batch().set(c.doc("first"), {}).create(c.doc("there"), { v: 2 });
  await refused(create.commit(), Code.ALREADY_EXISTS);
  expect((await c.get()).docs.map((d) => [d.id, d.data()])).toEqual([["there", { v: 1 }]]);
});

test("an empty batch commits", async () => {
  expect(await target.db.batch().commit()).toEqual([]);
});

// As the web SDK's own tests see it against the emulator and the cloud.
test.each([
  ["delete delete", "bar0", null],
  ["delete set", "bar0", "bar2"],
  ["update delete", "bar0", null],
  ["update update", "bar0", "bar2"],
  ["update set", "bar0", "bar2"],
  ["set delete", "bar0", null],
  ["set update", "bar0", "bar2"],
  ["set set", "bar0", "bar2"],
  ["delete delete", null, null],
  ["delete set", null, "bar2"],
  ["set delete", null, null],
  ["set update", null, "bar2"],
  ["set set", null, "bar2"],
])("%s of one document in one commit, which held %s, leaves %s", async (writes, before, after) => {
  const doc = target.collection().doc("a");
  if (before !== null) await doc.set({ foo: before });
  const batch = target.db.batch();
  writes.split(" ").forEach((write, i) => {
    if (write === "set") batch.set(doc, { foo: `bar${i + 1}` });
    else if (write === "update") batch.update(doc, { foo: `bar${i + 1}` });
    else batch.delete(doc);
  });
  await batch.commit();
  expect((await doc.get()).data()).toEqual(after === null ? undefined : { foo: after });
});

test("a commit holds more than 500 writes", async () => {
  const c = target.collection();
  const batch = target.db.batch();
  for (let i = 0; i < 600; i++) batch.set(c.doc(`d${i}`), { i });
  expect(await batch.commit()).toHaveLength(600);
  expect((await c.count().get()).data().count).toBe(600);
});

test("commit times only ever grow, also of commits at once", async () => {
  const c = target.collection();
  const times: bigint[] = [];
  await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const { writeTime } = await c.doc(`d${i}`).set({ i });
      times.push(BigInt(writeTime.seconds) * 1_000_000n + BigInt(writeTime.nanoseconds / 1000));
    }),
  );
  expect(new Set(times).size).toBe(50);
  const { writeTime } = await c.doc("later").set({});
  const later = BigInt(writeTime.seconds) * 1_000_000n + BigInt(writeTime.nanoseconds / 1000);
  expect(times.every((time) => time < later)).toBe(true);
});

test("an answer per write: the update time, none for a delete", async () => {
  const c = target.collection();
  await c.doc("b").set({});
  const { writeResults, commitTime } = await target.raw.call("Commit", {
    database: target.database,
    writes: [{ update: { name: target.name(`${c.id}/a`) } }, { delete: target.name(`${c.id}/b`) }],
  });
  expect(writeResults).toEqual([{ updateTime: commitTime }, {}]);
});

const batchWrite = (...writes: object[]) =>
  target.raw.call("BatchWrite", { database: target.database, writes });

test("BatchWrite does what it can, and says of each write how it went", async () => {
  const c = target.collection();
  const name = (id: string) => target.name(`${c.id}/${id}`);
  await c.doc("there").set({ v: 1 });
  const { writeResults, status } = await batchWrite(
    { update: { name: name("new"), fields: { v: { integerValue: "2" } } } },
    { update: { name: name("missing") }, currentDocument: { exists: true } },
    { update: { name: name("there") }, currentDocument: { exists: false } },
    { delete: name("never") },
  );
  expect(status.map(({ code = 0 }) => code)).toEqual([Code.OK, Code.NOT_FOUND, Code.ALREADY_EXISTS, Code.OK]);
  expect(writeResults).toHaveLength(4);
  expect(writeResults[0].updateTime).toBeDefined();
  const listed = (await c.get()).docs.map((d) => [d.id, d.data()]);
  expect(listed).toEqual([
    ["new", { v: 2 }],
    ["there", { v: 1 }],
  ]);
});

test("BatchWrite of two writes to one document is refused with INVALID_ARGUMENT", async () => {
  const name = target.name(target.collection().doc("a").path);
  await refused(batchWrite({ update: { name } }, { delete: name }), Code.INVALID_ARGUMENT);
});

test("a write of no operation is refused with INVALID_ARGUMENT", async () => {
  await refused(
    target.raw.call("Commit", { database: target.database, writes: [{}] }),
    Code.INVALID_ARGUMENT,
  );
});

test("a batch keeps server timestamps and increments in their places", async () => {
  const c = target.collection();
  const batch = target.db.batch();
  for (let i = 0; i < 5; i++)
    batch.set(c.doc(`d${i}`), { i, n: FieldValue.increment(i), at: FieldValue.serverTimestamp() });
  await batch.commit();
  const { docs } = await c.get();
  expect(docs.map((d) => [d.get("i"), d.get("n")])).toEqual([0, 1, 2, 3, 4].map((i) => [i, i]));
  expect(new Set(docs.map((d) => d.get("at").valueOf())).size).toBe(1);
});
