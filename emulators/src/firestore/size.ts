// How many bytes a document counts for, and the limit: https://firebase.google.com/docs/firestore/storage-size.

import { invalid } from "../wire/status.ts";
import type { Document } from "./document.ts";
import { numericId } from "./order.ts";
import type { Fields, Value } from "./value.ts";
import { vectorOf } from "./vector.ts";

/** https://firebase.google.com/docs/firestore/quotas: "Maximum size for a document", "Maximum size of a field value". */
const MAX_DOCUMENT_BYTES = 1_048_576;
const MAX_VALUE_BYTES = MAX_DOCUMENT_BYTES - 89;

const NAME_OVERHEAD = 16;
const DOCUMENT_OVERHEAD = 32;
const NUMBER_BYTES = 8;
const GEOPOINT_BYTES = 16;
/** Segments of a name before the path: projects/{project}/databases/{database}/documents. */
const ROOT_SEGMENTS = 5;

export function sizeOf({ name, fields }: Pick<Document, "name" | "fields">): number {
  return sizeOfName(name) + sizeOfFields(fields) + DOCUMENT_OVERHEAD;
}

/** Refuses a document that is too large to be stored. */
export function checkSize(document: Pick<Document, "name" | "fields">): void {
  const size = sizeOf(document);
  // A value over its own limit makes the document larger than that, too.
  if (size > MAX_VALUE_BYTES) checkValues(document.fields);
  if (size > MAX_DOCUMENT_BYTES)
    throw invalid(
      `Document '${document.name}' cannot be written because its size (${grouped(size)} bytes) exceeds the maximum allowed size of ${grouped(MAX_DOCUMENT_BYTES)} bytes.`,
    );
}

function checkValues(fields: Fields): void {
  for (const [name, value] of fields)
    if ((value.kind === "string" || value.kind === "bytes") && contentBytes(value.value) > MAX_VALUE_BYTES)
      throw invalid(`The value of property "${name}" is longer than ${MAX_VALUE_BYTES} bytes.`);
    else if (value.kind === "map") checkValues(value.fields);
}

function sizeOfFields(fields: Fields): number {
  let size = 0;
  for (const [name, value] of fields) size += sizeOfString(name) + sizeOfValue(value);
  return size;
}

function sizeOfValue(value: Value): number {
  switch (value.kind) {
    case "null":
    case "boolean":
      return 1;
    case "integer":
    case "double":
    case "timestamp":
      return NUMBER_BYTES;
    case "string":
      return sizeOfString(value.value);
    case "bytes":
      return value.value.length;
    case "reference":
      return sizeOfName(value.value);
    case "geopoint":
      return GEOPOINT_BYTES;
    case "array":
      return value.values.reduce((size, element) => size + sizeOfValue(element), 0);
    case "map": {
      const vector = vectorOf(value.fields);
      return vector === null ? sizeOfFields(value.fields) : vector.length * NUMBER_BYTES;
    }
  }
}

/** Only the path counts, not the database before it. */
function sizeOfName(name: string): number {
  const path = name.split("/").slice(ROOT_SEGMENTS);
  return path.reduce((size, id) => size + sizeOfId(id), NAME_OVERHEAD);
}

function sizeOfId(id: string): number {
  return numericId(id) === null ? sizeOfString(id) : NUMBER_BYTES;
}

function sizeOfString(text: string): number {
  return Buffer.byteLength(text) + 1;
}

function contentBytes(content: string | Uint8Array): number {
  return typeof content === "string" ? Buffer.byteLength(content) : content.length;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
