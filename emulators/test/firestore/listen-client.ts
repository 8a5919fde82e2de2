// A store and a client for the tests of listeners; what they say to each other goes through the wire format.
import { openDatabase } from "../../src/durable/group-commit.ts";
import { type Document, makeDocument, storedDocument } from "../../src/firestore/document.ts";
import { handleListen } from "../../src/firestore/listen.ts";
import { firestoreProtos } from "../../src/firestore/protos.ts";
import { type Change, Store } from "../../src/firestore/store.ts";
import { microsOf } from "../../src/firestore/time.ts";
import { type Value, writeValue } from "../../src/firestore/value.ts";
import type { Duplex, Message } from "../../src/wire/service.ts";
import { Code, StatusError } from "../../src/wire/status.ts";

export const DATABASE = "projects/p/databases/(default)";
export const ROOT = `${DATABASE}/documents`;
const protos = firestoreProtos();
export const asDecoded = { defaults: true, oneofs: true, enums: String, longs: String };
export const request = protos.lookupType("google.firestore.v1.ListenRequest");
const response = protos.lookupType("google.firestore.v1.ListenResponse");

export type Data = Readonly<Record<string, number>>;

/** A store whose clock is counted, and in which a commit is a few documents given or taken away. */
export class TestStore {
  clock = 1_000n;
  readonly store = new Store(openDatabase(null, "firestore", { strict: false }), {
    now: () => this.clock,
    fatal: (error) => {
      throw error;
    },
  });

  async commit(data: Readonly<Record<string, Data | null>>): Promise<bigint> {
    return (await this.begin(data))!;
  }

  /** The commit is under way; several of them share one group. */
  begin(data: Readonly<Record<string, Data | null>>): Promise<bigint | null> {
    return this.store.commit((time) => {
      const changes = Object.entries(data).map(([path, fields]) =>
        this.#change(`${ROOT}/${path}`, fields, time),
      );
      return { changes: changes.filter(({ before, after }) => before !== after), answer: time };
    });
  }

  #change(name: string, data: Data | null, time: bigint): Change {
    const before = this.store.get(name);
    if (data === null) return { name, before, after: null };
    const fields = new Map(Object.entries(data).map(([key, value]) => [key, integer(value)]));
    return { name, before, after: makeDocument(name, fields, before?.createTime ?? time, time) };
  }
}

export function integer(value: number): Value {
  return { kind: "integer", value: BigInt(value) };
}

/** The client's end: its requests go through the wire format, and so does what it is sent. */
export class TestClient {
  readonly sent: Message[] = [];
  end: { readonly error: StatusError | undefined } | null = null;
  /** Null: it takes everything at once. */
  buffered: number | null = null;
  sentAfterTheEnd = 0;
  fails = false;
  readonly away = new AbortController();
  beat = () => {};
  isBeating = true;
  #onRequest: (message: Message) => void = () => {};
  halfClose = () => {};

  constructor({ store }: TestStore, options: { maxBehind?: number } = {}) {
    const sentBy = this;
    const duplex: Duplex = {
      call: { authorization: null, signal: this.away.signal },
      get buffered() {
        return sentBy.buffered ?? 0;
      },
      onRequest: (handle) => {
        this.#onRequest = handle;
      },
      onHalfClose: (handle) => {
        this.halfClose = handle;
      },
      send: (message) => {
        if (this.fails) throw new StatusError(Code.INTERNAL, "Cannot encode");
        if (this.end !== null) this.sentAfterTheEnd += 1;
        if (this.buffered !== null) this.buffered += 1;
        const bytes = response.encode(message as never).finish();
        this.sent.push(response.toObject(response.decode(bytes), asDecoded));
      },
      end: (error) => {
        this.end = { error };
      },
    };
    const every = (_: number, work: () => void) => {
      this.beat = work;
      return () => {
        this.isBeating = false;
      };
    };
    handleListen(store, duplex, { ...options, every });
  }

  ask(message: object): this {
    const bytes = request.encode(request.fromObject({ database: DATABASE, ...message })).finish();
    this.#onRequest(request.toObject(request.decode(bytes), asDecoded));
    return this;
  }

  add(target: object): this {
    return this.ask({ addTarget: { targetId: 1, ...target } });
  }

  /** What came since the last time, one short line a message; times and tokens left out where they must be. */
  take(): string[] {
    return this.sent.splice(0).map(lineOf);
  }
}

function lineOf(message: Message): string {
  const { targetChange, documentChange, documentDelete, documentRemove } = message;
  if (documentChange) {
    const document = storedDocument(documentChange.document);
    return `${pathOf(document.name)} ${textOf(document)} in ${documentChange.targetIds}`;
  }
  if (documentDelete)
    return `${pathOf(documentDelete.document)} gone from ${documentDelete.removedTargetIds}`;
  if (documentRemove) return `${pathOf(documentRemove.document)} left ${documentRemove.removedTargetIds}`;
  const { targetChangeType, targetIds, cause, readTime, resumeToken } = targetChange;
  const because = cause === null ? "" : ` because ${cause.code}: ${cause.message}`;
  const at =
    readTime === null ? "" : ` at ${microsOf(readTime)}${resumeToken.length > 0 ? "" : " without a token"}`;
  return `${targetChangeType} ${targetIds}${because}${at}`.replace("  ", " ");
}

function pathOf(name: string): string {
  return name.slice(ROOT.length + 1);
}

export function textOf({ fields }: Document): string {
  return [...fields].map(([key, value]) => `${key}=${(value as { value: unknown }).value}`).join();
}

export function documents(...paths: string[]): object {
  return { documents: { documents: paths.map((path) => `${ROOT}/${path}`) } };
}

export const EMPTY = { from: [{ collectionId: "a", allDescendants: false }] };
export const orderedBy = (fieldPath: string, direction = "ASCENDING") => ({
  orderBy: [{ field: { fieldPath }, direction }],
});
export const above = (fieldPath: string, value: number) => ({
  where: { fieldFilter: { field: { fieldPath }, op: "GREATER_THAN", value: writeValue(integer(value)) } },
});

export function query(structured: object = {}): object {
  return { query: { parent: ROOT, structuredQuery: { ...EMPTY, ...structured } } };
}
