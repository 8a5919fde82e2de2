// The documents: held in memory, kept in SQLite, with the recent past for reads at a time.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { GroupCommit } from "../durable/group-commit.ts";
import { byNames, Collections, type Scope } from "./collections.ts";
import { type Document, storedDocument, writeDocument } from "./document.ts";
import { isName } from "./field-reader.ts";
import { equalities } from "./filter.ts";
import { History } from "./history.ts";
import type { Query } from "./query.ts";

/** One document before and after a commit; null where there was or is none. */
export interface Change {
  readonly name: string;
  readonly before: Document | null;
  readonly after: Document | null;
}

export interface Commit {
  /** Microseconds since 1970; strictly increasing from commit to commit, also over restarts. */
  readonly time: bigint;
  /** Effective changes only, one a document. */
  readonly changes: readonly Change[];
}

type Listener = (commit: Commit) => void;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, document BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY CHECK (id = 0), time INTEGER NOT NULL);
`;

export class Store {
  readonly #collections = new Collections();
  readonly #history: History;
  readonly #group: GroupCommit;
  readonly #now: () => bigint;
  readonly #listeners = new Set<Listener>();
  readonly #within = new Set<Listener>();
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #tick: StatementSync;
  #time: bigint;
  #isNew: boolean;

  /** `now` is the clock in microseconds; `fatal` is called when the disk fails. */
  constructor(db: DatabaseSync, { now, fatal }: { now: () => bigint; fatal: (error: unknown) => void }) {
    this.#group = new GroupCommit(db, fatal);
    this.#now = now;
    db.exec(SCHEMA);
    this.#put = db.prepare(
      "INSERT INTO documents VALUES (?, ?) ON CONFLICT DO UPDATE SET document = excluded.document",
    );
    this.#remove = db.prepare("DELETE FROM documents WHERE name = ?");
    this.#tick = db.prepare("INSERT INTO clock VALUES (0, ?) ON CONFLICT DO UPDATE SET time = excluded.time");
    const load = db.prepare("SELECT document FROM documents");
    for (const { document } of load.iterate()) this.#collections.put(storedDocument(document as Uint8Array));
    const clock = db.prepare("SELECT time FROM clock");
    clock.setReadBigInts(true);
    const row = clock.get();
    this.#isNew = row === undefined;
    this.#time = (row?.time as bigint | undefined) ?? 0n;
    this.#history = new History(this.readTime());
  }

  get(name: string): Document | null {
    return this.#collections.get(name);
  }

  /** The document as it was at a time that is not older than `oldest()`. */
  getAt(name: string, at: bigint): Document | null {
    const past = this.#history.at(name, at);
    return past === undefined ? this.get(name) : past;
  }

  /** In the order of their names, now or as they were at a time. */
  documents(scope: Scope, at?: bigint): Iterable<Document> {
    const current = this.#collections.within(scope);
    return at === undefined ? current : this.#history.rewind(current, scope, at);
  }

  /** What a query has to look at, in the order of names where that is the query's: all of its scope, or fewer. */
  candidates(query: Query, at?: bigint): Iterable<Document> {
    if (at !== undefined || query.where === null) return this.documents(query, at);
    const found = this.#collections.equal(query, equalities(query.where));
    if (found === null) return this.documents(query);
    return isName(query.orderBy[0]!.path) ? [...found].sort(byNames) : found;
  }

  collectionPaths(database: string): Iterable<string> {
    return this.#collections.paths(database);
  }

  /** The time of a read that sees all commits so far, and none of those to come. */
  readTime(): bigint {
    const now = this.#now();
    if (now > this.#time) this.#time = now;
    return this.#time;
  }

  oldest(): bigint {
    return this.#history.oldest;
  }

  /** Called within the transaction of each commit, to store what must be kept with it. */
  withinCommit(listener: Listener): void {
    this.#within.add(listener);
  }

  /** Called after each commit is durable, in their order; answers with what ends that. */
  onCommit(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Runs within the next transaction, beside the commits. */
  store<T>(work: () => T): Promise<T> {
    return this.#group.run(work);
  }

  /**
   * The one way in which documents change. `decide` sees the latest state and a new commit time, and answers with the
   * changes, or null if now is not the moment. Resolves when the commit is durable and everyone has been told.
   */
  commit<T>(decide: (time: bigint) => { changes: readonly Change[]; answer: T } | null): Promise<T | null> {
    return this.#group
      .run(() => {
        const time = this.#nextTime();
        const decision = decide(time);
        if (decision === null) return null;
        const commit = { time, changes: decision.changes };
        if (commit.changes.length > 0) this.#apply(commit, this.#within);
        return { commit, answer: decision.answer };
      })
      .then((done) => {
        if (done === null) return null;
        if (done.commit.changes.length > 0) for (const listener of this.#listeners) listener(done.commit);
        return done.answer;
      });
  }

  /** Whether no commit was ever made, not even one that left nothing. */
  get isNew(): boolean {
    return this.#isNew;
  }

  /** All documents of a database, in the order of their names. */
  everything(database: string): Iterable<Document> {
    return this.documents({
      database,
      parent: `${database}/documents`,
      collection: null,
      allDescendants: true,
    });
  }

  /** Takes documents in as they are, times included. */
  load(documents: readonly Document[]): Promise<void> {
    return this.#applyQuietly(() =>
      documents.map((after) => ({ name: after.name, before: this.get(after.name), after })),
    );
  }

  /** Removes all documents of a database. */
  clear(database: string): Promise<void> {
    return this.#applyQuietly(() =>
      [...this.everything(database)].map((before) => ({ name: before.name, before, after: null })),
    );
  }

  /** A commit that raises no events; listeners see it. */
  async #applyQuietly(decide: () => readonly Change[]): Promise<void> {
    const commit = await this.#group.run(() => {
      const quiet = { time: this.#nextTime(), changes: decide() };
      this.#apply(quiet, []);
      return quiet;
    });
    for (const listener of this.#listeners) listener(commit);
  }

  /** SQLite first: should it fail, memory has not changed and the process ends (see GroupCommit). */
  #apply(commit: Commit, within: Iterable<Listener>): void {
    for (const { name, after } of commit.changes) {
      if (after === null) this.#remove.run(name);
      else this.#put.run(name, writeDocument(after));
    }
    this.#tick.run(commit.time);
    this.#isNew = false;
    for (const listener of within) listener(commit);
    for (const { name, before, after } of commit.changes) {
      this.#history.add(name, before, commit.time);
      if (after === null) this.#collections.remove(name);
      else this.#collections.put(after);
    }
  }

  #nextTime(): bigint {
    const now = this.#now();
    this.#time = now > this.#time ? now : this.#time + 1n;
    return this.#time;
  }

  flush(): void {
    this.#group.flush();
  }
}
