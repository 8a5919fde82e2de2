// The figure of the local Pub/Sub: messages through the official client, published, received and acknowledged.
import { type Message, PubSub } from "@google-cloud/pubsub";
import { inFlight } from "./in-flight.ts";
import { type StandIn, startStandIn } from "./stand-in.ts";

const IN_FLIGHT = 1_000;
const CONTENT = Buffer.from(JSON.stringify({ claim_id: "0".repeat(64), at: "2026-01-01T00:00:00.000Z" }));

/** 1,000 messages in flight: each is published, received by a subscriber of the same process, and acknowledged. */
export function messages(): Promise<number> {
  return withPubSub((client) => roundTrips(client));
}

/** Resident memory of the stand-in after that load. */
export function pubSubMemory(): Promise<number> {
  return withPubSub(async (client, standIn) => {
    await roundTrips(client);
    return standIn.memory();
  });
}

async function withPubSub(work: (client: PubSub, standIn: StandIn) => Promise<number>): Promise<number> {
  const standIn = await startStandIn("pubsub");
  const client = new PubSub({
    projectId: "demo-bench",
    apiEndpoint: `${standIn.host}:${standIn.port}`,
    emulatorMode: true,
  });
  try {
    return await work(client, standIn);
  } finally {
    await client.close();
    await standIn.stop();
  }
}

async function roundTrips(client: PubSub): Promise<number> {
  const [topic] = await client.createTopic("claims");
  const [subscription] = await topic.createSubscription("verify", {
    flowControl: { maxMessages: 2 * IN_FLIGHT },
  });
  const arrived = new Map<string, () => void>();
  subscription.on("message", (message: Message) => {
    message.ack();
    arrived.get(message.attributes.number!)?.();
    arrived.delete(message.attributes.number!);
  });
  let next = 0;
  const rate = await inFlight(IN_FLIGHT, async () => {
    const number = String(next++);
    const arrives = new Promise<void>((resolve) => arrived.set(number, resolve));
    await topic.publishMessage({ data: CONTENT, attributes: { number } });
    await arrives;
    return 1;
  });
  await subscription.close();
  return rate;
}
