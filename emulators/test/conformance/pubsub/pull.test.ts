// Pull, acknowledge and deadlines, call by call.
import { describe, expect, test } from "vitest";
import { Code } from "../../../src/wire/status.ts";
import { counted, publishAll, refusal, texts, useTarget } from "./target.ts";

const target = useTarget();

async function pull(subscription: string, maxMessages = 10, returnImmediately = true) {
  const [{ receivedMessages }] = await target.subscriber.pull({
    subscription,
    maxMessages,
    returnImmediately,
  });
  return receivedMessages!.map(({ ackId, message, deliveryAttempt }) => ({
    ackId: ackId!,
    text: texts([message!])[0],
    deliveryAttempt,
  }));
}

describe("pull", () => {
  test("gives at most so many messages, each to one caller", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, counted(5));
    const first = await pull(subscription.name, 3);
    expect(first).toHaveLength(3);
    const second = await pull(subscription.name, 10);
    expect([...first, ...second].map(({ text }) => text).sort()).toEqual(counted(5));
    expect(await pull(subscription.name)).toEqual([]);
  });

  test("gives a thousand messages at once", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, counted(1_000));
    expect(await pull(subscription.name, 1_000)).toHaveLength(1_000);
  });

  test("gives the messages of an ordering key in order, and further ones only when those are acknowledged", async () => {
    const { topic, subscription } = await target.pair({ enableMessageOrdering: true });
    const publisher = target.pubsub.topic(topic.name, { messageOrdering: true });
    await publishAll(publisher, counted(5), "key");
    const first = await pull(subscription.name, 3);
    expect(first.map(({ text }) => text)).toEqual(["0", "1", "2"]);
    expect(await pull(subscription.name)).toEqual([]);
    const ackIds = first.map(({ ackId }) => ackId);
    await target.subscriber.acknowledge({ subscription: subscription.name, ackIds });
    expect((await pull(subscription.name)).map(({ text }) => text)).toEqual(["3", "4"]);
  });

  test("waits for a message unless told to return at once", async () => {
    const { topic, subscription } = await target.pair();
    const pulled = pull(subscription.name, 1, false);
    await topic.publishMessage({ data: Buffer.from("later") });
    expect(await pulled).toMatchObject([{ text: "later" }]);
  });

  test("waits no longer than a bounded time", async () => {
    const { subscription } = await target.pair();
    expect(await pull(subscription.name, 1, false)).toEqual([]);
  });

  test("refuses to give none, and knows only what exists", async () => {
    const { subscription } = await target.pair();
    expect((await refusal(pull(subscription.name, 0))).code).toBe(Code.INVALID_ARGUMENT);
    expect((await refusal(pull(`projects/${target.project}/subscriptions/${target.id()}`))).code).toBe(
      Code.NOT_FOUND,
    );
    expect((await refusal(pull("nonsense"))).code).toBe(Code.INVALID_ARGUMENT);
  });
});

describe("an acknowledged message", () => {
  test("does not come again", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, ["x"]);
    const { ackId } = (await pull(subscription.name))[0]!;
    await target.subscriber.acknowledge({ subscription: subscription.name, ackIds: [ackId] });
    await target.subscriber.modifyAckDeadline({
      subscription: subscription.name,
      ackIds: [ackId],
      ackDeadlineSeconds: 0,
    });
    expect(await pull(subscription.name)).toEqual([]);
  });

  test("still comes at another subscription", async () => {
    const { topic, subscription } = await target.pair();
    const [other] = await topic.createSubscription(target.id());
    await publishAll(topic, ["x"]);
    const { ackId } = (await pull(subscription.name))[0]!;
    await target.subscriber.acknowledge({ subscription: other.name, ackIds: [ackId] });
    await target.subscriber.acknowledge({ subscription: subscription.name, ackIds: [ackId] });
    expect(await pull(other.name)).toHaveLength(1);
  });

  test("may be acknowledged twice", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, ["x"]);
    const ackIds = (await pull(subscription.name)).map(({ ackId }) => ackId);
    await target.subscriber.acknowledge({ subscription: subscription.name, ackIds });
    await target.subscriber.acknowledge({ subscription: subscription.name, ackIds });
  });
});

describe("a message that is not acknowledged", () => {
  test("comes again at once when its deadline is set to 0", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, ["x"]);
    const ackIds = (await pull(subscription.name)).map(({ ackId }) => ackId);
    await target.subscriber.modifyAckDeadline({
      subscription: subscription.name,
      ackIds,
      ackDeadlineSeconds: 0,
    });
    expect(await pull(subscription.name)).toMatchObject([{ text: "x" }]);
  });

  test("comes again when its deadline has passed", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, ["x"]);
    const ackIds = (await pull(subscription.name)).map(({ ackId }) => ackId);
    await target.subscriber.modifyAckDeadline({
      subscription: subscription.name,
      ackIds,
      ackDeadlineSeconds: 1,
    });
    expect(await pull(subscription.name)).toEqual([]);
    await expect.poll(() => pull(subscription.name), { timeout: 5_000 }).toMatchObject([{ text: "x" }]);
  });

  test("comes again only after the retry policy's pause", async () => {
    const retryPolicy = { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 1 } };
    const { topic, subscription } = await target.pair({ retryPolicy });
    await publishAll(topic, ["x"]);
    const ackIds = (await pull(subscription.name)).map(({ ackId }) => ackId);
    await target.subscriber.modifyAckDeadline({
      subscription: subscription.name,
      ackIds,
      ackDeadlineSeconds: 0,
    });
    expect(await pull(subscription.name)).toEqual([]);
    await expect.poll(() => pull(subscription.name), { timeout: 5_000 }).toMatchObject([{ text: "x" }]);
  });

  test("goes to the dead-letter topic after so many attempts, with where it came from", async () => {
    const dead = await target.pair();
    const deadLetterPolicy = { deadLetterTopic: dead.topic.name, maxDeliveryAttempts: 5 };
    const { topic, subscription } = await target.pair({ deadLetterPolicy });
    await topic.publishMessage({ data: Buffer.from("poison"), attributes: { a: "b" } });
    for (const attempt of [1, 2, 3, 4, 5]) {
      const { ackId, deliveryAttempt } = (await pull(subscription.name))[0]!;
      expect(deliveryAttempt).toBe(attempt);
      await target.subscriber.modifyAckDeadline({
        subscription: subscription.name,
        ackIds: [ackId],
        ackDeadlineSeconds: 0,
      });
    }
    const request = { subscription: dead.subscription.name, maxMessages: 1 };
    const [{ receivedMessages }] = await target.subscriber.pull(request);
    expect(texts([receivedMessages![0]!.message!])).toEqual(["poison"]);
    expect(receivedMessages![0]!.message!.attributes).toMatchObject({
      a: "b",
      CloudPubSubDeadLetterSourceDeliveryCount: "5",
      CloudPubSubDeadLetterSourceSubscription: subscription.name.split("/").at(-1),
      CloudPubSubDeadLetterSourceSubscriptionProject: target.project,
    });
    expect(await pull(subscription.name)).toEqual([]);
  });
});

describe("ack ids and deadlines are refused", () => {
  test("if they are malformed", async () => {
    const { subscription } = await target.pair();
    const request = { subscription: subscription.name, ackIds: ["nonsense"] };
    const refused = {
      code: Code.INVALID_ARGUMENT,
      details: "You have passed an invalid ack ID to the service (ack_id=nonsense).",
    };
    expect(await refusal(target.subscriber.acknowledge(request))).toEqual(refused);
    expect(
      await refusal(target.subscriber.modifyAckDeadline({ ...request, ackDeadlineSeconds: 10 })),
    ).toEqual(refused);
    expect((await refusal(target.subscriber.acknowledge({ ...request, ackIds: [] }))).code).toBe(
      Code.INVALID_ARGUMENT,
    );
  });

  test("if they are out of range", async () => {
    const { subscription } = await target.pair();
    const request = { subscription: subscription.name, ackIds: ["1-1-1"], ackDeadlineSeconds: 601 };
    expect(await refusal(target.subscriber.modifyAckDeadline(request))).toEqual({
      code: Code.INVALID_ARGUMENT,
      details:
        "Invalid ack deadline given (ack_deadline=601). The ack deadline must be between 0 and 600 seconds.",
    });
  });
});
