// What clients that wait are told when the stand-in ends.
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { pubSubProtos } from "../../src/pubsub/protos.ts";
import { startPubSub } from "../../src/pubsub/server.ts";
import { Code } from "../../src/wire/status.ts";

const protos = pubSubProtos();
const TOPIC = { name: "projects/p/topics/topic" };
const SUBSCRIPTION = { name: "projects/p/subscriptions/subscription", topic: TOPIC.name };
const TOLD = { code: Code.UNAVAILABLE, details: "The local Pub/Sub is shutting down." };
const asItIs = (bytes: Buffer) => bytes;

function encoded(type: string, message: object): Buffer {
  return protos
    .lookupType(`google.pubsub.v1.${type}`)
    .encode(message as never)
    .finish() as Buffer;
}

test("closing the local Pub/Sub tells those that pull and stream that it is unavailable", async () => {
  const server = await startPubSub({ host: "127.0.0.1", port: 0, data: null });
  const client = new Client(`${server.host}:${server.port}`, credentials.createInsecure());
  const call = (rpc: string, request: Buffer) =>
    new Promise<ServiceError | null>((resolve) => {
      const path = `/google.pubsub.v1.${rpc}`;
      client.makeUnaryRequest(path, asItIs, asItIs, request, (error) => resolve(error));
    });
  await call("Publisher/CreateTopic", encoded("Topic", TOPIC));
  await call("Subscriber/CreateSubscription", encoded("Subscription", SUBSCRIPTION));

  const { name: subscription } = SUBSCRIPTION;
  const pulled = call("Subscriber/Pull", encoded("PullRequest", { subscription, maxMessages: 1 }));
  const path = "/google.pubsub.v1.Subscriber/StreamingPull";
  const stream = client.makeBidiStreamRequest(path, asItIs, asItIs);
  const streamed = new Promise<ServiceError>((resolve) => stream.on("error", resolve));
  const first = { subscription, streamAckDeadlineSeconds: 10, protocolVersion: 1 };
  stream.write(encoded("StreamingPullRequest", first));
  stream.write(encoded("StreamingPullRequest", {}));
  // The answer to the second request: by now the pull, sent before on the same connection, waits too.
  await new Promise((resolve) => stream.once("data", resolve));

  await server.close();
  expect(await pulled).toMatchObject(TOLD);
  expect(await streamed).toMatchObject(TOLD);
  client.close();
});
