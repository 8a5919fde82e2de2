// The current documents in memory, by collection and in the order of their names.
import type { Document } from "./document.ts";
import { EqualValues } from "./equal-values.ts";
import { type FieldPath, formatFieldPath } from "./field-path.ts";
import { compareNames } from "./order.ts";
import type { Value } from "./value.ts";

/** Which documents a query ranges over. */
export interface Scope {
  readonly database: string;
  /** The full name of a document, or of the database's root of documents. */
  readonly parent: string;
  /** Null: whatever the collection. */
  readonly collection: string | null;
  readonly allDescendants: boolean;
}

interface Collection {
  readonly byName: Map<string, Document>;
  /** Null until somebody asks for the order. */
  sorted: Document[] | null;
  /** By the path of the field; only those that a query has asked for. */
  readonly indexes: Map<string, EqualValues>;
}

/** A field, and the value that it must have. */
export interface Equality {
  readonly path: FieldPath;
  readonly operand: Value;
}

/** Fields that a collection is indexed by; a query for another looks at all documents. */
const MAX_INDEXES = 8;

export class Collections {
  /** By database, then by the full name of the collection. */
  readonly #databases = new Map<string, Map<string, Collection>>();

  get(name: string): Document | null {
    return this.#collectionOf(name)?.byName.get(name) ?? null;
  }

  put(document: Document): void {
    const { name } = document;
    const collection = this.#collectionOf(name) ?? this.#create(name);
    const { byName, sorted, indexes } = collection;
    const before = byName.get(name);
    if (sorted !== null) {
      const at = placeOf(sorted, name);
      sorted.splice(at, before === undefined ? 0 : 1, document);
    }
    for (const index of indexes.values()) {
      if (before !== undefined) index.remove(before);
      index.add(document);
    }
    byName.set(name, document);
  }

  remove(name: string): void {
    const collection = this.#collectionOf(name);
    const before = collection?.byName.get(name);
    if (collection === undefined || before === undefined) return;
    collection.byName.delete(name);
    for (const index of collection.indexes.values()) index.remove(before);
    collection.sorted?.splice(placeOf(collection.sorted, name), 1);
    if (collection.byName.size === 0) this.#databases.get(databaseOf(name))!.delete(collectionPathOf(name));
  }

  /** The full names of all collections that hold a document. */
  paths(database: string): Iterable<string> {
    return this.#databases.get(database)?.keys() ?? [];
  }

  within(scope: Scope): readonly Document[] {
    const collections = this.#databases.get(scope.database);
    if (collections === undefined) return [];
    if (!scope.allDescendants && scope.collection !== null) {
      const collection = collections.get(`${scope.parent}/${scope.collection}`);
      return collection === undefined ? [] : sortedOf(collection);
    }
    const found = [...collections].filter(([path]) => isWithin(scope, path));
    const documents = found.flatMap(([, { byName }]) => [...byName.values()]);
    return documents.sort(byNames);
  }

  /**
   * Those of a scope of one collection in which a field has the value that is wanted, in no order: of several such
   * fields, the one that fewest have. Null where that would be no fewer than all, or cannot be told without looking.
   */
  equal(scope: Scope, wanted: readonly Equality[]): Iterable<Document> | null {
    if (scope.allDescendants || scope.collection === null) return null;
    const collection = this.#databases.get(scope.database)?.get(`${scope.parent}/${scope.collection}`);
    if (collection === undefined) return null;
    let fewest = collection.byName.size;
    let found: Iterable<Document> | null = null;
    for (const { path, operand } of wanted) {
      const index = indexOf(collection, path);
      const count = index?.count(operand) ?? fewest;
      if (count >= fewest) continue;
      fewest = count;
      found = index!.with(operand);
    }
    return found;
  }

  #collectionOf(name: string): Collection | undefined {
    return this.#databases.get(databaseOf(name))?.get(collectionPathOf(name));
  }

  #create(name: string): Collection {
    const database = databaseOf(name);
    const collections = this.#databases.get(database) ?? new Map<string, Collection>();
    this.#databases.set(database, collections);
    const collection: Collection = { byName: new Map(), sorted: null, indexes: new Map() };
    collections.set(collectionPathOf(name), collection);
    return collection;
  }
}

/** Whether the collection of that full name lies in the scope. */
export function isWithin({ parent, collection, allDescendants }: Scope, path: string): boolean {
  if (!path.startsWith(`${parent}/`)) return false;
  const rest = path.slice(parent.length + 1);
  const last = rest.slice(rest.lastIndexOf("/") + 1);
  return (allDescendants || rest === last) && (collection === null || collection === last);
}

export function collectionPathOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/"));
}

const DATABASE_SEGMENTS = 4;

/** `projects/p/databases/d` of the full name of a document or collection; the name itself if it is shorter. */
export function databaseOf(name: string): string {
  let end = -1;
  for (let i = 0; i < DATABASE_SEGMENTS; i++) {
    end = name.indexOf("/", end + 1);
    if (end === -1) return name;
  }
  return name.slice(0, end);
}

export function byNames(a: Document, b: Document): number {
  return compareNames(a.name, b.name);
}

function indexOf({ indexes, byName }: Collection, path: FieldPath): EqualValues | null {
  const key = formatFieldPath(path);
  let index = indexes.get(key) ?? null;
  if (index === null && indexes.size < MAX_INDEXES) {
    index = new EqualValues(path, byName.values());
    indexes.set(key, index);
  }
  return index;
}

function sortedOf(collection: Collection): readonly Document[] {
  collection.sorted ??= [...collection.byName.values()].sort(byNames);
  return collection.sorted;
}

/** Where a name stands or would stand. */
function placeOf(sorted: readonly Document[], name: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareNames(sorted[middle]!.name, name) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
