// What one target of a listener shows, how a commit changes that, and what changed since a resume token.
import type { Message } from "../wire/service.ts";
import { Code, StatusError } from "../wire/status.ts";
import { byNames, type Scope } from "./collections.ts";
import { checkName } from "./context.ts";
import type { Document } from "./document.ts";
import { compareBy, inScope, matches, parseQuery, project, type Query, run } from "./query.ts";
import type { Change, Commit } from "./store.ts";
import { microsOf } from "./time.ts";

export type ViewChange =
  | { readonly kind: "shown"; readonly document: Document }
  /** Deleted. */
  | { readonly kind: "gone"; readonly name: string }
  /** It exists, but no longer matches, or others have pushed it out of a limit. */
  | { readonly kind: "left"; readonly name: string };

interface View {
  /** Whether a change of the document could concern it. Asked of every listener at every commit: it must be cheap. */
  concerns(name: string): boolean;
  all(): readonly ViewChange[];
  /** From that time to now. */
  since(at: bigint): readonly ViewChange[];
  countAt(at: bigint): number;
  /** MUST be given every commit after the first call of `all` or `since`, in their order. */
  after(commit: Commit): readonly ViewChange[];
}

export interface ViewedStore {
  get(name: string): Document | null;
  getAt(name: string, at: bigint): Document | null;
  documents(scope: Scope, at?: bigint): Iterable<Document>;
  /** Before this time nothing is known. */
  oldest(): bigint;
}

export interface ListenTarget {
  readonly view: View;
  readonly once: boolean;
  /** What a client must be told at first; with a reset it must forget what it had. */
  begin(now: bigint): { readonly isReset: boolean; readonly changes: readonly ViewChange[] };
}

export function parseTarget(store: ViewedStore, database: string, message: Message): ListenTarget {
  const view = parseView(store, database, message);
  const from = resumeTime(message);
  const expected: number | null = message.expectedCount?.value ?? null;
  return {
    view,
    once: message.once,
    begin: (now) => {
      if (from === null) return { isReset: false, changes: view.all() };
      if (message.resumeType === "readTime" && from > now)
        throw new StatusError(Code.INVALID_ARGUMENT, "The requested read_time is in the future.");
      const isKnown = from >= store.oldest() && from <= now;
      // A client that counted otherwise has lost something, and must get everything anew.
      if (!isKnown || (expected !== null && view.countAt(from) !== expected))
        return { isReset: true, changes: view.all() };
      return { isReset: false, changes: view.since(from) };
    },
  };
}

function parseView(store: ViewedStore, database: string, { targetType, documents, query }: Message): View {
  if (targetType === "documents")
    return documentsView(
      store,
      new Set(documents.documents.map((name: string) => checkName(name, database))),
    );
  if (targetType !== "query")
    throw new StatusError(Code.INVALID_ARGUMENT, "A target has neither a query nor documents.");
  const parsed = parseQuery(query.parent, query.structuredQuery);
  if (parsed.database !== database)
    throw new StatusError(Code.INVALID_ARGUMENT, `"${query.parent}" is not in the database "${database}".`);
  return parsed.limit === null && parsed.offset === 0 ? openView(store, parsed) : limitedView(store, parsed);
}

const TOKEN_MAGIC = Buffer.from("plr1");
const TOKEN_BYTES = TOKEN_MAGIC.length + 8;

/** "plr1", then the microseconds since 1970 as a big-endian 64-bit integer. */
export function resumeToken(time: bigint): Uint8Array {
  const token = Buffer.alloc(TOKEN_BYTES);
  TOKEN_MAGIC.copy(token);
  token.writeBigInt64BE(time, TOKEN_MAGIC.length);
  return token;
}

function resumeTime({ resumeType, resumeToken: token, readTime }: Message): bigint | null {
  if (resumeType === "readTime") return microsOf(readTime);
  if (resumeType !== "resumeToken" || token.length === 0) return null;
  const bytes = Buffer.from(token);
  if (bytes.length !== TOKEN_BYTES || !bytes.subarray(0, TOKEN_MAGIC.length).equals(TOKEN_MAGIC))
    throw new StatusError(
      Code.INVALID_ARGUMENT,
      `Resume token ${bytes.toString("hex")} was not given out here.`,
    );
  return bytes.readBigInt64BE(TOKEN_MAGIC.length);
}

function documentsView(store: ViewedStore, names: ReadonlySet<string>): View {
  return {
    concerns: (name) => names.has(name),
    all: () => [...names].map((name) => shownOrGone(name, store.get(name))),
    since: (at) =>
      [...names].flatMap((name) => {
        const now = store.get(name);
        return isSame(store.getAt(name, at), now) ? [] : [shownOrGone(name, now)];
      }),
    countAt: (at) => [...names].filter((name) => store.getAt(name, at) !== null).length,
    after: ({ changes }) =>
      changes.filter(({ name }) => names.has(name)).map(({ name, after }) => shownOrGone(name, after)),
  };
}

function shownOrGone(name: string, document: Document | null): ViewChange {
  return document === null ? { kind: "gone", name } : { kind: "shown", document };
}

/** Without limit and offset each document is in or out on its own: nothing needs to be remembered. */
function openView(store: ViewedStore, query: Query): View {
  return {
    ...queryView(store, query, () => run(query, store.documents(query))),
    after: ({ changes }) =>
      changes.flatMap((change) => {
        if (isIn(query, change.after)) return [shown(query, change.after)];
        return isIn(query, change.before) ? [goneOrLeft(change.name, change.after)] : [];
      }),
  };
}

/** So many leave before the store is asked again who comes next. */
const SPARE_DOCUMENTS = 50;

/** Who is in depends on the others: the first of all that match are remembered, a few more than are shown. */
function limitedView(store: ViewedStore, query: Query): View {
  const { offset, limit } = query;
  const needed = limit === null ? Number.POSITIVE_INFINITY : offset + limit;
  const reach: Query = { ...query, offset: 0, limit: limit === null ? null : needed + SPARE_DOCUMENTS };
  const shownOf = (first: readonly Document[]) => first.slice(offset, needed);
  /** Always a beginning of all that match, in the query's order. */
  let first: readonly Document[] = [];
  /** Nothing else matches. */
  let isWhole = true;
  const remember = (found: readonly Document[]) => {
    first = found;
    isWhole = reach.limit === null || found.length < reach.limit;
    return shownOf(found);
  };
  return {
    ...queryView(store, query, () => remember(run(reach, store.documents(query)))),
    after: ({ changes, time }) => {
      const touching = changes.filter(({ before, after }) => isIn(query, before) || isIn(query, after));
      if (touching.length === 0) return [];
      const former = shownOf(first);
      const next = firstAfter(reach, first, touching, isWhole);
      if (isWhole) remember(next);
      else if (next.length >= needed) first = next;
      // As of this commit: later ones may be in the store already, and will be announced next.
      else remember(run(reach, store.documents(query, time)));
      const gone = new Set(touching.filter(({ after }) => after === null).map(({ name }) => name));
      return differences(query, former, shownOf(first), (name) => gone.has(name));
    },
  };
}

/** What is known to come first after some changes: of what was not remembered, all comes after the former last. */
function firstAfter(
  reach: Query,
  former: readonly Document[],
  touching: readonly Change[],
  isWhole: boolean,
): readonly Document[] {
  const names = new Set(touching.map(({ name }) => name));
  const kept = former.filter(({ name }) => !names.has(name));
  const entering = touching.flatMap(({ after }) => (after === null ? [] : [after]));
  const next = run(reach, [...kept, ...entering].sort(byNames));
  const last = former.at(-1);
  if (isWhole || last === undefined) return next;
  const inOrder = compareBy(reach);
  return next.filter((document) => inOrder(document, last) <= 0);
}

function queryView(
  store: ViewedStore,
  query: Query,
  findNow: () => readonly Document[],
): Omit<View, "after"> {
  return {
    concerns: (name) => inScope(query, name),
    all: () => findNow().map((document) => shown(query, document)),
    since: (at) =>
      differences(
        query,
        run(query, store.documents(query, at)),
        findNow(),
        (name) => store.get(name) === null,
      ),
    countAt: (at) => run(query, store.documents(query, at)).length,
  };
}

function differences(
  query: Query,
  former: readonly Document[],
  now: readonly Document[],
  isGone: (name: string) => boolean,
): readonly ViewChange[] {
  const before = new Map(former.map((document) => [document.name, document]));
  const changes: ViewChange[] = [];
  for (const document of now) {
    if (!isSame(before.get(document.name) ?? null, document)) changes.push(shown(query, document));
    before.delete(document.name);
  }
  for (const name of before.keys()) changes.push({ kind: isGone(name) ? "gone" : "left", name });
  return changes;
}

function isSame(a: Document | null, b: Document | null): boolean {
  return a?.updateTime === b?.updateTime && a?.createTime === b?.createTime;
}

function isIn(query: Query, document: Document | null): document is Document {
  return document !== null && matches(query, document);
}

function shown(query: Query, document: Document): ViewChange {
  return { kind: "shown", document: project(query, document) };
}

function goneOrLeft(name: string, after: Document | null): ViewChange {
  return { kind: after === null ? "gone" : "left", name };
}
