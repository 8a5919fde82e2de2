// The RPCs that read: documents by name, queries, aggregations and lists.
import type { Call, Message, Send } from "../wire/service.ts";
import { Code, StatusError } from "../wire/status.ts";
import { aggregate, parseAggregations } from "./aggregate.ts";
import { type Context, checkDatabase, checkName, isLocking, type Reading, readingOf } from "./context.ts";
import { type Document, writeDocument } from "./document.ts";
import type { Predicate } from "./locks.ts";
import { parseDocumentName } from "./names.ts";
import { maskDocument } from "./projection.ts";
import { matches, parseQuery, project, type Query, run } from "./query.ts";
import { timestampOf } from "./time.ts";
import type { Transaction } from "./transactions.ts";
import { writeValue } from "./value.ts";

export async function batchGetDocuments(
  context: Context,
  request: Message,
  send: Send,
  call: Call,
): Promise<void> {
  const database = checkDatabase(request.database);
  // firestore.proto: "Duplicate names will be elided."
  const names = [...new Set<string>(request.documents)].map((name) => checkName(name, database));
  await reading(context, database, request, call, async ({ transaction, isNew, at }) => {
    if (isLocking(transaction)) await lockAll(context, transaction, names);
    const readTime = timestampOf(at ?? context.store.readTime());
    const documents = names.map((name) => read(context, name, at));
    if (isNew) send({ transaction: transaction!.id });
    for (const [i, document] of documents.entries()) {
      const result =
        document === null
          ? { missing: names[i], readTime }
          : { found: writeDocument(maskDocument(document, request.mask?.fieldPaths)), readTime };
      await send(result);
    }
  });
}

export async function getDocument(context: Context, request: Message, call: Call): Promise<Uint8Array> {
  const { name } = request;
  const { database } = parseDocumentName(name);
  const document = await reading(context, database, request, call, async ({ transaction, at }) => {
    if (isLocking(transaction)) await lockAll(context, transaction, [name]);
    return read(context, name, at);
  });
  if (document === null) throw new StatusError(Code.NOT_FOUND, `Document "${name}" not found.`);
  return writeDocument(maskDocument(document, request.mask?.fieldPaths));
}

export async function runQuery(context: Context, request: Message, send: Send, call: Call): Promise<void> {
  refuseExplain(request);
  const query = parseQuery(request.parent, request.structuredQuery);
  await reading(context, query.database, request, call, async (how) => {
    const documents = await find(context, query, how);
    const readTime = timestampOf(how.at ?? context.store.readTime());
    if (how.isNew) send({ transaction: how.transaction!.id });
    for (const document of documents)
      await send({ document: writeDocument(project(query, document)), readTime });
    // Also when nothing was found: the client waits for a read time.
    if (documents.length === 0) send({ readTime });
  });
}

export async function runAggregationQuery(
  context: Context,
  request: Message,
  send: Send,
  call: Call,
): Promise<void> {
  refuseExplain(request);
  const { structuredQuery, aggregations = [] } = request.structuredAggregationQuery ?? {};
  const query = parseQuery(request.parent, structuredQuery);
  const wanted = parseAggregations(aggregations);
  await reading(context, query.database, request, call, async (how) => {
    const values = aggregate(wanted, await find(context, query, how));
    const aggregateFields = Object.fromEntries(
      [...values].map(([alias, value]) => [alias, writeValue(value)]),
    );
    const readTime = timestampOf(how.at ?? context.store.readTime());
    send({
      result: { aggregateFields },
      readTime,
      ...(how.isNew ? { transaction: how.transaction!.id } : {}),
    });
  });
}

/**
 * Opens the transaction that a request asks for. When its first read fails, or its client goes away meanwhile, nobody
 * will ever name it: it ends at once, with its locks.
 */
export async function reading<T>(
  context: Context,
  database: string,
  request: Message,
  call: Call,
  work: (how: Reading) => Promise<T>,
): Promise<T> {
  const how = readingOf(context, database, request);
  if (!how.isNew) return work(how);
  const end = () => context.transactions.end(how.transaction!, "rolled back");
  const { signal } = call;
  signal.addEventListener("abort", end);
  try {
    const answer = await work(how);
    if (signal.aborted) end();
    return answer;
  } catch (error) {
    end();
    throw error;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

function read({ store }: Context, name: string, at: bigint | undefined): Document | null {
  return at === undefined ? store.get(name) : store.getAt(name, at);
}

async function find(
  context: Context,
  query: Query,
  { transaction, at }: Reading,
): Promise<readonly Document[]> {
  if (!isLocking(transaction)) return run(query, context.store.candidates(query, at));
  return findLocked(context, query, transaction);
}

function findLocked(context: Context, query: Query, transaction: Transaction): Promise<readonly Document[]> {
  const fits: Predicate = (_, before, after) => touches(query, before) || touches(query, after);
  const look = () => run(query, context.store.candidates(query));
  return lookLocked(context, transaction, fits, look, (documents) => documents.map(nameOf));
}

/**
 * Looks again until it holds a lock on all that it found; then nothing that `fits` may come or go either. Commits run
 * in turns of the event loop of their own (GroupCommit), so none comes between the last look and `protect`.
 */
export async function lookLocked<T>(
  context: Context,
  transaction: Transaction,
  fits: Predicate,
  look: () => T,
  namesOf: (found: T) => readonly string[],
): Promise<T> {
  let found: T;
  do {
    await waitForWriters(context, transaction, fits);
    found = look();
  } while (await lockAll(context, transaction, namesOf(found)));
  context.locks.protect(transaction, fits);
  return found;
}

/** Writers that came first and wait for other queries; otherwise queries without end could keep them out. */
async function waitForWriters({ locks }: Context, transaction: Transaction, fits: Predicate): Promise<void> {
  for (let ahead = locks.ahead(transaction, fits); ahead.length > 0; ahead = locks.ahead(transaction, fits))
    await locks.waitFor(transaction, ahead);
}

/** Whether it had to wait for a lock, so that what was read before may have changed. */
async function lockAll(
  { locks }: Context,
  transaction: Transaction,
  names: readonly string[],
): Promise<boolean> {
  let hasWaited = false;
  for (const name of names) {
    const wait = locks.acquire(transaction, name, transaction.mode);
    if (wait === null) continue;
    hasWaited = true;
    await wait;
  }
  return hasWaited;
}

export function nameOf({ name }: Document): string {
  return name;
}

function touches(query: Query, document: Document | null): boolean {
  return document !== null && matches(query, document);
}

function refuseExplain({ explainOptions }: Message): void {
  if (explainOptions)
    throw new StatusError(
      Code.UNIMPLEMENTED,
      "Explaining queries is not implemented by the local Firestore.",
    );
}
