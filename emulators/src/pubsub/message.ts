// A published message: the bytes of a google.pubsub.v1.PubsubMessage, of which only what decides its delivery is read.
//
//   1 data   2 attributes (map entries: 1 key, 2 value)   3 message_id   4 publish_time   5 ordering_key
//
// The server's part, 3 and 4, is put behind what the publisher sent; the rest goes through untouched.
import { isUtf8 } from "node:buffer";
import protobuf from "protobufjs";
import { invalid } from "../wire/status.ts";
import { type Field, fieldsOf, WireType } from "./wire-fields.ts";

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
/** "Attribute keys must not start with goog" (https://cloud.google.com/pubsub/docs/publisher), but Google's own clients write some. */
const RESERVED_KEY = /^goog(?!client_)/;

const DATA = 1;
const ATTRIBUTES = 2;
const MESSAGE_ID = 3;
const PUBLISH_TIME = 4;
const ORDERING_KEY = 5;
/** The fields of a map entry. */
const KEY = 1;
const VALUE = 2;
/** The fields of a google.protobuf.Timestamp are both integers. */
const TIMESTAMP_FIELDS = [1, 2];

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

/** A message read back from the storage; null if no client could read it, as an earlier version would have kept it. */
export function readStored(id: number, publishedAt: number, bytes: Uint8Array): Message | null {
  try {
    return { id, publishedAt, orderingKey: scan(bytes).orderingKey, bytes };
  } catch {
    return null;
  }
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
  if (dataBytes === 0 && attributes.size === 0)
    throw invalid(
      "One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.",
    );
  checkRange("attribute_count", attributes.size, 0, MAX_ATTRIBUTES);
  for (const attribute of attributes) checkAttribute(attribute);
  checkLength("The ordering key in the request", "value", orderingKey, MAX_ORDERING_KEY_BYTES);
  return { bytes: content, orderingKey };
}

interface Scanned {
  /** All but the fields that only the server may set. */
  readonly content: Uint8Array;
  readonly dataBytes: number;
  readonly orderingKey: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Of a field that comes twice, the last counts. What this accepts, every client can read. */
function scan(bytes: Uint8Array): Scanned {
  const kept: Uint8Array[] = [];
  let keptFrom = 0;
  let dataBytes = 0;
  let orderingKey = "";
  const attributes = new Map<string, string>();
  try {
    for (const field of fieldsOf(bytes)) {
      const { number, start, from, end } = field;
      if (number >= DATA && number <= ORDERING_KEY) checkWireType(field, WireType.LENGTH_DELIMITED);
      if (number === DATA) dataBytes = end - from;
      else if (number === ATTRIBUTES) attributes.set(...readEntry(bytes, field));
      else if (number === ORDERING_KEY) orderingKey = textOf(bytes, field);
      else if (number === MESSAGE_ID) textOf(bytes, field);
      else if (number === PUBLISH_TIME) checkTimestamp(bytes, field);
      if (number === MESSAGE_ID || number === PUBLISH_TIME) {
        kept.push(bytes.subarray(keptFrom, start));
        keptFrom = end;
      }
    }
  } catch (error) {
    throw invalid(`Cannot read a message of the request: ${(error as Error).message}`);
  }
  const content = kept.length === 0 ? bytes : Buffer.concat([...kept, bytes.subarray(keptFrom)]);
  return { content, dataBytes, orderingKey, attributes };
}

function readEntry(bytes: Uint8Array, entry: Field): [string, string] {
  let key = "";
  let value = "";
  for (const field of fieldsOf(bytes, entry.from, entry.end)) {
    if (field.number !== KEY && field.number !== VALUE) continue;
    checkWireType(field, WireType.LENGTH_DELIMITED);
    if (field.number === KEY) key = textOf(bytes, field);
    else value = textOf(bytes, field);
  }
  return [key, value];
}

function checkTimestamp(bytes: Uint8Array, time: Field): void {
  for (const field of fieldsOf(bytes, time.from, time.end))
    if (TIMESTAMP_FIELDS.includes(field.number)) checkWireType(field, WireType.VARINT);
}

function textOf(bytes: Uint8Array, { number, from, end }: Field): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from);
  if (!isUtf8(text)) throw new Error(`field ${number} at offset ${from} is not UTF-8`);
  return text.toString();
}

function checkWireType({ number, wireType, start }: Field, wanted: number): void {
  if (wireType !== wanted)
    throw new Error(`field ${number} at offset ${start} has wire type ${wireType}, not ${wanted}`);
}

function checkAttribute([key, value]: readonly [string, string]): void {
  if (RESERVED_KEY.test(key))
    throw invalid(
      `The attribute "${key}" in the request has a key that starts with "goog", which is reserved for Google.`,
    );
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

function tagOf(field: number): number {
  return (field << 3) | WireType.LENGTH_DELIMITED;
}
