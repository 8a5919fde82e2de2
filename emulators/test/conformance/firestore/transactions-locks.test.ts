// Who waits for whom: locks of transactions on what they read, as the cloud holds them for server clients.
import { expect, test } from "vitest";
import { rawTransactions } from "./raw-transaction.ts";
import { Code } from "./refused.ts";
import { isForeign, useTarget } from "./target.ts";

const target = useTarget();
const { begin, read, query, commit, rollback, isWaiting } = rawTransactions(target);
const newPath = () => target.collection().doc("a").path;

/** Google's emulator lets racers wait half a minute for each other, and then may abort both. */
const testOfOurs = test.skipIf(isForeign);

test("a plain write waits for the transaction that read the document, and lands after it", async () => {
  const path = newPath();
  await commit(null, { [path]: 1 });
  const transaction = await begin();
  expect(await read(transaction, path)).toEqual([1]);
  const write = commit(null, { [path]: 3 });
  expect(await isWaiting(write)).toBe(true);
  const inside = await commit(transaction, { [path]: 2 });
  const outside = await write;
  expect(BigInt(outside.commitTime.seconds) * 10n ** 9n + BigInt(outside.commitTime.nanos)).toBeGreaterThan(
    BigInt(inside.commitTime.seconds) * 10n ** 9n + BigInt(inside.commitTime.nanos),
  );
  expect(await read(null, path)).toEqual([3]);
});

test("a rollback lets the waiting write go on", async () => {
  const path = newPath();
  const transaction = await begin();
  await read(transaction, path);
  const write = commit(null, { [path]: 1 });
  expect(await isWaiting(write)).toBe(true);
  await rollback(transaction);
  await write;
  expect(await read(null, path)).toEqual([1]);
});

test("so does a commit that writes nothing", async () => {
  const path = newPath();
  const transaction = await begin();
  await read(transaction, path);
  const write = commit(null, { [path]: 1 });
  expect(await isWaiting(write)).toBe(true);
  await commit(transaction);
  await write;
});

test("a document that is missing is locked by its read like any other", async () => {
  const path = newPath();
  const transaction = await begin();
  expect(await read(transaction, path)).toEqual([null]);
  const create = target.db.doc(path).create({ v: 1 });
  expect(await isWaiting(create)).toBe(true);
  expect(await read(transaction, path)).toEqual([null]);
  await rollback(transaction);
  await create;
});

test("reads outside of transactions never wait", async () => {
  const path = newPath();
  await commit(null, { [path]: 1 });
  const transaction = await begin();
  await read(transaction, path);
  const write = commit(null, { [path]: 2 });
  expect(await read(null, path)).toEqual([1]);
  await rollback(transaction);
  await write;
  expect(await read(null, path)).toEqual([2]);
});

test("transactions may read the same document together", async () => {
  const path = newPath();
  await commit(null, { [path]: 1 });
  const [one, two] = [await begin(), await begin()];
  expect(await read(one, path)).toEqual([1]);
  expect(await read(two, path)).toEqual([1]);
  await commit(one);
  await commit(two);
});

test("writes to other documents wait for nobody", async () => {
  const [path, other] = [newPath(), newPath()];
  const transaction = await begin();
  await read(transaction, path);
  await commit(null, { [other]: 1 });
  expect(await read(null, other)).toEqual([1]);
  await rollback(transaction);
});

test("what a query of a transaction found does not change under it, and nothing new appears", async () => {
  const c = target.collection();
  await commit(null, { [`${c.id}/a`]: 1 });
  const transaction = await begin();
  expect(await query(transaction, c.id)).toEqual(["a"]);
  const change = commit(null, { [`${c.id}/a`]: 2 });
  const phantom = commit(null, { [`${c.id}/b`]: 2 });
  expect(await isWaiting(change)).toBe(true);
  expect(await query(transaction, c.id)).toEqual(["a"]);
  expect(await read(transaction, `${c.id}/a`)).toEqual([1]);
  await commit(transaction, { [`${c.id}/other/sub/x`]: 1 });
  await Promise.all([change, phantom]);
  expect(await read(null, `${c.id}/a`, `${c.id}/b`)).toEqual([2, 2]);
});

testOfOurs("a write that would appear in a transaction's query waits for it", async () => {
  const c = target.collection();
  const transaction = await begin();
  expect(await query(transaction, c.id)).toEqual([]);
  const phantom = commit(null, { [`${c.id}/a`]: 1 });
  expect(await isWaiting(phantom)).toBe(true);
  expect(await query(transaction, c.id)).toEqual([]);
  await rollback(transaction);
  await phantom;
});

testOfOurs(
  "of two transactions that read one document and write it, exactly one commits; the other is ABORTED at once",
  async () => {
    const path = newPath();
    await commit(null, { [path]: 0 });
    const [one, two] = [await begin(), await begin()];
    await Promise.all([read(one, path), read(two, path)]);
    const outcomes = await Promise.allSettled([commit(one, { [path]: 1 }), commit(two, { [path]: 2 })]);
    const codes = outcomes.map((outcome) => (outcome.status === "fulfilled" ? Code.OK : outcome.reason.code));
    expect(codes.toSorted((a, b) => a - b)).toEqual([Code.OK, Code.ABORTED]);
    expect(await read(null, path)).toEqual([codes.indexOf(Code.OK) + 1]);
  },
);

testOfOurs(
  "of two transactions that wait for each other over two documents, exactly one is aborted",
  async () => {
    const [a, b] = [newPath(), newPath()];
    const [one, two] = [await begin(), await begin()];
    await read(one, a);
    await read(two, b);
    const outcomes = await Promise.allSettled([commit(one, { [b]: 1 }), commit(two, { [a]: 2 })]);
    const codes = outcomes.map((outcome) => (outcome.status === "fulfilled" ? Code.OK : outcome.reason.code));
    expect(codes.toSorted((x, y) => x - y)).toEqual([Code.OK, Code.ABORTED]);
  },
);

testOfOurs("the transaction that was aborted passes when it is tried again", async () => {
  const path = newPath();
  const [one, two] = [await begin(), await begin()];
  await Promise.all([read(one, path), read(two, path)]);
  const [first] = await Promise.allSettled([commit(one, { [path]: 1 }), commit(two, { [path]: 2 })]);
  const loser = first.status === "fulfilled" ? two : one;
  const again = await begin({ readWrite: { retryTransaction: loser } });
  await read(again, path);
  await commit(again, { [path]: 3 });
  expect(await read(null, path)).toEqual([3]);
});

testOfOurs.each(["first", "last"])(
  "a retried transaction is as senior as the one it retries: it wins, committing %s",
  async (when) => {
    const path = newPath();
    const old = await begin();
    await rollback(old);
    const younger = await begin();
    const senior = await begin({ readWrite: { retryTransaction: old } });
    await read(younger, path);
    await read(senior, path);
    const commits = [() => commit(senior, { [path]: 1 }), () => commit(younger, { [path]: 2 })];
    if (when === "last") commits.reverse();
    const outcomes = await Promise.allSettled(commits.map((run) => run()));
    if (when === "last") outcomes.reverse();
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect((outcomes[1] as PromiseRejectedResult).reason.code).toBe(Code.ABORTED);
    expect(await read(null, path)).toEqual([1]);
  },
);

testOfOurs("readers queue behind a writer that waits: first come, first served", async () => {
  const path = newPath();
  await commit(null, { [path]: 1 });
  const holder = await begin();
  await read(holder, path);
  const write = commit(null, { [path]: 2 });
  expect(await isWaiting(write)).toBe(true);
  const later = await begin();
  const reading = read(later, path);
  expect(await isWaiting(reading)).toBe(true);
  await commit(holder);
  await write;
  expect(await reading).toEqual([2]);
  await rollback(later);
});

testOfOurs("many plain writes that wait for one transaction all land, in the order they came", async () => {
  const path = newPath();
  const transaction = await begin();
  await read(transaction, path);
  const writes: Promise<unknown>[] = [];
  for (let v = 1; v <= 5; v++) {
    const write = commit(null, { [path]: v });
    writes.push(write);
    expect(await isWaiting(write)).toBe(true);
  }
  await commit(transaction, { [path]: 0 });
  await Promise.all(writes);
  expect(await read(null, path)).toEqual([5]);
});

testOfOurs("a batch that waits for one document holds back all of itself, and lands whole", async () => {
  const [locked, free] = [newPath(), newPath()];
  const transaction = await begin();
  await read(transaction, locked);
  const batch = commit(null, { [free]: 1, [locked]: 1 });
  expect(await isWaiting(batch)).toBe(true);
  expect(await read(null, free)).toEqual([null]);
  await rollback(transaction);
  await batch;
  expect(await read(null, free, locked)).toEqual([1, 1]);
});

testOfOurs("a delete waits as a write does", async () => {
  const path = newPath();
  await commit(null, { [path]: 1 });
  const transaction = await begin();
  await read(transaction, path);
  const deletion = target.db.doc(path).delete();
  expect(await isWaiting(deletion)).toBe(true);
  expect(await read(transaction, path)).toEqual([1]);
  await rollback(transaction);
  await deletion;
  expect(await read(null, path)).toEqual([null]);
});

testOfOurs("what a transaction counted does not change under it", async () => {
  const c = target.collection();
  await commit(null, { [`${c.id}/a`]: 1 });
  const transaction = await begin();
  const count = async () => {
    const structuredQuery = { from: [{ collectionId: c.id }] };
    const [answer] = await target.raw.collect("RunAggregationQuery", {
      parent: `${target.database}/documents`,
      structuredAggregationQuery: { structuredQuery, aggregations: [{ alias: "c", count: {} }] },
      transaction,
    });
    return answer.result.aggregateFields.c.integerValue;
  };
  expect(await count()).toBe("1");
  const phantom = commit(null, { [`${c.id}/b`]: 1 });
  expect(await isWaiting(phantom)).toBe(true);
  expect(await count()).toBe("1");
  await rollback(transaction);
  await phantom;
});
