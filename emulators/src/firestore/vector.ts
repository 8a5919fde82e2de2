// Vectors: maps with a reserved key that says so. Everything else with a reserved field name is refused.
import { invalid } from "../wire/status.ts";
import type { Fields, Value } from "./value.ts";

/** What FieldValue.vector writes: {__type__: "__vector__", value: [numbers]}. */
const TYPE_KEY = "__type__";
const TYPE = "__vector__";
const VALUES_KEY = "value";
/** https://firebase.google.com/docs/firestore/vector-search ("maximum supported embedding dimension"). */
const MAX_DIMENSIONS = 2_048;

/** The numbers of a map that is a vector, or null. */
export function vectorOf(fields: Fields): readonly Value[] | null {
  const type = fields.get(TYPE_KEY);
  if (type === undefined || type.kind !== "string" || type.value !== TYPE) return null;
  const values = fields.get(VALUES_KEY);
  return values?.kind === "array" ? values.values : null;
}

/** `__.*__`: kept by the service for itself, in field names as in ids. */
export function isReserved(name: string): boolean {
  return name.length >= 4 && name.startsWith("__") && name.endsWith("__");
}

/** A map that holds a reserved name must be a vector, and a whole one. */
export function checkVector(fields: Fields): void {
  const numbers = vectorOf(fields);
  if (numbers === null || fields.size !== 2) refuseReserved(fields);
  if (numbers.length > MAX_DIMENSIONS)
    throw invalid(`A vector has ${numbers.length} dimensions; at most ${MAX_DIMENSIONS} are supported.`);
  const other = numbers.find(({ kind }) => kind !== "double" && kind !== "integer");
  if (other !== undefined) throw invalid(`A vector holds a ${other.kind}; only numbers are supported.`);
}

export function refuseReserved(fields: Fields): never {
  const name = [...fields.keys()].find(isReserved);
  throw invalid(`Field name "${name}" is reserved: names that match __.*__ cannot be used.`);
}
