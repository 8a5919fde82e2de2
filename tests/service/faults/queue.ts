// The queue read by hand: a message is taken, worked on, and then taken off or given back, as the platform would.
import { v1 } from "@google-cloud/pubsub";
import { credentials } from "@grpc/grpc-js";
import type { Topic } from "../../../functions/src/service.ts";
import type { LocalCloud } from "../local-cloud.ts";

const TOPICS: readonly Topic[] = ["claims", "verdicts", "trainings"];

export interface Delivery {
  readonly topic: Topic;
  readonly ackId: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Queue {
  /** All that waits, of one topic or of all. */
  pull(topic?: Topic): Promise<Delivery[]>;
  ack(delivery: Delivery): Promise<void>;
  nack(delivery: Delivery): Promise<void>;
  close(): Promise<void>;
}

export async function openQueue({ pubsub, projectId }: LocalCloud): Promise<Queue> {
  const [servicePath, port] = pubsub.split(":");
  const client = new v1.SubscriberClient({
    servicePath: servicePath!,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    projectId,
  });
  const nameOf = (topic: Topic) => `projects/${projectId}/subscriptions/${topic}-by-hand`;
  for (const topic of TOPICS) {
    await client.createSubscription({ name: nameOf(topic), topic: `projects/${projectId}/topics/${topic}` });
  }
  const pullOne = async (topic: Topic): Promise<Delivery[]> => {
    const request = { subscription: nameOf(topic), maxMessages: 100, returnImmediately: true };
    const [{ receivedMessages }] = await client.pull(request);
    return (receivedMessages ?? []).map(({ ackId, message }) => ({
      topic,
      ackId: ackId!,
      data: JSON.parse(Buffer.from(message!.data as Uint8Array).toString()),
    }));
  };
  return {
    pull: async (topic) =>
      topic === undefined ? (await Promise.all(TOPICS.map(pullOne))).flat() : pullOne(topic),
    ack: async ({ topic, ackId }) => {
      await client.acknowledge({ subscription: nameOf(topic), ackIds: [ackId] });
    },
    nack: async ({ topic, ackId }) => {
      await client.modifyAckDeadline({ subscription: nameOf(topic), ackIds: [ackId], ackDeadlineSeconds: 0 });
    },
    close: () => client.close(),
  };
}
