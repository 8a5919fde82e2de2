// The documents of one collection by the value of one field: what a query that compares it with "==" has to look at.
// Made when such a query first comes, and kept up to date from then on, as the real service's indexes are.
import type { Document } from "./document.ts";
import type { FieldPath } from "./field-path.ts";
import { type FieldReader, fieldReader } from "./field-reader.ts";
import type { Value } from "./value.ts";
import { keyOf } from "./value-key.ts";

export class EqualValues {
  readonly #read: FieldReader;
  /** By the value's key, then by the document's name. */
  readonly #byValue = new Map<string, Map<string, Document>>();

  constructor(path: FieldPath, documents: Iterable<Document>) {
    this.#read = fieldReader(path);
    for (const document of documents) this.add(document);
  }

  add(document: Document): void {
    const value = this.#read(document);
    if (value === undefined) return;
    const key = keyOf(value);
    const same = this.#byValue.get(key);
    if (same === undefined) this.#byValue.set(key, new Map([[document.name, document]]));
    else same.set(document.name, document);
  }

  remove(document: Document): void {
    const value = this.#read(document);
    if (value === undefined) return;
    const key = keyOf(value);
    const same = this.#byValue.get(key);
    same?.delete(document.name);
    if (same?.size === 0) this.#byValue.delete(key);
  }

  count(value: Value): number {
    return this.#byValue.get(keyOf(value))?.size ?? 0;
  }

  /** In no order. */
  with(value: Value): Iterable<Document> {
    return this.#byValue.get(keyOf(value))?.values() ?? [];
  }
}
