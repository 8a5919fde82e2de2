// The service on Firebase: its database, its queue, its key and its log. Made once an instance; everything that takes
// long to load waits until it is first used.

import type { PubSub, Topic as PubSubTopic } from "@google-cloud/pubsub";
import type { NoteSigner } from "@policyledger/core";
import { type KeyPair, nodeHost, publicKeyOf } from "@policyledger/core/node";
import { initializeApp } from "firebase-admin/app";
import { getFirestore } from "firebase-admin/firestore";
import { write } from "firebase-functions/logger";
import { inTime } from "./in-time.ts";
import { logSigners } from "./log-keys.ts";
import { type Line, messageOf, type Service, type Topic } from "./service.ts";

/** So that they are told apart from whatever else a project has. */
export const topicName = (topic: Topic) => `policyledger-${topic}`;

/** A queue that does not answer by then counts as gone: the sweep sends again what it was not told. */
const PUBLISH_MS = 5_000;

/** What of the deployment's secrets and parameters an instance was given. */
export interface Keys {
  /** The trainer's, 64 hex digits. */
  readonly service: string | undefined;
  /** The log's, the current one first; two while it is being replaced. */
  readonly log: string | undefined;
  /** The log's URL without scheme, which its keys are named after. */
  readonly origin: string;
}

export function cloudService(keys: Keys): Service {
  initializeApp();
  return {
    db: getFirestore(),
    host: nodeHost,
    now: Date.now,
    publish: publisher(),
    log: logLine,
    trainer: trainerFrom(keys.service),
    signers: signersFrom(keys),
  };
}

/** Reads must not depend on a key that only trainings need. */
function trainerFrom(secret: string | undefined): KeyPair | null {
  // Whoever pipes a secret in may pipe a line feed along.
  const secretKey = secret?.trim();
  if (!secretKey) return null;
  try {
    return { secretKey, publicKey: publicKeyOf(secretKey) };
  } catch (error) {
    logLine({ station: "train", event: "no_service_key", severity: "ERROR", error: messageOf(error) });
    return null;
  }
}

/** A log must not be kept from growing by keys that are none: it says so, and publishes no checkpoint. */
function signersFrom({ log, origin }: Keys): readonly NoteSigner[] {
  try {
    return logSigners(log, origin);
  } catch (error) {
    logLine({ station: "append", event: "no_log_key", severity: "ERROR", error: messageOf(error) });
    return [];
  }
}

function publisher(): Service["publish"] {
  let client: Promise<PubSub> | null = null;
  const topics = new Map<Topic, PubSubTopic>();
  return async (topic, messages) => {
    client ??= import("@google-cloud/pubsub").then((loaded) => new loaded.PubSub());
    const pubsub = await client;
    let target = topics.get(topic);
    if (target === undefined) {
      target = pubsub.topic(topicName(topic), { batching: { maxMessages: 100, maxMilliseconds: 1 } });
      topics.set(topic, target);
    }
    const sent = Promise.all(messages.map((json) => target.publishMessage({ json })));
    const message = `Cannot publish to ${topicName(topic)}: no answer after ${PUBLISH_MS} ms`;
    await inTime(sent, PUBLISH_MS, () => new Error(message));
  };
}

function logLine({ severity = "INFO", ...line }: Line): void {
  write({ severity, message: inWords(line), ...line });
}

/** Enough of an id to find the claim by in the lines around. */
const SHORT = 12;

/** What a person wants to see of a line; programs go by its fields. */
function inWords({ station, event, claim_id, ...line }: Line): string {
  if (station === "http") return `${line.method} ${line.route} ${line.status} in ${line.milliseconds} ms`;
  const details = ["verdict", "reason", "index", "size", "topic", "error"]
    .filter((name) => line[name] !== undefined)
    .map((name) => `${name} ${line[name]}`);
  const about = claim_id === undefined ? [] : [`claim ${claim_id.slice(0, SHORT)}`];
  const counts = Object.entries(line.counted ?? {}).map(([name, count]) => `${name} ${count}`);
  return `${station}: ${event}: ${[...about, ...details, ...(about.length === 0 ? counts : [])].join(", ")}`;
}
