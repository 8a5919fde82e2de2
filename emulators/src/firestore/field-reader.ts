// Reads one field of many documents: the path is looked at once, not per document.
import type { Document } from "./document.ts";
import { type FieldPath, getField, NAME_FIELD, parseFieldPath } from "./field-path.ts";
import type { Value } from "./value.ts";

export type FieldReader = (document: Document) => Value | undefined;

export function fieldReader(path: FieldPath): FieldReader {
  if (isName(path)) return ({ name }) => ({ kind: "reference", value: name });
  if (path.length > 1) return ({ fields }) => getField(fields, path);
  const [field] = path as [string];
  return ({ fields }) => fields.get(field);
}

export function isName(path: FieldPath): boolean {
  return path.length === 1 && path[0] === NAME_FIELD;
}

/** google.firestore.v1.StructuredQuery.FieldReference, decoded. */
export interface WireFieldReference {
  readonly fieldPath: string;
}

export function parseFieldReference(reference: WireFieldReference | null | undefined): FieldPath {
  return parseFieldPath(reference?.fieldPath ?? "");
}
