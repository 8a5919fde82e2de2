// Short notation for the query tests; every query goes through the real protos, as one from a client does.
import { type Document, makeDocument } from "../../src/firestore/document.ts";
import { firestoreProtos } from "../../src/firestore/protos.ts";
import { parseQuery, type Query, type WireQuery } from "../../src/firestore/query.ts";
import { type Value, writeValue } from "../../src/firestore/value.ts";

export const ROOT = "projects/p/databases/(default)/documents";
const STRUCTURED_QUERY = firestoreProtos().lookupType("google.firestore.v1.StructuredQuery");

type Plain = null | boolean | number | string | Value | readonly Plain[] | { readonly [name: string]: Plain };

export function double(value: number): Value {
  return { kind: "double", value };
}

export function reference(path: string): Value {
  return { kind: "reference", value: `${ROOT}/${path}` };
}

/** Whole numbers are integers; use `double` for the others that are whole. */
export function toValue(plain: Plain): Value {
  if (plain === null) return { kind: "null" };
  if (typeof plain === "boolean") return { kind: "boolean", value: plain };
  if (typeof plain === "string") return { kind: "string", value: plain };
  if (typeof plain === "number")
    return Number.isInteger(plain) ? { kind: "integer", value: BigInt(plain) } : double(plain);
  if (Array.isArray(plain)) return { kind: "array", values: plain.map(toValue) };
  if ("kind" in plain) return plain as Value;
  return { kind: "map", fields: fieldsOf(plain as Record<string, Plain>) };
}

export function documentAt(path: string, fields: Record<string, Plain> = {}): Document {
  return makeDocument(`${ROOT}/${path}`, fieldsOf(fields), 1n, 2n);
}

export type Condition = object;

const OPERATORS: Record<string, string> = {
  "==": "EQUAL",
  "!=": "NOT_EQUAL",
  "<": "LESS_THAN",
  "<=": "LESS_THAN_OR_EQUAL",
  ">": "GREATER_THAN",
  ">=": "GREATER_THAN_OR_EQUAL",
  in: "IN",
  "not-in": "NOT_IN",
  "array-contains": "ARRAY_CONTAINS",
  "array-contains-any": "ARRAY_CONTAINS_ANY",
};

export function field(fieldPath: string, operator: string, operand: Plain): Condition {
  return {
    fieldFilter: { field: { fieldPath }, op: OPERATORS[operator], value: writeValue(toValue(operand)) },
  };
}

export function unary(fieldPath: string, op: string): Condition {
  return { unaryFilter: { field: { fieldPath }, op } };
}

export function and(...filters: Condition[]): Condition {
  return { compositeFilter: { op: "AND", filters } };
}

export function or(...filters: Condition[]): Condition {
  return { compositeFilter: { op: "OR", filters } };
}

export interface Wanted {
  readonly parent?: string;
  readonly collection?: string;
  readonly allDescendants?: boolean;
  readonly where?: Condition;
  /** Field paths; a minus before one makes it descending. */
  readonly orderBy?: readonly string[];
  readonly startAt?: readonly Plain[];
  readonly startAfter?: readonly Plain[];
  readonly endAt?: readonly Plain[];
  readonly endBefore?: readonly Plain[];
  readonly offset?: number;
  readonly limit?: number;
  readonly select?: readonly string[];
  /** What else stands in the message. */
  readonly more?: object;
}

export function queryOf(wanted: Wanted): Query {
  const { parent, collection = "c", allDescendants = false, where, orderBy = [], limit, select } = wanted;
  const start = cursor(wanted.startAt, true) ?? cursor(wanted.startAfter, false);
  const end = cursor(wanted.endBefore, true) ?? cursor(wanted.endAt, false);
  const message = STRUCTURED_QUERY.fromObject({
    from: [{ collectionId: collection, allDescendants }],
    orderBy: orderBy.map((path) => ({
      field: { fieldPath: path.replace(/^-/, "") },
      direction: path.startsWith("-") ? "DESCENDING" : "ASCENDING",
    })),
    offset: wanted.offset ?? 0,
    ...(where ? { where } : {}),
    ...(start ? { startAt: start } : {}),
    ...(end ? { endAt: end } : {}),
    ...(limit === undefined ? {} : { limit: { value: limit } }),
    ...(select ? { select: { fields: select.map((fieldPath) => ({ fieldPath })) } } : {}),
    ...wanted.more,
  });
  const decoded = STRUCTURED_QUERY.decode(STRUCTURED_QUERY.encode(message).finish());
  const options = { defaults: true, oneofs: true, enums: String, longs: String };
  return parseQuery(parent ?? ROOT, STRUCTURED_QUERY.toObject(decoded, options) as unknown as WireQuery);
}

function cursor(values: readonly Plain[] | undefined, before: boolean): object | null {
  return values === undefined ? null : { values: values.map((value) => writeValue(toValue(value))), before };
}

function fieldsOf(plain: { readonly [name: string]: Plain }): ReadonlyMap<string, Value> {
  return new Map(Object.entries(plain).map(([name, value]) => [name, toValue(value)]));
}
