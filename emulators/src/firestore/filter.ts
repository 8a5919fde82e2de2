// The filters of a query: from the wire to tests that a document passes or fails.
// https://firebase.google.com/docs/firestore/query-data/queries; the refusals carry the texts of the real service.

import { invalid } from "../wire/status.ts";
import { readCandidates } from "./candidates.ts";
import type { Document } from "./document.ts";
import type { FieldPath } from "./field-path.ts";
import { fieldReader, isName, parseFieldReference, type WireFieldReference } from "./field-reader.ts";
import { compare, equal, typeOrder } from "./order.ts";
import { readValue, type Value } from "./value.ts";
import { keyOf } from "./value-key.ts";

export type Filter = CompositeFilter | FieldFilter;

interface CompositeFilter {
  readonly kind: "and" | "or";
  readonly filters: readonly Filter[];
  readonly matches: (document: Document) => boolean;
}

export interface FieldFilter {
  readonly kind: "field";
  readonly path: FieldPath;
  readonly operator: Operator;
  readonly operand: Value;
  readonly matches: (document: Document) => boolean;
}

export type Operator = keyof typeof TESTS;

/** google.firestore.v1.StructuredQuery.Filter, decoded: one of the three is set, and enums come by name. */
export interface WireFilter {
  readonly compositeFilter?: { readonly op: string; readonly filters: readonly WireFilter[] } | null;
  readonly fieldFilter?: WireFieldFilter | null;
  readonly unaryFilter?: WireUnaryFilter | null;
}

interface WireFieldFilter {
  readonly field: WireFieldReference | null;
  readonly op: string;
  readonly value: Uint8Array;
}

interface WireUnaryFilter {
  readonly field?: WireFieldReference | null;
  readonly op: string;
}

/** The comparisons with "==" that every result must pass. */
export function equalities(filter: Filter): readonly FieldFilter[] {
  if (filter.kind === "and") return filter.filters.flatMap(equalities);
  return filter.kind === "field" && filter.operator === "EQUAL" && !isName(filter.path) ? [filter] : [];
}

export function parseFilter(wire: WireFilter): Filter {
  if (wire.compositeFilter) return parseComposite(wire.compositeFilter.op, wire.compositeFilter.filters);
  if (wire.fieldFilter) return parseField(wire.fieldFilter);
  if (wire.unaryFilter) return parseUnary(wire.unaryFilter);
  throw invalid("A filter is empty: a composite, field or unary filter is wanted.");
}

function parseComposite(op: string, wire: readonly WireFilter[]): Filter {
  if (op !== "AND" && op !== "OR")
    throw invalid(`Composite filter operator ${op} is unknown: AND or OR is wanted.`);
  // An empty AND holds for every document, and the real service serves it.
  if (op === "OR" && wire.length === 0) throw invalid("Composite filter must have at least one sub-filter.");
  const filters = wire.map(parseFilter);
  if (filters.length === 1) return filters[0]!;
  return op === "AND"
    ? { kind: "and", filters, matches: (document) => filters.every(({ matches }) => matches(document)) }
    : { kind: "or", filters, matches: (document) => filters.some(({ matches }) => matches(document)) };
}

function parseField({ field, op, value }: WireFieldFilter): FieldFilter {
  if (!Object.hasOwn(TESTS, op)) throw invalid(`Field filter operator ${op} is unknown.`);
  const operator = op as Operator;
  const operand = takesArray(operator) ? readCandidates(value) : readValue(value);
  const filter = fieldFilter(parseFieldReference(field), operator, operand);
  return findsNothing(operator, operand) ? { ...filter, matches: () => false } : filter;
}

/** As values null and NaN equal nothing, and nothing differs from null: there are unary operators for that. */
function findsNothing(operator: Operator, operand: Value): boolean {
  return (
    (operator === "EQUAL" && !isFindable(operand)) || (operator === "NOT_EQUAL" && operand.kind === "null")
  );
}

const NULL: Value = { kind: "null" };
const NAN: Value = { kind: "double", value: Number.NaN };
const UNARY = {
  IS_NULL: ["EQUAL", NULL],
  IS_NAN: ["EQUAL", NAN],
  IS_NOT_NULL: ["NOT_EQUAL", NULL],
  IS_NOT_NAN: ["NOT_EQUAL", NAN],
} as const;

function parseUnary({ field, op }: WireUnaryFilter): FieldFilter {
  if (!Object.hasOwn(UNARY, op)) throw invalid(`Unary filter operator ${op} is unknown.`);
  const [operator, operand] = UNARY[op as keyof typeof UNARY];
  return fieldFilter(parseFieldReference(field), operator, operand);
}

function fieldFilter(path: FieldPath, operator: Operator, operand: Value): FieldFilter {
  if (takesArray(operator)) checkCandidates(operator, operand);
  if (isName(path)) checkNameFilter(operator, operand);
  const read = fieldReader(path);
  const test = TESTS[operator](operand);
  const matches = (document: Document) => {
    const value = read(document);
    return value !== undefined && test(value);
  };
  return { kind: "field", path, operator, operand, matches };
}

export function takesArray(operator: Operator): boolean {
  return operator === "IN" || operator === "NOT_IN" || operator === "ARRAY_CONTAINS_ANY";
}

function checkCandidates(operator: Operator, operand: Value): void {
  if (operand.kind !== "array") throw invalid(`'${operator}' requires an ArrayValue.`);
  if (operand.values.length === 0) throw invalid(`'${operator}' requires an non-empty ArrayValue.`);
}

function checkNameFilter(operator: Operator, operand: Value): void {
  if (operator === "ARRAY_CONTAINS" || operator === "ARRAY_CONTAINS_ANY")
    throw invalid("the name __key__ is reserved");
  const names = takesArray(operator) ? candidatesOf(operand) : [operand];
  if (names.some(({ kind }) => kind !== "reference")) throw invalid("__key__ filter value must be a Key");
}

type Test = (value: Value) => boolean;

/** By the names of the wire: what a field that exists must hold to pass, for an operand. */
const TESTS = {
  EQUAL:
    (operand: Value): Test =>
    (value) =>
      equal(value, operand),
  NOT_EQUAL:
    (operand: Value): Test =>
    (value) =>
      value.kind !== "null" && !equal(value, operand),
  LESS_THAN: (operand: Value): Test => within(operand, (order) => order < 0),
  LESS_THAN_OR_EQUAL: (operand: Value): Test => within(operand, (order) => order <= 0),
  GREATER_THAN: (operand: Value): Test => within(operand, (order) => order > 0),
  GREATER_THAN_OR_EQUAL: (operand: Value): Test => within(operand, (order) => order >= 0),
  IN: (operand: Value): Test => oneOf(candidatesOf(operand).filter(isFindable)),
  NOT_IN: notIn,
  ARRAY_CONTAINS: (operand: Value): Test => containing([operand]),
  ARRAY_CONTAINS_ANY: (operand: Value): Test => containing(candidatesOf(operand)),
};

/** A range stays within the type of its operand; NaN, though a number, is in no range of other numbers. */
function within(operand: Value, holds: (order: number) => boolean): Test {
  const type = typeOrder(operand);
  const operandIsNan = isNan(operand);
  return (value) =>
    typeOrder(value) === type && isNan(value) === operandIsNan && holds(compare(value, operand));
}

/** Nothing is `not-in` a list with null; NaN in the list leaves out NaN. */
function notIn(operand: Value): Test {
  const candidates = candidatesOf(operand);
  if (candidates.some(({ kind }) => kind === "null")) return () => false;
  const isListed = oneOf(candidates);
  return (value) => value.kind !== "null" && !isListed(value);
}

function containing(operands: readonly Value[]): Test {
  const isWanted = oneOf(operands.filter(isFindable));
  return (value) => value.kind === "array" && value.values.some(isWanted);
}

/** The types come first: a large value of another type need not be written out as a key. */
function oneOf(candidates: readonly Value[]): Test {
  const types = new Set(candidates.map(typeOrder));
  const keys = new Set(candidates.map(keyOf));
  return (value) => types.has(typeOrder(value)) && keys.has(keyOf(value));
}

/** Null and NaN are found by `==` only, never as one of several. */
function isFindable(value: Value): boolean {
  return value.kind !== "null" && !isNan(value);
}

function isNan(value: Value): boolean {
  return value.kind === "double" && Number.isNaN(value.value);
}

export function candidatesOf(operand: Value): readonly Value[] {
  return operand.kind === "array" ? operand.values : [];
}
