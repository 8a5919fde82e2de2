// The RPCs of google.pubsub.v1.Subscriber, but for the streaming pull.
import type { Unary } from "../wire/service.ts";
import { Code, StatusError } from "../wire/status.ts";
import type { Broker } from "./broker.ts";
import { checkRange } from "./message.ts";
import { checkName, checkProject } from "./names.ts";
import { page } from "./pages.ts";
import { pull } from "./pull.ts";
import {
  checkAckDeadline,
  readSubscription,
  subscriptionProto,
  unimplemented,
  updatedSubscription,
} from "./settings.ts";
import type { SetTimer } from "./timer.ts";

/** As many as the documentation allows a client to ask for. */
const MAX_PULL = 1_000;

export function subscriber(broker: Broker, setTimer: SetTimer): Record<string, Unary> {
  const named = (name: string | undefined) => checkName(name ?? "", "subscriptions");
  return {
    CreateSubscription: async (subscription) => {
      checkName(subscription.name, "subscriptions");
      checkName(subscription.topic, "topics");
      return subscriptionProto(await broker.createSubscription(readSubscription(subscription)));
    },
    GetSubscription: ({ subscription }) => subscriptionProto(broker.subscription(named(subscription))),
    UpdateSubscription: async ({ subscription, updateMask }) => {
      const name = named(subscription?.name);
      const paths = updateMask?.paths ?? [];
      return subscriptionProto(
        await broker.updateSubscription(name, (before) => updatedSubscription(before, subscription, paths)),
      );
    },
    DeleteSubscription: async ({ subscription }) => {
      await broker.deleteSubscription(named(subscription));
      return {};
    },
    ListSubscriptions: (request) => {
      const subscriptions = broker.subscriptionsOf(checkProject(request.project));
      const { items, nextPageToken } = page(subscriptions, ({ name }) => name, request);
      return { subscriptions: items.map(subscriptionProto), nextPageToken };
    },
    Pull: async ({ subscription, maxMessages, returnImmediately }, call) => {
      const dispatcher = broker.dispatcher(named(subscription));
      checkRange("max_messages", maxMessages, 1, Infinity);
      const most = Math.min(maxMessages, MAX_PULL);
      return { receivedMessages: await pull(dispatcher, most, returnImmediately, call, setTimer) };
    },
    Acknowledge: async ({ subscription, ackIds }) => {
      await broker.acknowledge(named(subscription), someOf(ackIds));
      return {};
    },
    ModifyAckDeadline: ({ subscription, ackIds, ackDeadlineSeconds }) => {
      const deadline = checkAckDeadline(ackDeadlineSeconds, 0);
      broker.modifyAckDeadline(named(subscription), someOf(ackIds), deadline * 1_000);
      return {};
    },
    /** Every subscription here is pulled from, so that only turning push off can be granted. */
    ModifyPushConfig: ({ subscription, pushConfig }) => {
      broker.subscription(named(subscription));
      if (pushConfig?.pushEndpoint) throw unimplemented("Push delivery (push_config)");
      return {};
    },
  };
}

function someOf(ackIds: readonly string[]): readonly string[] {
  if (ackIds.length === 0) throw new StatusError(Code.INVALID_ARGUMENT, "No ack ids specified.");
  return ackIds;
}
