// The local Firestore: its parts put together, on one port.
import { openDatabase } from "../durable/group-commit.ts";
import { Faults } from "../wire/faults.ts";
import { type Listening, listen } from "../wire/port.ts";
import { dieOf } from "../wire/process.ts";
import type { Call, Duplex, Message, Send, ServiceSpec } from "../wire/service.ts";
import { Code, StatusError } from "../wire/status.ts";
import { type Context, checkDatabase, snapshotOf } from "./context.ts";
import { control } from "./control.ts";
import { handleListen } from "./listen.ts";
import { listCollectionIds, listDocuments } from "./lists.ts";
import { Locks } from "./locks.ts";
import { firestoreProtos } from "./protos.ts";
import { batchGetDocuments, getDocument, runAggregationQuery, runQuery } from "./reads.ts";
import { Store } from "./store.ts";
import { nowMicros } from "./time.ts";
import { Transactions } from "./transactions.ts";
import { Triggers } from "./triggers.ts";
import { batchWrite, commit, createDocument, deleteDocument, rollback, updateDocument } from "./writes.ts";

interface FirestoreOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The folder of the data; null keeps it in memory. */
  readonly data: string | null;
  /** Wait for the disk at each commit, so that not even a power cut takes one. */
  readonly strict?: boolean;
  /** Offer faults on demand. */
  readonly admin?: boolean;
  /** How long a request waits for a lock, in milliseconds. */
  readonly lockTimeout?: number;
  /** After how long without a call a transaction ends, and frees what it has locked: a minute, as the cloud's do. */
  readonly transactionIdle?: number;
  /** `host:port` of the Functions emulator that events go to. */
  readonly functions?: string | null;
  /** How many events are delivered at once. */
  readonly parallelEvents?: number;
  /** The metadata file of an export to start with, if there is no data yet. */
  readonly seed?: string | null;
  /** The rules file to look at. */
  readonly rules?: string | null;
}

const PARALLEL_EVENTS = 2;
const LOCK_TIMEOUT_MS = 15_000;
/** Cloud Firestore's limit on a request. */
const MAX_REQUEST_BYTES = 10 << 20;

export async function startFirestore(options: FirestoreOptions): Promise<Listening> {
  const { host, port, data, strict = false, admin = false, lockTimeout = LOCK_TIMEOUT_MS } = options;
  const faults = new Faults(admin);
  const db = openDatabase(data, "firestore", { strict });
  const store = new Store(db, { now: nowMicros, fatal: dieOf });
  const locks = new Locks({ timeout: lockTimeout });
  const transactions = new Transactions(locks, () => performance.now(), options.transactionIdle);
  const triggers = new Triggers(db, store, {
    functions: options.functions ?? null,
    parallel: options.parallelEvents ?? PARALLEL_EVENTS,
    faults,
  });
  const context: Context = { store, locks, transactions };
  const http = await control({ store, triggers, seed: options.seed ?? null, rules: options.rules ?? null });
  const server = await listen({ host, port, services: [serviceOf(context)], http, faults });
  return {
    ...server,
    close: async () => {
      await server.close();
      triggers.close();
      transactions.close();
      store.flush();
      db.close();
    },
  };
}

function serviceOf(context: Context): ServiceSpec {
  return {
    protos: firestoreProtos(),
    name: "google.firestore.v1.Firestore",
    maxRequestBytes: MAX_REQUEST_BYTES,
    authorize,
    unimplemented,
    handlers: {
      BatchGetDocuments: (request: Message, send: Send, call: Call) =>
        batchGetDocuments(context, request, send, call),
      GetDocument: (request: Message, call: Call) => getDocument(context, request, call),
      ListDocuments: (request: Message, call: Call) => listDocuments(context, request, call),
      ListCollectionIds: (request: Message) => listCollectionIds(context, request),
      RunQuery: (request: Message, send: Send, call: Call) => runQuery(context, request, send, call),
      RunAggregationQuery: (request: Message, send: Send, call: Call) =>
        runAggregationQuery(context, request, send, call),
      CreateDocument: (request: Message, call: Call) => createDocument(context, request, call),
      UpdateDocument: (request: Message, call: Call) => updateDocument(context, request, call),
      DeleteDocument: (request: Message, call: Call) => deleteDocument(context, request, call),
      BeginTransaction: (request: Message) => beginTransaction(context, request),
      Commit: (request: Message, call: Call) => commit(context, request, call),
      Rollback: (request: Message) => rollback(context, request),
      BatchWrite: (request: Message, call: Call) => batchWrite(context, request, call),
      Listen: (stream: Duplex) => handleListen(context.store, stream),
    },
  };
}

function beginTransaction({ store, transactions }: Context, request: Message): object {
  const database = checkDatabase(request.database);
  return {
    transaction: transactions.begin(database, request.options, (asked) => snapshotOf(store, asked)).id,
  };
}

/** Server SDKs send this to an emulator; whoever does not is a client, and the rules give clients nothing. */
function authorize({ authorization }: Call): void {
  if (authorization !== "Bearer owner")
    throw new StatusError(
      Code.PERMISSION_DENIED,
      "Only the admin (authorization: Bearer owner) has access: security rules are not evaluated by the local Firestore.",
    );
}

const MISSING: Readonly<Record<string, string>> = {
  PartitionQuery: "Partition queries (PartitionQuery)",
  ExecutePipeline: "Pipelines (ExecutePipeline)",
  Write: "The streaming Write RPC of web and mobile clients",
};

function unimplemented(rpc: string): string {
  return `${MISSING[rpc] ?? rpc} is not implemented by the local Firestore.`;
}
