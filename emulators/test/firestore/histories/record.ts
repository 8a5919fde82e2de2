// Runs a plan against a Firestore over bare gRPC, all sessions at once, and writes down what was asked, seen and done.
import type { Message, Raw } from "../../conformance/firestore/raw.ts";
import type { Attempt, Contents, End, History, Read, Seen, Span, Write } from "./history.ts";
import type { Plan, Step } from "./plan.ts";

export interface Place {
  readonly raw: Raw;
  /** `projects/…/databases/(default)` */
  readonly database: string;
  /** A root collection that is empty at the start. */
  readonly collection: string;
}

const ABORTED = 10;
/** As the official clients do, a transaction that was aborted is tried again by its name. */
const TRIES = 3;

export async function record(place: Place, plan: Plan): Promise<History> {
  const history: Attempt[] = [];
  const clock = { now: 0 };
  await Promise.all(
    plan.map(async (steps) => {
      for (const step of steps) await tryStep(place, step, clock, history);
    }),
  );
  return history;
}

async function tryStep(place: Place, step: Step, clock: Clock, history: Attempt[]): Promise<void> {
  let retried: Buffer | null = null;
  for (let tries = 0; tries < TRIES; tries++) {
    const session: Session = new Session(place, step, clock, retried);
    const attempt = await session.run();
    history.push(attempt);
    if (attempt.end.kind !== "refused" || attempt.end.code !== ABORTED) return;
    retried = session.transaction;
  }
}

interface Clock {
  now: number;
}

class Session {
  transaction: Buffer | null = null;
  readonly #place: Place;
  readonly #step: Step;
  readonly #clock: Clock;
  readonly #options: object;
  readonly #reads: Seen[] = [];

  constructor(place: Place, step: Step, clock: Clock, retried: Buffer | null) {
    this.#place = place;
    this.#step = step;
    this.#clock = clock;
    const readWrite = retried === null ? {} : { retryTransaction: retried };
    this.#options = step.kind === "transaction" ? { readWrite } : { readOnly: {} };
  }

  async run(): Promise<Attempt> {
    const { kind, writes } = this.#step;
    const asked = ++this.#clock.now;
    let last: Span = { asked, answered: asked };
    let end: End;
    try {
      await this.#read();
      const done = await this.#timed(() => this.#finish());
      last = done;
      end = done.answer;
    } catch (error) {
      const { code } = error as { code?: number };
      if (code === undefined) throw error;
      end = { kind: "refused", code };
      last = { asked: last.asked, answered: ++this.#clock.now };
      if (this.transaction !== null) await this.#rollback().catch(() => {});
    }
    return { kind, reads: this.#reads, writes, whole: { asked, answered: last.answered }, last, end };
  }

  async #read(): Promise<void> {
    if (this.#step.kind === "plain write") return;
    if (this.#step.begins) {
      const { database } = this.#place;
      this.transaction = (
        await this.#call("BeginTransaction", { database, options: this.#options })
      ).transaction;
    }
    const [first, ...rest] = this.#step.reads;
    if (this.transaction === null) {
      // The first read begins the transaction, and the others of its group have to wait for that.
      await this.#see(first[0]);
      await this.#seeAll(first.slice(1));
    } else await this.#seeAll(first);
    for (const group of rest) await this.#seeAll(group);
  }

  /** Waits for all, so that nothing is on its way any more when one has failed. */
  async #seeAll(reads: readonly Read[]): Promise<void> {
    const ends = await Promise.allSettled(reads.map((read) => this.#see(read)));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  async #see(read: Read): Promise<void> {
    const { answer, asked, answered } = await this.#timed(() => this.#ask(read));
    this.#reads.push({ read, asked, answered, ...answer });
  }

  async #ask(read: Read): Promise<Pick<Seen, "found" | "readTime">> {
    const { raw, database, collection } = this.#place;
    const within =
      this.transaction === null ? { newTransaction: this.#options } : { transaction: this.transaction };
    await this.#pause();
    const [rpc, request] = requestOf(read, database, collection);
    const answers = await raw.collect(rpc, { ...request, ...within });
    const [begun] = answers.flatMap((answer) => (answer.transaction?.length > 0 ? [answer.transaction] : []));
    if (begun !== undefined) this.transaction = begun;
    const times = answers.flatMap((answer) => (answer.readTime ? [microsOf(answer.readTime)] : []));
    return { found: foundOf(read, answers), readTime: times.at(-1)! };
  }

  async #finish(): Promise<End> {
    if (this.#step.rollsBack) {
      await this.#rollback();
      return { kind: "rolled back" };
    }
    const { database } = this.#place;
    const writes = this.#step.writes.map((write) => wireOf(write, this.#nameOf(write.id)));
    const transaction = this.transaction === null ? {} : { transaction: this.transaction };
    const { commitTime } = await this.#call("Commit", { database, writes, ...transaction });
    return { kind: "committed", time: microsOf(commitTime) };
  }

  async #rollback(): Promise<void> {
    await this.#call("Rollback", { database: this.#place.database, transaction: this.transaction });
  }

  async #call(rpc: string, request: object): Promise<Message> {
    await this.#pause();
    return this.#place.raw.call(rpc, request);
  }

  async #timed<T>(work: () => Promise<T>): Promise<Span & { answer: T }> {
    const asked = ++this.#clock.now;
    const answer = await work();
    return { answer, asked, answered: ++this.#clock.now };
  }

  async #pause(): Promise<void> {
    for (let turn = 0; turn < this.#step.pause; turn++) await new Promise(setImmediate);
  }

  #nameOf(id: string): string {
    return `${this.#place.database}/documents/${this.#place.collection}/${id}`;
  }
}

function requestOf(read: Read, database: string, collection: string): [string, object] {
  const parent = `${database}/documents`;
  const from = [{ collectionId: collection }];
  switch (read.kind) {
    case "get":
      return [
        "BatchGetDocuments",
        { database, documents: read.ids.map((id) => `${parent}/${collection}/${id}`) },
      ];
    case "count": {
      const structuredAggregationQuery = {
        structuredQuery: { from },
        aggregations: [{ alias: "n", count: {} }],
      };
      return ["RunAggregationQuery", { parent, structuredAggregationQuery }];
    }
    case "where": {
      const where = {
        fieldFilter: { field: { fieldPath: "g" }, op: "EQUAL", value: { integerValue: read.g } },
      };
      return ["RunQuery", { parent, structuredQuery: { from, where } }];
    }
    case "last": {
      const orderBy = [{ field: { fieldPath: "v" }, direction: "DESCENDING" }];
      return ["RunQuery", { parent, structuredQuery: { from, orderBy, limit: { value: 1 } } }];
    }
  }
}

function foundOf(read: Read, answers: readonly Message[]): Seen["found"] {
  if (read.kind === "count") return Number(answers.at(-1).result.aggregateFields.n.integerValue);
  const documents = answers.flatMap((answer) => answer.found ?? answer.document ?? []);
  const found = documents.map(({ name, fields }): [string, Contents] => [
    name.split("/").at(-1),
    contentsOf(fields),
  ]);
  return read.kind === "get" ? found.sort(([one], [other]) => (one < other ? -1 : 1)) : found;
}

function contentsOf(fields: Record<string, { integerValue: string }> | undefined): Contents {
  return Object.fromEntries(
    Object.entries(fields ?? {}).map(([key, { integerValue }]) => [key, Number(integerValue)]),
  );
}

function wireOf(write: Write, name: string): object {
  const integers = (values: Contents) =>
    Object.fromEntries(Object.entries(values).map(([key, integerValue]) => [key, { integerValue }]));
  switch (write.kind) {
    case "set":
      return { update: { name, fields: integers({ v: write.v, g: write.g }) } };
    case "create":
      return {
        update: { name, fields: integers({ v: write.v, g: write.g }) },
        currentDocument: { exists: false },
      };
    case "update":
      return {
        update: { name, fields: integers({ v: write.v }) },
        updateMask: { fieldPaths: ["v"] },
        currentDocument: { exists: true },
      };
    case "increment":
      return {
        update: { name },
        updateMask: { fieldPaths: [] },
        updateTransforms: [{ fieldPath: "n", increment: { integerValue: 1 } }],
      };
    case "delete":
      return { delete: name };
  }
}

function microsOf({ seconds, nanos }: { seconds?: string; nanos?: number }): bigint {
  return BigInt(seconds ?? 0) * 1_000_000n + BigInt(nanos ?? 0) / 1_000n;
}
