// Decodes and checks google.firestore.v1.Value bytes. What is malformed or not allowed in a document is INVALID_ARGUMENT.

import { isUtf8 } from "node:buffer";
import protobuf from "protobufjs/minimal.js";
import { invalid, StatusError } from "../wire/status.ts";
import { parseDocumentName } from "./names.ts";
import type { Fields, Value } from "./value.ts";
import { ArrayTag, EntryTag, GeopointTag, MapTag, TimestampTag, ValueTag } from "./value-tags.ts";
import { checkVector, isReserved, refuseReserved } from "./vector.ts";

type Reader = protobuf.Reader;

/** How many maps and arrays may lie inside each other: https://firebase.google.com/docs/firestore/quotas. */
const MAX_DEPTH = 20;
/** https://firebase.google.com/docs/firestore/quotas ("Maximum size of a field name"). */
const MAX_FIELD_NAME_BYTES = 1_500;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: the range of google.protobuf.Timestamp. */
const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;

const NULL: Value = { kind: "null" };
const TRUE: Value = { kind: "boolean", value: true };
const FALSE: Value = { kind: "boolean", value: false };

/** Reads the whole of some bytes; whatever is malformed in them is the client's mistake, never an internal fault. */
export function readWhole<T>(bytes: Uint8Array, read: (reader: Reader) => T): T {
  const buffer = bufferOf(bytes);
  try {
    return read(protobuf.Reader.create(buffer));
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw invalid(`Malformed bytes: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** protobufjs gives an empty array, which is no Uint8Array, for a field that is not set. */
function bufferOf(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return bytes.length === 0 ? Buffer.alloc(0) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The value that ends at `end` and stands inside `depth` maps and arrays. */
export function valueIn(reader: Reader, end: number, depth: number): Value {
  let value: Value | null = null;
  // A later member of a oneof replaces an earlier one: the rule of protocol buffers.
  while (reader.pos < end) value = memberIn(reader, reader.uint32(), end, depth) ?? value;
  checkEnd(reader, end);
  if (value === null) throw invalid("A Value has no member set: one is wanted, for example null_value.");
  return value;
}

function memberIn(reader: Reader, tag: number, end: number, depth: number): Value | null {
  switch (tag) {
    case ValueTag.null:
      readInt64(reader);
      return NULL;
    case ValueTag.boolean:
      return readInt64(reader) === 0n ? FALSE : TRUE;
    case ValueTag.integer:
      return { kind: "integer", value: readInt64(reader) };
    case ValueTag.double:
      return { kind: "double", value: reader.double() };
    case ValueTag.timestamp:
      return { kind: "timestamp", value: timestampIn(reader, readEnd(reader, end)) };
    case ValueTag.string:
      return { kind: "string", value: readString(reader, end) };
    case ValueTag.bytes:
      return { kind: "bytes", value: readBytes(reader, end) };
    case ValueTag.reference:
      return { kind: "reference", value: referenceIn(reader, end) };
    case ValueTag.geopoint:
      return geopointIn(reader, readEnd(reader, end));
    case ValueTag.array:
      return { kind: "array", values: arrayIn(reader, readEnd(reader, end), depth + 1) };
    case ValueTag.map:
      return { kind: "map", fields: mapIn(reader, readEnd(reader, end), depth + 1) };
    case ValueTag.fieldReference:
    case ValueTag.variableReference:
    case ValueTag.function:
    case ValueTag.pipeline:
      throw invalid("Field references, variables, functions and pipelines cannot be document values.");
    default:
      skip(reader, tag);
      return null;
  }
}

/** The elements of an array; `depth` counts this array. */
export function arrayIn(reader: Reader, end: number, depth: number): readonly Value[] {
  const values: Value[] = [];
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === ArrayTag.values) values.push(elementIn(reader, readEnd(reader, end), depth));
    else skip(reader, tag);
  }
  checkEnd(reader, end);
  return values;
}

function elementIn(reader: Reader, end: number, depth: number): Value {
  checkDepth(depth);
  const value = valueIn(reader, end, depth);
  if (value.kind === "array") throw invalid("Cannot convert an array value in an array value.");
  return value;
}

/** The entries of a map; `depth` counts this map, and is 0 for the fields of a document. */
export function mapIn(reader: Reader, end: number, depth: number): Fields {
  const fields = new Map<string, Value>();
  let reserved = false;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === MapTag.fields) reserved = isReserved(entryIn(reader, end, depth, fields)) || reserved;
    else skip(reader, tag);
  }
  checkEnd(reader, end);
  if (reserved) checkReserved(fields, depth);
  return fields;
}

/** Adds the entry that follows (with its length before it) to `fields`, and answers its name. */
export function entryIn(reader: Reader, within: number, depth: number, fields: Map<string, Value>): string {
  checkDepth(depth);
  const end = readEnd(reader, within);
  let name = "";
  let value: Value | null = null;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === EntryTag.key) name = readString(reader, end);
    else if (tag === EntryTag.value) value = valueIn(reader, readEnd(reader, end), depth);
    else skip(reader, tag);
  }
  checkEnd(reader, end);
  checkFieldName(name);
  if (value === null) throw invalid(`Field "${name}" has no value: one is wanted, for example null_value.`);
  fields.set(name, value);
  return name;
}

/** Reserved names stand only in vectors, and a document is not one. */
export function checkReserved(fields: Fields, depth: number): void {
  if (depth === 0) refuseReserved(fields);
  checkVector(fields);
}

/** Field names, wherever they stand: not empty, and short enough. */
export function checkFieldName(name: string): void {
  if (name === "") throw invalid("A field name is empty: at least one character is wanted.");
  if (name.length * 3 > MAX_FIELD_NAME_BYTES && Buffer.byteLength(name) > MAX_FIELD_NAME_BYTES)
    throw invalid(`The property name "${name.slice(0, 40)}…" is longer than ${MAX_FIELD_NAME_BYTES} bytes.`);
}

/** `depth` is how many maps and arrays a value lies in. */
export function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw invalid(`Maps and arrays are nested more than ${MAX_DEPTH} levels deep.`);
}

/** A google.protobuf.Timestamp, in microseconds since 1970. */
export function timestampIn(reader: Reader, end: number): bigint {
  let seconds = 0n;
  let nanos = 0;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === TimestampTag.seconds) seconds = readInt64(reader);
    else if (tag === TimestampTag.nanos) nanos = Number(readInt64(reader));
    else skip(reader, tag);
  }
  checkEnd(reader, end);
  return microseconds(seconds, nanos);
}

/** Microseconds since 1970 of the two parts of a google.protobuf.Timestamp; what is finer is cut off. */
export function microseconds(seconds: bigint, nanos: number): bigint {
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS || !(nanos >= 0 && nanos < 1_000_000_000))
    throw invalid(
      `The timestamp of ${seconds} seconds and ${nanos} nanoseconds is outside 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.`,
    );
  return seconds * 1_000_000n + BigInt(Math.floor(nanos / 1_000));
}

function geopointIn(reader: Reader, end: number): Value {
  let latitude = 0;
  let longitude = 0;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === GeopointTag.latitude) latitude = reader.double();
    else if (tag === GeopointTag.longitude) longitude = reader.double();
    else skip(reader, tag);
  }
  checkEnd(reader, end);
  // Written so that NaN fails too.
  if (!(latitude >= -90 && latitude <= 90)) throw invalid(`Latitude ${latitude} is outside -90 to 90.`);
  if (!(longitude >= -180 && longitude <= 180))
    throw invalid(`Longitude ${longitude} is outside -180 to 180.`);
  return { kind: "geopoint", latitude, longitude };
}

/** The end of the length-delimited field that follows, which must not reach beyond its message. */
export function readEnd(reader: Reader, within: number): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > within) throw invalid(`Malformed bytes: a length of ${length} reaches beyond its message.`);
  return end;
}

export function readString(reader: Reader, within: number): string {
  const end = readEnd(reader, within);
  const buffer = reader.buf as Buffer;
  const text = buffer.toString("utf8", reader.pos, end);
  // Decoding replaces what is not UTF-8 by U+FFFD, which may also be meant: only then look closer.
  if (text.includes("\uFFFD") && !isUtf8(buffer.subarray(reader.pos, end)))
    throw invalid(`A string is not valid UTF-8: "${text.slice(0, 40)}".`);
  reader.pos = end;
  return text;
}

/** A copy: what stays in memory must not hold the whole request. */
function readBytes(reader: Reader, within: number): Uint8Array {
  const end = readEnd(reader, within);
  const bytes = new Uint8Array(reader.buf.subarray(reader.pos, end));
  reader.pos = end;
  return bytes;
}

/** A varint of up to ten bytes as a signed number, four bytes (28 bits) at a time. */
function readInt64(reader: Reader): bigint {
  let part = 0;
  const parts = [0, 0, 0];
  for (let i = 0; i < 10; i += 1) {
    if (reader.pos >= reader.len) throw invalid("Malformed bytes: a number is cut off.");
    const byte = reader.buf[reader.pos++]!;
    part |= (byte & 0x7f) << (7 * (i & 3));
    if (byte < 0x80) return int64(parts, i >> 2, part);
    if ((i & 3) === 3) {
      parts[i >> 2] = part;
      part = 0;
    }
  }
  throw invalid("Malformed bytes: a number is longer than ten bytes.");
}

function int64(parts: number[], last: number, part: number): bigint {
  if (last === 0) return BigInt(part);
  parts[last] = part;
  const [low, middle, high] = parts as [number, number, number];
  return BigInt.asIntN(64, BigInt(low) | (BigInt(middle) << 28n) | (BigInt(high) << 56n));
}

export function skip(reader: Reader, tag: number): void {
  if (tag >>> 3 === 0) throw invalid("Malformed bytes: field number 0.");
  reader.skipType(tag & 7);
}

/** A field that reaches beyond the message it stands in. */
export function checkEnd(reader: Reader, end: number): void {
  if (reader.pos !== end) throw invalid("Malformed bytes: a message ends inside one of its fields.");
}

/** It names a document, which need not exist, nor be in this database. */
function referenceIn(reader: protobuf.Reader, end: number): string {
  const name = readString(reader, end);
  parseDocumentName(name);
  return name;
}
