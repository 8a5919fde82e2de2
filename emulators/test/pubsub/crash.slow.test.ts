// Killed at random moments in the middle of a load, and started again: no acknowledged publish is lost, no acknowledged
// acknowledgement is undone.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { v1 } from "@google-cloud/pubsub";
import { credentials } from "@grpc/grpc-js";
import { expect, test } from "vitest";

const BINARY = fileURLToPath(new URL("../../bin/pubsub.mjs", import.meta.url));
const ROUNDS = 40;
const LONGEST_ROUND_MS = 250;
const PUBLISHERS = 4;
const TOPIC = "projects/crash/topics/topic";
const SUBSCRIPTIONS = ["one", "two"].map((id) => `projects/crash/subscriptions/${id}`);
/** A call that is cut off stays so: what it did is unknown, and must not be repeated. */
const ONCE = { timeout: 5_000, retry: null };

/** What was promised to the clients, and what they got. */
class Ledger {
  readonly published = new Set<string>();
  readonly acknowledged = new Map(SUBSCRIPTIONS.map((name) => [name, new Set<string>()]));
  readonly delivered = new Map(SUBSCRIPTIONS.map((name) => [name, new Set<string>()]));
  readonly undone: string[] = [];
  sent = 0;

  deliver(subscription: string, text: string): void {
    this.delivered.get(subscription)!.add(text);
    if (this.acknowledged.get(subscription)!.has(text)) this.undone.push(`${text} at ${subscription}`);
  }
}

interface Running {
  readonly process: ChildProcess;
  readonly publisher: v1.PublisherClient;
  readonly subscriber: v1.SubscriberClient;
}

async function start(folder: string): Promise<Running> {
  const child = spawn(process.execPath, [BINARY, "--port=0", "--data", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout!.on("data", (line) => resolve(Number(/:(\d+) /.exec(String(line))![1])));
    child.on("exit", (code) => reject(new Error(`ended with ${code} before it was ready`)));
  });
  const options = {
    projectId: "crash",
    servicePath: "127.0.0.1",
    port,
    sslCreds: credentials.createInsecure(),
  };
  return {
    process: child,
    publisher: new v1.PublisherClient(options),
    subscriber: new v1.SubscriberClient(options),
  };
}

async function kill({ process: child, publisher, subscriber }: Running): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
  await Promise.all([publisher.close(), subscriber.close()]);
}

/** Publishes until it is cut off. */
async function publish({ publisher }: Running, ledger: Ledger): Promise<void> {
  for (;;) {
    const texts = Array.from({ length: 1 + (ledger.sent % 7) }, () => `m${ledger.sent++}`);
    const messages = texts.map((text) => ({ data: Buffer.from(text) }));
    await publisher.publish({ topic: TOPIC, messages }, ONCE);
    for (const text of texts) ledger.published.add(text);
  }
}

/** Pulls and acknowledges half of what comes, until it is cut off or, if told so, all of it until nothing is left. */
async function consume(
  { subscriber }: Running,
  subscription: string,
  ledger: Ledger,
  isDraining: boolean,
): Promise<void> {
  for (let empty = 0; empty < 2; ) {
    const request = { subscription, maxMessages: isDraining ? 1_000 : 20 };
    const [{ receivedMessages = [] }] = await subscriber.pull(request, ONCE);
    const received = receivedMessages!.map(({ ackId, message }) => ({
      ackId: ackId!,
      text: Buffer.from(message!.data as Uint8Array).toString(),
    }));
    for (const { text } of received) ledger.deliver(subscription, text);
    const chosen = isDraining ? received : received.filter((_, i) => i % 2 === 0);
    if (chosen.length > 0)
      await subscriber.acknowledge({ subscription, ackIds: chosen.map(({ ackId }) => ackId) }, ONCE);
    for (const { text } of chosen) ledger.acknowledged.get(subscription)!.add(text);
    empty = isDraining && received.length === 0 ? empty + 1 : 0;
  }
}

test(`the local Pub/Sub keeps what it acknowledged through ${ROUNDS} kills`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "pubsub-crash-"));
  const ledger = new Ledger();
  try {
    let running = await start(folder);
    await running.publisher.createTopic({ name: TOPIC });
    for (const name of SUBSCRIPTIONS) await running.subscriber.createSubscription({ name, topic: TOPIC });
    for (let round = 0; round < ROUNDS; round++) {
      const load = Promise.allSettled([
        ...Array.from({ length: PUBLISHERS }, () => publish(running, ledger)),
        ...SUBSCRIPTIONS.map((name) => consume(running, name, ledger, false)),
      ]);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_ROUND_MS));
      await kill(running);
      await load;
      running = await start(folder);
    }
    await Promise.all(SUBSCRIPTIONS.map((name) => consume(running, name, ledger, true)));
    await kill(running);
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(ledger.published.size).toBeGreaterThan(ROUNDS);
  expect(ledger.undone).toEqual([]);
  for (const name of SUBSCRIPTIONS) {
    const delivered = ledger.delivered.get(name)!;
    expect([...ledger.published].filter((text) => !delivered.has(text))).toEqual([]);
    expect(ledger.acknowledged.get(name)!.size).toBeGreaterThan(ROUNDS);
  }
});
