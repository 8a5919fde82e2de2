// The service on stand-ins that run somewhere: in this process, in a test's own, or in one that is to be killed.
import { Firestore } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";
import type { KeyPair } from "@policyledger/core/node";
import { nodeHost, noteSigner } from "@policyledger/core/node";
import type { Line, Service } from "../../functions/src/service.ts";

export const LOG_ORIGIN = "ledger.example";
/** The same in every process, as a secret is. */
const LOG_KEY = "5a".repeat(32);

export interface Address {
  /** host:port */
  readonly firestore: string;
  readonly pubsub: string;
  readonly projectId: string;
}

export interface ServiceAt {
  readonly db: Firestore;
  readonly pubsub: PubSub;
  readonly service: Service;
  close(): Promise<void>;
}

export function serviceAt(
  { firestore, pubsub: queue, projectId }: Address,
  { now, trainer, log }: { now: () => number; trainer: KeyPair | null; log: (line: Line) => void },
): ServiceAt {
  const db = new Firestore({
    projectId,
    host: firestore,
    ssl: false,
    auth: { getUniverseDomain: async () => "googleapis.com" } as never,
  });
  const pubsub = new PubSub({ projectId, apiEndpoint: queue, emulatorMode: true });
  const service: Service = {
    db: db as unknown as Service["db"],
    host: nodeHost,
    now,
    trainer,
    signers: [noteSigner("log", LOG_ORIGIN, LOG_KEY)],
    log,
    publish: async (topic, messages) => {
      await Promise.all(messages.map((json) => pubsub.topic(topic).publishMessage({ json })));
    },
  };
  return {
    db,
    pubsub,
    service,
    close: async () => {
      await pubsub.close();
      await db.terminate();
    },
  };
}
