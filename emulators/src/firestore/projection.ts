// A document with some of its fields only: the `select` of a query, and document masks.
import { type Document, makeDocument } from "./document.ts";
import { type FieldPath, getField, parseFieldPath, setField } from "./field-path.ts";
import { parseFieldReference, type WireFieldReference } from "./field-reader.ts";
import type { Fields } from "./value.ts";

/** Without fields, a projection selects all of them. No document has a field `__name__`, so that alone leaves none. */
export function parseProjection(
  wire: { readonly fields: readonly WireFieldReference[] } | null | undefined,
): readonly FieldPath[] | null {
  if (!wire || wire.fields.length === 0) return null;
  return wire.fields.map(parseFieldReference);
}

/** google.firestore.v1.DocumentMask: no mask leaves the document as it is, and an empty one leaves no fields. */
export function maskDocument(document: Document, fieldPaths: readonly string[] | undefined): Document {
  return fieldPaths === undefined ? document : withFields(document, fieldPaths.map(parseFieldPath));
}

export function withFields(document: Document, paths: readonly FieldPath[]): Document {
  const { name, fields, createTime, updateTime } = document;
  const kept = paths.reduce<Fields>((kept, path) => {
    const value = getField(fields, path);
    return value === undefined ? kept : setField(kept, path, value);
  }, new Map());
  return makeDocument(name, kept, createTime, updateTime);
}
