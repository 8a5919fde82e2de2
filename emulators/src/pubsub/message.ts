// A published message: the bytes of a google.pubsub.v1.PubsubMessage, of which only what decides its delivery is read.
//
//   1 data   2 attributes (map entries: 1 key, 2 value)   3 message_id   4 publish_time   5 ordering_key
//
// The server's part, 3 and 4, is put behind what the publisher sent; the rest goes through untouched.
import protobuf from "protobufjs";
import { Code, StatusError } from "../wire/status.ts";

export interface Message {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly publishedAt: number;
  readonly orderingKey: string;
  readonly bytes: Uint8Array;
}

/** What a publisher sent, checked. */
export interface Draft {
  readonly bytes: Uint8Array;
  readonly orderingKey: string;
}

/** https://cloud.google.com/pubsub/quotas#resource_limits */
const MAX_MESSAGES = 1_000;
const MAX_REQUEST_BYTES = 10_000_000;
const MAX_ATTRIBUTES = 100;
const MAX_KEY_BYTES = 256;
const MAX_VALUE_BYTES = 1_024;
const MAX_ORDERING_KEY_BYTES = 1_024;

const DATA = 1;
const ATTRIBUTES = 2;
const MESSAGE_ID = 3;
const PUBLISH_TIME = 4;
const ORDERING_KEY = 5;
const LENGTH_DELIMITED = 2;

/** Checks a publish request's messages as the service does. */
export function readDrafts(messages: readonly Uint8Array[]): Draft[] {
  checkRange("message_count", messages.length, 1, MAX_MESSAGES);
  const size = messages.reduce((sum, bytes) => sum + bytes.length, 0);
  checkRange("request_size", size, 0, MAX_REQUEST_BYTES);
  const drafts = messages.map(readDraft);
  const other = drafts.find(({ orderingKey }) => orderingKey !== drafts[0]!.orderingKey);
  if (other !== undefined)
    throw invalid(
      `All messages of a publish request must have the same ordering key: "${drafts[0]!.orderingKey}" and "${other.orderingKey}" differ.`,
    );
  return drafts;
}

/** The message as it is stored and delivered, with its id and time. */
export function stamp({ bytes, orderingKey }: Draft, id: number, publishedAt: number): Message {
  const suffix = protobuf.Writer.create()
    .uint32(tagOf(MESSAGE_ID))
    .string(String(id))
    .uint32(tagOf(PUBLISH_TIME))
    .fork()
    .uint32(8)
    .int64(Math.floor(publishedAt / 1_000))
    .uint32(16)
    .int32((publishedAt % 1_000) * 1_000_000)
    .ldelim()
    .finish();
  return { id, publishedAt, orderingKey, bytes: Buffer.concat([bytes, suffix]) };
}

/** A message read back from the storage. */
export function readStored(id: number, publishedAt: number, bytes: Uint8Array): Message {
  return { id, publishedAt, orderingKey: scan(bytes).orderingKey, bytes };
}

/** The same content under new attributes, for a message that is published anew. */
export function withAttributes({ bytes }: Message, attributes: Readonly<Record<string, string>>): Draft {
  const writer = protobuf.Writer.create();
  for (const [key, value] of Object.entries(attributes))
    writer.uint32(tagOf(ATTRIBUTES)).fork().uint32(10).string(key).uint32(18).string(value).ldelim();
  const { content, orderingKey } = scan(bytes);
  return { orderingKey, bytes: Buffer.concat([content, writer.finish()]) };
}

function readDraft(bytes: Uint8Array): Draft {
  const { content, orderingKey, dataBytes, attributes } = scan(bytes);
  if (dataBytes === 0 && attributes.length === 0)
    throw invalid(
      "One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.",
    );
  checkRange("attribute_count", attributes.length, 0, MAX_ATTRIBUTES);
  for (const attribute of attributes) checkAttribute(attribute);
  checkLength("The ordering key in the request", "value", orderingKey, MAX_ORDERING_KEY_BYTES);
  return { bytes: content, orderingKey };
}

interface Scanned {
  /** All but the fields that only the server may set. */
  readonly content: Uint8Array;
  readonly dataBytes: number;
  readonly orderingKey: string;
  readonly attributes: readonly (readonly [string, string])[];
}

function scan(bytes: Uint8Array): Scanned {
  const reader = protobuf.Reader.create(bytes);
  const kept: Uint8Array[] = [];
  let keptFrom = 0;
  let dataBytes = 0;
  let orderingKey = "";
  const attributes: [string, string][] = [];
  try {
    while (reader.pos < reader.len) {
      const start = reader.pos;
      const tag = reader.uint32();
      if (tag === tagOf(DATA)) dataBytes = reader.bytes().length;
      else if (tag === tagOf(ATTRIBUTES)) attributes.push(readEntry(reader));
      else if (tag === tagOf(ORDERING_KEY)) orderingKey = reader.string();
      else reader.skipType(tag & 7);
      if (tag === tagOf(MESSAGE_ID) || tag === tagOf(PUBLISH_TIME)) {
        kept.push(bytes.subarray(keptFrom, start));
        keptFrom = reader.pos;
      }
    }
  } catch (error) {
    throw invalid(`Cannot read a message of the request: ${(error as Error).message}`);
  }
  const content = kept.length === 0 ? bytes : Buffer.concat([...kept, bytes.subarray(keptFrom)]);
  return { content, dataBytes, orderingKey, attributes };
}

function readEntry(reader: protobuf.Reader): [string, string] {
  const end = reader.uint32() + reader.pos;
  let key = "";
  let value = "";
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 10) key = reader.string();
    else if (tag === 18) value = reader.string();
    else reader.skipType(tag & 7);
  }
  return [key, value];
}

function checkAttribute([key, value]: readonly [string, string]): void {
  checkLength(`The attribute "${key}" in the request`, "key", key, MAX_KEY_BYTES);
  checkLength(`The attribute "${key}" in the request`, "value", value, MAX_VALUE_BYTES);
}

function checkLength(what: string, part: string, text: string, most: number): void {
  const length = Buffer.byteLength(text);
  if (length > most)
    throw invalid(
      `${what} has a ${part} that is too long. The length is ${length} characters, but the maximum allowed is ${most}. Refer to https://cloud.google.com/pubsub/quotas for more information.`,
    );
}

/** The service's words for a number out of its range. */
export function checkRange(name: string, value: number, least: number, most: number): void {
  if (value < least)
    throw invalid(
      `The value for ${name} is too small. You passed ${value} in the request, but the minimum value is ${least}.`,
    );
  if (value > most)
    throw invalid(
      `The value for ${name} is too large. You passed ${value} in the request, but the maximum value is ${most}.`,
    );
}

function invalid(message: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, message);
}

function tagOf(field: number): number {
  return (field << 3) | LENGTH_DELIMITED;
}
