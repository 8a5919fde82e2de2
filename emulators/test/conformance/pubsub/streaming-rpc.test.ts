// StreamingPull request by request, as the protocol describes it.
import { describe, expect, test } from "vitest";
import { Code } from "../../../src/wire/status.ts";
import { counted, publishAll, texts, useTarget } from "./target.ts";

const target = useTarget();

interface Response {
  readonly receivedMessages: { readonly ackId: string; readonly message: { readonly data: Uint8Array } }[];
}

/** A bare stream: what it answered, and with which status it ended. */
function open(first: object) {
  const stream = target.subscriber.streamingPull();
  const responses: Response[] = [];
  stream.on("data", (response: Response) => responses.push(response));
  const ended = new Promise<{ code: number; details?: string }>((resolve) => {
    stream.on("error", resolve);
    stream.on("end", () => resolve({ code: Code.OK }));
  });
  stream.write(first);
  return {
    stream,
    ended,
    responses,
    received: () => responses.flatMap(({ receivedMessages }) => receivedMessages),
    close: async () => {
      stream.end();
      await ended;
    },
  };
}

describe("a streaming pull", () => {
  test("sends no more than max_outstanding_messages, and goes on as they are acknowledged", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, counted(5));
    const { stream, received, close } = open({
      subscription: subscription.name,
      streamAckDeadlineSeconds: 10,
      maxOutstandingMessages: 2,
    });
    await expect.poll(received).toHaveLength(2);
    const [first, second] = received();
    stream.write({ ackIds: [first!.ackId] });
    await expect.poll(received).toHaveLength(3);
    stream.write({ modifyDeadlineAckIds: [second!.ackId], modifyDeadlineSeconds: [0] });
    await expect.poll(received).toHaveLength(4);
    await close();
  });

  test("sends no further message once max_outstanding_bytes are out", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, ["x".repeat(1_000), "y".repeat(1_000)]);
    const { stream, received, close } = open({
      subscription: subscription.name,
      streamAckDeadlineSeconds: 10,
      maxOutstandingBytes: 500,
    });
    await expect.poll(received).toHaveLength(1);
    stream.write({ ackIds: [received()[0]!.ackId] });
    await expect.poll(received).toHaveLength(2);
    expect(texts(received().map(({ message }) => message)).map((text) => text[0])).toEqual(["x", "y"]);
    await close();
  });

  test("answers the pings of a client that expects it", async () => {
    const { subscription } = await target.pair();
    const first = { subscription: subscription.name, streamAckDeadlineSeconds: 10, protocolVersion: 1 };
    const { stream, responses, close } = open(first);
    stream.write({});
    await expect.poll(() => responses.length).toBe(1);
    expect(responses[0]!.receivedMessages).toEqual([]);
    await close();
  });

  test("ends well when the client has nothing more to say", async () => {
    const { subscription } = await target.pair();
    const { stream, ended } = open({ subscription: subscription.name, streamAckDeadlineSeconds: 10 });
    stream.end();
    expect((await ended).code).toBe(Code.OK);
  });
});

describe("a streaming pull is refused", () => {
  const start = (subscription: string) => ({ subscription, streamAckDeadlineSeconds: 10 });

  for (const streamAckDeadlineSeconds of [0, 9, 601])
    test(`with a deadline of ${streamAckDeadlineSeconds} s`, async () => {
      const { subscription } = await target.pair();
      const { ended } = open({ subscription: subscription.name, streamAckDeadlineSeconds });
      expect((await ended).code).toBe(Code.INVALID_ARGUMENT);
    });

  test("for a subscription that does not exist", async () => {
    const { ended } = open(start(`projects/${target.project}/subscriptions/${target.id()}`));
    expect((await ended).code).toBe(Code.NOT_FOUND);
  });

  for (const late of [
    { subscription: "projects/p/subscriptions/abc" },
    { maxOutstandingMessages: 1 },
    { clientId: "c" },
  ])
    test(`when ${Object.keys(late)[0]} comes after the first request`, async () => {
      const { subscription } = await target.pair();
      const { stream, ended } = open(start(subscription.name));
      stream.write(late);
      expect((await ended).code).toBe(Code.INVALID_ARGUMENT);
    });

  test("when ack ids are malformed, or deadlines do not match them", async () => {
    const { subscription } = await target.pair();
    for (const wrong of [
      { ackIds: ["nonsense"] },
      { modifyDeadlineAckIds: ["1-1-1"], modifyDeadlineSeconds: [] },
      { modifyDeadlineAckIds: ["1-1-1"], modifyDeadlineSeconds: [-1] },
    ]) {
      const { stream, ended } = open(start(subscription.name));
      stream.write(wrong);
      expect((await ended).code, JSON.stringify(wrong)).toBe(Code.INVALID_ARGUMENT);
    }
  });
});
