// Listening: what a subscriber of the official client sees over its streams.
import { createRequire } from "node:module";
import type * as client from "@google-cloud/pubsub";
import { describe, expect, test } from "vitest";
import { Code } from "../../../src/wire/status.ts";
import { counted, listen, publishAll, texts, useTarget } from "./target.ts";

const target = useTarget();

describe("a listener", () => {
  test("gets the backlog, and then what is published", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, ["before"]);
    const heard = listen(subscription);
    await heard.until(1);
    await publishAll(topic, ["after"]);
    expect(texts(await heard.until(2))).toEqual(["before", "after"]);
    await heard.stop();
  });

  test("gets every message of many once, over all of its streams", async () => {
    const { topic, subscription } = await target.pair();
    const heard = listen(subscription);
    await publishAll(topic, counted(3_000));
    const messages = await heard.until(3_000);
    await heard.stop();
    expect(new Set(texts(messages)).size).toBe(3_000);
    expect(heard.messages).toHaveLength(3_000);
  });

  test("gets a message again that it refuses, until it acknowledges it", async () => {
    const { topic, subscription } = await target.pair();
    const heard = listen(subscription, (message) =>
      heard.messages.length < 3 ? message.nack() : message.ack(),
    );
    const id = await topic.publishMessage({ data: Buffer.from("x") });
    expect((await heard.until(3)).map((message) => message.id)).toEqual([id, id, id]);
    await heard.stop();
  });

  test("shares the messages with others", async () => {
    const { topic, subscription } = await target.pair();
    const heard = [listen(target.listener(subscription)), listen(target.listener(subscription))];
    await expect
      .poll(async () => {
        await publishAll(topic, counted(20));
        return heard.every(({ messages }) => messages.length > 0);
      })
      .toBe(true);
    await Promise.all(heard.map(({ stop }) => stop()));
    const ids = heard.flatMap(({ messages }) => messages.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("holds no more messages than its flow control allows", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, counted(20));
    let held = 0;
    let most = 0;
    const flowControl = { maxMessages: 3, allowExcessMessages: true };
    const limited = target.listener(subscription, { flowControl, streamingOptions: { maxStreams: 1 } });
    const heard = listen(limited, (message) => {
      most = Math.max(most, ++held);
      setTimeout(() => {
        held--;
        message.ack();
      }, 5);
    });
    await heard.until(20);
    await heard.stop();
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(3);
  });

  test("gives back what it holds when it closes, and another gets that at once", async () => {
    const { topic, subscription } = await target.pair();
    const first = listen(target.listener(subscription), () => {});
    await publishAll(topic, counted(5));
    await first.until(5);
    await first.stop();
    const second = listen(target.listener(subscription));
    expect(texts(await second.until(5)).sort()).toEqual(counted(5));
    await second.stop();
  });

  test("keeps a message from others for as long as it works on it", async () => {
    const { topic, subscription } = await target.pair();
    const first = listen(target.listener(subscription), () => {});
    await publishAll(topic, ["x"]);
    const [message] = await first.until(1);
    const request = { subscription: subscription.name, maxMessages: 1, returnImmediately: true };
    expect((await target.subscriber.pull(request))[0].receivedMessages).toEqual([]);
    message!.ack();
    await first.stop();
    expect((await target.subscriber.pull(request))[0].receivedMessages).toEqual([]);
  });

  test("is told when its subscription does not exist, or is deleted", async () => {
    const missing = listen(target.pubsub.subscription(target.id()));
    await expect(missing.until(1)).rejects.toMatchObject({ code: Code.NOT_FOUND });
    const { subscription } = await target.pair();
    const heard = listen(target.listener(subscription));
    const told = expect(heard.until(1)).rejects.toMatchObject({ code: Code.NOT_FOUND });
    await subscription.delete();
    await told;
  });
});

describe("messages with an ordering key", () => {
  const ordered = { enableMessageOrdering: true };

  test("arrive in the order of publishing, key by key", async () => {
    const { topic, subscription } = await target.pair(ordered);
    const publisher = target.pubsub.topic(topic.name, { messageOrdering: true });
    const heard = listen(subscription);
    await Promise.all(["a", "b", "c"].map((key) => publishAll(publisher, counted(100), key)));
    const messages = await heard.until(300);
    await heard.stop();
    for (const key of ["a", "b", "c"])
      expect(texts(messages.filter(({ orderingKey }) => orderingKey === key))).toEqual(counted(100));
  });

  test("come again in order from the one that was refused", async () => {
    const { topic, subscription } = await target.pair(ordered);
    const publisher = target.pubsub.topic(topic.name, { messageOrdering: true });
    await publishAll(publisher, counted(5), "a");
    let isRefused = false;
    const heard = listen(subscription, (message) => {
      if (texts([message])[0] !== "2" || isRefused) return message.ack();
      isRefused = true;
      message.nack();
    });
    await expect.poll(() => texts(heard.messages).filter((text) => text === "2").length).toBe(2);
    await heard.stop();
    const order = texts(heard.messages);
    expect(order.slice(0, 3)).toEqual(["0", "1", "2"]);
    const after = order.slice(order.lastIndexOf("2"));
    expect(after).toEqual(after.toSorted());
  });

  test("keep their key on a subscription without ordering", async () => {
    const { topic, subscription } = await target.pair();
    const publisher = target.pubsub.topic(topic.name, { messageOrdering: true });
    await publishAll(publisher, ["x"], "a");
    const heard = listen(subscription);
    expect((await heard.until(1))[0]!.orderingKey).toBe("a");
    await heard.stop();
  });
});

test("the client inside firebase-tools publishes and listens as well", async () => {
  const require = createRequire(createRequire(import.meta.url).resolve("firebase-tools/package.json"));
  const { PubSub } = require("@google-cloud/pubsub") as typeof client;
  const pubsub = new PubSub({ projectId: target.project, apiEndpoint: target.host, emulatorMode: true });
  const topic = pubsub.topic(target.id());
  await topic.create();
  await expect(topic.create()).rejects.toMatchObject({ code: Code.ALREADY_EXISTS });
  const [subscription] = await topic.createSubscription(target.id());
  const heard = listen(subscription);
  await publishAll(topic, counted(100));
  expect(texts(await heard.until(100)).sort()).toEqual(counted(100).sort());
  await heard.stop();
  await pubsub.close();
});
