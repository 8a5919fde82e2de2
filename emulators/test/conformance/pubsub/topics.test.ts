// Topics: made, read, changed, listed and deleted.

import { describe, expect, test } from "vitest";
import { Code } from "../../../src/wire/status.ts";
import { refusal, useTarget } from "./target.ts";

const target = useTarget();

describe("a topic", () => {
  test("is created with its labels, and read back", async () => {
    const [topic] = await target.pubsub.createTopic({ name: target.id(), labels: { team: "ledger" } });
    const [metadata] = await topic.getMetadata();
    expect(metadata).toMatchObject({ name: topic.name, labels: { team: "ledger" } });
    expect(await topic.exists()).toEqual([true]);
  });

  test("cannot be created twice", async () => {
    const { name } = await target.topic();
    const id = name.split("/").at(-1)!;
    expect(await refusal(target.pubsub.createTopic(id))).toEqual({
      code: Code.ALREADY_EXISTS,
      details: `Resource already exists in the project (resource=${id}).`,
    });
  });

  test("that does not exist cannot be read, published to or deleted", async () => {
    const id = target.id();
    const missing = target.pubsub.topic(id);
    const notFound = { code: Code.NOT_FOUND, details: `Resource not found (resource=${id}).` };
    expect(await refusal(missing.getMetadata())).toEqual(notFound);
    expect(await refusal(missing.publishMessage({ data: Buffer.from("x") }))).toEqual(notFound);
    expect(await refusal(missing.delete())).toEqual(notFound);
    expect(await missing.exists()).toEqual([false]);
  });

  for (const id of ["ab", "1abc", "googly", "with space", "a/b", `a${"b".repeat(255)}`, "späti"])
    test(`cannot be called ${id.slice(0, 20)}`, async () => {
      const name = `projects/${target.project}/topics/${id}`;
      expect(await refusal(target.publisher.createTopic({ name }))).toEqual({
        code: Code.INVALID_ARGUMENT,
        details: `Invalid resource name given (name=${name}). Refer to https://cloud.google.com/pubsub/docs/admin#resource_names for more information.`,
      });
    });

  for (const id of ["abc", "a-b_c.d~e+f%g", `a${"b".repeat(254)}`])
    test(`can be called ${id.slice(0, 20)}`, async () => {
      const name = `projects/${target.project}/topics/${id}`;
      expect((await target.publisher.createTopic({ name }))[0].name).toBe(name);
    });

  test("refuses labels and retentions that the rules forbid", async () => {
    const name = `projects/${target.project}/topics/${target.id()}`;
    for (const options of [
      { labels: { "1a": "b" } },
      { messageRetentionDuration: { seconds: 599 } },
      { messageRetentionDuration: { seconds: 600, nanos: 1_000_000_000 } },
    ])
      expect((await refusal(target.publisher.createTopic({ name, ...options }))).code).toBe(
        Code.INVALID_ARGUMENT,
      );
  });

  test("changes what an update mask names, and nothing else", async () => {
    const topic = await target.topic();
    await topic.setMetadata({ labels: { a: "b" } });
    const [metadata] = await topic.setMetadata({ messageRetentionDuration: { seconds: 3600 } });
    expect(metadata).toMatchObject({ labels: { a: "b" }, messageRetentionDuration: { seconds: "3600" } });
    expect(await refusal(target.publisher.updateTopic({ topic: { name: topic.name } }))).toMatchObject({
      code: Code.INVALID_ARGUMENT,
    });
  });

  test("leaves its subscriptions behind when it is deleted, without a topic", async () => {
    const { topic, subscription } = await target.pair();
    await topic.publishMessage({ data: Buffer.from("kept") });
    await topic.delete();
    expect((await subscription.getMetadata())[0].topic).toBe("_deleted-topic_");
    const [{ receivedMessages }] = await target.subscriber.pull({
      subscription: subscription.name,
      maxMessages: 1,
    });
    expect(receivedMessages).toHaveLength(1);
    await target.pubsub.createTopic(topic.name);
    expect((await subscription.getMetadata())[0].topic).toBe("_deleted-topic_");
  });
});

test("topics are listed by project, page by page", async () => {
  const project = `projects/${target.id()}`;
  const names = ["aaa", "bbb", "ccc"].map((id) => `${project}/topics/${id}`);
  for (const name of names) await target.publisher.createTopic({ name });
  const [all] = await target.publisher.listTopics({ project });
  expect(all.map(({ name }) => name)).toEqual(names);
  const manual = { autoPaginate: false };
  const [first, next] = await target.publisher.listTopics({ project, pageSize: 2 }, manual);
  expect(first).toHaveLength(2);
  const [second, none] = await target.publisher.listTopics(next!, manual);
  expect(second.map(({ name }) => name)).toEqual([names[2]]);
  expect(none).toBe(null);
});

test("a topic's subscriptions are listed by name", async () => {
  const { topic, subscription } = await target.pair();
  const [other] = await topic.createSubscription(target.id());
  const [listed] = await topic.getSubscriptions();
  expect(listed.map(({ name }) => name)).toEqual([subscription.name, other.name].sort());
});
