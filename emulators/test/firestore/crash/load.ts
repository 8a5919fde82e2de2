// Clients that write without pause until their server dies, and remember what was acknowledged and what was on its way.
import type { Message, Raw } from "../../conformance/firestore/raw.ts";

const DATABASE = "projects/crash/databases/(default)";
const ABORTED = 10;

/** What one client does again and again. Each turn has a number, one more than the turn before. */
export interface Client {
  readonly id: string;
  /** The last turn that was acknowledged. */
  acknowledged: number;
  /** The turn that was asked for and not answered, if any: it may have happened or not, but nothing in between. */
  pending: number | null;
  /** The answer to the turn's commit. */
  turn(raw: Raw, number: number): Promise<Message>;
}

export interface Acknowledged {
  readonly client: Client;
  readonly number: number;
  /** Microseconds. */
  readonly time: bigint;
}

/** Runs until a call fails; `isDead` says whether that was to be expected. */
export async function writeUntilDeath(
  client: Client,
  raw: Raw,
  isDead: () => boolean,
  acknowledge: (what: Acknowledged) => void,
): Promise<void> {
  for (;;) {
    const number = client.acknowledged + 1;
    client.pending = number;
    try {
      const { commitTime } = await client.turn(raw, number);
      client.acknowledged = number;
      client.pending = null;
      acknowledge({ client, number, time: microsOf(commitTime) });
    } catch (error) {
      if ((error as { code?: number }).code === ABORTED) continue;
      if (!isDead()) throw error;
      return;
    }
  }
}

export function nameOf(id: string): string {
  return `${DATABASE}/documents/crash/${id}`;
}

export function setOf(id: string, n: number | string): object {
  const value = typeof n === "number" ? { integerValue: n } : { stringValue: n };
  return { update: { name: nameOf(id), fields: { n: value } } };
}

export function commit(raw: Raw, writes: readonly object[], transaction?: Buffer): Promise<Message> {
  return raw.call("Commit", { database: DATABASE, writes, ...(transaction && { transaction }) });
}

/** The field `n` of documents by id, and when each was written; only of those that exist. */
export async function readAll(
  raw: Raw,
  ids: readonly string[],
  transaction?: object,
): Promise<{ values: Map<string, number | string>; times: bigint[]; transaction: Buffer | undefined }> {
  const documents = ids.map(nameOf);
  const answers = await raw.collect("BatchGetDocuments", { database: DATABASE, documents, ...transaction });
  const found = answers.flatMap((answer) => answer.found ?? []);
  return {
    values: new Map(
      found.map(({ name, fields: { n } }) => [
        name.split("/").at(-1),
        n.stringValue ?? Number(n.integerValue),
      ]),
    ),
    times: found.map(({ updateTime }) => microsOf(updateTime)),
    transaction: answers.find((answer) => answer.transaction?.length > 0)?.transaction,
  };
}

function microsOf({ seconds, nanos }: { seconds: string; nanos?: number }): bigint {
  return BigInt(seconds) * 1_000_000n + BigInt(nanos ?? 0) / 1_000n;
}
