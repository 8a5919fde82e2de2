// The sample that proves the stack: one function of each kind, and a journal of all that reached them.

import { initializeApp } from "firebase-admin/app";
import { FieldValue, getFirestore } from "firebase-admin/firestore";
import { defineSecret } from "firebase-functions/params";
import { firestore as firstGeneration } from "firebase-functions/v1";
import { logger } from "firebase-functions/v2";
import {
  onDocumentCreated,
  onDocumentDeleted,
  onDocumentUpdated,
  onDocumentWritten,
} from "firebase-functions/v2/firestore";
import { onRequest } from "firebase-functions/v2/https";
import { onMessagePublished } from "firebase-functions/v2/pubsub";
import { onSchedule } from "firebase-functions/v2/scheduler";

initializeApp();
const store = getFirestore();

export const api = onRequest(async (request, response) => {
  const { method, path } = request;
  if (path === "/api/v1/health") return void response.json({ status: "ok" });
  if (path === "/api/v1/hang") return console.log("hanging on");
  if (path === "/api/v1/busy") {
    console.log("busy for ever");
    for (;;);
  }
  const document = store.doc(path.replace(/^\/api\//, ""));
  if (method === "PUT") await document.set(request.body);
  if (method === "DELETE") await document.delete();
  logger.info(`${method} ${document.path}`);
  const data = method === "GET" ? ((await document.get()).data() ?? null) : undefined;
  response.json({ method, path: document.path, data });
});

export const created = onDocumentCreated("notes/{note}", (event) =>
  journal("created", event, { after: event.data.data() }),
);

export const updated = onDocumentUpdated("notes/{note}", (event) =>
  journal("updated", event, { before: event.data.before.data(), after: event.data.after.data() }),
);

export const deleted = onDocumentDeleted("notes/{note}", (event) =>
  journal("deleted", event, { before: event.data.data() }),
);

export const written = onDocumentWritten("notes/{note}/lines/{line}", (event) =>
  journal("written", event, {
    before: event.data.before.data() ?? null,
    after: event.data.after.data() ?? null,
  }),
);

export const first = firstGeneration
  .document("notes/{note}")
  .onUpdate(({ before, after }, context) =>
    journal(
      "first",
      { id: context.eventId, params: context.params },
      { before: before.data(), after: after.data() },
    ),
  );

/** Fails the first time that it sees a document. */
export const fragile = onDocumentCreated("fragile/{id}", async (event) => {
  const attempts = store.doc(`attempts/${event.params.id}`);
  const { exists } = await attempts.get();
  await attempts.set(
    { events: FieldValue.arrayUnion(event.id), count: FieldValue.increment(1) },
    { merge: true },
  );
  if (!exists) throw new Error("the first attempt fails on purpose");
});

export const mail = onMessagePublished("mail", ({ id, data: { message } }) =>
  journal("mail", { id, params: {} }, { text: message.json.text, attributes: message.attributes }),
);

export const nightly = onSchedule("every day 03:00", ({ jobName, scheduleTime }) =>
  journal("nightly", { id: "nightly", params: {} }, { job: jobName, time: scheduleTime }),
);

export const often = onSchedule("every 1 minutes", ({ jobName, scheduleTime }) =>
  journal("often", { id: "often", params: {} }, { job: jobName, time: scheduleTime }),
);

const sampleKey = defineSecret("SAMPLE_KEY");

/** Shows what reaches a function from around it. */
export const sealed = onRequest({ secrets: [sampleKey] }, (_, response) => {
  const { POLICYLEDGER_LOCAL, POLICYLEDGER_LIMITS_FACTOR, FUNCTIONS_EMULATOR_PARALLEL } = process.env;
  response.json({
    key: sampleKey.value(),
    environment: { POLICYLEDGER_LOCAL, POLICYLEDGER_LIMITS_FACTOR, FUNCTIONS_EMULATOR_PARALLEL },
  });
});

async function journal(kind, { id, params }, what) {
  await store.collection("journal").add({ kind, event: id, params, ...what });
}
