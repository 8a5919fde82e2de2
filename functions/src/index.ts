// What is deployed, in the order of a claim's life. Each function is one station; what it does stands in its own file.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { write } from "firebase-functions/logger";
import { defineSecret, defineString } from "firebase-functions/params";
import { setGlobalOptions } from "firebase-functions/v2";
import { onDocumentWritten } from "firebase-functions/v2/firestore";
import { onRequest } from "firebase-functions/v2/https";
import { onMessagePublished } from "firebase-functions/v2/pubsub";
import { onSchedule } from "firebase-functions/v2/scheduler";
import { appendWaiting } from "./append.ts";
import { cloudService, topicName } from "./cloud.ts";
import { openDoor } from "./door.ts";
import { problemAnswer } from "./http/answer.ts";
import { type Api, makeApi } from "./http/app.ts";
import { onceAtATime } from "./once-at-a-time.ts";
import { Problem } from "./problem.ts";
import { rankNew } from "./rank.ts";
import { messageOf, type Service } from "./service.ts";
import { type Settings, usualSettings } from "./settings.ts";
import { sweep as sweepAll } from "./sweep.ts";
import { runTraining } from "./train.ts";
import { verifyClaims } from "./verify.ts";

const REGION = "us-central1";

/** The Ed25519 key, 64 hex digits, with which trainings on the server are claimed. */
const serviceKey = defineSecret("SERVICE_KEY");
/** The Ed25519 keys, 64 hex digits each, that sign checkpoints: the current one first, then those that it replaces. */
const logKey = defineSecret("LOG_KEY");
/** The log's name: the URL that it is read at, without scheme and final slash. None: the project's own at Hosting. */
const logOrigin = defineString("LOG_ORIGIN", { default: "" });
/** Verifier keys of the witnesses whose cosignatures are kept, with spaces between them; "any": of the first that come. */
const witnesses = defineString("WITNESSES", { default: "" });
/** CIDR ranges of the CDN in front of us, so that its callers' own addresses are counted; none: the last hop counts. */
const trustedProxies = defineString("TRUSTED_PROXIES", { default: "" });

openDoor();
setGlobalOptions({ region: REGION, memory: "512MiB" });

let service: Service | null = null;
const theService = (): Service => {
  const { SERVICE_KEY, LOG_KEY } = process.env;
  service ??= cloudService({ service: SERVICE_KEY, log: LOG_KEY, origin: originOfLog() });
  return service;
};

/** The API: what claims come in by, and what everyone reads. */
export const api = onRequest(
  { secrets: [serviceKey], invoker: "public", concurrency: 80, maxInstances: 10, timeoutSeconds: 60 },
  listener(() => ({ ...settings(), streamSeconds: 50 })),
);

/** The same API at an address of its own, where event streams may last: Hosting would hold them back. */
export const events = onRequest(
  { secrets: [serviceKey], invoker: "public", concurrency: 250, maxInstances: 5, timeoutSeconds: 3_600 },
  listener(() => ({ ...settings(), streamSeconds: isLocal() ? 50 : 3_500, maxStreams: 200 })),
);

export const verify = onMessagePublished(
  { topic: topicName("claims"), retry: true, concurrency: 8, maxInstances: 20, timeoutSeconds: 120 },
  async ({ data }) => verifyClaims(theService(), idsIn(data.message, "claim_ids")),
);

const appendOnce = onceAtATime(() => appendWaiting(theService()));

/** One instance; wake-ups that come while it appends become one. */
export const append = onMessagePublished(
  {
    topic: topicName("verdicts"),
    retry: true,
    secrets: [logKey],
    concurrency: 80,
    maxInstances: 1,
    timeoutSeconds: 120,
  },
  () => appendOnce(),
);

const rankOnce = onceAtATime(() => rankNew(theService()));

export const rank = onDocumentWritten(
  { document: "ledger/head", retry: true, concurrency: 80, maxInstances: 1, timeoutSeconds: 120 },
  () => rankOnce(),
);

export const train = onMessagePublished(
  {
    topic: topicName("trainings"),
    retry: true,
    secrets: [serviceKey],
    concurrency: 1,
    maxInstances: 10,
    timeoutSeconds: 180,
  },
  async ({ data }) => {
    for (const id of idsIn(data.message, "training_id")) await runTraining(theService(), id);
  },
);

export const sweep = onSchedule(
  { schedule: "every 1 minutes", maxInstances: 1, timeoutSeconds: 300, retryCount: 0 },
  () => sweepAll(theService()),
);

const ID = /^[0-9a-f]{64}$/;

/** Only we publish there; what does not look like ours is nothing to do, and not to be delivered again. */
function idsIn(message: { readonly json: unknown }, field: "claim_ids" | "training_id"): string[] {
  let json: unknown;
  try {
    json = message.json;
  } catch {
    return [];
  }
  const value: unknown = (json as Record<string, unknown> | null)?.[field];
  const ids = Array.isArray(value) ? value : [value];
  return ids.filter((id): id is string => typeof id === "string" && ID.test(id));
}

function settings(): Settings {
  const factor = isLocal() ? Number(process.env.POLICYLEDGER_LIMITS_FACTOR ?? 1) : 1;
  return {
    ...usualSettings(factor),
    trustedProxies: trustedProxies.value(),
    witnesses: isLocal() ? witnesses.value() || "any" : witnesses.value(),
    streamsUrl: isLocal()
      ? localStreamsUrl()
      : `https://${REGION}-${process.env.GCLOUD_PROJECT}.cloudfunctions.net/events`,
  };
}

function originOfLog(): string {
  const local = process.env.POLICYLEDGER_HOSTING_URL;
  if (isLocal() && local !== undefined) return local.replace(/^https?:\/\//, "");
  return logOrigin.value() || `${process.env.GCLOUD_PROJECT}.web.app`;
}

/** The launcher of the local stack says where the functions are. */
function localStreamsUrl(): string | null {
  const base = process.env.POLICYLEDGER_FUNCTIONS_URL;
  return base === undefined ? null : `${base}/${process.env.GCLOUD_PROJECT}/${REGION}/events`;
}

function isLocal(): boolean {
  return process.env.FUNCTIONS_EMULATOR === "true";
}

/** A setting that cannot be: every request says so, and the log says which. */
function cannotStart(error: unknown): Response {
  const requestId = randomUUID();
  write({
    severity: "ERROR",
    message: `http: cannot_start: ${messageOf(error)}`,
    station: "http",
    event: "cannot_start",
    request_id: requestId,
  });
  return problemAnswer(
    new Problem("internal", "The service is not set up as it should be; its log says why."),
    requestId,
  );
}

/** From the host's request and response to the API's; both functions that answer HTTP are made of it. */
function listener(
  makeSettings: () => Settings,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let made: Api | null = null;
  const listen = getRequestListener(
    (request, { incoming }) => {
      try {
        made ??= makeApi(theService(), makeSettings());
      } catch (error) {
        return cannotStart(error);
      }
      return made.fetch(request, { remoteAddress: incoming.socket.remoteAddress });
    },
    { overrideGlobalObjects: false },
  );
  return async (request, response) => void (await listen(request, response));
}
