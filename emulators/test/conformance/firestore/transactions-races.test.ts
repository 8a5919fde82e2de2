// Calls of one transaction that race each other, and clients that go away: each transaction ends once, and leaves no lock.
import { expect, test } from "vitest";
import { rawTransactions } from "./raw-transaction.ts";
import { Code, refused } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
const { begin, read, commit, rollback } = rawTransactions(target);
const newPath = () => target.collection().doc("a").path;

async function codesOf(calls: readonly Promise<unknown>[]): Promise<number[]> {
  const outcomes = await Promise.allSettled(calls);
  return outcomes
    .map((outcome) => (outcome.status === "fulfilled" ? Code.OK : outcome.reason.code))
    .sort((a, b) => a - b);
}

test("of two commits of one transaction that are sent at once, one counts and the other is ABORTED", async () => {
  const path = newPath();
  for (let round = 0; round < 20; round++) {
    const transaction = await begin();
    await read(transaction, path);
    const twice = [
      commit(transaction, { [path]: 2 * round }),
      commit(transaction, { [path]: 2 * round + 1 }),
    ];
    expect(await codesOf(twice)).toEqual([Code.OK, Code.ABORTED]);
  }
});

test("of two commits of one transaction that both wait for another's lock, one counts", async () => {
  const path = newPath();
  const holder = await begin();
  await read(holder, path);
  const transaction = await begin();
  const twice = codesOf([commit(transaction, { [path]: 1 }), commit(transaction, { [path]: 2 })]);
  await rollback(holder);
  expect(await twice).toEqual([Code.OK, Code.ABORTED]);
});

test("a commit and a rollback that are sent at once do not both succeed", async () => {
  const path = newPath();
  for (let round = 0; round < 20; round++) {
    const transaction = await begin();
    await read(transaction, path);
    const both = [commit(transaction, { [path]: round }), rollback(transaction)];
    expect(await codesOf(both)).toEqual([Code.OK, Code.ABORTED]);
  }
});

test("a first read that its client gave up while it waited leaves no transaction and no lock", async () => {
  const path = newPath();
  const holder = await begin();
  await read(holder, path);
  const writer = commit(null, { [path]: 1 });
  const firstRead = target.raw.collect(
    "BatchGetDocuments",
    { database: target.database, documents: [target.name(path)], newTransaction: { readWrite: {} } },
    { authorization: "Bearer owner", patience: 100 },
  );
  await refused(firstRead, Code.DEADLINE_EXCEEDED);
  await rollback(holder);
  await writer;
  await commit(null, { [path]: 2 });
  expect(await read(null, path)).toEqual([2]);
});

test("a commit that its client gave up while it waited holds nobody up", async () => {
  const [held, other] = [newPath(), newPath()];
  const holder = await begin();
  await read(holder, held);
  const given = target.raw.call(
    "Commit",
    {
      database: target.database,
      writes: [other, held].map((path) => ({ update: { name: target.name(path), fields: {} } })),
    },
    { authorization: "Bearer owner", patience: 100 },
  );
  await refused(given, Code.DEADLINE_EXCEEDED);
  await commit(null, { [other]: 1 });
  expect(await read(await begin(), held)).toEqual([null]);
  await rollback(holder);
});

test("a list with missing documents holds up who would make another one appear", async () => {
  const c = target.collection();
  const list = (transaction: Buffer) =>
    target.raw.call("ListDocuments", {
      parent: `${target.database}/documents`,
      collectionId: c.id,
      showMissing: true,
      mask: {},
      transaction,
    });
  const transaction = await begin();
  expect((await list(transaction)).documents ?? []).toEqual([]);
  const writer = commit(null, { [`${c.id}/missing/below/b`]: 1 });
  expect((await list(transaction)).documents ?? []).toEqual([]);
  await commit(transaction);
  await writer;
  const later = await begin();
  expect((await list(later)).documents).toHaveLength(1);
  await rollback(later);
});
