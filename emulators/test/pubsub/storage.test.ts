// What a broker finds again when it is started anew on the same folder.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { GroupCommit, openDatabase } from "../../src/durable/group-commit.ts";
import { formatAckId } from "../../src/pubsub/ack-id.ts";
import { Broker } from "../../src/pubsub/broker.ts";
import { Holder } from "../../src/pubsub/ordering-key.ts";
import { readSubscription, readTopic, updatedSubscription } from "../../src/pubsub/settings.ts";
import { openStorage } from "../../src/pubsub/storage.ts";
import { Faults } from "../../src/wire/faults.ts";

const TOPIC = "projects/p/topics/topic";
const DRAFT = { bytes: Buffer.from([10, 1, 120]), orderingKey: "" };
const DAY_MS = 86_400_000;
const EMPTY = {
  topic: TOPIC,
  ackDeadlineSeconds: 0,
  retainAckedMessages: false,
  messageRetentionDuration: null,
  labels: {},
  enableMessageOrdering: false,
  expirationPolicy: null,
  deadLetterPolicy: null,
  retryPolicy: null,
};

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A broker that can be stopped and started on its folder; its clock moves only as told. */
function restartable() {
  const folder = mkdtempSync(join(tmpdir(), "pubsub-storage-"));
  folders.push(folder);
  let now = Date.UTC(2026, 0, 1);
  const start = () => {
    const db = openDatabase(folder, "pubsub", { strict: false });
    const commit = new GroupCommit(db, () => {});
    const options = { commit, faults: new Faults(false), now: () => now, setTimer: () => () => {} };
    return { db, broker: new Broker({ ...options, storage: openStorage(db) }) };
  };
  let running = start();
  return {
    get broker() {
      return running.broker;
    },
    advance(ms: number) {
      now += ms;
    },
    restart(ms = 0) {
      now += ms;
      running.db.close();
      running = start();
    },
    stop: () => running.db.close(),
    count: (table: string) =>
      (running.db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n,
  };
}

async function withSubscriptions(names: readonly string[]) {
  const system = restartable();
  await system.broker.createTopic(
    readTopic({
      name: TOPIC,
      labels: { a: "b" },
      messageStoragePolicy: null,
      messageRetentionDuration: null,
    }),
  );
  for (const name of names)
    await system.broker.createSubscription(readSubscription({ ...EMPTY, name: sub(name) }));
  return system;
}

function sub(name: string): string {
  return `projects/p/subscriptions/${name}`;
}

function pending(broker: Broker, name: string): number[] {
  return [...broker.dispatcher(sub(name)).state.messages()].map(({ id }) => id);
}

async function acknowledge(broker: Broker, name: string, message: number): Promise<void> {
  const { id } = broker.dispatcher(sub(name));
  await broker.acknowledge(sub(name), [formatAckId({ subscription: id, message, lease: 1 })]);
}

test("Broker finds topics, subscriptions and their settings again", async () => {
  const system = await withSubscriptions(["one"]);
  await system.broker.updateSubscription(sub("one"), (before) =>
    updatedSubscription(before, { ...EMPTY, name: sub("one"), ackDeadlineSeconds: 60 }, [
      "ack_deadline_seconds",
    ]),
  );
  const before = system.broker.subscription(sub("one"));
  system.restart();
  expect(system.broker.topic(TOPIC).labels).toEqual({ a: "b" });
  expect(system.broker.subscription(sub("one"))).toEqual(before);
  expect(system.broker.subscriptionsOfTopic(TOPIC)).toEqual([sub("one")]);
  await system.broker.deleteTopic(TOPIC);
  system.restart();
  expect(system.broker.subscription(sub("one")).topic).toBe("_deleted-topic_");
  expect(() => system.broker.topic(TOPIC)).toThrow("Resource not found (resource=topic).");
  system.stop();
});

test("Broker finds each message again for each subscription that has not acknowledged it", async () => {
  const system = await withSubscriptions(["one", "two"]);
  const ids = await system.broker.publish(TOPIC, [DRAFT, DRAFT, DRAFT]);
  await acknowledge(system.broker, "one", ids[0]!);
  await acknowledge(system.broker, "one", ids[2]!);
  await acknowledge(system.broker, "two", ids[2]!);
  system.restart();
  expect(pending(system.broker, "one")).toEqual([ids[1]]);
  expect(pending(system.broker, "two")).toEqual([ids[0], ids[1]]);
  expect(system.count("messages")).toBe(2);
  system.stop();
});

test("Broker makes what was leased deliverable again, and knows the old lease from the new", async () => {
  const system = await withSubscriptions(["one"]);
  const [id] = await system.broker.publish(TOPIC, [DRAFT]);
  const all = { messages: 10, bytes: 1_000 };
  const take = () => system.broker.dispatcher(sub("one")).state.take(new Holder(), all, 10_000, 0);
  const [before] = take();
  system.restart(1_000);
  const [after] = take();
  expect(after!.message.id).toBe(id);
  expect(after!.lease).toBeGreaterThan(before!.lease);
  system.stop();
});

test("Broker gives no message id twice, though the clock stand still and the messages be gone", async () => {
  const system = await withSubscriptions(["one"]);
  const [first] = await system.broker.publish(TOPIC, [DRAFT]);
  await acknowledge(system.broker, "one", first!);
  system.restart();
  const [second] = await system.broker.publish(TOPIC, [DRAFT]);
  expect(second).toBeGreaterThan(first!);
  system.stop();
});

test("Broker keeps no row of a message that nobody waits for", async () => {
  const system = await withSubscriptions(["one", "two"]);
  await system.broker.publish(TOPIC, [DRAFT, DRAFT]);
  await system.broker.deleteSubscription(sub("one"));
  expect([system.count("messages"), system.count("pending")]).toEqual([2, 2]);
  await system.broker.deleteSubscription(sub("two"));
  await system.broker.publish(TOPIC, [DRAFT]);
  expect([system.count("messages"), system.count("pending")]).toEqual([0, 0]);
  system.stop();
});

test("Broker drops at its start what is older than the retention of seven days", async () => {
  const system = await withSubscriptions(["one"]);
  const [id] = await system.broker.publish(TOPIC, [DRAFT]);
  system.restart(7 * DAY_MS);
  expect(pending(system.broker, "one")).toEqual([id]);
  system.restart(1);
  expect(pending(system.broker, "one")).toEqual([]);
  expect([system.count("messages"), system.count("pending")]).toEqual([0, 0]);
  system.stop();
});

test("Broker drops while it runs what is older than the retention, from the storage too", async () => {
  const system = await withSubscriptions(["one", "two"]);
  const [old] = await system.broker.publish(TOPIC, [DRAFT]);
  await acknowledge(system.broker, "two", old!);
  system.advance(7 * DAY_MS + 1);
  const [id] = await system.broker.publish(TOPIC, [DRAFT]);
  // Commits come in order, so that what the last one set off is done with the next.
  await system.broker.publish("projects/p/topics/topic", [DRAFT]);
  expect(pending(system.broker, "one")).not.toContain(old);
  expect(pending(system.broker, "one")).toContain(id);
  expect([system.count("messages"), system.count("pending")]).toEqual([2, 4]);
  system.stop();
});

test("Broker leaves out at its start what an earlier version kept, but no client can read", async () => {
  const system = await withSubscriptions(["one"]);
  await system.broker.publish(TOPIC, [{ bytes: Buffer.from("0a01612805", "hex"), orderingKey: "" }]);
  const [id] = await system.broker.publish(TOPIC, [DRAFT]);
  system.restart();
  expect(pending(system.broker, "one")).toEqual([id]);
  expect(system.count("pending")).toBe(1);
  system.stop();
});
