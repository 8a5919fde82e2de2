// Publishing: what a message is, and what is refused.
import { Client, credentials } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { Code } from "../../../src/wire/status.ts";
import { listen, refusal, useTarget } from "./target.ts";

const target = useTarget();
const DATA = Buffer.from("x");

/** Publishes bytes as they are, which the official clients would not. */
function codeOfPublish(topic: string, message: Uint8Array): Promise<Code> {
  const name = Buffer.from(topic);
  const request = Buffer.concat(
    [[10, name.length], name, [18, message.length], message].map((part) => Buffer.from(part)),
  );
  const client = new Client(target.host, credentials.createInsecure());
  const asItIs = (bytes: Buffer) => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest("/google.pubsub.v1.Publisher/Publish", asItIs, asItIs, request, (error) => {
      client.close();
      resolve((error?.code ?? Code.OK) as Code);
    });
  });
}

async function refusalOf(messages: object[]) {
  const topic = await target.topic();
  return refusal(target.publisher.publish({ topic: topic.name, messages }));
}

describe("a published message", () => {
  test("arrives at every subscription with data, attributes, id and time", async () => {
    const { topic, subscription } = await target.pair();
    const [other] = await topic.createSubscription(target.id());
    const before = Date.now();
    const id = await topic.publishMessage({ data: Buffer.from("hé\0llo"), attributes: { a: "b", c: "" } });
    for (const each of [subscription, other]) {
      const heard = listen(each);
      const [message] = await heard.until(1);
      expect(message).toMatchObject({ id, attributes: { a: "b", c: "" }, orderingKey: "" });
      expect(message!.data.toString()).toBe("hé\0llo");
      expect(message!.publishTime.getTime()).toBeGreaterThanOrEqual(before);
      await heard.stop();
    }
  });

  test("may have attributes only", async () => {
    const { topic, subscription } = await target.pair();
    await target.publisher.publish({ topic: topic.name, messages: [{ attributes: { a: "b" } }] });
    const heard = listen(subscription);
    const [message] = await heard.until(1);
    expect(message!.data).toHaveLength(0);
    await heard.stop();
  });

  test("has an id of its own, in the order of the request", async () => {
    const topic = await target.topic();
    const messages = Array.from({ length: 1_000 }, () => ({ data: DATA }));
    const [{ messageIds }] = await target.publisher.publish({ topic: topic.name, messages });
    expect(new Set(messageIds).size).toBe(1_000);
  });

  test("does not arrive at a subscription that was made after it", async () => {
    const topic = await target.topic();
    await topic.publishMessage({ data: DATA });
    const [subscription] = await topic.createSubscription(target.id());
    const request = { subscription: subscription.name, maxMessages: 1, returnImmediately: true };
    expect((await target.subscriber.pull(request))[0].receivedMessages).toEqual([]);
  });
});

describe("a publish request is refused", () => {
  test("with no message, and with more than 1000", async () => {
    expect(await refusalOf([])).toEqual({
      code: Code.INVALID_ARGUMENT,
      details:
        "The value for message_count is too small. You passed 0 in the request, but the minimum value is 1.",
    });
    expect(await refusalOf(Array.from({ length: 1_001 }, () => ({ data: DATA })))).toEqual({
      code: Code.INVALID_ARGUMENT,
      details:
        "The value for message_count is too large. You passed 1001 in the request, but the maximum value is 1000.",
    });
  });

  test("with a message that has neither data nor attributes", async () => {
    expect(await refusalOf([{ data: DATA }, { orderingKey: "k" }])).toEqual({
      code: Code.INVALID_ARGUMENT,
      details:
        "One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.",
    });
  });

  test("beyond 10 MB", async () => {
    const data = Buffer.alloc(5_000_000);
    expect(await refusalOf([{ data }, { data }])).toMatchObject({
      code: Code.INVALID_ARGUMENT,
      details: expect.stringContaining("The value for request_size is too large."),
    });
    expect(await refusalOf([{ data: Buffer.alloc(11_000_000) }])).toEqual({
      code: Code.INVALID_ARGUMENT,
      details: "Request payload size exceeds the limit: 10485760 bytes.",
    });
  });

  test("with more than 100 attributes, or one that is too long", async () => {
    const attributes = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`a${i}`, "b"]));
    expect((await refusalOf([{ attributes }])).code).toBe(Code.INVALID_ARGUMENT);
    expect(await refusalOf([{ attributes: { a: "é".repeat(513) } }])).toEqual({
      code: Code.INVALID_ARGUMENT,
      details:
        'The attribute "a" in the request has a value that is too long. The length is 1026 characters, but the maximum allowed is 1024. Refer to https://cloud.google.com/pubsub/quotas for more information.',
    });
    expect((await refusalOf([{ attributes: { ["k".repeat(257)]: "v" } }])).details).toContain(
      "has a key that is too long. The length is 257 characters, but the maximum allowed is 256.",
    );
  });

  test("with an attribute under one of Google's names", async () => {
    expect((await refusalOf([{ attributes: { "goog-x": "v" } }])).code).toBe(Code.INVALID_ARGUMENT);
  });

  test("with a message that clients could not read, of which nothing is stored", async () => {
    const { topic, subscription } = await target.pair();
    for (const hex of ["0a01612805", "0a016112020a01", "0a0161120208 7f", "0a01612a01ff"]) {
      const message = Buffer.from(hex.replaceAll(" ", ""), "hex");
      expect(await codeOfPublish(topic.name, message), hex).toBe(Code.INVALID_ARGUMENT);
    }
    const request = { subscription: subscription.name, maxMessages: 1, returnImmediately: true };
    expect((await target.subscriber.pull(request))[0].receivedMessages).toEqual([]);
  });

  test("with ordering keys that differ", async () => {
    const messages = [
      { data: DATA, orderingKey: "a" },
      { data: DATA, orderingKey: "b" },
    ];
    expect((await refusalOf(messages)).code).toBe(Code.INVALID_ARGUMENT);
  });

  test("whole, if one of its messages is at fault", async () => {
    const { topic, subscription } = await target.pair();
    await refusal(target.publisher.publish({ topic: topic.name, messages: [{ data: DATA }, {}] }));
    const request = { subscription: subscription.name, maxMessages: 1, returnImmediately: true };
    expect((await target.subscriber.pull(request))[0].receivedMessages).toEqual([]);
  });
});
