// A published message as bytes: read, checked and stamped, held against the protos.
import { expect, test } from "vitest";
import { readDrafts, readStored, stamp, withAttributes } from "../../src/pubsub/message.ts";
import { pubSubProtos } from "../../src/pubsub/protos.ts";

const PubsubMessage = pubSubProtos().lookupType("google.pubsub.v1.PubsubMessage");

function encoded(message: object): Uint8Array {
  return PubsubMessage.encode(message as never).finish();
}

function decoded(bytes: Uint8Array): object {
  return PubsubMessage.toObject(PubsubMessage.decode(bytes), { longs: Number, bytes: String });
}

test("stamp adds id and time, and takes no other id from the publisher", () => {
  const [draft] = readDrafts([
    encoded({
      messageId: "forged",
      data: Buffer.from("x"),
      publishTime: { seconds: 1 },
      attributes: { a: "b" },
      orderingKey: "k",
    }),
  ]);
  const message = stamp(draft!, 17, 1_234_567);
  expect(decoded(message.bytes)).toEqual({
    data: "eA==",
    attributes: { a: "b" },
    messageId: "17",
    publishTime: { seconds: 1_234, nanos: 567_000_000 },
    orderingKey: "k",
  });
  expect(message.orderingKey).toBe("k");
});

test("readStored reads back what stamp wrote", () => {
  const [draft] = readDrafts([encoded({ data: Buffer.from("x"), orderingKey: "k" })]);
  const message = stamp(draft!, 17, 1_234_567);
  expect(readStored(17, 1_234_567, message.bytes)).toEqual(message);
});

test("withAttributes keeps the content and adds to the attributes", () => {
  const [draft] = readDrafts([encoded({ data: Buffer.from("x"), attributes: { a: "b" } })]);
  expect(decoded(withAttributes(stamp(draft!, 17, 0), { c: "d" }).bytes)).toEqual({
    data: "eA==",
    attributes: { a: "b", c: "d" },
  });
});

test("readDrafts refuses bytes that are not a message", () => {
  expect(() => readDrafts([Buffer.from([10, 200])])).toThrow("Cannot read a message of the request");
});
