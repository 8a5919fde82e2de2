// The RPCs that list: the documents of a collection, also those that only have descendants, and the ids of collections.
import protobuf from "protobufjs/minimal.js";
import type { Call, Message } from "../wire/service.ts";
import { Code, StatusError } from "../wire/status.ts";
import { collectionPathOf } from "./collections.ts";
import { type Context, isLocking, readingOf } from "./context.ts";
import { type Document, writeDocument } from "./document.ts";
import type { Predicate } from "./locks.ts";
import { parseParent } from "./names.ts";
import { compareNames, compareStrings } from "./order.ts";
import { maskDocument } from "./projection.ts";
import { inScope, parseQuery, type Query, run } from "./query.ts";
import { lookLocked, nameOf, reading } from "./reads.ts";
import type { Transaction } from "./transactions.ts";
import { DocumentTag } from "./value-tags.ts";

const PAGE = 100;
/** What the Node client asks for. */
const MAX_PAGE = 65_535;

export async function listDocuments(context: Context, request: Message, call: Call): Promise<object> {
  const { parent, showMissing, orderBy, mask } = request;
  const { database } = parseParent(parent);
  if (showMissing && orderBy !== "")
    throw new StatusError(Code.INVALID_ARGUMENT, "show_missing cannot be used together with order_by.");
  const query = queryOf(request);
  const { found, page, nextPageToken } = await reading(
    context,
    database,
    request,
    call,
    ({ transaction, at }) =>
      isLocking(transaction)
        ? pageLocked(context, query, request, transaction)
        : Promise.resolve(pageAt(context, query, request, at)),
  );
  const documents = page.map((name) => {
    const document = found.get(name) ?? null;
    return document === null ? missing(name) : writeDocument(maskDocument(document, mask?.fieldPaths));
  });
  return { documents, nextPageToken };
}

/** With missing documents shown, any document below them counts. */
function pageLocked(
  context: Context,
  query: Query,
  request: Message,
  transaction: Transaction,
): Promise<Listed> {
  const below = startOf(query);
  const fits: Predicate = (name) => (request.showMissing ? name.startsWith(below) : inScope(query, name));
  const look = () => pageAt(context, query, request, undefined);
  return lookLocked(context, transaction, fits, look, ({ page }) => page);
}

/** The order is a query's: "a desc, b.c"; without one it is that of the names. */
function queryOf({ parent, collectionId, orderBy }: Message): Query {
  const orders = orderBy === "" ? [] : orderBy.split(",");
  return parseQuery(parent, {
    from: [{ collectionId, allDescendants: false }],
    orderBy: orders.map((order: string) => {
      const [fieldPath, direction = "asc", ...rest] = order.trim().split(/\s+/);
      if (!/^(?:asc|desc)$/i.test(direction) || rest.length > 0)
        throw new StatusError(
          Code.INVALID_ARGUMENT,
          `order_by "${order.trim()}" is not a field and asc or desc.`,
        );
      return { field: { fieldPath }, direction: /^desc$/i.test(direction) ? "DESCENDING" : "ASCENDING" };
    }),
    select: null,
    where: null,
    startAt: null,
    endAt: null,
    offset: 0,
    limit: null,
    findNearest: null,
  });
}

interface Listed {
  readonly found: ReadonlyMap<string, Document>;
  readonly page: readonly string[];
  readonly nextPageToken: string;
}

function pageAt(context: Context, query: Query, request: Message, at: bigint | undefined): Listed {
  const { store } = context;
  if (request.orderBy !== "") {
    const documents = run(query, store.documents(query, at));
    return { found: byName(documents), ...pageOf(documents.map(nameOf), request, null) };
  }
  // The store gives them in this order already.
  const documents = [...store.documents(query, at)];
  if (!request.showMissing) {
    const list = pageOf(documents.map(nameOf), request, compareNames);
    const first = documents.findIndex(({ name }) => name === list.page[0]);
    return { found: byName(documents.slice(first, first + list.page.length)), ...list };
  }
  const names = new Set(documents.map(nameOf));
  for (const name of ancestorsWithin(context, query, at)) names.add(name);
  return { found: byName(documents), ...pageOf([...names].sort(compareNames), request, compareNames) };
}

function byName(documents: readonly Document[]): ReadonlyMap<string, Document> {
  return new Map(documents.map((document) => [document.name, document]));
}

export function listCollectionIds(context: Context, request: Message): object {
  const { parent } = request;
  const { database } = parseParent(parent);
  const { at } = readingOf(context, database, request);
  const ids = new Set<string>();
  const add = (path: string) => {
    if (path.startsWith(`${parent}/`)) ids.add(path.slice(parent.length + 1).split("/", 1)[0]!);
  };
  if (at === undefined) for (const path of context.store.collectionPaths(database)) add(path);
  else {
    const scope = { database, parent, collection: null, allDescendants: true };
    for (const { name } of context.store.documents(scope, at)) add(name);
  }
  const { page, nextPageToken } = pageOf([...ids].sort(compareStrings), request, compareStrings);
  return { collectionIds: page, nextPageToken };
}

/** Names of documents in the collection that have documents below them, whether or not they exist themselves. */
function* ancestorsWithin({ store }: Context, query: Query, at: bigint | undefined): Iterable<string> {
  const { database, parent, collection } = query;
  const start = startOf(query);
  const depth = collection === null ? 2 : 1;
  const everything = { database, parent, collection: null, allDescendants: true };
  const paths =
    at === undefined ? store.collectionPaths(database) : new Set(pathsOf(store.documents(everything, at)));
  for (const path of paths) {
    const segments = path.slice(start.length).split("/");
    if (path.startsWith(start) && segments.length > depth) yield start + segments.slice(0, depth).join("/");
  }
}

/** What the names of all documents below begin with. */
function startOf({ parent, collection }: Query): string {
  return collection === null ? `${parent}/` : `${parent}/${collection}/`;
}

function* pathsOf(documents: Iterable<Document>): Iterable<string> {
  for (const { name } of documents) yield collectionPathOf(name);
}

type Order = (a: string, b: string) => number;

/**
 * A page token is a place: "a" and the item before it, where items have an order of their own, so that what is removed
 * meanwhile does no harm; else "i" and a number.
 */
function pageOf(
  items: readonly string[],
  { pageSize, pageToken }: Message,
  order: Order | null,
): { page: readonly string[]; nextPageToken: string } {
  if (pageSize < 0) throw new StatusError(Code.INVALID_ARGUMENT, "page_size must be non-negative.");
  const from = pageToken === "" ? 0 : placeOf(items, Buffer.from(pageToken, "base64url").toString(), order);
  const page = items.slice(from, from + Math.min(pageSize || PAGE, MAX_PAGE));
  const next = from + page.length;
  const place = order === null ? `i${next}` : `a${page.at(-1)}`;
  return { page, nextPageToken: next < items.length ? Buffer.from(place).toString("base64url") : "" };
}

function placeOf(items: readonly string[], token: string, order: Order | null): number {
  const place = token.slice(1);
  if (order === null && /^i\d{1,9}$/.test(token)) return Number(place);
  if (order === null || token[0] !== "a")
    throw new StatusError(Code.INVALID_ARGUMENT, "page_token is not one of ours.");
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(items[middle]!, place) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A missing document has a name and nothing else, not even times. */
function missing(name: string): Uint8Array {
  return protobuf.Writer.create().uint32(DocumentTag.name).string(name).finish();
}
