// The same through firebase-admin, which is what the project's functions use.
import { randomUUID } from "node:crypto";
import { deleteApp, initializeApp } from "firebase-admin/app";
import { FieldValue, getFirestore, type QuerySnapshot } from "firebase-admin/firestore";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listened } from "./listened.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
const app = initializeApp({ projectId: `conformance-${randomUUID()}` }, randomUUID());
const db = getFirestore(app);
beforeAll(() =>
  db.settings({ host: target.host, ssl: false, auth: { getUniverseDomain: async () => "googleapis.com" } }),
);
afterAll(async () => {
  await db.terminate();
  await deleteApp(app);
});

test("documents, transforms and queries", async () => {
  await db.doc("c/a").set({ n: 1, at: FieldValue.serverTimestamp() });
  await db.doc("c/a").update({ n: FieldValue.increment(2) });
  await db.doc("c/b").create({ n: 5 });
  expect(
    (await db.collection("c").where("n", ">", 0).orderBy("n", "desc").get()).docs.map((d) => d.get("n")),
  ).toEqual([5, 3]);
  expect((await db.collection("c").count().get()).data().count).toBe(2);
});

test("a transaction", async () => {
  const doc = db.doc("t/a");
  const sum = await db.runTransaction(async (t) => {
    const n = ((await t.get(doc)).get("n") ?? 0) + 1;
    t.set(doc, { n });
    return n;
  });
  expect([sum, (await doc.get()).data()]).toEqual([1, { n: 1 }]);
});

test("a listener", async () => {
  const heard = listened<QuerySnapshot>(db.collection("l"));
  expect((await heard.next()).empty).toBe(true);
  await db.doc("l/a").set({});
  expect((await heard.next()).docChanges().map(({ type, doc }) => [type, doc.id])).toEqual([["added", "a"]]);
});
