// What documents were before their latest changes: for reads at a time, and for listeners that come back.
import { byNames, collectionPathOf, databaseOf, isWithin, type Scope } from "./collections.ts";
import { type Document, writeDocument } from "./document.ts";

/** A document as it was until a commit. */
interface Version {
  readonly document: Document | null;
  readonly until: bigint;
}

/** The real service reads up to an hour back. */
const KEPT_MICROS = 3_600_000_000n;
const MAX_VERSIONS = 100_000;
const MAX_BYTES = 64 << 20;

export class History {
  #oldest: bigint;
  readonly #versions = new Map<string, Version[]>();
  /** The names, and when their versions were replaced, in that order: it forgets from its start. */
  #order: { readonly name: string; readonly until: bigint }[] = [];
  #forgotten = 0;
  #bytes = 0;

  constructor(start: bigint) {
    this.#oldest = start;
  }

  /** Reads before this time find nothing any more. */
  get oldest(): bigint {
    return this.#oldest;
  }

  add(name: string, document: Document | null, until: bigint): void {
    const versions = this.#versions.get(name);
    if (versions === undefined) this.#versions.set(name, [{ document, until }]);
    else versions.push({ document, until });
    this.#order.push({ name, until });
    this.#bytes += sizeOf(document);
    this.#forget(until - KEPT_MICROS);
  }

  /** What the document was at a time; undefined if it has not changed since. */
  at(name: string, at: bigint): Document | null | undefined {
    return this.#versions.get(name)?.find(({ until }) => until > at)?.document;
  }

  /** The documents of a scope as they were at a time, by name. */
  rewind(current: readonly Document[], scope: Scope, at: bigint): readonly Document[] {
    const replaced = this.#replacedSince(at);
    if (replaced.size === 0) return current;
    const then = new Map<string, Document>();
    for (const document of current) then.set(document.name, document);
    for (const name of replaced) {
      if (databaseOf(name) !== scope.database || !isWithin(scope, collectionPathOf(name))) continue;
      const past = this.at(name, at);
      if (past === null) then.delete(name);
      else if (past !== undefined) then.set(name, past);
    }
    return [...then.values()].sort(byNames);
  }

  #replacedSince(at: bigint): Set<string> {
    const names = new Set<string>();
    for (let i = this.#order.length - 1; i >= this.#forgotten && this.#order[i]!.until > at; i--)
      names.add(this.#order[i]!.name);
    return names;
  }

  #forget(before: bigint): void {
    while (this.#order.length - this.#forgotten > 0) {
      const { name } = this.#order[this.#forgotten]!;
      const versions = this.#versions.get(name)!;
      const { document, until } = versions[0]!;
      const isWithinBounds = this.#order.length - this.#forgotten <= MAX_VERSIONS && this.#bytes <= MAX_BYTES;
      if (until >= before && isWithinBounds) break;
      versions.shift();
      if (versions.length === 0) this.#versions.delete(name);
      this.#bytes -= sizeOf(document);
      this.#oldest = until;
      this.#forgotten++;
    }
    if (this.#forgotten < 10_000) return;
    this.#order = this.#order.slice(this.#forgotten);
    this.#forgotten = 0;
  }
}

function sizeOf(document: Document | null): number {
  return document === null ? 0 : writeDocument(document).length;
}
