// The functions that are deployed: for now the one that says whether the service is well.

import { initializeApp } from "firebase-admin/app";
import { getFirestore } from "firebase-admin/firestore";
import { onRequest } from "firebase-functions/v2/https";

initializeApp();

export const api = onRequest({ region: "us-central1" }, async (request, response) => {
  if (request.method === "GET" && request.path === "/api/v1/health") {
    response.set("cache-control", "no-store").json({ status: "ok", entries: await countEntries() });
    return;
  }
  // Hosting keeps a 404 for ten minutes unless it is told not to.
  response
    .status(404)
    .set("cache-control", "no-store")
    .type("application/problem+json")
    .send({
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: `There is no ${request.method} ${request.path}.`,
    });
});

async function countEntries(): Promise<number> {
  const counted = await getFirestore().collection("ledger_entries").count().get();
  return counted.data().count;
}
