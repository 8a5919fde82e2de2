// What a topic and a subscription are set to: read from requests with the service's checks, and answered with its defaults.
import { Code, invalid, StatusError } from "../wire/status.ts";
import { checkName } from "./names.ts";
import type { Policy } from "./subscription.ts";

interface Duration {
  readonly seconds: string | number;
  readonly nanos: number;
}

export interface TopicSettings {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly messageStoragePolicy: object | null;
  readonly messageRetentionDuration: Duration | null;
}

export interface SubscriptionSettings {
  readonly name: string;
  readonly topic: string;
  readonly ackDeadlineSeconds: number;
  readonly retainAckedMessages: boolean;
  readonly messageRetentionDuration: Duration;
  readonly labels: Readonly<Record<string, string>>;
  readonly enableMessageOrdering: boolean;
  readonly expirationPolicy: { readonly ttl: Duration | null };
  readonly deadLetterPolicy: {
    readonly deadLetterTopic: string;
    readonly maxDeliveryAttempts: number;
  } | null;
  readonly retryPolicy: { readonly minimumBackoff: Duration; readonly maximumBackoff: Duration } | null;
}

/** A decoded google.pubsub.v1.Topic or Subscription. */
// biome-ignore lint/suspicious/noExplicitAny: its shape is the proto's.
type Proto = any;

/** Ranges and defaults as documented beside the fields in google/pubsub/v1/pubsub.proto. */
const ACK_DEADLINE = { least: 10, most: 600, usual: 10 };
const ATTEMPTS = { least: 5, most: 100, usual: 5 };
const BACKOFF = { least: 0, most: 600, usualLeast: 10, usualMost: 600 };
const DAY = 86_400;
const RETENTION = { least: 600, most: 31 * DAY, usual: 7 * DAY };
const TTL = { least: DAY, usual: 31 * DAY };
/** google/protobuf/duration.proto: about 10,000 years. */
const MAX_DURATION_SECONDS = 315_576_000_000;
const MAX_NANOS = 999_999_999;
/** https://cloud.google.com/pubsub/docs/create-topic-labels, which allows letters of any script that knows no capitals. */
const MAX_LABELS = 64;
const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;
/** google.pubsub.v1.Topic.State and Subscription.State. */
const ACTIVE = 1;

const TOPIC_FIELDS = ["labels", "messageStoragePolicy", "messageRetentionDuration"];
const SUBSCRIPTION_FIELDS = [
  "ackDeadlineSeconds",
  "retainAckedMessages",
  "messageRetentionDuration",
  "labels",
  "expirationPolicy",
  "deadLetterPolicy",
  "retryPolicy",
];
/** Fields that cannot be kept; as long as they are empty they may be named in an update. */
const UNKEPT_TOPIC_FIELDS: Readonly<Record<string, string>> = {
  kmsKeyName: "Encryption keys of one's own (kms_key_name)",
  schemaSettings: "Schemas (schema_settings)",
  ingestionDataSourceSettings: "Ingestion from other services (ingestion_data_source_settings)",
  messageTransforms: "Message transforms (message_transforms)",
  tags: "Resource tags (tags)",
};
const UNKEPT_SUBSCRIPTION_FIELDS: Readonly<Record<string, string>> = {
  pushConfig: "Push delivery (push_config)",
  bigqueryConfig: "Export to BigQuery (bigquery_config)",
  cloudStorageConfig: "Export to Cloud Storage (cloud_storage_config)",
  bigtableConfig: "Export to Bigtable (bigtable_config)",
  filter: "Filters (filter)",
  detached: "Detaching subscriptions (detached)",
  enableExactlyOnceDelivery: "Exactly-once delivery (enable_exactly_once_delivery)",
  messageTransforms: "Message transforms (message_transforms)",
  tags: "Resource tags (tags)",
};

export function readTopic(proto: Proto): TopicSettings {
  refuseUnkept(proto, UNKEPT_TOPIC_FIELDS);
  const { messageStoragePolicy, messageRetentionDuration } = proto;
  return {
    name: checkName(proto.name, "topics"),
    labels: checkLabels(proto.labels ?? {}),
    messageStoragePolicy: messageStoragePolicy ?? null,
    messageRetentionDuration: messageRetentionDuration ? checkRetention(messageRetentionDuration) : null,
  };
}

export function readSubscription(proto: Proto): SubscriptionSettings {
  refuseUnkept(proto, UNKEPT_SUBSCRIPTION_FIELDS);
  return {
    name: checkName(proto.name, "subscriptions"),
    topic: proto.topic,
    ackDeadlineSeconds: checkAckDeadline(proto.ackDeadlineSeconds || ACK_DEADLINE.usual, ACK_DEADLINE.least),
    retainAckedMessages: proto.retainAckedMessages,
    messageRetentionDuration: checkRetention(proto.messageRetentionDuration ?? seconds(RETENTION.usual)),
    labels: checkLabels(proto.labels ?? {}),
    enableMessageOrdering: proto.enableMessageOrdering,
    expirationPolicy: readExpirationPolicy(proto.expirationPolicy ?? { ttl: seconds(TTL.usual) }),
    deadLetterPolicy: readDeadLetterPolicy(proto.deadLetterPolicy ?? null),
    retryPolicy: readRetryPolicy(proto.retryPolicy ?? null),
  };
}

export function updatedTopic(before: TopicSettings, proto: Proto, paths: readonly string[]): TopicSettings {
  const fields = fieldsOf("Topic", paths, TOPIC_FIELDS, UNKEPT_TOPIC_FIELDS);
  return { ...before, ...picked(readTopic(masked(proto, fields)), fields) };
}

export function updatedSubscription(
  before: SubscriptionSettings,
  proto: Proto,
  paths: readonly string[],
): SubscriptionSettings {
  const fields = fieldsOf("Subscription", paths, SUBSCRIPTION_FIELDS, UNKEPT_SUBSCRIPTION_FIELDS);
  return { ...before, ...picked(readSubscription(masked(proto, fields)), fields) };
}

export function topicProto(settings: TopicSettings): object {
  return { ...settings, state: ACTIVE };
}

export function subscriptionProto(settings: SubscriptionSettings): object {
  return { ...settings, pushConfig: {}, state: ACTIVE };
}

export function policyOf(settings: SubscriptionSettings): Policy {
  const { retryPolicy, deadLetterPolicy } = settings;
  return {
    ackDeadlineMs: settings.ackDeadlineSeconds * 1_000,
    isOrdered: settings.enableMessageOrdering,
    backoffMs: retryPolicy && {
      least: milliseconds(retryPolicy.minimumBackoff),
      most: milliseconds(retryPolicy.maximumBackoff),
    },
    maxAttempts: deadLetterPolicy?.maxDeliveryAttempts ?? null,
    retentionMs: milliseconds(settings.messageRetentionDuration),
  };
}

/** Deadlines of subscriptions and streams start at 10 s, those of single messages at 0. */
export function checkAckDeadline(deadline: number, least: number = ACK_DEADLINE.least): number {
  if (deadline >= least && deadline <= ACK_DEADLINE.most) return deadline;
  throw invalid(
    `Invalid ack deadline given (ack_deadline=${deadline}). The ack deadline must be between ${least} and ${ACK_DEADLINE.most} seconds.`,
  );
}

export function unimplemented(feature: string): StatusError {
  return new StatusError(Code.UNIMPLEMENTED, `${feature}: not implemented in the local Pub/Sub.`);
}

function readExpirationPolicy({ ttl }: Proto): SubscriptionSettings["expirationPolicy"] {
  // Without it, the subscription never expires.
  if (!ttl) return { ttl: null };
  const given = secondsOf("expiration_policy.ttl", ttl);
  if (given >= TTL.least) return { ttl };
  throw invalid(
    `Invalid expiration policy given (ttl=${given} s). The time to live must be at least ${TTL.least} seconds.`,
  );
}

function readDeadLetterPolicy(proto: Proto): SubscriptionSettings["deadLetterPolicy"] {
  if (proto === null) return null;
  const maxDeliveryAttempts = proto.maxDeliveryAttempts || ATTEMPTS.usual;
  if (maxDeliveryAttempts < ATTEMPTS.least || maxDeliveryAttempts > ATTEMPTS.most)
    throw invalid(
      `Invalid max delivery attempts given (max_delivery_attempts=${maxDeliveryAttempts}). They must be between ${ATTEMPTS.least} and ${ATTEMPTS.most}.`,
    );
  return { deadLetterTopic: checkName(proto.deadLetterTopic, "topics"), maxDeliveryAttempts };
}

function readRetryPolicy(proto: Proto): SubscriptionSettings["retryPolicy"] {
  if (proto === null) return null;
  const minimumBackoff = checkBackoff("minimum_backoff", proto.minimumBackoff ?? seconds(BACKOFF.usualLeast));
  const maximumBackoff = checkBackoff("maximum_backoff", proto.maximumBackoff ?? seconds(BACKOFF.usualMost));
  if (milliseconds(minimumBackoff) > milliseconds(maximumBackoff))
    throw invalid(
      `Invalid retry policy given: minimum_backoff (${milliseconds(minimumBackoff) / 1_000} s) is greater than maximum_backoff (${milliseconds(maximumBackoff) / 1_000} s).`,
    );
  return { minimumBackoff, maximumBackoff };
}

function checkBackoff(name: string, duration: Duration): Duration {
  const given = secondsOf(name, duration);
  if (given >= BACKOFF.least && given <= BACKOFF.most) return duration;
  throw invalid(
    `Invalid retry policy given (${name}=${given} s). It must be between ${BACKOFF.least} and ${BACKOFF.most} seconds.`,
  );
}

function checkRetention(duration: Duration): Duration {
  const given = secondsOf("message_retention_duration", duration);
  if (given >= RETENTION.least && given <= RETENTION.most) return duration;
  throw invalid(
    `Invalid message retention duration given (message_retention_duration=${given} s). It must be between ${RETENTION.least} and ${RETENTION.most} seconds.`,
  );
}

function secondsOf(name: string, duration: Duration): number {
  const whole = Number(duration.seconds);
  const { nanos } = duration;
  const isMixed = (whole > 0 && nanos < 0) || (whole < 0 && nanos > 0);
  if (Math.abs(whole) > MAX_DURATION_SECONDS || Math.abs(nanos) > MAX_NANOS || isMixed)
    throw invalid(
      `Invalid duration given (${name}: seconds=${whole}, nanos=${nanos}). Nanos must be at most ${MAX_NANOS}, seconds at most ${MAX_DURATION_SECONDS}, and both of the same sign.`,
    );
  return milliseconds(duration) / 1_000;
}

function checkLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(labels);
  if (entries.length > MAX_LABELS)
    throw invalid(`Invalid labels given: there are ${entries.length}, but the maximum is ${MAX_LABELS}.`);
  for (const [key, value] of entries)
    if (!LABEL_KEY.test(key) || !LABEL_VALUE.test(value))
      throw invalid(
        `Invalid label given ("${key}": "${value}"). Keys are 1 to 63 lowercase letters, digits, "_" and "-", the first of them a letter; values are up to 63 of these.`,
      );
  return labels;
}

function refuseUnkept(proto: Proto, unkept: Readonly<Record<string, string>>): void {
  for (const [field, feature] of Object.entries(unkept))
    if (isSet(field === "pushConfig" ? proto.pushConfig?.pushEndpoint : proto[field]))
      throw unimplemented(feature);
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return typeof value === "object" ? Object.keys(value).length > 0 : Boolean(value);
}

function fieldsOf(
  type: string,
  paths: readonly string[],
  kept: readonly string[],
  unkept: Readonly<Record<string, string>>,
): string[] {
  if (paths.length === 0)
    throw invalid(
      `The update_mask in the Update${type}Request must be set, and must contain a non-empty paths list.`,
    );
  const fields = paths.map((path) => path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
  const wrong = fields.findIndex((field) => !kept.includes(field) && !Object.hasOwn(unkept, field));
  if (wrong >= 0)
    throw invalid(
      `Invalid update_mask provided in the Update${type}Request: '${paths[wrong]}' is not a field that can be updated.`,
    );
  return fields;
}

/** What the mask does not name is neither checked nor refused: clients send along what they once read. */
function masked(proto: Proto, fields: readonly string[]): Proto {
  return { name: proto.name, ...picked(proto, fields) };
}

function picked<T extends object>(settings: T, fields: readonly string[]): Partial<T> {
  return Object.fromEntries(
    Object.entries(settings).filter(([field]) => fields.includes(field)),
  ) as Partial<T>;
}

function seconds(count: number): Duration {
  return { seconds: count, nanos: 0 };
}

function milliseconds({ seconds: whole, nanos }: Duration): number {
  return Number(whole) * 1_000 + nanos / 1_000_000;
}
