// Transactions step by step over the bare protocol, so that a case decides who does what when.
import type { Message } from "./raw.ts";
import type { Target } from "./target.ts";

type Id = Buffer;

export interface RawTransactions {
  begin(options?: object): Promise<Id>;
  /** The value of field `v` of each document, null for a missing one, in the order asked. */
  read(transaction: Id | null, ...paths: string[]): Promise<unknown[]>;
  /** The ids of the documents of a collection. */
  query(transaction: Id, collectionId: string): Promise<string[]>;
  /** `values`: what field `v` of each path becomes. */
  commit(transaction: Id | null, values?: Record<string, number>): Promise<Message>;
  rollback(transaction: Id): Promise<Message>;
  /** Whether a call is still waiting after others have come and gone. */
  isWaiting(call: Promise<unknown>): Promise<boolean>;
}

/** Enough round trips for a call that does not wait to be answered. */
const ROUND_TRIPS = 5;

export function rawTransactions(target: Target): RawTransactions {
  const transactionOf = (transaction: Id | null) => (transaction === null ? {} : { transaction });
  const read: RawTransactions["read"] = async (transaction, ...paths) => {
    const documents = paths.map(target.name);
    const request = { database: target.database, documents, ...transactionOf(transaction) };
    const answers = await target.raw.collect("BatchGetDocuments", request);
    return documents.map((name) => {
      const answer = answers.find(({ found, missing }) => found?.name === name || missing === name);
      if (answer === undefined) throw new Error(`no answer for ${name}`);
      return answer.found === undefined ? null : Number(answer.found.fields?.v?.integerValue);
    });
  };
  return {
    read,
    begin: async (options) => {
      const request = { database: target.database, ...(options === undefined ? {} : { options }) };
      return (await target.raw.call("BeginTransaction", request)).transaction;
    },
    query: async (transaction, collectionId) => {
      const answers = await target.raw.collect("RunQuery", {
        parent: `${target.database}/documents`,
        structuredQuery: { from: [{ collectionId }] },
        transaction,
      });
      return answers.flatMap(({ document }) =>
        document === undefined ? [] : [document.name.split("/").at(-1)],
      );
    },
    commit: (transaction, values = {}) =>
      target.raw.call("Commit", {
        database: target.database,
        writes: Object.entries(values).map(([path, v]) => ({
          update: { name: target.name(path), fields: { v: { integerValue: String(v) } } },
        })),
        ...transactionOf(transaction),
      }),
    rollback: (transaction) => target.raw.call("Rollback", { database: target.database, transaction }),
    isWaiting: async (call) => {
      let isWaiting = true;
      const over = () => {
        isWaiting = false;
      };
      call.then(over, over);
      for (let i = 0; i < ROUND_TRIPS; i++) await read(null, "round/trip");
      return isWaiting;
    },
  };
}
