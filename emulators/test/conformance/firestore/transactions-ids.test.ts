// The life of a transaction id: how it begins, what may be done with it, and what it answers when it is over.
import { expect, test } from "vitest";
import { rawTransactions } from "./raw-transaction.ts";
import { Code, refused } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
const { begin, read, query, commit, rollback } = rawTransactions(target);
// Recorded from the emulator and the cloud; older reports of the same text have INVALID_ARGUMENT.
const IS_OVER = /transaction has expired or is no longer valid/;
const newPath = () => target.collection().doc("a").path;

test("begin, read, commit", async () => {
  const path = newPath();
  const transaction = await begin();
  expect(await read(transaction, path)).toEqual([null]);
  const { commitTime, writeResults } = await commit(transaction, { [path]: 1 });
  expect(writeResults).toEqual([{ updateTime: commitTime }]);
  expect(await read(null, path)).toEqual([1]);
});

test("a second commit is refused with ABORTED", async () => {
  const path = newPath();
  const transaction = await begin();
  await commit(transaction, { [path]: 1 });
  await refused(commit(transaction, { [path]: 2 }), Code.ABORTED, IS_OVER);
  expect(await read(null, path)).toEqual([1]);
});

test("a commit after the rollback is refused with ABORTED", async () => {
  const path = newPath();
  const transaction = await begin();
  await rollback(transaction);
  await refused(commit(transaction, { [path]: 1 }), Code.ABORTED, IS_OVER);
  expect(await read(null, path)).toEqual([null]);
});

test("a rollback after the commit is refused with ABORTED, a second rollback is not refused", async () => {
  const committed = await begin();
  await commit(committed, { [newPath()]: 1 });
  await refused(rollback(committed), Code.ABORTED, IS_OVER);
  const rolledBack = await begin();
  await rollback(rolledBack);
  expect(await rollback(rolledBack)).toEqual({});
});

test("an id that was never given is refused with INVALID_ARGUMENT", async () => {
  const never = Buffer.alloc(8);
  await refused(commit(never, { [newPath()]: 1 }), Code.INVALID_ARGUMENT);
  await refused(rollback(never), Code.INVALID_ARGUMENT);
  await refused(read(never, newPath()), Code.INVALID_ARGUMENT);
  await refused(query(never, "c"), Code.INVALID_ARGUMENT);
});

test("each begin gives another id", async () => {
  const given = await Promise.all(Array.from({ length: 20 }, () => begin()));
  expect(new Set(given.map((id) => id.toString("hex"))).size).toBe(20);
  await Promise.all(given.map(rollback));
});

test("a failed commit ends the transaction", async () => {
  const path = newPath();
  const transaction = await begin();
  await read(transaction, path);
  const failing = target.raw.call("Commit", {
    database: target.database,
    writes: [{ update: { name: target.name(path) }, currentDocument: { exists: true } }],
    transaction,
  });
  await refused(failing, Code.NOT_FOUND);
  await commit(null, { [path]: 1 }); // waits for no lock
  expect(await read(null, path)).toEqual([1]);
});

test("a transaction that is not read in may write what others wrote since it began", async () => {
  const path = newPath();
  const transaction = await begin();
  await commit(null, { [path]: 1 });
  await commit(transaction, { [path]: 2 });
  expect(await read(null, path)).toEqual([2]);
});

test("a read-only transaction does not write: INVALID_ARGUMENT", async () => {
  const path = newPath();
  const transaction = await begin({ readOnly: {} });
  await refused(commit(transaction, { [path]: 1 }), Code.INVALID_ARGUMENT, /read-only/);
  expect(await read(null, path)).toEqual([null]);
});

test("a read-only transaction goes on seeing the moment of its first read", async () => {
  const path = newPath();
  await commit(null, { [path]: 1 });
  const transaction = await begin({ readOnly: {} });
  expect(await read(transaction, path)).toEqual([1]);
  await commit(null, { [path]: 2 }); // is not held up by it
  expect(await read(transaction, path)).toEqual([1]);
  expect(await read(null, path)).toEqual([2]);
});

test("BatchGetDocuments starts a transaction and answers with its id", async () => {
  const path = newPath();
  const [first] = await target.raw.collect("BatchGetDocuments", {
    database: target.database,
    documents: [target.name(path)],
    newTransaction: { readWrite: {} },
  });
  await commit(first.transaction, { [path]: 1 });
  expect(await read(null, path)).toEqual([1]);
});

test("a transaction that a read starts without saying which kind is read-only", async () => {
  const path = newPath();
  const [first] = await target.raw.collect("BatchGetDocuments", {
    database: target.database,
    documents: [target.name(path)],
    newTransaction: {},
  });
  await refused(commit(first.transaction, { [path]: 1 }), Code.INVALID_ARGUMENT, /read-only/);
});

test("RunQuery starts a transaction and answers with its id first, alone, even when it finds nothing", async () => {
  const c = target.collection();
  const run = () =>
    target.raw.collect("RunQuery", {
      parent: `${target.database}/documents`,
      structuredQuery: { from: [{ collectionId: c.id }] },
      newTransaction: { readWrite: {} },
    });
  const [nothing] = await run();
  expect(Object.keys(nothing)).toEqual(["transaction"]);
  await rollback(nothing.transaction);
  await c.doc("a").set({});
  const [first, second] = await run();
  expect(Object.keys(first)).toEqual(["transaction"]);
  expect(second.document.name).toBe(target.name(`${c.id}/a`));
  await rollback(first.transaction);
});

test("RunAggregationQuery starts a transaction, too", async () => {
  const answers = await target.raw.collect("RunAggregationQuery", {
    parent: `${target.database}/documents`,
    structuredAggregationQuery: {
      structuredQuery: { from: [{ collectionId: target.collection().id }] },
      aggregations: [{ alias: "c", count: {} }],
    },
    newTransaction: { readWrite: {} },
  });
  expect(answers[0].transaction.length).toBeGreaterThan(0);
  expect(answers.at(-1).result.aggregateFields).toEqual({ c: { integerValue: "0" } });
  await rollback(answers[0].transaction);
});

test("a rolled-back, an aborted or a committed transaction may be named as the one retried; one never given may not", async () => {
  const rolledBack = await begin();
  await rollback(rolledBack);
  const committed = await begin();
  await commit(committed, { [newPath()]: 1 });
  for (const retryTransaction of [rolledBack, committed])
    await rollback(await begin({ readWrite: { retryTransaction } }));
  const never = Buffer.alloc(8);
  await refused(begin({ readWrite: { retryTransaction: never } }), Code.INVALID_ARGUMENT);
  const readOnly = await begin({ readOnly: {} });
  await refused(begin({ readWrite: { retryTransaction: readOnly } }), Code.INVALID_ARGUMENT);
});
