// A ledger of 10,000 signed entries with 1,000 artifacts, on a durable local Firestore, at one origin with the viewer.
import { appendWaiting } from "../../functions/src/append.ts";
import { makeApi } from "../../functions/src/http/app.ts";
import { usualSettings } from "../../functions/src/settings.ts";
import { serviceAt } from "../service/service-at.ts";
import { fill } from "./fill.ts";
import { atOneOrigin, SITE } from "./origin.ts";
import { startStandIn } from "./stand-in.ts";
import { validSubmissions } from "./workloads.ts";

export const ENTRIES = 10_000;
export const POLICIES = 1_000;

export async function withLongLedger<T>(work: (url: string) => Promise<T>): Promise<T> {
  const standIn = await startStandIn("firestore");
  const at = {
    firestore: `${standIn.host}:${standIn.port}`,
    pubsub: "127.0.0.1:1",
    projectId: "bench-audit",
  };
  const service = serviceAt(at, { now: Date.now, trainer: null, log: () => {} });
  // The limits on one caller are lifted by a factor, as in the figures of the service.
  const api = makeApi(service.service, usualSettings(10_000));
  try {
    await fill(service.service.db, validSubmissions(ENTRIES, POLICIES));
    await appendWaiting(service.service);
    return await atOneOrigin(SITE, (request) => api.fetch(request), work);
  } finally {
    await service.close();
    await standIn.stop();
  }
}
