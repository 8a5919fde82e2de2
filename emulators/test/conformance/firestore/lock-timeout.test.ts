// How long a request waits for a lock before it gives up; a server of its own, because only ours can be told.
import { expect, test } from "vitest";
import { rawTransactions } from "./raw-transaction.ts";
import { Code, refused } from "./refused.ts";
import { isForeign, useTarget } from "./target.ts";

const LOCK_TIMEOUT_MS = 100;
const target = useTarget({ lockTimeout: LOCK_TIMEOUT_MS });
const { begin, read, commit, rollback } = rawTransactions(target);

test.skipIf(isForeign)(
  "a plain write that waits too long is ABORTED, and the transaction that held it up commits",
  async () => {
    const path = target.collection().doc("a").path;
    const transaction = await begin();
    await read(transaction, path);
    await refused(commit(null, { [path]: 1 }), Code.ABORTED);
    await commit(transaction, { [path]: 2 });
    expect(await read(null, path)).toEqual([2]);
  },
);

test.skipIf(isForeign)(
  "one that gave up is out of the queue: who comes after it does not wait for it",
  async () => {
    const path = target.collection().doc("a").path;
    const transaction = await begin();
    await read(transaction, path);
    await refused(commit(null, { [path]: 1 }), Code.ABORTED);
    const other = await begin();
    expect(await read(other, path)).toEqual([null]);
    await Promise.all([rollback(transaction), rollback(other)]);
  },
);
