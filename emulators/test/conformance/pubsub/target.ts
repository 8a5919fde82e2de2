// Gives each file of the suite a Pub/Sub to speak to: our own in this process, or a running one (PUBSUB_EMULATOR_HOST).
import { randomUUID } from "node:crypto";
import {
  type Message,
  PubSub,
  type Subscription,
  type SubscriptionOptions,
  type Topic,
  v1,
} from "@google-cloud/pubsub";
import { credentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, expect } from "vitest";
import { startPubSub } from "../../../src/pubsub/server.ts";

/** Whether the cases run against somebody else's emulator; those that only ours can answer are skipped then. */
export const isForeign = process.env.PUBSUB_EMULATOR_HOST !== undefined;

export interface Target {
  /** `127.0.0.1:34567` */
  readonly host: string;
  readonly project: string;
  readonly pubsub: PubSub;
  /** The generated clients, for what the other one hides. */
  readonly publisher: v1.PublisherClient;
  readonly subscriber: v1.SubscriberClient;
  /** A name that no other test uses. */
  id(): string;
  topic(): Promise<Topic>;
  /** A new topic with one subscription, and their full names. */
  pair(options?: object): Promise<Pair>;
  /** The subscription as a client would open it anew, with options of its own. */
  listener(subscription: Subscription, options?: SubscriptionOptions): Subscription;
}

interface Pair {
  readonly topic: Topic;
  readonly subscription: Subscription;
}

/** Called once at the top of a file: opens the target before its tests and closes it after. */
export function useTarget(): Target {
  const project = `conformance-${randomUUID()}`;
  let host = process.env.PUBSUB_EMULATOR_HOST ?? "";
  let clients: { pubsub: PubSub; publisher: v1.PublisherClient; subscriber: v1.SubscriberClient } | null =
    null;
  let stop = async () => {};
  const opened = () => {
    if (clients === null) throw new Error("bug: the target is used outside of a test");
    return clients;
  };

  beforeAll(async () => {
    if (!isForeign) {
      const own = await startPubSub({ host: "127.0.0.1", port: 0, data: null, admin: true });
      host = `${own.host}:${own.port}`;
      stop = () => own.close();
    }
    clients = {
      pubsub: new PubSub({ projectId: project, apiEndpoint: host, emulatorMode: true }),
      ...generated(host, project),
    };
  });
  afterAll(async () => {
    const { pubsub, publisher, subscriber } = opened();
    await Promise.all([pubsub.close(), publisher.close(), subscriber.close()]);
    await stop();
  });

  const id = () => `t-${randomUUID()}`;
  const topic = async () => (await opened().pubsub.createTopic(id()))[0];
  return {
    project,
    id,
    topic,
    get host() {
      return host;
    },
    get pubsub() {
      return opened().pubsub;
    },
    get publisher() {
      return opened().publisher;
    },
    get subscriber() {
      return opened().subscriber;
    },
    pair: async (options = {}) => {
      const made = await topic();
      const [subscription] = await made.createSubscription(id(), options);
      return { topic: made, subscription };
    },
    listener: (subscription, options) => opened().pubsub.subscription(subscription.name, options),
  };
}

export interface Heard {
  /** What was heard so far. */
  readonly messages: Message[];
  /** Waits until this many messages were heard, and gives them. */
  until(count: number): Promise<Message[]>;
  stop(): Promise<void>;
}

/** Listens and, unless told otherwise, acknowledges. */
export function listen(
  subscription: Subscription,
  answer: (message: Message) => void = (message) => message.ack(),
): Heard {
  const messages: Message[] = [];
  const waiting: { count: number; resolve: (messages: Message[]) => void; reject: (error: Error) => void }[] =
    [];
  subscription.on("message", (message: Message) => {
    messages.push(message);
    answer(message);
    for (const { count, resolve } of waiting) if (messages.length >= count) resolve([...messages]);
  });
  subscription.on("error", (error) => {
    for (const { reject } of waiting) reject(error);
  });
  return {
    messages,
    until: (count) =>
      new Promise((resolve, reject) => {
        if (messages.length >= count) resolve([...messages]);
        else waiting.push({ count, resolve, reject });
      }),
    stop: () => subscription.close(),
  };
}

export function publishAll(topic: Topic, texts: readonly string[], orderingKey?: string): Promise<string[]> {
  const key = orderingKey === undefined ? {} : { orderingKey };
  return Promise.all(texts.map((text) => topic.publishMessage({ data: Buffer.from(text), ...key })));
}

export function texts(messages: readonly { readonly data?: unknown }[]): string[] {
  return messages.map(({ data }) => Buffer.from(data as Uint8Array).toString());
}

export function counted(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

/** The code and the text of the status with which a call is refused. */
export async function refusal(call: Promise<unknown>): Promise<{ code: number; details: string }> {
  const error = await call.then(
    () => expect.unreachable("the call was not refused"),
    (failure) => failure,
  );
  return { code: error.code, details: error.details };
}

function generated(host: string, projectId: string) {
  const [servicePath, port] = host.split(":");
  const options = {
    projectId,
    servicePath: servicePath!,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
  };
  return { publisher: new v1.PublisherClient(options), subscriber: new v1.SubscriberClient(options) };
}
