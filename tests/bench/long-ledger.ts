// A long ledger of signed entries on a durable local Firestore, at one origin with the viewer.
import { appendWaiting } from "../../functions/src/append.ts";
import { makeApi } from "../../functions/src/http/app.ts";
import type { Service } from "../../functions/src/service.ts";
import { usualSettings } from "../../functions/src/settings.ts";
import { serviceAt } from "../service/service-at.ts";
import { fill } from "./fill.ts";
import { atOneOrigin, SITE } from "./origin.ts";
import { startStandIn } from "./stand-in.ts";
import { validSubmissions } from "./workloads.ts";

export interface LongLedger {
  readonly url: string;
  readonly service: Service;
}

export async function withLongLedger<T>(
  { entries, policies }: { readonly entries: number; readonly policies: number },
  work: (ledger: LongLedger) => Promise<T>,
): Promise<T> {
  const standIn = await startStandIn("firestore");
  const at = {
    firestore: `${standIn.host}:${standIn.port}`,
    pubsub: "127.0.0.1:1",
    projectId: "bench-audit",
  };
  const { service, close } = serviceAt(at, { now: Date.now, trainer: null, log: () => {} });
  // The limits on one caller are lifted by a factor, as in the figures of the service.
  const api = makeApi(service, usualSettings(10_000));
  try {
    await fill(service.db, validSubmissions(entries, policies));
    await appendWaiting(service);
    return await atOneOrigin(
      SITE,
      (request) => api.fetch(request),
      (url) => work({ url, service }),
    );
  } finally {
    await close();
    await standIn.stop();
  }
}
