// Orders and cursors: by what a query sorts, and where in that order it starts and ends.

import { invalid } from "../wire/status.ts";
import type { Document } from "./document.ts";
import { type FieldPath, formatFieldPath, NAME_FIELD } from "./field-path.ts";
import {
  type FieldReader,
  fieldReader,
  isName,
  parseFieldReference,
  type WireFieldReference,
} from "./field-reader.ts";
import { compare } from "./order.ts";
import { readValue, type Value } from "./value.ts";

export interface Order {
  readonly path: FieldPath;
  readonly direction: Direction;
  readonly read: FieldReader;
}

type Direction = "ascending" | "descending";

/** A position just before or just after the documents that have these values of the first orders. */
export interface Cursor {
  readonly values: readonly Value[];
  readonly before: boolean;
}

/** google.firestore.v1.StructuredQuery.Order, decoded. */
export interface WireOrder {
  readonly field: WireFieldReference | null;
  readonly direction: string;
}

/** google.firestore.v1.Cursor, decoded. */
export interface WireCursor {
  readonly values: readonly Uint8Array[];
  readonly before: boolean;
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  DIRECTION_UNSPECIFIED: "ascending",
  ASCENDING: "ascending",
  DESCENDING: "descending",
};

export function parseOrders(wire: readonly WireOrder[]): readonly Order[] {
  const seen = new Set<string>();
  return wire.map(({ field, direction }) => {
    const order = orderBy(parseFieldReference(field), parseDirection(direction));
    const text = formatFieldPath(order.path);
    if (seen.has(text)) throw invalid(`order by clause cannot contain duplicate fields ${text}`);
    seen.add(text);
    return order;
  });
}

/** The explicit orders, then the inequality fields that they lack, then the name: a total order. */
export function completeOrders(
  explicit: readonly Order[],
  inequalities: readonly FieldPath[],
): readonly Order[] {
  const direction = explicit.at(-1)?.direction ?? "ascending";
  const orders = [...explicit];
  for (const path of [...inequalities.filter((path) => !isName(path)), [NAME_FIELD]]) {
    const text = formatFieldPath(path);
    if (!orders.some((order) => formatFieldPath(order.path) === text)) orders.push(orderBy(path, direction));
  }
  const afterName = orders[orders.findIndex(({ path }) => isName(path)) + 1];
  if (afterName !== undefined)
    throw invalid(
      `Order by clause cannot contain more fields after the key ${formatFieldPath(afterName.path)}`,
    );
  return orders;
}

/** The service takes a cursor by the orders that the client wrote, not by those that it adds itself. */
export function parseCursor(wire: WireCursor | null | undefined, explicit: readonly Order[]): Cursor | null {
  if (!wire || wire.values.length === 0) return null;
  if (wire.values.length > explicit.length) throw invalid("Cursor has too many values.");
  const values = wire.values.map(readValue);
  for (const [i, value] of values.entries())
    if (isName(explicit[i]!.path) && value.kind !== "reference")
      throw invalid("Cursor __key__ value is not a document reference.");
  return { values, before: wire.before };
}

/** What a document has for each order, or null if it lacks one of the fields and so is not in the order at all. */
export function keyOf(orders: readonly Order[], document: Document): readonly Value[] | null {
  const key: Value[] = [];
  for (const { read } of orders) {
    const value = read(document);
    if (value === undefined) return null;
    key.push(value);
  }
  return key;
}

/** Keys of the same orders; the second may be a cursor's, and then its length counts. */
export function compareKeys(orders: readonly Order[], a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < b.length; i += 1) {
    const difference = compare(a[i]!, b[i]!);
    if (difference !== 0) return orders[i]!.direction === "ascending" ? difference : -difference;
  }
  return 0;
}

export function isPastStart(orders: readonly Order[], start: Cursor | null, key: readonly Value[]): boolean {
  if (start === null) return true;
  const order = compareKeys(orders, key, start.values);
  return start.before ? order >= 0 : order > 0;
}

export function isBeforeEnd(orders: readonly Order[], end: Cursor | null, key: readonly Value[]): boolean {
  if (end === null) return true;
  const order = compareKeys(orders, key, end.values);
  return end.before ? order < 0 : order <= 0;
}

function orderBy(path: FieldPath, direction: Direction): Order {
  return { path, direction, read: fieldReader(path) };
}

function parseDirection(wire: string): Direction {
  if (!Object.hasOwn(DIRECTIONS, wire))
    throw invalid(`Order direction ${wire} is unknown: ASCENDING or DESCENDING is wanted.`);
  return DIRECTIONS[wire]!;
}
