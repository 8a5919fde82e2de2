// Listeners: what a stream says about its targets, at first, after each commit, and when a client comes back.
import { expect, test } from "vitest";
import {
  above,
  DATABASE,
  type Data,
  documents,
  EMPTY,
  orderedBy,
  query,
  TestClient,
  TestStore,
} from "./listen-client.ts";

test("Listen says ADD, the documents, CURRENT, and NO_CHANGE without target ids, in that order", async () => {
  const testStore = new TestStore();
  await testStore.commit({ "a/1": { n: 1 }, "a/2": { n: 2 }, "b/1": { n: 3 } });
  testStore.clock = 5_000n;
  expect(new TestClient(testStore).add(query()).take()).toEqual([
    "ADD 1",
    "a/1 n=1 in 1",
    "a/2 n=2 in 1",
    "CURRENT 1 at 5000",
    "NO_CHANGE at 5000",
  ]);
});

test("Listen on a document that is not there says so at first, and gives it once it is", async () => {
  const testStore = new TestStore();
  const client = new TestClient(testStore).add(documents("a/1"));
  expect(client.take()).toEqual(["ADD 1", "a/1 gone from 1", "CURRENT 1 at 1000", "NO_CHANGE at 1000"]);
  const time = await testStore.commit({ "a/1": { n: 1 }, "a/2": { n: 2 } });
  expect(client.take()).toEqual(["a/1 n=1 in 1", `NO_CHANGE at ${time}`]);
  const later = await testStore.commit({ "a/1": null });
  expect(client.take()).toEqual(["a/1 gone from 1", `NO_CHANGE at ${later}`]);
});

test("Listen tells documents that come, change, stop to match and are deleted, once a commit", async () => {
  const testStore = new TestStore();
  await testStore.commit({ "a/1": { n: 1 }, "a/2": { n: 2 } });
  const client = new TestClient(testStore).add(query(above("n", 0)));
  client.take();
  const time = await testStore.commit({ "a/0": { n: 7 }, "a/1": { n: 0 }, "a/2": null, "a/3": { n: 0 } });
  expect(client.take()).toEqual(["a/0 n=7 in 1", "a/2 gone from 1", "a/1 left 1", `NO_CHANGE at ${time}`]);
});

test("Listen says nothing of commits that touch none of the targets", async () => {
  const testStore = new TestStore();
  const client = new TestClient(testStore)
    .add(query(above("n", 5)))
    .ask({ addTarget: { targetId: 2, ...documents("a/9") } });
  client.take();
  await testStore.commit({ "a/1": { n: 1 }, "b/1": { n: 9 }, "a/1/a/2": { n: 9 } });
  await testStore.commit({ "a/1": null });
  expect(client.take()).toEqual([]);
});

test("Listen puts the targets that a change concerns alike into one message", async () => {
  const testStore = new TestStore();
  const client = new TestClient(testStore).add(query());
  client.ask({ addTarget: { targetId: 2, ...documents("a/1") } });
  client.ask({ addTarget: { targetId: 3, ...query({ select: { fields: [{ fieldPath: "m" }] } }) } });
  client.take();
  const time = await testStore.commit({ "a/1": { m: 1, n: 2 } });
  expect(client.take()).toEqual(["a/1 m=1,n=2 in 1,2", "a/1 m=1 in 3", `NO_CHANGE at ${time}`]);
  await testStore.commit({ "a/1": null });
  expect(client.take()[0]).toBe("a/1 gone from 1,2,3");
});

test("Listen with a limit lets the next one in when one leaves, and out when one comes before it", async () => {
  const testStore = new TestStore();
  await testStore.commit({ "a/1": { n: 1 }, "a/2": { n: 2 }, "a/3": { n: 3 } });
  const client = new TestClient(testStore).add(query({ ...orderedBy("n"), limit: { value: 2 } }));
  expect(client.take().slice(1, 3)).toEqual(["a/1 n=1 in 1", "a/2 n=2 in 1"]);
  const first = await testStore.commit({ "a/1": null });
  expect(client.take()).toEqual(["a/3 n=3 in 1", "a/1 gone from 1", `NO_CHANGE at ${first}`]);
  const second = await testStore.commit({ "a/0": { n: 0 } });
  expect(client.take()).toEqual(["a/0 n=0 in 1", "a/3 left 1", `NO_CHANGE at ${second}`]);
  const third = await testStore.commit({ "a/0": { n: 9 } });
  expect(client.take()).toEqual(["a/3 n=3 in 1", "a/0 left 1", `NO_CHANGE at ${third}`]);
  await testStore.commit({ "a/8": { n: 8 } });
  expect(client.take()).toEqual([]);
});

test("Listen with a limit asks the store again only after many have left", async () => {
  const testStore = new TestStore();
  const asked: unknown[] = [];
  const find = testStore.store.documents.bind(testStore.store);
  testStore.store.documents = (...scope) => {
    asked.push(scope);
    return find(...scope);
  };
  const many = Array.from({ length: 200 }, (_, n) => `a/${n}`);
  await testStore.commit(Object.fromEntries(many.map((path, n) => [path, { n }])));
  const client = new TestClient(testStore).add(query({ ...orderedBy("n"), limit: { value: 2 } }));
  for (const path of many.slice(0, 50)) await testStore.commit({ [path]: null });
  expect(asked).toHaveLength(1);
  expect(client.take().at(-3)).toBe("a/51 n=51 in 1");
  await testStore.commit({ [many[50]!]: null });
  expect(asked).toHaveLength(2);
  expect(client.take()[0]).toBe("a/52 n=52 in 1");
});

/** Numbered documents; a listener with a limit of 2 remembers 52 of them. */
const numbered = (from: number, to: number, give: (n: number) => Data | null = (n) => ({ n })) =>
  Object.fromEntries(Array.from({ length: to - from }, (_, i) => [`a/${from + i}`, give(from + i)]));
const FIRST_TWO = query({ ...orderedBy("n"), limit: { value: 2 } });

test("Listen with a limit does not let in a late document before those that it does not remember", async () => {
  const testStore = new TestStore();
  await testStore.commit(numbered(0, 200));
  const client = new TestClient(testStore).add(FIRST_TWO);
  await testStore.commit(numbered(0, 50, () => null));
  await testStore.commit({ "a/late": { n: 150 } });
  client.take();
  await testStore.commit({ "a/50": null });
  expect(client.take().slice(0, 2)).toEqual(["a/52 n=52 in 1", "a/50 gone from 1"]);
});

test("Listen with a limit knows when it no longer remembers all", async () => {
  const testStore = new TestStore();
  const client = new TestClient(testStore).add(FIRST_TWO);
  await testStore.commit(numbered(0, 60));
  client.take();
  await testStore.commit(numbered(0, 51, () => null));
  expect(client.take().slice(0, 2)).toEqual(["a/51 n=51 in 1", "a/52 n=52 in 1"]);
});

test("Listen shows each of two commits of one group by itself, also where it asks the store again", async () => {
  const testStore = new TestStore();
  await testStore.commit(numbered(0, 200));
  const client = new TestClient(testStore).add(FIRST_TWO);
  client.take();
  const times = await Promise.all([
    testStore.begin(numbered(2, 52, () => null)),
    testStore.begin({ "a/1": null }),
    testStore.begin({ "a/52": null }),
  ]);
  expect(client.take()).toEqual([
    "a/52 n=52 in 1",
    "a/1 gone from 1",
    `NO_CHANGE at ${times[1]}`,
    "a/53 n=53 in 1",
    "a/52 gone from 1",
    `NO_CHANGE at ${times[2]}`,
  ]);
});

test("Listen resumes with what changed since the token, from query and document targets", async () => {
  const testStore = new TestStore();
  await testStore.commit({ "a/1": { n: 1 }, "a/2": { n: 2 }, "a/3": { n: 3 }, "a/5": { n: 5 } });
  const client = new TestClient(testStore).add(query(above("n", 0)));
  const { resumeToken } = client.sent.at(-1).targetChange;
  await testStore.commit({ "a/1": null, "a/2": { n: 0 }, "a/3": { n: 4 }, "a/4": { n: 1 } });
  expect(new TestClient(testStore).add({ ...query(above("n", 0)), resumeToken }).take()).toEqual([
    "ADD 1",
    "a/4 n=1 in 1",
    "a/3 n=4 in 1",
    "a/1 gone from 1",
    "a/2 left 1",
    "CURRENT 1 at 1002",
    "NO_CHANGE at 1002",
  ]);
  const targets = documents("a/1", "a/2", "a/5", "a/6");
  expect(
    new TestClient(testStore).add({ ...targets, resumeToken, expectedCount: { value: 3 } }).take(),
  ).toEqual(["ADD 1", "a/2 n=0 in 1", "a/1 gone from 1", "CURRENT 1 at 1002", "NO_CHANGE at 1002"]);
});

test("Listen takes an empty resume token for none", () => {
  const client = new TestClient(new TestStore()).add({ ...query(), resumeToken: Buffer.alloc(0) });
  expect(client.take()).toEqual(["ADD 1", "CURRENT 1 at 1000", "NO_CHANGE at 1000"]);
});

test("Listen resumes from a read time, but not from one in the future", async () => {
  const testStore = new TestStore();
  const client = new TestClient(testStore);
  await testStore.commit({ "a/1": { n: 1 } });
  testStore.clock = 2_000n;
  await testStore.commit({ "a/2": { n: 2 } });
  client.add({ ...query(), readTime: { seconds: 0, nanos: 1_500_000 } });
  expect(client.take()).toEqual(["ADD 1", "a/2 n=2 in 1", "CURRENT 1 at 2000", "NO_CHANGE at 2000"]);
  client.ask({ addTarget: { targetId: 2, ...query(), readTime: { seconds: 1, nanos: 0 } } });
  expect(client.take()).toEqual(["REMOVE 2 because 3: The requested read_time is in the future."]);
});

test("Listen resets a client whose token is older than what is known, or whose count is another", async () => {
  const old = new TestStore();
  await old.commit({ "a/1": { n: 1 } });
  const { resumeToken } = new TestClient(old).add(query()).sent.at(-1).targetChange;
  const store = new TestStore();
  await store.commit({ "a/1": { n: 1 } });
  const whole = ["a/1 n=1 in 1", "CURRENT 1 at 1001", "NO_CHANGE at 1001"];
  const target = { ...query(), resumeToken };
  expect(new TestClient(store).add({ ...target, expectedCount: { value: 1 } }).take()).toEqual([
    "ADD 1",
    ...whole.slice(1),
  ]);
  expect(new TestClient(store).add({ ...target, expectedCount: { value: 2 } }).take()).toEqual([
    "ADD 1",
    "RESET 1",
    ...whole,
  ]);
  store.store.oldest = () => 1_002n;
  expect(new TestClient(store).add(target).take()).toEqual(["ADD 1", "RESET 1", ...whole]);
});

test("Listen removes a target with its fault, and goes on with the others", async () => {
  const testStore = new TestStore();
  const client = new TestClient(testStore).add(query());
  client.take();
  const fault = (target: object) => {
    client.ask({ addTarget: { targetId: 2, ...target } });
    expect(client.sent).toHaveLength(1);
    return client.take()[0];
  };
  expect(fault({ ...query(), resumeToken: Buffer.from("0123") })).toBe(
    "REMOVE 2 because 3: Resume token 30313233 was not given out here.",
  );
  expect(fault({})).toBe("REMOVE 2 because 3: A target has neither a query nor documents.");
  expect(fault(documents("a"))).toMatch(/^REMOVE 2 because 3: Document name /);
  expect(fault(query({ limit: { value: -1 } }))).toMatch(/^REMOVE 2 because 3: The query's limit is -1/);
  expect(fault({ query: { parent: "projects/q/databases/d/documents", structuredQuery: EMPTY } })).toBe(
    `REMOVE 2 because 3: "projects/q/databases/d/documents" is not in the database "${DATABASE}".`,
  );
  expect(fault({ targetId: -4, ...query() })).toBe(
    "REMOVE -4 because 3: Target ID -4 is not a positive number.",
  );
  await testStore.commit({ "a/1": { n: 1 } });
  expect(client.take()[0]).toBe("a/1 n=1 in 1");
});

test("Listen refuses a target id that is in use, and ends both", async () => {
  const testStore = new TestStore();
  const client = new TestClient(testStore).add(query());
  client.take();
  expect(client.add(query()).take()).toEqual(["REMOVE 1 because 6: Target ID already exists: 1"]);
  await testStore.commit({ "a/1": { n: 1 } });
  expect(client.take()).toEqual([]);
});

test("Listen gives ids to targets without one, and then takes no other", () => {
  const client = new TestClient(new TestStore())
    .add({ ...query(), targetId: 0 })
    .add({ ...query(), targetId: 0 });
  expect(client.take().filter((line) => line.startsWith("ADD"))).toEqual(["ADD 1", "ADD 2"]);
  expect(client.add({ ...query(), targetId: 7 }).take()).toEqual([
    "REMOVE 7 because 3: Target ID 7 comes after a target without ID: all later ones must be without ID too.",
  ]);
});

test("Listen answers a removeTarget, and says no more of that target", async () => {
  const testStore = new TestStore();
  const client = new TestClient(testStore).add(query());
  client.take();
  expect(client.ask({ removeTarget: 1 }).take()).toEqual(["REMOVE 1"]);
  await testStore.commit({ "a/1": { n: 1 } });
  expect(client.take()).toEqual([]);
  expect(client.add(query()).take()[0]).toBe("ADD 1");
});

test("Listen removes a target that was asked for once when it is current", async () => {
  const testStore = new TestStore();
  const client = new TestClient(testStore).add({ ...query(), once: true });
  expect(client.take()).toEqual(["ADD 1", "CURRENT 1 at 1000", "NO_CHANGE at 1000", "REMOVE 1"]);
  await testStore.commit({ "a/1": { n: 1 } });
  expect(client.take()).toEqual([]);
});

test("Listen breaks a silence with an empty NO_CHANGE, and only a silence", () => {
  const testStore = new TestStore();
  const client = new TestClient(testStore).add(query());
  client.take();
  client.beat();
  expect(client.take()).toEqual([]);
  testStore.clock = 3_000n;
  client.beat();
  expect(client.take()).toEqual(["NO_CHANGE at 3000"]);
});

test("Listen ends with OK when the client half-closes, without a status when it goes away, and then rests", async () => {
  for (const leave of [
    (client: TestClient) => client.halfClose(),
    (client: TestClient) => client.away.abort(),
  ]) {
    const testStore = new TestStore();
    const client = new TestClient(testStore).add(query());
    client.take();
    leave(client);
    expect(client.end).toEqual({ error: undefined });
    expect(client.isBeating).toBe(false);
    await testStore.commit({ "a/1": { n: 1 } });
    client.beat();
    client.add(query());
    expect(client.sentAfterTheEnd).toBe(0);
  }
});

test("Listen ends with a status when a request is none", () => {
  const wrongDatabase = new TestClient(new TestStore()).ask({ database: "p", removeTarget: 1 });
  expect(wrongDatabase.end!.error).toMatchObject({ code: 3 });
  const empty = new TestClient(new TestStore()).ask({});
  expect(empty.end!.error).toMatchObject({
    code: 3,
    message: "A ListenRequest has neither addTarget nor removeTarget.",
  });
});

test("Listen ends UNAVAILABLE when the client stays too far behind the commits", async () => {
  const testStore = new TestStore();
  await testStore.commit(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`a/${i}`, { n: i }])));
  const client = new TestClient(testStore, { maxBehind: 1_000 });
  client.buffered = 0;
  client.add(query());
  expect(client.end).toBe(null);
  await testStore.commit({ "a/1": { n: -1 } });
  await testStore.commit({ "a/1": { n: -2 } });
  client.buffered = 1;
  for (let n = 0; n < 3; n += 1) {
    await testStore.commit({ "a/1": { n } });
    expect(client.end).toBe(null);
  }
  for (let n = 3; n < 10; n += 1) await testStore.commit({ "a/1": { n } });
  expect(client.end!.error).toMatchObject({ code: 14 });
});

test("Listen ends UNAVAILABLE when more targets are asked for than are taken", () => {
  const client = new TestClient(new TestStore(), { maxBehind: 1_000 });
  client.buffered = 0;
  for (let targetId = 1; targetId < 10; targetId += 1) client.ask({ addTarget: { targetId, ...query() } });
  expect(client.end!.error).toMatchObject({ code: 14 });
});

test("Listen that fails within a commit ends its own stream, and not the commit", async () => {
  const testStore = new TestStore();
  const client = new TestClient(testStore).add(query());
  client.fails = true;
  await testStore.commit({ "a/1": { n: 1 } });
  expect(client.end!.error).toMatchObject({ code: 13, message: "Cannot encode" });
  expect(client.isBeating).toBe(false);
});
