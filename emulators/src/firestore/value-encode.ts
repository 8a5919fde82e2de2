// Encodes values as google.firestore.v1.Value bytes.
import type protobuf from "protobufjs/minimal.js";
import { timestampOf } from "./time.ts";
import type { Fields, Value } from "./value.ts";
import { ArrayTag, EntryTag, GeopointTag, MapTag, TimestampTag, ValueTag } from "./value-tags.ts";

type Writer = protobuf.Writer;

export const FIELDS_OF_MAP = MapTag.fields;

export function putValue(writer: Writer, value: Value): void {
  switch (value.kind) {
    case "null":
      writer.uint32(ValueTag.null).uint32(0);
      return;
    case "boolean":
      writer.uint32(ValueTag.boolean).bool(value.value);
      return;
    case "integer":
      putInt64(writer.uint32(ValueTag.integer), value.value);
      return;
    case "double":
      writer.uint32(ValueTag.double).double(value.value);
      return;
    case "timestamp":
      putTimestamp(writer, ValueTag.timestamp, value.value);
      return;
    case "string":
      writer.uint32(ValueTag.string).string(value.value);
      return;
    case "bytes":
      writer.uint32(ValueTag.bytes).bytes(value.value);
      return;
    case "reference":
      writer.uint32(ValueTag.reference).string(value.value);
      return;
    case "geopoint":
      writer.uint32(ValueTag.geopoint).fork();
      writer.uint32(GeopointTag.latitude).double(value.latitude);
      writer.uint32(GeopointTag.longitude).double(value.longitude);
      writer.ldelim();
      return;
    case "array":
      writer.uint32(ValueTag.array).fork();
      for (const element of value.values) {
        putValue(writer.uint32(ArrayTag.values).fork(), element);
        writer.ldelim();
      }
      writer.ldelim();
      return;
    case "map":
      putFields(writer.uint32(ValueTag.map).fork(), MapTag.fields, value.fields);
      writer.ldelim();
  }
}

/** The entries of a map<string, Value>, each under `tag`. */
export function putFields(writer: Writer, tag: number, fields: Fields): void {
  for (const [name, value] of fields) {
    writer.uint32(tag).fork().uint32(EntryTag.key).string(name);
    putValue(writer.uint32(EntryTag.value).fork(), value);
    writer.ldelim().ldelim();
  }
}

/** A google.protobuf.Timestamp from microseconds since 1970; its nanos are never negative. */
export function putTimestamp(writer: Writer, tag: number, time: bigint): void {
  const { seconds, nanos } = timestampOf(time);
  writer.uint32(tag).fork().uint32(TimestampTag.seconds).int64(seconds);
  writer.uint32(TimestampTag.nanos).uint32(nanos).ldelim();
}

function putInt64(writer: Writer, value: bigint): void {
  const number = Number(value);
  if (Number.isSafeInteger(number)) {
    writer.int64(number);
    return;
  }
  const bits = BigInt.asUintN(64, value);
  writer.int64({
    low: Number(bits & 0xffffffffn) | 0,
    high: Number(bits >> 32n) | 0,
    unsigned: false,
  } as never);
}
