// A structured query: read from the wire once, then run over documents.
// google/firestore/v1/query.proto says what each part means; the refusals carry the texts of the real service.
import { Code, invalid, StatusError } from "../wire/status.ts";
import { collectionPathOf, isWithin, type Scope } from "./collections.ts";
import {
  type Cursor,
  compareKeys,
  completeOrders,
  isBeforeEnd,
  isPastStart,
  keyOf,
  type Order,
  parseCursor,
  parseOrders,
  type WireCursor,
  type WireOrder,
} from "./cursor.ts";
import type { Document } from "./document.ts";
import { type FieldPath, formatFieldPath } from "./field-path.ts";
import { isName, type WireFieldReference } from "./field-reader.ts";
import { candidatesOf, type Filter, parseFilter, takesArray, type WireFilter } from "./filter.ts";
import { checkFilterLimits, firstFieldFilter, inequalityPaths } from "./filter-limits.ts";
import { checkCollectionId, parseParent } from "./names.ts";
import { parseProjection, withFields } from "./projection.ts";
import type { Value } from "./value.ts";

export interface Query extends Scope {
  readonly where: Filter | null;
  /** Complete: with the fields that the service adds, and the name. */
  readonly orderBy: readonly Order[];
  readonly start: Cursor | null;
  readonly end: Cursor | null;
  readonly offset: number;
  readonly limit: number | null;
  /** Null: all fields. */
  readonly select: readonly FieldPath[] | null;
}

/** google.firestore.v1.StructuredQuery, decoded: enums by name, values as bytes. */
export interface WireQuery {
  readonly select?: { readonly fields: readonly WireFieldReference[] } | null;
  readonly from: readonly { readonly collectionId: string; readonly allDescendants: boolean }[];
  readonly where?: WireFilter | null;
  readonly orderBy: readonly WireOrder[];
  readonly startAt?: WireCursor | null;
  readonly endAt?: WireCursor | null;
  readonly offset: number;
  readonly limit?: { readonly value: number } | null;
  readonly findNearest?: unknown;
}

export function parseQuery(parent: string, wire: WireQuery | null | undefined): Query {
  if (!wire) throw invalid("The request holds no structured query.");
  if (wire.findNearest)
    throw new StatusError(
      Code.UNIMPLEMENTED,
      "Vector search (findNearest) is not implemented by the local Firestore.",
    );
  const { database, path } = parseParent(parent);
  const scope = { database, parent, ...parseSelector(wire.from) };
  const ancestors = path === "" ? 0 : 1;
  const where = wire.where ? parseFilter(wire.where) : null;
  const explicit = parseOrders(wire.orderBy);
  if (scope.collection === null) checkKindless(where, explicit);
  if (where !== null) {
    checkFilterLimits(where, explicit.length, ancestors);
    checkNames(where, database);
  }
  return {
    ...scope,
    where,
    orderBy: completeOrders(explicit, where === null ? [] : inequalityPaths(where)),
    start: parseCursor(wire.startAt, explicit),
    end: parseCursor(wire.endAt, explicit),
    offset: nonNegative("offset", wire.offset),
    limit: wire.limit ? nonNegative("limit", wire.limit.value) : null,
    select: parseProjection(wire.select),
  };
}

/** Names are compared with names of the same database only. */
function checkNames(filter: Filter, database: string): void {
  if (filter.kind !== "field") {
    for (const part of filter.filters) checkNames(part, database);
    return;
  }
  if (!isName(filter.path)) return;
  for (const value of takesArray(filter.operator) ? candidatesOf(filter.operand) : [filter.operand])
    if (value.kind === "reference" && !value.value.startsWith(`${database}/`))
      throw invalid(`The name "${value.value}" is not in the database "${database}".`);
}

export function inScope(query: Query, name: string): boolean {
  return isWithin(query, collectionPathOf(name));
}

/** Whether the document is among the results before offset and limit. */
export function matches(query: Query, document: Document): boolean {
  return inScope(query, document.name) && keyWithin(query, document) !== null;
}

/** The order of results; documents that lack an ordered field have no place in it. */
export function compareBy({ orderBy }: Query): (a: Document, b: Document) => number {
  return (a, b) => compareKeys(orderBy, keyOf(orderBy, a)!, keyOf(orderBy, b)!);
}

/** `documents` are those of the query's scope, in the order of their names. */
export function run(query: Query, documents: Iterable<Document>): Document[] {
  const { orderBy, offset, limit } = query;
  const end = limit === null ? Number.POSITIVE_INFINITY : offset + limit;
  if (end <= offset) return [];
  const isByName = isName(orderBy[0]!.path);
  if (isByName && orderBy[0]!.direction === "ascending")
    return firstByName(query, documents, end).slice(offset);
  if (isByName) return firstByName(query, documents, Number.POSITIVE_INFINITY).reverse().slice(offset, end);
  return first(query, documents, end)
    .slice(offset)
    .map(({ document }) => document);
}

export function project({ select }: Query, document: Document): Document {
  return select === null ? document : withFields(document, select);
}

/** They come in the order that is asked for: no need to sort, nor to look further than is wanted. */
function firstByName(query: Query, documents: Iterable<Document>, count: number): Document[] {
  const found: Document[] = [];
  for (const document of documents) {
    if (keyWithin(query, document) === null) continue;
    found.push(document);
    if (found.length === count) break;
  }
  return found;
}

interface Entry {
  readonly document: Document;
  readonly key: readonly Value[];
}

/** The first `count` in order. Never holds more than twice as many: beyond that it sorts, and forgets the second half. */
function first(query: Query, documents: Iterable<Document>, count: number): Entry[] {
  const inOrder = (a: Entry, b: Entry) => compareKeys(query.orderBy, a.key, b.key);
  const found: Entry[] = [];
  let last: Entry | null = null;
  const cut = () => {
    found.sort(inOrder);
    if (found.length > count) found.length = count;
  };
  for (const document of documents) {
    const key = keyWithin(query, document);
    if (key === null || (last !== null && compareKeys(query.orderBy, key, last.key) > 0)) continue;
    found.push({ document, key });
    if (found.length < 2 * count) continue;
    cut();
    last = found.at(-1)!;
  }
  cut();
  return found;
}

/** Where a document of the scope stands in the order, or null if it is not a result. */
function keyWithin({ where, orderBy, start, end }: Query, document: Document): readonly Value[] | null {
  if (where !== null && !where.matches(document)) return null;
  const key = keyOf(orderBy, document);
  if (key === null || !isPastStart(orderBy, start, key) || !isBeforeEnd(orderBy, end, key)) return null;
  return key;
}

function parseSelector(from: WireQuery["from"]): Pick<Scope, "collection" | "allDescendants"> {
  if (from.length === 0) return { collection: null, allDescendants: false };
  if (from.length > 1) throw invalid(`A query must select from one collection; ${from.length} are given.`);
  const { collectionId, allDescendants } = from[0]!;
  if (collectionId !== "") checkCollectionId(collectionId);
  return { collection: collectionId === "" ? null : collectionId, allDescendants };
}

/** A query over all collections reads documents by name, and by nothing else. */
function checkKindless(where: Filter | null, orders: readonly Order[]): void {
  const filter = where === null ? undefined : firstFieldFilter(where);
  if (filter !== undefined) throw invalid(`kind is required for filter: ${formatFieldPath(filter.path)}`);
  if (orders.some(({ path, direction }) => !isName(path) || direction !== "ascending"))
    throw invalid("kind is required for all orders except __key__ ascending");
}

function nonNegative(what: string, value: number): number {
  if (value < 0) throw invalid(`The query's ${what} is ${value}; it must not be negative.`);
  return value;
}
