// A document and its google.firestore.v1.Document bytes. Either is made from the other only when it is first asked for.
import protobuf from "protobufjs/minimal.js";
import type { Fields, Value } from "./value.ts";
import {
  checkEnd,
  checkReserved,
  entryIn,
  readEnd,
  readString,
  readWhole,
  skip,
  timestampIn,
} from "./value-decode.ts";
import { putFields, putTimestamp } from "./value-encode.ts";
import { DocumentTag } from "./value-tags.ts";
import { isReserved } from "./vector.ts";

export interface Document {
  /** The full resource name: projects/p/databases/d/documents/a/b. */
  readonly name: string;
  readonly fields: Fields;
  /** Microseconds since 1970. */
  readonly createTime: bigint;
  readonly updateTime: bigint;
}

export function makeDocument(name: string, fields: Fields, createTime: bigint, updateTime: bigint): Document {
  return new CachingDocument({ name, createTime, updateTime }, fields, null);
}

/** A document from the bytes that `writeDocument` gave; its fields are not looked into until they are asked for. */
export function storedDocument(bytes: Uint8Array): Document {
  return new CachingDocument(readWhole(bytes, headIn), null, bytes);
}

/** What a client sent as a document: name and fields, checked. Its times are ignored. */
export function readDocument(bytes: Uint8Array): { readonly name: string; readonly fields: Fields } {
  return readWhole(bytes, bodyIn);
}

export function writeDocument(document: Document): Uint8Array {
  return document instanceof CachingDocument ? document.bytes : encode(document);
}

class CachingDocument implements Document {
  readonly name: string;
  readonly createTime: bigint;
  readonly updateTime: bigint;
  #fields: Fields | null;
  #bytes: Uint8Array | null;

  constructor(head: Omit<Document, "fields">, fields: Fields | null, bytes: Uint8Array | null) {
    this.name = head.name;
    this.createTime = head.createTime;
    this.updateTime = head.updateTime;
    this.#fields = fields;
    this.#bytes = bytes;
  }

  get fields(): Fields {
    this.#fields ??= readDocument(this.#bytes!).fields;
    return this.#fields;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= encode(this);
    return this.#bytes;
  }
}

function encode({ name, fields, createTime, updateTime }: Document): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(DocumentTag.name).string(name);
  putTimestamp(writer, DocumentTag.createTime, createTime);
  putTimestamp(writer, DocumentTag.updateTime, updateTime);
  putFields(writer, DocumentTag.fields, fields);
  return writer.finish();
}

function headIn(reader: protobuf.Reader): Omit<Document, "fields"> {
  let name = "";
  let createTime = 0n;
  let updateTime = 0n;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === DocumentTag.name) name = readString(reader, reader.len);
    else if (tag === DocumentTag.createTime) createTime = timestampIn(reader, readEnd(reader, reader.len));
    else if (tag === DocumentTag.updateTime) updateTime = timestampIn(reader, readEnd(reader, reader.len));
    else skip(reader, tag);
  }
  checkEnd(reader, reader.len);
  return { name, createTime, updateTime };
}

function bodyIn(reader: protobuf.Reader): { name: string; fields: Fields } {
  let name = "";
  let reserved = false;
  const fields = new Map<string, Value>();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === DocumentTag.name) name = readString(reader, reader.len);
    else if (tag === DocumentTag.fields)
      reserved = isReserved(entryIn(reader, reader.len, 0, fields)) || reserved;
    else skip(reader, tag);
  }
  checkEnd(reader, reader.len);
  if (reserved) checkReserved(fields, 0);
  return { name, fields };
}
