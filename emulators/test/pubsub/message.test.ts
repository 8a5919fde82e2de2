// A published message as bytes: read, checked and stamped, held against the protos.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDrafts, readStored, stamp, withAttributes } from "../../src/pubsub/message.ts";
import { pubSubProtos } from "../../src/pubsub/protos.ts";
import { fieldsOf } from "../../src/pubsub/wire-fields.ts";

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

test("readStored gives null for what an earlier version kept, but no client can read", () => {
  expect(readStored(17, 0, bytesOf("0a 01 61 28 05"))).toBe(null);
});

describe("readDrafts refuses", () => {
  for (const [fault, hex] of Object.entries({
    "data that end early": "0a c8",
    "data as a number": "08 05",
    "an ordering key as a number": "0a 01 61 28 05",
    "an attribute as a number": "0a 01 61 10 05",
    "an id as a number": "0a 01 61 18 05",
    "a time as a number": "0a 01 61 20 05",
    "a time whose seconds are text": "0a 01 61 22 03 0a 01 61",
    "an attribute whose value ends early": "0a 01 61 12 02 0a 01",
    "an attribute whose key is a number": "0a 01 61 12 02 08 7f",
    "an attribute that reaches into the next field": "12 03 0a 02 61 0a 01 61",
    "field number 0": "0a 01 61 02 01 61",
    "a field number beyond 32 bits": "0a 01 61 8a 80 80 80 10 01 61",
    "a group that is not ended": "0a 01 61 33",
    "a group that is ended as another": "0a 01 61 33 3c",
    "a group's end without its start": "0a 01 61 34",
    "a wire type that does not exist": "0a 01 61 36",
    "a number of more than ten bytes": "0a 01 61 30 ff ff ff ff ff ff ff ff ff ff 01",
    "a length beyond 32 bits": "0a 81 80 80 80 10 61",
    "an ordering key that is not UTF-8": "0a 01 61 2a 01 ff",
    "an attribute's key that is not UTF-8": "12 03 0a 01 ff",
    "an attribute's value that is not UTF-8": "12 06 0a 01 61 12 01 ff",
  }))
    test(fault, () => {
      expect(() => readDrafts([bytesOf(hex)])).toThrow("Cannot read a message of the request");
    });
});

test("readDrafts keeps fields that it does not know, groups among them", () => {
  const bytes = bytesOf("0a 01 61 33 38 05 43 44 34 39 01 02 03 04 05 06 07 08 3d 01 02 03 04 4a 00");
  expect(readDrafts([bytes])).toEqual([{ bytes, orderingKey: "" }]);
});

test("readDrafts refuses attributes under Google's own names, but for those that Google's clients write", () => {
  const drafts = (key: string) => readDrafts([encoded({ attributes: { [key]: "x" } })]);
  expect(() => drafts("goog-resource-state")).toThrow('"goog-resource-state"');
  expect(drafts("googclient_traceparent")).toHaveLength(1);
});

describe("what readDrafts accepts", () => {
  const part = fc.oneof(
    fc
      .constantFrom("0a0161", "12060a0161120162", "2a016b", "1a0131", "22040801100f", "3205616263")
      .map(bytesOf),
    fc.uint8Array({ maxLength: 6 }),
    fc
      .record({ tag: fc.integer({ min: 0, max: 63 }), content: fc.uint8Array({ maxLength: 6 }) })
      .map(({ tag, content }) => Buffer.from([tag, content.length, ...content])),
    fc.uint8Array({ maxLength: 8 }).map((entry) => Buffer.from([18, entry.length, ...entry])),
  );
  const anyBytes = fc.array(part, { maxLength: 5 }).map((parts) => Buffer.concat(parts));

  test("decodes by the protos, and encodes to the same fields again", () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const drafts = draftsOrNone(bytes);
        for (const draft of drafts) {
          accepted++;
          const message = PubsubMessage.decode(draft.bytes);
          const again = PubsubMessage.encode(message).finish();
          expect(known(again)).toEqual(known(draft.bytes));
          expect(PubsubMessage.toObject(message, { defaults: true }).orderingKey).toBe(draft.orderingKey);
        }
      }),
      { numRuns: 5_000, examples: [[bytesOf("0a01612805")], [bytesOf("0a016112020a01")]] },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  function draftsOrNone(bytes: Uint8Array) {
    try {
      return readDrafts([bytes]);
    } catch {
      return [];
    }
  }
});

/** The fields of the proto, in hexadecimal; of one that comes twice the last, and of attributes one a key. */
function known(bytes: Uint8Array): Record<string, string> {
  const known: Record<string, string> = {};
  for (const { number, from, end } of fieldsOf(bytes)) {
    const content = Buffer.from(bytes.subarray(from, end));
    if (number === 2) {
      const { 1: key = "", 2: value = "" } = entryOf(content);
      known[`attribute ${key}`] = value;
    } else if (number <= 5) known[number] = content.toString("hex");
  }
  // Empty is what is not there.
  return Object.fromEntries(Object.entries(known).filter(([name, hex]) => hex !== "" || name.length > 1));
}

function entryOf(entry: Uint8Array): Record<number, string> {
  return Object.fromEntries(
    fieldsOf(entry).map(({ number, from, end }) => [
      number,
      Buffer.from(entry.subarray(from, end)).toString("hex"),
    ]),
  );
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}
