// Field transforms: server timestamp, increment, maximum, minimum, array union and array remove.
// Their rules are those of google/firestore/v1/write.proto (DocumentTransform.FieldTransform).

import type { Message } from "../wire/service.ts";
import { invalid } from "../wire/status.ts";
import { type FieldPath, getField, parseWritablePath, setField } from "./field-path.ts";
import { compare } from "./order.ts";
import { type Fields, readArray, readValue, type Value } from "./value.ts";
import { keyOf } from "./value-key.ts";

type NumberValue = Value & { readonly kind: "integer" | "double" };

export type Transform = { readonly path: FieldPath } & (
  | { readonly kind: "serverTimestamp" }
  | { readonly kind: "increment" | "maximum" | "minimum"; readonly operand: NumberValue }
  | { readonly kind: "append" | "remove"; readonly elements: readonly Value[] }
);

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const NULL: Value = { kind: "null" };

export interface Transformed {
  readonly fields: Fields;
  /** One for each transform: the new value, or null for array transforms. */
  readonly results: readonly Value[];
}

/** Reads one google.firestore.v1.DocumentTransform.FieldTransform, its values still bytes. */
export function parseTransform(wire: Message): Transform {
  const path = parseWritablePath(wire.fieldPath ?? "");
  if (isSet(wire.setToServerValue)) return { path, kind: serverValue(wire.setToServerValue) };
  if (isSet(wire.increment))
    return { path, kind: "increment", operand: operand("increment", wire.increment) };
  if (isSet(wire.maximum)) return { path, kind: "maximum", operand: operand("maximum", wire.maximum) };
  if (isSet(wire.minimum)) return { path, kind: "minimum", operand: operand("minimum", wire.minimum) };
  if (isSet(wire.appendMissingElements))
    return { path, kind: "append", elements: readArray(wire.appendMissingElements) };
  if (isSet(wire.removeAllFromArray))
    return { path, kind: "remove", elements: readArray(wire.removeAllFromArray) };
  throw invalid(
    `The transform of field "${wire.fieldPath}" says no kind: one is wanted, for example increment.`,
  );
}

/** Applies the transforms in their order; `time` is the time of the commit, the same for all of them. */
export function applyTransforms(before: Fields, transforms: readonly Transform[], time: bigint): Transformed {
  let fields = before;
  const results = transforms.map((transform) => {
    const value = transformed(transform, getField(fields, transform.path), time);
    fields = setField(fields, transform.path, value);
    return transform.kind === "append" || transform.kind === "remove" ? NULL : value;
  });
  return { fields, results };
}

function transformed(transform: Transform, before: Value | undefined, time: bigint): Value {
  switch (transform.kind) {
    case "serverTimestamp":
      return { kind: "timestamp", value: time };
    case "increment":
      return isNumber(before) ? sum(before, transform.operand) : transform.operand;
    case "maximum":
      return isNumber(before) ? extreme(before, transform.operand, 1) : transform.operand;
    case "minimum":
      return isNumber(before) ? extreme(before, transform.operand, -1) : transform.operand;
    case "append":
      return { kind: "array", values: union(elementsOf(before), transform.elements) };
    case "remove":
      return { kind: "array", values: without(elementsOf(before), transform.elements) };
  }
}

/** Integers stay within 64 bits: beyond them the sum is the greatest or the smallest integer. */
function sum(a: NumberValue, b: NumberValue): Value {
  if (a.kind !== "integer" || b.kind !== "integer")
    return { kind: "double", value: Number(a.value) + Number(b.value) };
  const exact = a.value + b.value;
  return { kind: "integer", value: exact > MAX_INT64 ? MAX_INT64 : exact < MIN_INT64 ? MIN_INT64 : exact };
}

/** The greater (`sign` 1) or the smaller (-1), as it is; of two equal ones the stored one. NaN wins in both directions. */
function extreme(stored: NumberValue, given: NumberValue, sign: 1 | -1): Value {
  if (Number.isNaN(stored.value)) return stored;
  if (Number.isNaN(given.value)) return given;
  return compare(given, stored) * sign > 0 ? given : stored;
}

/** Of elements that are equal, the first only. */
function union(stored: readonly Value[], given: readonly Value[]): readonly Value[] {
  const values = [...stored];
  const keys = new Set(stored.map(keyOf));
  for (const element of given) {
    const key = keyOf(element);
    if (!keys.has(key)) values.push(element);
    keys.add(key);
  }
  return values;
}

function without(stored: readonly Value[], given: readonly Value[]): readonly Value[] {
  const keys = new Set(given.map(keyOf));
  return stored.filter((value) => !keys.has(keyOf(value)));
}

function elementsOf(value: Value | undefined): readonly Value[] {
  return value?.kind === "array" ? value.values : [];
}

function isNumber(value: Value | undefined): value is NumberValue {
  return value?.kind === "integer" || value?.kind === "double";
}

function operand(what: string, bytes: Uint8Array): NumberValue {
  const value = readValue(bytes);
  if (!isNumber(value)) throw invalid(`The operand of ${what} is a ${value.kind}; a number is wanted.`);
  return value;
}

function serverValue(value: unknown): "serverTimestamp" {
  if (value === "REQUEST_TIME" || value === 1) return "serverTimestamp";
  throw invalid(`The server value ${String(value)} is not known; REQUEST_TIME is wanted.`);
}

function isSet(member: unknown): boolean {
  return member !== undefined && member !== null;
}
