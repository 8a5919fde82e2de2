// What a station is given: the database, the queue, a clock, a host and a log. Stations reach for nothing else, so a
// test runs them against the local cloud with a clock of its own.
import type { Host, NoteSigner } from "@policyledger/core";
import type { KeyPair } from "@policyledger/core/node";
import type { Firestore } from "firebase-admin/firestore";

export type Topic =
  | "claims" // ids of claims that wait for their verdict
  | "verdicts" // a wake-up: something VALID waits for its place in the ledger
  | "trainings"; // the id of a training that waits

export interface Service {
  readonly db: Firestore;
  readonly host: Host;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Resolves when the queue has the messages; whatever is lost on the way is found by the sweep. */
  readonly publish: (topic: Topic, messages: readonly object[]) => Promise<void>;
  readonly log: Log;
  /** The key with which trainings on the server are claimed; null where none is configured. */
  readonly trainer: KeyPair | null;
  /** The keys that sign checkpoints, the current one first, all of the log's name; none where none is configured. */
  readonly signers: readonly NoteSigner[];
}

/** One line of the structured log. `event` is stable; numbers in `counted` are what dashboards add up. */
export interface Line {
  readonly station: "http" | "submit" | "verify" | "append" | "rank" | "read" | "train" | "sweep";
  readonly event: string;
  readonly severity?: "DEBUG" | "INFO" | "WARNING" | "ERROR";
  readonly request_id?: string;
  readonly claim_id?: string;
  readonly training_id?: string;
  readonly counted?: Readonly<Record<string, number>>;
  readonly [field: string]: unknown;
}

type Log = (line: Line) => void;

/** For what must not stop the work that it follows: the sweep makes up for it. */
export async function publishOrLeave(
  service: Service,
  topic: Topic,
  messages: readonly object[],
  about: Pick<Line, "station"> & Partial<Line>,
): Promise<void> {
  try {
    await service.publish(topic, messages);
  } catch (error) {
    service.log({ event: "publish_failed", severity: "WARNING", topic, error: messageOf(error), ...about });
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
