// Transactions as the official client runs them: read, write, commit, and again when somebody else was in between.
import { Timestamp } from "@google-cloud/firestore";
import { describe, expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { ids, seed } from "./seed.ts";
import { useTarget } from "./target.ts";

const target = useTarget();

test("a transaction reads, writes what it read, and gives what its callback gives", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ n: 1 });
  const given = await target.db.runTransaction(async (t) => {
    const n = (await t.get(doc)).get("n");
    t.update(doc, { n: n + 1 });
    return `was ${n}`;
  });
  expect(given).toBe("was 1");
  expect((await doc.get()).data()).toEqual({ n: 2 });
});

test("a transaction may create, set, update and delete, all at one time", async () => {
  const c = target.collection();
  await seed(c, { updated: { v: 1 }, deleted: {} });
  await target.db.runTransaction(async (t) => {
    await t.getAll(c.doc("updated"), c.doc("deleted"), c.doc("created"));
    t.create(c.doc("created"), { v: 1 })
      .set(c.doc("set"), { v: 2 })
      .update(c.doc("updated"), { w: 3 })
      .delete(c.doc("deleted"));
  });
  const { docs } = await c.get();
  expect(docs.map((d) => [d.id, d.data()])).toEqual([
    ["created", { v: 1 }],
    ["set", { v: 2 }],
    ["updated", { v: 1, w: 3 }],
  ]);
  expect(new Set(docs.map((d) => d.updateTime.valueOf())).size).toBe(1);
});

test("a transaction of writes alone, and one of reads alone", async () => {
  const doc = target.collection().doc("a");
  await target.db.runTransaction(async (t) => {
    t.set(doc, { v: 1 });
  });
  expect(await target.db.runTransaction(async (t) => (await t.get(doc)).get("v"))).toBe(1);
});

test("a callback that throws writes nothing, and leaves no lock behind", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ v: 1 });
  const failing = target.db.runTransaction(async (t) => {
    await t.get(doc);
    t.set(doc, { v: 2 });
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  expect((await doc.get()).data()).toEqual({ v: 1 });
  await doc.set({ v: 3 });
  expect((await doc.get()).data()).toEqual({ v: 3 });
});

test("a write that cannot be fails the transaction at once, without another attempt", async () => {
  const doc = target.collection().doc("a");
  let attempts = 0;
  const failing = target.db.runTransaction(async (t) => {
    attempts++;
    await t.get(doc);
    t.update(doc, { v: 1 });
  });
  await refused(failing, Code.NOT_FOUND);
  expect(attempts).toBe(1);
});

test("reads of a transaction see one moment: a document, several, a query and a count agree", async () => {
  const c = target.collection();
  await seed(c, { a: { n: 1 }, b: { n: 2 } });
  await target.db.runTransaction(async (t) => {
    expect((await t.get(c.doc("a"))).get("n")).toBe(1);
    expect((await t.getAll(c.doc("b"), c.doc("none"))).map((s) => s.exists)).toEqual([true, false]);
    expect(ids(await t.get(c.where("n", ">", 1)))).toEqual(["b"]);
    expect((await t.get(c.count())).data().count).toBe(2);
  });
});

test("a transaction that starts with a query writes what the query found", async () => {
  const c = target.collection();
  await seed(c, { a: { open: true }, b: { open: false }, c: { open: true } });
  await target.db.runTransaction(async (t) => {
    for (const { ref } of (await t.get(c.where("open", "==", true))).docs) t.update(ref, { open: false });
  });
  expect(ids(await c.where("open", "==", false).get())).toEqual(["a", "b", "c"]);
});

test("getAll with a field mask works in a transaction", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ a: 1, b: 2 });
  const data = await target.db.runTransaction(async (t) =>
    (await t.getAll(doc, { fieldMask: ["b"] }))[0]!.data(),
  );
  expect(data).toEqual({ b: 2 });
});

test("a read-only transaction reads, and one at a read time reads what was then", async () => {
  const c = target.collection();
  const { writeTime } = await c.doc("a").set({ v: 1 });
  await c.doc("a").set({ v: 2 });
  await c.doc("b").set({ v: 3 });
  const read = (options: { readOnly: true; readTime?: Timestamp }) =>
    target.db.runTransaction(async (t) => {
      const [a, b] = await t.getAll(c.doc("a"), c.doc("b"));
      return [a!.get("v"), b!.exists, ids(await t.get(c)), (await t.get(c.count())).data().count];
    }, options);
  expect(await read({ readOnly: true })).toEqual([2, true, ["a", "b"], 2]);
  expect(await read({ readOnly: true, readTime: writeTime })).toEqual([1, false, ["a"], 1]);
});

test("reading at a time that is still to come is refused with INVALID_ARGUMENT", async () => {
  const readTime = Timestamp.fromMillis(Date.now() + 3_600_000);
  const reading = target.db.runTransaction((t) => t.get(target.collection().doc("a")), {
    readOnly: true,
    readTime,
  });
  await refused(reading, Code.INVALID_ARGUMENT);
});

// These wait for the client's own pause before a second attempt, so they run side by side.
describe.concurrent("contention", () => {
  test("of two transactions that read and write one document, both come to pass, one of them on a second attempt", async () => {
    const doc = target.collection().doc("a");
    let attempts = 0;
    const bothRead = barrier(2);
    const merge = (field: string) =>
      target.db.runTransaction(async (t) => {
        attempts++;
        await t.get(doc);
        await bothRead();
        t.set(doc, { [field]: true }, { merge: true });
      });
    await Promise.all([merge("first"), merge("second")]);
    expect((await doc.get()).data()).toEqual({ first: true, second: true });
    expect(attempts).toBe(3);
  });

  test("a transaction never commits what it worked out from a stale read", async () => {
    const doc = target.collection().doc("a");
    await doc.set({ n: 0 });
    const increment = () =>
      target.db.runTransaction(async (t) => {
        const n = (await t.get(doc)).get("n");
        t.update(doc, { n: n + 1 });
      });
    await Promise.all([increment(), increment(), increment()]);
    expect((await doc.get()).data()).toEqual({ n: 3 });
  });

  test("transactions that each read what the other writes do not both commit on what they read", async () => {
    const c = target.collection();
    await seed(c, { a: { on: true }, b: { on: true } });
    const bothRead = barrier(2);
    // Each turns itself off only while the other is on, so one must stay.
    const turnOff = (mine: string, other: string) =>
      target.db.runTransaction(async (t) => {
        const isOtherOn = (await t.get(c.doc(other))).get("on");
        await bothRead();
        if (isOtherOn) t.update(c.doc(mine), { on: false });
      });
    await Promise.all([turnOff("a", "b"), turnOff("b", "a")]);
    expect((await c.where("on", "==", true).get()).size).toBe(1);
  });

  test("two transactions that both find nothing do not both add", async () => {
    const c = target.collection();
    const bothRead = barrier(2);
    const addIfNone = (id: string) =>
      target.db.runTransaction(async (t) => {
        const isEmpty = (await t.get(c.where("kind", "==", "leader"))).empty;
        await bothRead();
        if (isEmpty) t.create(c.doc(id), { kind: "leader" });
      });
    await Promise.all([addIfNone("a"), addIfNone("b")]);
    expect((await c.get()).size).toBe(1);
  });
});

/** Lets the first `count` callers wait for each other; whoever comes later passes. */
function barrier(count: number): () => Promise<void> {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let arrived = 0;
  return async () => {
    if (++arrived === count) open();
    if (arrived <= count) await opened;
  };
}
