// What becomes of a message that failed too often: the message for its dead-letter topic, which says where it comes from.
// https://cloud.google.com/pubsub/docs/handling-failures#how_dead_letter_topics_work
import { type Draft, withAttributes } from "./message.ts";
import { idOf, projectOf } from "./names.ts";
import type { Delivery } from "./subscription.ts";

export function deadLetter({ message, attempt }: Delivery, subscription: string): Draft {
  return withAttributes(message, {
    CloudPubSubDeadLetterSourceDeliveryCount: String(attempt),
    CloudPubSubDeadLetterSourceSubscription: idOf(subscription),
    CloudPubSubDeadLetterSourceSubscriptionProject: idOf(projectOf(subscription)),
    CloudPubSubDeadLetterSourceTopicPublishTime: new Date(message.publishedAt).toISOString(),
  });
}
