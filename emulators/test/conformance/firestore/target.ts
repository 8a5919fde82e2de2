// Gives each file of the suite a Firestore to speak to: our own in this process, or a running one (FIRESTORE_EMULATOR_HOST).
import { randomUUID } from "node:crypto";
import { type CollectionReference, Firestore, type Settings } from "@google-cloud/firestore";
import { afterAll, beforeAll } from "vitest";
import { startFirestore } from "../../../src/firestore/server.ts";
import { openRaw, type Raw } from "./raw.ts";

/** Whether the cases run against somebody else's emulator; the few that only ours can answer are skipped then. */
export const isForeign = process.env.FIRESTORE_EMULATOR_HOST !== undefined;

export interface Target {
  /** `127.0.0.1:34567` */
  readonly host: string;
  /** A project of its own for each file, so that collection groups and root listings see only what the file wrote. */
  readonly project: string;
  /** `projects/…/databases/(default)` */
  readonly database: string;
  readonly db: Firestore;
  readonly raw: Raw;
  /** An empty root collection that no other test uses. */
  collection(): CollectionReference;
  /** The full resource name of a path below the documents of the default database. */
  name(path: string): string;
  /** A further client of the same database; closed with the rest. */
  client(settings?: Settings): Firestore;
}

export interface TargetOptions {
  /** Milliseconds that a request waits for a lock before it gives up; only ours can be told. */
  readonly lockTimeout?: number;
}

/** Keeps the client from asking a cloud's metadata server which cloud that is. */
const NO_LOOKUP: Settings = { auth: { getUniverseDomain: async () => "googleapis.com" } };

/** Called once at the top of a file: opens the target before its tests and closes it after. */
export function useTarget(options: TargetOptions = {}): Target {
  const project = `conformance-${randomUUID()}`;
  const clients: Firestore[] = [];
  let host = process.env.FIRESTORE_EMULATOR_HOST ?? "";
  let db: Firestore | null = null;
  let raw: Raw | null = null;
  let stop = async () => {};

  const client = (settings: Settings = {}): Firestore => {
    const made = new Firestore({ projectId: project, host, ssl: false, ...NO_LOOKUP, ...settings });
    clients.push(made);
    return made;
  };

  beforeAll(async () => {
    if (!isForeign) {
      const own = await startFirestore({ host: "127.0.0.1", port: 0, data: null, ...options });
      host = `${own.host}:${own.port}`;
      stop = () => own.close();
    }
    db = client();
    raw = openRaw(host);
  });
  afterAll(async () => {
    raw?.close();
    await Promise.all(clients.map((each) => each.terminate()));
    await stop();
  });

  const opened = <T>(it: T | null): T => {
    if (it === null) throw new Error("bug: the target is used outside of a test");
    return it;
  };
  const database = `projects/${project}/databases/(default)`;
  return {
    project,
    database,
    client,
    get host() {
      return host;
    },
    get db() {
      return opened(db);
    },
    get raw() {
      return opened(raw);
    },
    collection: () => opened(db).collection(`c-${randomUUID()}`),
    name: (path) => `${database}/documents/${path}`,
  };
}
