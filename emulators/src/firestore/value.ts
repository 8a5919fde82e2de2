// The Firestore value: the model that every file here works on, and its codec from and to google.firestore.v1.Value bytes.
import protobuf from "protobufjs/minimal.js";
import { arrayIn, mapIn, readWhole, valueIn } from "./value-decode.ts";
import { FIELDS_OF_MAP, putFields, putValue } from "./value-encode.ts";

export type Value =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "double"; readonly value: number }
  /** Microseconds since 1970. */
  | { readonly kind: "timestamp"; readonly value: bigint }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "bytes"; readonly value: Uint8Array }
  /** A full resource name. */
  | { readonly kind: "reference"; readonly value: string }
  | { readonly kind: "geopoint"; readonly latitude: number; readonly longitude: number }
  | { readonly kind: "array"; readonly values: readonly Value[] }
  | { readonly kind: "map"; readonly fields: Fields };

export type Fields = ReadonlyMap<string, Value>;

/** One google.firestore.v1.Value. */
export function readValue(bytes: Uint8Array): Value {
  return readWhole(bytes, (reader) => valueIn(reader, reader.len, 0));
}

export function writeValue(value: Value): Uint8Array {
  const writer = protobuf.Writer.create();
  putValue(writer, value);
  return writer.finish();
}

/** The elements of one google.firestore.v1.ArrayValue. */
export function readArray(bytes: Uint8Array): readonly Value[] {
  return readWhole(bytes, (reader) => arrayIn(reader, reader.len, 1));
}

/** The fields of one google.firestore.v1.MapValue. */
export function readFields(bytes: Uint8Array): Fields {
  return readWhole(bytes, (reader) => mapIn(reader, reader.len, 0));
}

export function writeFields(fields: Fields): Uint8Array {
  const writer = protobuf.Writer.create();
  putFields(writer, FIELDS_OF_MAP, fields);
  return writer.finish();
}
