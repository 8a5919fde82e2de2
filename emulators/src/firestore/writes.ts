// The RPCs that write: commits, within transactions or without, batches, and single documents.
import { randomBytes } from "node:crypto";
import protobuf from "protobufjs/minimal.js";
import type { Call, Message } from "../wire/service.ts";
import { Code, StatusError, statusOf } from "../wire/status.ts";
import { type Context, checkDatabase, checkWithin, unlessGone } from "./context.ts";
import { type Document, writeDocument } from "./document.ts";
import { type Owner, TIMED_OUT } from "./locks.ts";
import { autoId, checkCollectionId, checkDocumentId, parseParent } from "./names.ts";
import { maskDocument } from "./projection.ts";
import type { Change } from "./store.ts";
import { timestampOf } from "./time.ts";
import { type Value, writeValue } from "./value.ts";
import { DocumentTag } from "./value-tags.ts";
import { applyWrite, checkCommit, parseWrite, type Write } from "./write.ts";

interface Result {
  /** The document after the write. */
  readonly document: Document | null;
  readonly transformResults: readonly Value[];
}

interface Committed {
  readonly time: bigint;
  readonly results: readonly Result[];
}

export async function commit(context: Context, request: Message, call: Call): Promise<object> {
  const { transactions } = context;
  const database = checkDatabase(request.database);
  if (request.transaction.length === 0)
    return answerOf(await writeAlone(context, parseAll(request.writes, database), call));
  const transaction = transactions.claim(database, request.transaction);
  try {
    const writes = parseAll(request.writes, database);
    if (writes.length > 0 && transaction.readTime !== null)
      throw new StatusError(Code.INVALID_ARGUMENT, "Cannot modify entities in a read-only transaction.");
    return answerOf(await write(context, transaction, writes, call));
  } finally {
    transactions.end(transaction, "committed");
  }
}

export function rollback({ transactions }: Context, request: Message): object {
  transactions.rollback(checkDatabase(request.database), request.transaction);
  return {};
}

/** Each write by itself: one that fails takes no other with it. */
export async function batchWrite(context: Context, request: Message, call: Call): Promise<object> {
  const database = checkDatabase(request.database);
  const seen = new Set<string>();
  const parsed = request.writes.map((wire: Message) => {
    const write = parseAll([wire], database)[0]!;
    if (seen.has(write.name))
      throw new StatusError(
        Code.INVALID_ARGUMENT,
        `Cannot write the document "${write.name}" more than once in a batch.`,
      );
    seen.add(write.name);
    return write;
  });
  const outcomes = await Promise.all(
    parsed.map((write: Write) =>
      writeAlone(context, [write], call).then(
        ({ results }) => ({ status: { code: Code.OK }, result: resultOf(results[0]!) }),
        (error: unknown) => {
          const { code, message } = statusOf(error);
          return { status: { code, message }, result: {} };
        },
      ),
    ),
  );
  return { writeResults: outcomes.map(({ result }) => result), status: outcomes.map(({ status }) => status) };
}

export async function createDocument(context: Context, request: Message, call: Call): Promise<Uint8Array> {
  const { parent, collectionId, documentId, document, mask } = request;
  parseParent(parent);
  checkCollectionId(collectionId);
  if (documentId !== "") checkDocumentId(documentId);
  const name = `${parent}/${collectionId}/${documentId === "" ? autoId(randomBytes) : documentId}`;
  const wire = { update: named(document, name), currentDocument: { exists: false } };
  return writeOne(context, wire, mask, call);
}

export async function updateDocument(context: Context, request: Message, call: Call): Promise<Uint8Array> {
  const { document, updateMask, mask, currentDocument } = request;
  return writeOne(context, { update: Buffer.from(document), updateMask, currentDocument }, mask, call);
}

export async function deleteDocument(context: Context, request: Message, call: Call): Promise<object> {
  const { name, currentDocument } = request;
  await writeAlone(context, [parseWrite({ delete: name, currentDocument })], call);
  return {};
}

/** The database is the one that the document's name says. */
async function writeOne(
  context: Context,
  wire: Message,
  mask: Message | null,
  call: Call,
): Promise<Uint8Array> {
  const { results } = await writeAlone(context, [parseWrite(wire)], call);
  return writeDocument(maskDocument(results[0]!.document!, mask?.fieldPaths));
}

/** A field that stands twice on the wire counts with its last value. */
function named(document: Uint8Array, name: string): Uint8Array {
  return Buffer.concat([
    // An array where the message has none.
    Buffer.from(document),
    protobuf.Writer.create().uint32(DocumentTag.name).string(name).finish(),
  ]);
}

function parseAll(wires: readonly Message[], database: string): readonly Write[] {
  const writes = wires.map(parseWrite);
  for (const { name } of writes) checkWithin(name, database);
  checkCommit(writes);
  return writes;
}

/** A write outside of a transaction waits for its turn; if it stood in a deadlock, it queues again. */
async function writeAlone(context: Context, writes: readonly Write[], call: Call): Promise<Committed> {
  const { locks, transactions } = context;
  const seniority = transactions.nextSeniority();
  for (;;) {
    const owner: Owner = { seniority, aborted: null };
    try {
      return await write(context, owner, writes, call);
    } catch (error) {
      if (owner.aborted === null || owner.aborted.message === TIMED_OUT) throw error;
    } finally {
      locks.release(owner);
    }
  }
}

/** Locks what is written, then commits as soon as no other transaction's query stands against it. */
async function write(
  context: Context,
  owner: Owner,
  writes: readonly Write[],
  call: Call,
): Promise<Committed> {
  const { store, locks } = context;
  const giveUp = () => locks.release(owner);
  for (const name of [...new Set(writes.map(({ name }) => name))].sort()) {
    const wait = locks.acquire(owner, name, "exclusive");
    if (wait !== null) await unlessGone(call, wait, giveUp);
  }
  for (;;) {
    let blockers: readonly Owner[] = [];
    let changes: readonly Change[] = [];
    const committed = await store.commit((time) => {
      if (owner.aborted !== null) throw owner.aborted;
      const decision = evaluate((name) => store.get(name), writes, time);
      changes = decision.changes;
      blockers = locks.conflicts(owner, changes);
      return blockers.length > 0 ? null : decision;
    });
    if (committed !== null) return committed;
    await unlessGone(call, locks.waitFor(owner, blockers, changes), giveUp);
  }
}

/** What the writes do, in their order, to the documents as they are now. */
function evaluate(
  get: (name: string) => Document | null,
  writes: readonly Write[],
  time: bigint,
): { changes: readonly Change[]; answer: Committed } {
  const changes = new Map<string, Change>();
  const results = writes.map((write): Result => {
    const { name } = write;
    const before = changes.has(name) ? changes.get(name)!.before : get(name);
    const current = changes.has(name) ? changes.get(name)!.after : before;
    const { after, transformResults } = applyWrite(write, current, time);
    changes.set(name, { name, before, after });
    return { document: after, transformResults };
  });
  const effective = [...changes.values()].filter(
    ({ before, after }) => before?.updateTime !== after?.updateTime,
  );
  return { changes: effective, answer: { time, results } };
}

function answerOf({ time, results }: Committed): object {
  return { writeResults: results.map(resultOf), commitTime: timestampOf(time) };
}

function resultOf({ document, transformResults }: Result): object {
  return {
    ...(document === null ? {} : { updateTime: timestampOf(document.updateTime) }),
    transformResults: transformResults.map(writeValue),
  };
}
