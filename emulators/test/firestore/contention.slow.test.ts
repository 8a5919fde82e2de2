// Many clients on the same documents: no increment is lost, and what was read stale is never committed.
import { setTimeout as sleep } from "node:timers/promises";
import { type DocumentSnapshot, Firestore, type Transaction } from "@google-cloud/firestore";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFirestore } from "../../src/firestore/server.ts";
import type { Listening } from "../../src/wire/port.ts";
import { type Message, openRaw, type Raw } from "../conformance/firestore/raw.ts";

const PROJECT = "contention";
const DATABASE = `projects/${PROJECT}/databases/(default)`;
const CLIENTS = 50;
const ABORTED = 10;
const INVALID_ARGUMENT = 3;

let server: Listening;
let raw: Raw;
const clients: Firestore[] = [];

beforeAll(async () => {
  server = await startFirestore({ host: "127.0.0.1", port: 0, data: null });
  raw = openRaw(`${server.host}:${server.port}`);
  for (let at = 0; at < CLIENTS; at++)
    clients.push(
      new Firestore({
        projectId: PROJECT,
        host: server.host,
        port: server.port,
        ssl: false,
        customHeaders: { Authorization: "Bearer owner" },
      }),
    );
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.terminate()));
  raw.close();
  await server.close();
});

/** Each client runs `work` as often as told, one after the other; all clients at once. */
async function everyone(
  who: readonly Firestore[],
  times: number,
  work: (client: Firestore, turn: number) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    who.map(async (client) => {
      for (let turn = 0; turn < times; turn++) await work(client, turn);
    }),
  );
}

describe("runTransaction of the official client", () => {
  test("loses none of 50 times 20 increments of one document", async () => {
    await everyone(clients, 20, (client) =>
      client.runTransaction(async (transaction) => {
        const counter = client.doc("counters/one");
        const n = (await transaction.get(counter)).get("n") ?? 0;
        transaction.set(counter, { n: n + 1 });
      }),
    );
    expect((await clients[0].doc("counters/one").get()).get("n")).toBe(1_000);
  });

  const orders = ["abc", "acb", "bac", "bca", "cab", "cba"].map((order) => [...order]);
  const orderOf = (client: Firestore, turn: number) =>
    orders[(clients.indexOf(client) + turn) % orders.length];

  function increment(transaction: Transaction, read: readonly DocumentSnapshot[]): void {
    const counts = read.map((snapshot) => snapshot.get("n") ?? 0);
    expect(new Set(counts).size).toBe(1);
    for (const snapshot of read) transaction.set(snapshot.ref, { n: counts[0] + 1 });
  }

  test("loses none of 50 times 4 increments of three documents, read at once in any order", async () => {
    await everyone(clients, 4, (client, turn) =>
      client.runTransaction(async (transaction) => {
        const ids = orderOf(client, turn);
        increment(transaction, await transaction.getAll(...ids.map((id) => client.doc(`three/${id}`))));
      }),
    );
    const all = await clients[0].collection("three").get();
    expect(all.docs.map((snapshot) => snapshot.get("n"))).toEqual([200, 200, 200]);
  });

  test("loses none of 10 times 10 increments of three documents, read one by one in any order", async () => {
    await everyone(clients.slice(0, 10), 10, (client, turn) =>
      client.runTransaction(async (transaction) => {
        const read = [];
        for (const id of orderOf(client, turn)) read.push(await transaction.get(client.doc(`3/${id}`)));
        increment(transaction, read);
      }),
    );
    const all = await clients[0].collection("3").get();
    expect(all.docs.map((snapshot) => snapshot.get("n"))).toEqual([100, 100, 100]);
  });

  test("gives 50 times 2 entries of a ledger numbers without gap or fork, found by a query of the last", async () => {
    await everyone(clients, 2, (client) =>
      client.runTransaction(async (transaction) => {
        const ledger = client.collection("ledger");
        const last = await transaction.get(ledger.orderBy("n", "desc").limit(1));
        const n = last.empty ? 0 : last.docs[0].get("n") + 1;
        transaction.create(ledger.doc(), { n });
      }),
    );
    const all = await clients[0].collection("ledger").orderBy("n").get();
    expect(all.docs.map((snapshot) => snapshot.get("n"))).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });
});

const nameOf = (id: string) => `${DATABASE}/documents/stale/${id}`;
const setOf = (id: string, n: number) => ({
  update: { name: nameOf(id), fields: { n: { integerValue: n } } },
});

async function commit(writes: object[], transaction?: Buffer): Promise<Message> {
  return raw.call("Commit", { database: DATABASE, writes, ...(transaction && { transaction }) });
}

async function begin(): Promise<Buffer> {
  return (await raw.call("BeginTransaction", { database: DATABASE, options: { readWrite: {} } })).transaction;
}

async function read(id: string, transaction?: Buffer): Promise<number | null> {
  const [answer] = await raw.collect("BatchGetDocuments", {
    database: DATABASE,
    documents: [nameOf(id)],
    ...(transaction && { transaction }),
  });
  return answer.found ? Number(answer.found.fields.n.integerValue) : null;
}

/** Remembers how a call ended; `over` is null as long as it has not. */
function outcome(call: Promise<unknown>): { over: string | null; ended: Promise<void> } {
  const seen: { over: string | null; ended: Promise<void> } = { over: null, ended: Promise.resolve() };
  seen.ended = call.then(
    () => {
      seen.over = "done";
    },
    (error) => {
      seen.over = `code ${error.code}`;
    },
  );
  return seen;
}

describe("a transaction over bare gRPC", () => {
  test("makes a plain write wait until it has ended", async () => {
    await commit([setOf("plain", 1)]);
    const transaction = await begin();
    expect(await read("plain", transaction)).toBe(1);
    const plain = outcome(commit([setOf("plain", 10)]));
    // The server answers in order of arrival: when this is answered, the write has been looked at.
    await read("elsewhere");
    expect(plain.over).toBe(null);
    expect(await read("plain")).toBe(1);
    const { commitTime } = await commit([setOf("plain", 2)], transaction);
    await plain.ended;
    expect(plain.over).toBe("done");
    expect(await read("plain")).toBe(10);
    expect(commitTime).toBeDefined();
  });

  test("of two that read the same and write, aborts one at once, whose commit changes nothing even if repeated", async () => {
    await commit([setOf("both", 1)]);
    const [one, two] = [await begin(), await begin()];
    for (const transaction of [one, two]) expect(await read("both", transaction)).toBe(1);
    const ends = [outcome(commit([setOf("both", 100)], one)), outcome(commit([setOf("both", 200)], two))];
    await Promise.all(ends.map(({ ended }) => ended));
    expect(ends.map(({ over }) => over)).toEqual(["done", `code ${ABORTED}`]);
    const again = outcome(commit([setOf("both", 300)], two));
    await again.ended;
    expect([`code ${ABORTED}`, `code ${INVALID_ARGUMENT}`]).toContain(again.over);
    expect(await read("both")).toBe(100);
  });

  test("does not commit what it read before its rollback", async () => {
    await commit([setOf("rolled", 1)]);
    const transaction = await begin();
    await read("rolled", transaction);
    await raw.call("Rollback", { database: DATABASE, transaction });
    await commit([setOf("rolled", 2)]);
    const late = outcome(commit([setOf("rolled", 100)], transaction));
    await late.ended;
    expect([`code ${ABORTED}`, `code ${INVALID_ARGUMENT}`]).toContain(late.over);
    expect(await read("rolled")).toBe(2);
  });

  test("does not let a missing document that it read appear before it has ended", async () => {
    const transaction = await begin();
    expect(await read("missing", transaction)).toBe(null);
    const created = outcome(commit([setOf("missing", 1)]));
    await read("elsewhere");
    expect(await read("missing", transaction)).toBe(null);
    expect(created.over).toBe(null);
    await commit([], transaction);
    await created.ended;
    expect(await read("missing")).toBe(1);
  });

  test("does not let a phantom appear in what it queried, nor one of the found disappear", async () => {
    await commit([setOf("q1", 77)]);
    const transaction = await begin();
    const query = (n: number) => ({
      parent: `${DATABASE}/documents`,
      structuredQuery: {
        from: [{ collectionId: "stale" }],
        where: { fieldFilter: { field: { fieldPath: "n" }, op: "EQUAL", value: { integerValue: n } } },
      },
    });
    const found = async () =>
      (await raw.collect("RunQuery", { ...query(77), transaction })).flatMap(
        (answer) => answer.document ?? [],
      ).length;
    expect(await found()).toBe(1);
    const writes = [
      outcome(commit([setOf("q2", 77)])),
      outcome(commit([setOf("q1", 78)])),
      outcome(commit([{ delete: nameOf("q1") }])),
    ];
    // Writes that the query does not find go through.
    await commit([setOf("q3", 79)]);
    expect(writes.map(({ over }) => over)).toEqual([null, null, null]);
    expect(await found()).toBe(1);
    await commit([], transaction);
    await Promise.all(writes.map(({ ended }) => ended));
    expect(writes.map(({ over }) => over)).toEqual(["done", "done", "done"]);
    expect(await read("q2")).toBe(77);
  });

  test("that is retried by name is older than those that came after its first try", async () => {
    await commit([setOf("retried", 0)]);
    const [one, two] = [await begin(), await begin()];
    for (const transaction of [one, two]) await read("retried", transaction);
    const first = outcome(commit([setOf("retried", 1)], one));
    const second = outcome(commit([setOf("retried", 2)], two));
    await Promise.all([first.ended, second.ended]);
    expect(second.over).toBe(`code ${ABORTED}`);
    const fresh = await begin();
    const options = { readWrite: { retryTransaction: two } };
    const retry = (await raw.call("BeginTransaction", { database: DATABASE, options })).transaction;
    for (const transaction of [fresh, retry]) expect(await read("retried", transaction)).toBe(1);
    const ends = [
      outcome(commit([setOf("retried", 3)], fresh)),
      outcome(commit([setOf("retried", 4)], retry)),
    ];
    await Promise.all(ends.map(({ ended }) => ended));
    expect(ends.map(({ over }) => over)).toEqual([`code ${ABORTED}`, "done"]);
    expect(await read("retried")).toBe(4);
  });

  test("that is retried waits with its reads for others that are retried, instead of colliding with them", async () => {
    await commit([setOf("turns", 0)]);
    const retry = async () => {
      const options = { readWrite: { retryTransaction: await begin() } };
      return (await raw.call("BeginTransaction", { database: DATABASE, options })).transaction;
    };
    const [one, two] = [await retry(), await retry()];
    expect(await read("turns", one)).toBe(0);
    const second = read("turns", two);
    const waiting = outcome(second);
    await read("elsewhere");
    expect(waiting.over).toBe(null);
    await commit([setOf("turns", 1)], one);
    expect(await second).toBe(1);
    await commit([setOf("turns", 2)], two);
    expect(await read("turns")).toBe(2);
  });

  test("that queries without end keeps no writer out: first come, first served", async () => {
    const READERS = 6;
    const query = { parent: `${DATABASE}/documents`, structuredQuery: { from: [{ collectionId: "queue" }] } };
    let [isOver, ended] = [false, 0];
    const readers = Array.from({ length: READERS }, async () => {
      while (!isOver) {
        const answers = await raw.collect("RunQuery", { ...query, newTransaction: { readWrite: {} } });
        const { transaction } = answers.find((answer) => answer.transaction?.length > 0);
        // Long enough, and different enough, that some transaction is always open.
        await sleep(Math.random() * 30);
        await commit([], transaction);
        ended++;
      }
    });
    for (let n = 0; n < 10; n++) {
      const before = ended;
      await commit([{ update: { name: `${DATABASE}/documents/queue/${n}` } }]);
      expect(ended - before).toBeLessThan(READERS * 4);
      await sleep(Math.random() * 30);
    }
    isOver = true;
    await Promise.all(readers);
  });
});
