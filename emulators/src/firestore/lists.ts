// The RPCs that list: the documents of a collection, also those that only have descendants, and the ids of collections.
import protobuf from "protobufjs/minimal.js";
import type { Message } from "../wire/service.ts";
import { Code, StatusError } from "../wire/status.ts";
import { databaseOf } from "./collections.ts";
import { type Context, checkDatabase, isLocking, readingOf } from "./context.ts";
import { type Document, writeDocument } from "./document.ts";
import type { Predicate } from "./locks.ts";
import { parseParent } from "./names.ts";
import { compareNames, compareStrings } from "./order.ts";
import { maskDocument } from "./projection.ts";
import { inScope, parseQuery, type Query, run } from "./query.ts";
import { lockAll, waitForWriters } from "./reads.ts";
import { DocumentTag } from "./value-tags.ts";

const PAGE = 100;
/** What the Node client asks for. */
const MAX_PAGE = 65_535;

export async function listDocuments(context: Context, request: Message): Promise<object> {
  const { parent, showMissing, orderBy, mask } = request;
  const database = checkDatabase(databaseOf(parent));
  parseParent(parent);
  if (showMissing && orderBy !== "")
    throw new StatusError(Code.INVALID_ARGUMENT, "show_missing cannot be used together with order_by.");
  const query = queryOf(request);
  const { transaction, at } = readingOf(context, database, request);
  let list = pageAt(context, query, request, at);
  if (isLocking(transaction)) {
    const fits: Predicate = (name) => inScope(query, name);
    await waitForWriters(context, transaction, fits);
    list = pageAt(context, query, request, at);
    while (await lockAll(context, transaction, list.page)) {
      await waitForWriters(context, transaction, fits);
      list = pageAt(context, query, request, at);
    }
    context.locks.protect(transaction, fits);
  }
  const documents = list.page.map((name) => {
    const document = list.found.get(name) ?? null;
    return document === null ? missing(name) : writeDocument(maskDocument(document, mask?.fieldPaths));
  });
  return { documents, nextPageToken: list.nextPageToken };
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
  const documents = run(query, context.store.documents(query, at));
  const found = new Map(documents.map((document) => [document.name, document]));
  if (request.orderBy !== "") return { found, ...pageOf([...found.keys()], request, null) };
  const names = new Set(found.keys());
  if (request.showMissing) for (const name of ancestorsWithin(context, query)) names.add(name);
  return { found, ...pageOf([...names].sort(compareNames), request, compareNames) };
}

export function listCollectionIds(context: Context, request: Message): object {
  const { parent } = request;
  const database = checkDatabase(databaseOf(`${parent}/`));
  parseParent(parent);
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
function* ancestorsWithin({ store }: Context, { database, parent, collection }: Query): Iterable<string> {
  const start = collection === null ? `${parent}/` : `${parent}/${collection}/`;
  const depth = collection === null ? 2 : 1;
  for (const path of store.collectionPaths(database)) {
    const segments = path.slice(start.length).split("/");
    if (path.startsWith(start) && segments.length > depth) yield start + segments.slice(0, depth).join("/");
  }
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
  const next = items.findIndex((item) => order(item, place) > 0);
  return next === -1 ? items.length : next;
}

/** A missing document has a name and nothing else, not even times. */
function missing(name: string): Uint8Array {
  return protobuf.Writer.create().uint32(DocumentTag.name).string(name).finish();
}
