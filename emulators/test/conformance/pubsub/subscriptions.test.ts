// Subscriptions: made, read, changed, listed and deleted.
import { describe, expect, test } from "vitest";
import { Code } from "../../../src/wire/status.ts";
import { counted, isForeign, refusal, useTarget } from "./target.ts";

const target = useTarget();

async function refusalOf(options: object) {
  const topic = await target.topic();
  const name = `projects/${target.project}/subscriptions/${target.id()}`;
  return refusal(target.subscriber.createSubscription({ name, topic: topic.name, ...options }));
}

describe("a subscription", () => {
  test("has a deadline of 10 s and keeps messages for 7 days unless it says otherwise", async () => {
    const { topic, subscription } = await target.pair();
    const [metadata] = await subscription.getMetadata();
    expect(metadata).toMatchObject({
      name: subscription.name,
      topic: topic.name,
      ackDeadlineSeconds: 10,
      messageRetentionDuration: { seconds: "604800" },
      retryPolicy: null,
      deadLetterPolicy: null,
    });
  });

  test("keeps what it is created with", async () => {
    const options = {
      ackDeadlineSeconds: 600,
      labels: { a: "b" },
      enableMessageOrdering: true,
      retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 2 } },
    };
    const { subscription } = await target.pair(options);
    expect((await subscription.getMetadata())[0]).toMatchObject({
      ackDeadlineSeconds: 600,
      labels: { a: "b" },
      enableMessageOrdering: true,
      retryPolicy: { minimumBackoff: { seconds: "1" }, maximumBackoff: { seconds: "2" } },
    });
  });

  test("takes 10 s and 600 s for the pauses of a retry policy that names none", async () => {
    const { subscription } = await target.pair({ retryPolicy: {} });
    expect((await subscription.getMetadata())[0].retryPolicy).toMatchObject({
      minimumBackoff: { seconds: "10" },
      maximumBackoff: { seconds: "600" },
    });
  });

  test("cannot be created twice, nor on a topic that does not exist", async () => {
    const { topic, subscription } = await target.pair();
    const id = subscription.name.split("/").at(-1)!;
    expect(await refusal(topic.createSubscription(id))).toEqual({
      code: Code.ALREADY_EXISTS,
      details: `Resource already exists in the project (resource=${id}).`,
    });
    expect((await refusal(target.pubsub.topic(target.id()).createSubscription(target.id()))).code).toBe(
      Code.NOT_FOUND,
    );
  });

  for (const ackDeadlineSeconds of [9, 601, -1])
    test(`cannot have a deadline of ${ackDeadlineSeconds} s`, async () => {
      expect(await refusalOf({ ackDeadlineSeconds })).toEqual({
        code: Code.INVALID_ARGUMENT,
        details: `Invalid ack deadline given (ack_deadline=${ackDeadlineSeconds}). The ack deadline must be between 10 and 600 seconds.`,
      });
    });

  test("refuses policies out of their ranges", async () => {
    const topic = await target.topic();
    for (const options of [
      { retryPolicy: { minimumBackoff: { seconds: 601 } } },
      { retryPolicy: { minimumBackoff: { seconds: 20 }, maximumBackoff: { seconds: 10 } } },
      { deadLetterPolicy: { deadLetterTopic: topic.name, maxDeliveryAttempts: 4 } },
      { deadLetterPolicy: { deadLetterTopic: topic.name, maxDeliveryAttempts: 101 } },
      { deadLetterPolicy: { deadLetterTopic: "nonsense" } },
      { messageRetentionDuration: { seconds: 599 } },
      { messageRetentionDuration: { seconds: 599, nanos: 2_000_000_000 } },
      { messageRetentionDuration: { seconds: 700, nanos: -1 } },
      { retryPolicy: { minimumBackoff: { seconds: 1, nanos: 1_000_000_000 } } },
      { expirationPolicy: { ttl: { seconds: 86_399 } } },
      { labels: { A: "b" } },
      { labels: { "": "b" } },
      { labels: { a: "B" } },
      { labels: { ["a".repeat(64)]: "" } },
      { labels: Object.fromEntries(counted(65).map((n) => [`a${n}`, ""])) },
    ])
      expect((await refusalOf(options)).code, JSON.stringify(options)).toBe(Code.INVALID_ARGUMENT);
  });

  test("takes what is just within these ranges", async () => {
    const options = {
      expirationPolicy: { ttl: { seconds: 86_400 } },
      labels: {
        ["a".repeat(63)]: "",
        a_0: "-",
        ...Object.fromEntries(counted(62).map((n) => [`n${n}`, ""])),
      },
      retryPolicy: { minimumBackoff: { seconds: 0 }, maximumBackoff: { nanos: 999_999_999 } },
    };
    const { subscription } = await target.pair(options);
    const [{ labels }] = await subscription.getMetadata();
    expect(labels).toEqual(options.labels);
  });

  test("can be changed in other respects when its dead-letter topic is gone", async () => {
    const dead = await target.topic();
    const deadLetterPolicy = { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 };
    const { subscription } = await target.pair({ deadLetterPolicy });
    await dead.delete();
    const [metadata] = await subscription.setMetadata({ labels: { a: "b" } });
    expect(metadata!.labels).toEqual({ a: "b" });
    expect((await refusal(subscription.setMetadata({ deadLetterPolicy }))).code).toBe(Code.NOT_FOUND);
  });

  test("is checked only in what an update mask names", async () => {
    const { subscription } = await target.pair();
    const update = { name: subscription.name, labels: { a: "b" }, ackDeadlineSeconds: 1, filter: "x" };
    const request = { subscription: update, updateMask: { paths: ["labels"] } };
    const [updated] = await target.subscriber.updateSubscription(request);
    expect(updated).toMatchObject({ labels: { a: "b" }, ackDeadlineSeconds: 10 });
  });

  test("refuses a dead-letter topic that does not exist", async () => {
    const deadLetterTopic = `projects/${target.project}/topics/${target.id()}`;
    expect((await refusalOf({ deadLetterPolicy: { deadLetterTopic } })).code).toBe(Code.NOT_FOUND);
  });

  for (const [feature, options] of Object.entries({
    "push delivery": { pushConfig: { pushEndpoint: "http://localhost/push" } },
    filters: { filter: 'attributes.a = "b"' },
    "exactly-once delivery": { enableExactlyOnceDelivery: true },
    "detaching subscriptions": { detached: true },
    BigQuery: { bigqueryConfig: { table: "a.b.c" } },
    "Cloud Storage": { cloudStorageConfig: { bucket: "bucket" } },
    "message transforms": { messageTransforms: [{ javascriptUdf: { functionName: "f", code: "c" } }] },
  }))
    test.skipIf(isForeign)(`says that ${feature} is not implemented`, async () => {
      const { code, details } = await refusalOf(options);
      expect(code).toBe(Code.UNIMPLEMENTED);
      expect(details.toLowerCase()).toContain(feature.toLowerCase());
    });

  test("changes what an update mask names, and refuses to change its topic", async () => {
    const { subscription } = await target.pair({ labels: { a: "b" } });
    const [metadata] = await subscription.setMetadata({ ackDeadlineSeconds: 42 });
    expect(metadata).toMatchObject({ ackDeadlineSeconds: 42, labels: { a: "b" } });
    const update = (paths: string[]) =>
      target.subscriber.updateSubscription({
        subscription: { name: subscription.name, topic: "projects/p/topics/other" },
        updateMask: { paths },
      });
    expect((await refusal(update(["topic"]))).code).toBe(Code.INVALID_ARGUMENT);
    expect((await refusal(update([]))).code).toBe(Code.INVALID_ARGUMENT);
  });

  test("is gone with its messages once it is deleted", async () => {
    const { topic, subscription } = await target.pair();
    await topic.publishMessage({ data: Buffer.from("x") });
    await subscription.delete();
    expect((await refusal(subscription.getMetadata())).code).toBe(Code.NOT_FOUND);
    const [anew] = await topic.createSubscription(subscription.name);
    const request = { subscription: anew.name, maxMessages: 1, returnImmediately: true };
    expect((await target.subscriber.pull(request))[0].receivedMessages).toEqual([]);
  });

  test("may belong to another project than its topic", async () => {
    const topic = await target.topic();
    const name = `projects/${target.id()}/subscriptions/abc`;
    const [made] = await target.subscriber.createSubscription({ name, topic: topic.name });
    expect(made).toMatchObject({ name, topic: topic.name });
  });
});

test("subscriptions are listed by project, page by page", async () => {
  const topic = await target.topic();
  const project = `projects/${target.id()}`;
  const names = ["aaa", "bbb", "ccc"].map((id) => `${project}/subscriptions/${id}`);
  for (const name of names) await target.subscriber.createSubscription({ name, topic: topic.name });
  const [all] = await target.subscriber.listSubscriptions({ project });
  expect(all.map(({ name }) => name)).toEqual(names);
  const manual = { autoPaginate: false };
  const [first, next] = await target.subscriber.listSubscriptions({ project, pageSize: 2 }, manual);
  const [second] = await target.subscriber.listSubscriptions(next!, manual);
  expect([first.length, second.length]).toEqual([2, 1]);
  for (const pageToken of ["nonsense", "%", Buffer.from("nonsense").toString("base64url")])
    expect((await refusal(target.subscriber.listSubscriptions({ project, pageToken }, manual))).code).toBe(
      Code.INVALID_ARGUMENT,
    );
});

test("turning push off is granted, turning it on is not implemented", async () => {
  const { subscription } = await target.pair();
  await target.subscriber.modifyPushConfig({ subscription: subscription.name, pushConfig: {} });
  if (isForeign) return;
  const pushConfig = { pushEndpoint: "http://localhost/push" };
  expect(
    await refusal(target.subscriber.modifyPushConfig({ subscription: subscription.name, pushConfig })),
  ).toEqual({
    code: Code.UNIMPLEMENTED,
    details: "Push delivery (push_config): not implemented in the local Pub/Sub.",
  });
});

test.skipIf(isForeign)("seek, snapshots and schemas say that they are not implemented", async () => {
  const { subscription } = await target.pair();
  expect(await refusal(subscription.seek(new Date()))).toEqual({
    code: Code.UNIMPLEMENTED,
    details: "Seek (Seek): not implemented in the local Pub/Sub.",
  });
  expect(await refusal(subscription.createSnapshot("snap"))).toEqual({
    code: Code.UNIMPLEMENTED,
    details: "Snapshots (CreateSnapshot): not implemented in the local Pub/Sub.",
  });
  expect(await refusal(target.pubsub.createSchema("schema", "AVRO", "{}"))).toEqual({
    code: Code.UNIMPLEMENTED,
    details: "Schemas (CreateSchema): not implemented in the local Pub/Sub.",
  });
});
