// The RPCs of google.pubsub.v1.Publisher.
import type { Unary } from "../wire/service.ts";
import type { Broker } from "./broker.ts";
import { readDrafts } from "./message.ts";
import { checkName, checkProject } from "./names.ts";
import { page } from "./pages.ts";
import { readTopic, topicProto, updatedTopic } from "./settings.ts";

export function publisher(broker: Broker): Record<string, Unary> {
  return {
    CreateTopic: async (topic) => topicProto(await broker.createTopic(readTopic(topic))),
    GetTopic: ({ topic }) => topicProto(broker.topic(checkName(topic, "topics"))),
    UpdateTopic: async ({ topic, updateMask }) => {
      const name = checkName(topic?.name ?? "", "topics");
      const paths = updateMask?.paths ?? [];
      return topicProto(await broker.updateTopic(name, (before) => updatedTopic(before, topic, paths)));
    },
    DeleteTopic: async ({ topic }) => {
      await broker.deleteTopic(checkName(topic, "topics"));
      return {};
    },
    ListTopics: (request) => {
      const topics = broker.topicsOf(checkProject(request.project));
      const { items, nextPageToken } = page(topics, ({ name }) => name, request);
      return { topics: items.map(topicProto), nextPageToken };
    },
    ListTopicSubscriptions: (request) => {
      const subscriptions = broker.subscriptionsOfTopic(checkName(request.topic, "topics"));
      const { items, nextPageToken } = page(subscriptions, (name) => name, request);
      return { subscriptions: items, nextPageToken };
    },
    Publish: async ({ topic, messages }) => {
      const ids = await broker.publish(checkName(topic, "topics"), readDrafts(messages));
      return { messageIds: ids.map(String) };
    },
  };
}
