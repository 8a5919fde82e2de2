// Snapshot listeners of the official client, on documents and on queries.
import type { DocumentSnapshot, Query, QuerySnapshot } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { listened } from "./listened.ts";
import { ids, seed } from "./seed.ts";
import { useTarget } from "./target.ts";

const target = useTarget();

const onDocument = (doc: { onSnapshot: unknown }) =>
  listened(doc as { onSnapshot(n: (s: DocumentSnapshot) => void, e: (error: Error) => void): () => void });
const onQuery = (query: Query) => listened<QuerySnapshot>(query);

/** `added b 1`, `modified a 0>2`, `removed c 0`: what happened to which document, from and to which place. */
function changes(snapshot: QuerySnapshot): string[] {
  return snapshot.docChanges().map(({ type, doc, oldIndex, newIndex }) => {
    const place = type === "added" ? newIndex : type === "removed" ? oldIndex : `${oldIndex}>${newIndex}`;
    return `${type} ${doc.id} ${place}`;
  });
}

test("a document's listener hears that it is missing, made, changed and deleted", async () => {
  const doc = target.collection().doc("a");
  const heard = onDocument(doc);
  expect((await heard.next()).exists).toBe(false);
  const { writeTime } = await doc.set({ v: 1 });
  const made = await heard.next();
  expect([made.data(), made.createTime, made.updateTime]).toEqual([{ v: 1 }, writeTime, writeTime]);
  expect(made.readTime.valueOf() >= writeTime.valueOf()).toBe(true);
  await doc.update({ w: 2 });
  expect((await heard.next()).data()).toEqual({ v: 1, w: 2 });
  await doc.delete();
  expect((await heard.next()).exists).toBe(false);
  await doc.set({ v: 3 });
  expect((await heard.next()).data()).toEqual({ v: 3 });
});

test("a query's listener hears first of all that it finds, even of nothing", async () => {
  const c = target.collection();
  const nothing = await onQuery(c).next();
  expect([nothing.empty, changes(nothing)]).toEqual([true, []]);
  await seed(c, { a: { n: 2 }, b: { n: 1 }, c: {} });
  const all = await onQuery(c.orderBy("n")).next();
  expect([ids(all), changes(all)]).toEqual([
    ["b", "a"],
    ["added b 0", "added a 1"],
  ]);
});

test("documents come in, change and leave, with their places before and after", async () => {
  const c = target.collection();
  await seed(c, { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } });
  const heard = onQuery(c.where("n", ">", 0).orderBy("n"));
  await heard.next();
  await c.doc("d").set({ n: 1.5 });
  expect(changes(await heard.next())).toEqual(["added d 1"]);
  await c.doc("a").update({ n: 2.5 });
  expect(changes(await heard.next())).toEqual(["modified a 0>2"]);
  await c.doc("b").update({ other: true });
  expect(changes(await heard.next())).toEqual(["modified b 1>1"]);
  await c.doc("c").update({ n: 0 });
  expect(changes(await heard.next())).toEqual(["removed c 3"]);
  await c.doc("d").delete();
  const last = await heard.next();
  expect([changes(last), ids(last)]).toEqual([["removed d 0"], ["b", "a"]]);
});

test("a removed document is shown as it was", async () => {
  const c = target.collection();
  await c.doc("a").set({ in: true, v: 1 });
  const heard = onQuery(c.where("in", "==", true));
  await heard.next();
  await c.doc("a").set({ in: false, v: 2 });
  const [change] = (await heard.next()).docChanges();
  expect([change!.type, change!.doc.data()]).toEqual(["removed", { in: true, v: 1 }]);
});

test("a commit is heard whole: one snapshot for all its documents", async () => {
  const c = target.collection();
  await seed(c, { a: { n: 1 }, b: { n: 2 } });
  const heard = onQuery(c);
  await heard.next();
  await target.db
    .batch()
    .delete(c.doc("a"))
    .update(c.doc("b"), { n: 3 })
    .set(c.doc("c"), {})
    .set(c.doc("d"), {})
    .commit();
  expect(changes(await heard.next())).toEqual(["removed a 0", "added c 1", "added d 2", "modified b 0>0"]);
});

test("a transaction is heard whole, too", async () => {
  const c = target.collection();
  const heard = onQuery(c);
  await heard.next();
  await target.db.runTransaction(async (t) => {
    await t.get(c.doc("a"));
    t.set(c.doc("a"), {}).set(c.doc("b"), {});
  });
  expect(changes(await heard.next())).toEqual(["added a 0", "added b 1"]);
});

test("a write that changes nothing is not heard", async () => {
  const c = target.collection();
  await c.doc("a").set({ v: 1 });
  const [query, document] = [onQuery(c), onDocument(c.doc("a"))];
  await Promise.all([query.next(), document.next()]);
  await c.doc("a").set({ v: 1 });
  await c.doc("none").delete();
  await c.doc("a").set({ v: 2 });
  expect((await query.next()).docs.map((d) => d.data())).toEqual([{ v: 2 }]);
  expect((await document.next()).data()).toEqual({ v: 2 });
});

test("what does not match is not heard", async () => {
  const c = target.collection();
  const heard = onQuery(c.where("v", "==", 1));
  await heard.next();
  await c.doc("other").set({ v: 2 });
  await c.doc("below").collection(c.id).doc("a").set({ v: 1 });
  await c.doc("a").set({ v: 1 });
  expect(changes(await heard.next())).toEqual(["added a 0"]);
  expect(heard.waiting).toBe(0);
});

test("a limit is filled up again when a document leaves, and pushes one out when one comes", async () => {
  const c = target.collection();
  await seed(c, { a: { n: 1 }, b: { n: 2 }, c: { n: 3 }, d: { n: 4 } });
  const heard = onQuery(c.orderBy("n").limit(2));
  expect(ids(await heard.next())).toEqual(["a", "b"]);
  await c.doc("a").delete();
  const refilled = await heard.next();
  expect([ids(refilled), changes(refilled)]).toEqual([
    ["b", "c"],
    ["removed a 0", "added c 1"],
  ]);
  await c.doc("e").set({ n: 0 });
  const pushed = await heard.next();
  expect([ids(pushed), changes(pushed)]).toEqual([
    ["e", "b"],
    ["removed c 1", "added e 0"],
  ]);
  await c.doc("b").update({ n: 9 });
  expect(ids(await heard.next())).toEqual(["e", "c"]);
});

test("limitToLast follows the end, in the order asked", async () => {
  const c = target.collection();
  await seed(c, { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } });
  const heard = onQuery(c.orderBy("n").limitToLast(2));
  expect(ids(await heard.next())).toEqual(["b", "c"]);
  await c.doc("d").set({ n: 4 });
  const pushed = await heard.next();
  expect([ids(pushed), changes(pushed)]).toEqual([
    ["c", "d"],
    ["removed b 0", "added d 1"],
  ]);
  await c.doc("d").delete();
  expect(ids(await heard.next())).toEqual(["b", "c"]);
});

test("cursors, offsets of order and collection groups are listened to as they are queried", async () => {
  const c = target.collection();
  await seed(c, { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } });
  const between = onQuery(c.orderBy("n").startAfter(1).endAt(3));
  expect(ids(await between.next())).toEqual(["b", "c"]);
  const group = onQuery(target.db.collectionGroup(c.id));
  expect(ids(await group.next())).toEqual(["a", "b", "c"]);
  await target.db.doc(`elsewhere/x/${c.id}/z`).set({ n: 2.5 });
  expect(changes(await group.next())).toEqual(["added z 3"]);
  await c.doc("a").update({ n: 2.5 });
  expect(ids(await between.next())).toEqual(["b", "a", "c"]);
});

test("the listener orders as the query does: types, equal values and numeric ids", async () => {
  const c = target.collection();
  const values = {
    z: null,
    y: true,
    x: NaN,
    w: 1,
    v: 1,
    u: "a",
    t: "\u{1f600}",
    s: "\uffff",
    r: [1],
    q: { a: 1 },
    __id7__: 1,
  };
  await seed(c, Object.fromEntries(Object.entries(values).map(([id, v]) => [id, { v }])));
  const query = c.orderBy("v");
  expect(ids(await onQuery(query).next())).toEqual(ids(await query.get()));
});

test("commits are heard in their order, and the last state is always reached", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ v: 0 });
  const heard = onDocument(doc);
  await heard.next();
  for (let v = 1; v <= 20; v++) await doc.set({ v });
  const seen: number[] = [];
  await heard.until((snapshot) => {
    seen.push(snapshot.get("v"));
    return seen.at(-1) === 20;
  });
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});

test("snapshots never go back in time", async () => {
  const c = target.collection();
  const heard = onQuery(c);
  const times = [(await heard.next()).readTime.valueOf()];
  await Promise.all(Array.from({ length: 10 }, (_, i) => c.doc(`d${i}`).set({ i })));
  await heard.until((snapshot) => {
    times.push(snapshot.readTime.valueOf());
    return snapshot.size === 10;
  });
  expect(times).toEqual(times.toSorted());
});

test("every listener hears, of one client and of others; who has stopped hears no more", async () => {
  const c = target.collection();
  const far = target.client().collection(c.id);
  const heard = [onQuery(c), onQuery(c.where("v", ">=", 0)), onQuery(far), onDocument(far.doc("a"))] as const;
  const stopped = onQuery(c);
  await Promise.all([...heard, stopped].map((each) => each.next()));
  stopped.stop();
  await c.doc("a").set({ v: 1 });
  const last = await Promise.all([heard[0].next(), heard[1].next(), heard[2].next()]);
  expect(last.map(changes)).toEqual([["added a 0"], ["added a 0"], ["added a 0"]]);
  expect((await heard[3].next()).data()).toEqual({ v: 1 });
  expect(stopped.waiting).toBe(0);
});

test("a listener hears what was written while it was being set up, once", async () => {
  const c = target.collection();
  const heard = onQuery(c);
  await Promise.all(Array.from({ length: 20 }, (_, i) => c.doc(`d${i}`).set({ i })));
  const added: string[] = [];
  await heard.until((snapshot) => {
    added.push(...changes(snapshot));
    return snapshot.size === 20;
  });
  expect(added.length).toBe(20);
  expect(added.every((change) => change.startsWith("added"))).toBe(true);
});
