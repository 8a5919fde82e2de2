// The local cloud in this process, and the stations on it: what is published is delivered, writes of the head wake the
// ranking, and the API answers, all as deployed, but without a process for each function.
import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Firestore } from "@google-cloud/firestore";
import type { PubSub, Subscription } from "@google-cloud/pubsub";
import { generateKeyPair, type KeyPair } from "@policyledger/core/node";
import { startFirestore } from "../../emulators/src/firestore/server.ts";
import { startPubSub } from "../../emulators/src/pubsub/server.ts";
import { appendWaiting } from "../../functions/src/append.ts";
import { type Api, makeApi } from "../../functions/src/http/app.ts";
import { onceAtATime } from "../../functions/src/once-at-a-time.ts";
import { rankNew } from "../../functions/src/rank.ts";
import type { Line, Service, Topic } from "../../functions/src/service.ts";
import { type Settings, usualSettings } from "../../functions/src/settings.ts";
import { runTraining } from "../../functions/src/train.ts";
import { verifyClaims } from "../../functions/src/verify.ts";
import { serviceAt } from "./service-at.ts";

const HOST = "127.0.0.1";
const TOPICS: readonly Topic[] = ["claims", "verdicts", "trainings"];
/** Limits of production would be met by a test that submits all it has from one address. */
const WIDE = 10_000;

export interface LocalCloudOptions {
  /** Without it nobody reads the queue, and tests call the stations by hand. */
  readonly deliver?: boolean;
  /** How many instances each station has. */
  readonly instances?: number;
  readonly settings?: Partial<Settings>;
  readonly now?: () => number;
  readonly trainer?: KeyPair | null;
  /** As for the local Firestore: how long locks are waited for, and how long those of the dead are kept. */
  readonly lockTimeout?: number;
  readonly transactionIdle?: number;
}

export interface LocalCloud {
  readonly projectId: string;
  readonly db: Firestore;
  readonly service: Service;
  readonly api: Api;
  readonly lines: Line[];
  readonly firestore: string;
  readonly pubsub: string;
  /** Asks a stand-in to misbehave; an empty list ends it. */
  faults(part: "firestore" | "pubsub", rules: readonly object[], seed?: number): Promise<void>;
  struck(part: "firestore" | "pubsub"): Promise<number>;
  /** How many calls of each kind there were since faults were last asked for. */
  calls(part: "firestore" | "pubsub"): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const { deliver = true, instances = 1, now = Date.now, trainer = generateKeyPair() } = options;
  const projectId = `local-${randomUUID().slice(0, 8)}`;
  const events = createServer();
  await new Promise<void>((resolve) => events.listen(0, HOST, resolve));
  const functions = `${HOST}:${(events.address() as AddressInfo).port}`;
  const { lockTimeout = 15_000, transactionIdle = 60_000 } = options;
  const firestore = await startFirestore({
    host: HOST,
    port: 0,
    data: null,
    admin: true,
    functions,
    lockTimeout,
    transactionIdle,
  });
  const queue = await startPubSub({ host: HOST, port: 0, data: null, admin: true });
  const firestoreHost = `${HOST}:${firestore.port}`;
  const pubsubHost = `${HOST}:${queue.port}`;
  const lines: Line[] = [];
  const made = serviceAt(
    { firestore: firestoreHost, pubsub: pubsubHost, projectId },
    { now, trainer, log: (line) => void lines.push(line) },
  );
  const { db, pubsub, service } = made;
  const settings = { ...usualSettings(WIDE), ...options.settings };
  for (const topic of TOPICS) await pubsub.createTopic(topic);
  const subscriptions: Subscription[] = [];
  const working = new Set<Promise<unknown>>();
  const tracked = <A extends readonly unknown[]>(run: (...args: A) => Promise<unknown>) => {
    return (...args: A): Promise<unknown> => {
      const work = run(...args).finally(() => working.delete(work));
      working.add(work);
      return work;
    };
  };
  if (deliver) {
    await registerRank(firestoreHost, projectId);
    wakeRank(
      events,
      Array.from({ length: instances }, () => tracked(onceAtATime(() => rankNew(service)))),
    );
    for (let i = 0; i < instances; i++) {
      const append = onceAtATime(() => appendWaiting(service));
      subscriptions.push(
        await subscribe(
          pubsub,
          "claims",
          tracked(({ claim_ids }) => verifyClaims(service, claim_ids as string[])),
        ),
        await subscribe(pubsub, "verdicts", tracked(append)),
        await subscribe(
          pubsub,
          "trainings",
          tracked(({ training_id }) => runTraining(service, training_id as string)),
        ),
      );
    }
  }
  const told = async (part: "firestore" | "pubsub") => {
    const host = part === "firestore" ? firestoreHost : pubsubHost;
    const answer = await fetch(`http://${host}/admin/faults`);
    return (await answer.json()) as { struck: unknown[]; calls: Record<string, number> };
  };
  return {
    projectId,
    db,
    service,
    api: makeApi(service, settings),
    lines,
    firestore: firestoreHost,
    pubsub: pubsubHost,
    faults: async (part, rules, seed = 1) => {
      const host = part === "firestore" ? firestoreHost : pubsubHost;
      const answer = await fetch(`http://${host}/admin/faults`, {
        method: "PUT",
        body: JSON.stringify({ seed, rules }),
      });
      if (!answer.ok) throw new Error(`bug: ${await answer.text()}`);
    },
    struck: async (part) => (await told(part)).struck.length,
    calls: async (part) => (await told(part)).calls,
    close: async () => {
      await Promise.all(subscriptions.map((one) => one.close()));
      // A station that is at work would find its database gone.
      while (working.size > 0) await Promise.allSettled(working);
      await made.close();
      await firestore.close();
      await queue.close();
      await new Promise((resolve) => events.close(resolve));
    },
  };
}

async function subscribe(
  pubsub: PubSub,
  topic: Topic,
  handle: (message: Record<string, unknown>) => Promise<unknown>,
): Promise<Subscription> {
  const [subscription] = await pubsub
    .topic(topic)
    .subscription(`${topic}-functions`)
    .get({ autoCreate: true });
  subscription.setOptions({ flowControl: { maxMessages: 8 } });
  subscription.on("message", (message) => {
    handle(JSON.parse(message.data.toString())).then(
      () => message.ack(),
      () => message.nack(),
    );
  });
  // A stream that broke is opened again by the client.
  subscription.on("error", () => {});
  return subscription;
}

const RANK_KEY = "us-central1-rank-0";

async function registerRank(host: string, projectId: string): Promise<void> {
  const answer = await fetch(
    `http://${host}/emulator/v1/projects/${projectId}/eventarcTrigger?eventarcTriggerId=${RANK_KEY}`,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        eventType: "google.cloud.firestore.document.v1.written",
        database: "(default)",
        namespace: "(default)",
        document: { value: "ledger/head", matchType: "EXACT" },
      }),
    },
  );
  if (!answer.ok) throw new Error(`bug: the trigger is not taken: ${answer.status} ${await answer.text()}`);
}

function wakeRank(events: Server, ranks: readonly (() => Promise<unknown>)[]): void {
  let turn = 0;
  events.on("request", (request, response) => {
    request.resume();
    ranks[turn++ % ranks.length]!().then(
      () => response.writeHead(200).end("{}"),
      () => response.writeHead(500).end(),
    );
  });
}
