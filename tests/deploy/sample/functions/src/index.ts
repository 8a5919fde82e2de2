// The sample that proves the bundle: what the SDKs do in it, one function of each kind, and bodies that come unread.
import type { IncomingMessage } from "node:http";
import { applicationDefault, initializeApp } from "firebase-admin/app";
import { FieldValue, getFirestore, Timestamp } from "firebase-admin/firestore";
import { defineInt, defineSecret } from "firebase-functions/params";
import { onDocumentWritten } from "firebase-functions/v2/firestore";
import { onRequest } from "firebase-functions/v2/https";
import { onMessagePublished } from "firebase-functions/v2/pubsub";
import { onSchedule } from "firebase-functions/v2/scheduler";
import { openDoor } from "../../../../../functions/src/door.ts";

const secret = defineSecret("SAMPLE_SECRET");
const instances = defineInt("SAMPLE_INSTANCES", { default: 3 });

openDoor();
initializeApp();
const store = getFirestore();
// Integers as they are, beyond what a double holds.
store.settings({ useBigInt: true });

/** Says how its body came: nobody has touched it, and these are its bytes. */
export const body = onRequest(async (request, response) => {
  const { rawBody, readableDidRead } = request as typeof request & IncomingMessage;
  const untouched = rawBody === undefined && !readableDidRead;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  response.json({
    untouched,
    bytes: bytes.length,
    start: bytes.subarray(0, 16).toString("latin1"),
  });
});

/** What our own functions do with Firestore, and what breaks first when a client is bundled badly. */
export const documents = onRequest({ maxInstances: instances, secrets: [secret] }, async (_, response) => {
  const documents = store.collection("work");
  const one = documents.doc("one");
  const seen: unknown[] = [];
  const listened = new Promise<void>((resolve, reject) => {
    const end = one.onSnapshot((snapshot) => {
      seen.push(snapshot.get("text") ?? null);
      if (snapshot.get("text") !== "changed") return;
      end();
      resolve();
    }, reject);
  });
  await one.set({
    text: "first",
    large: 9_007_199_254_740_993n,
    bytes: Buffer.from([0, 255]),
    at: Timestamp.fromMillis(1_000),
    made: FieldValue.serverTimestamp(),
  });
  await store.runTransaction(async (transaction) => {
    const { large } = (await transaction.get(one)).data()!;
    transaction.update(one, { text: "changed", large: large + 1n, times: FieldValue.increment(1) });
  });
  await listened;
  const { large, bytes, at } = (await one.get()).data()!;
  const missing = await documents
    .doc("none")
    .update({ a: 1 })
    .catch((error: { code: number }) => error.code);
  response.json({
    seen: seen.at(-1),
    large: String(large),
    bytes: [...bytes],
    at: at.toMillis(),
    count: Number((await documents.count().get()).data().count),
    found: (await documents.where("text", "==", "changed").get()).docs.map(({ id }) => id),
    all: (await store.getAll(one, documents.doc("none"))).map(({ exists }) => exists),
    missing,
    secret: secret.value(),
  });
});

export const publish = onRequest(async (_, response) => {
  const { PubSub } = await import("@google-cloud/pubsub");
  const client = new PubSub();
  const [topic] = await client.topic("sample-mail").get({ autoCreate: true });
  response.json({ id: await topic.publishMessage({ json: { text: "hello" } }) });
  await client.close();
});

/** The way to every credential in the cloud: its metadata server. */
export const token = onRequest(async (_, response) => {
  response.json(await applicationDefault().getAccessToken());
});

export const mail = onMessagePublished("sample-mail", ({ data }) => journal("mail", data.message.json));

export const written = onDocumentWritten("work/{id}", ({ data, params }) =>
  journal("written", { ...params, text: data?.after.get("text") ?? null }),
);

export const nightly = onSchedule("every day 03:00", ({ jobName }) => journal("nightly", { job: jobName }));

async function journal(kind: string, what: object): Promise<void> {
  await store.collection("journal").add({ kind, ...what });
}
