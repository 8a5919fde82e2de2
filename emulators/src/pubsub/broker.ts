// The topics and subscriptions: memory is the working state, and each change that is acknowledged is committed first.
import type { GroupCommit } from "../durable/group-commit.ts";
import type { Faults } from "../wire/faults.ts";
import { type AckId, parseAckId } from "./ack-id.ts";
import { deadLetter } from "./dead-letter.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Holders } from "./holders.ts";
import { type Draft, type Message, stamp } from "./message.ts";
import { MessageFaults } from "./message-faults.ts";
import { alreadyExists, DELETED_TOPIC, notFound, projectOf } from "./names.ts";
import { policyOf, type SubscriptionSettings, type TopicSettings } from "./settings.ts";
import type { Storage, Stored } from "./storage.ts";
import { Subscription } from "./subscription.ts";
import type { Now, SetTimer } from "./timer.ts";

interface Topic {
  settings: TopicSettings;
  readonly attached: Set<Attached>;
}

interface Attached {
  settings: SubscriptionSettings;
  readonly dispatcher: Dispatcher;
}

export interface BrokerOptions {
  readonly storage: Storage;
  readonly commit: GroupCommit;
  readonly faults: Faults;
  readonly now: Now;
  readonly setTimer: SetTimer;
}

export class Broker {
  readonly #options: BrokerOptions;
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Map<string, Attached>();
  readonly #holders: Holders;
  readonly #startedAt: number;
  #lastId = 0;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#holders = new Holders(options.storage);
    this.#startedAt = options.now();
    this.#load(options.storage.load());
  }

  createTopic(settings: TopicSettings): Promise<TopicSettings> {
    return this.#commit((storage) => {
      if (this.#topics.has(settings.name)) throw alreadyExists(settings.name);
      storage.putTopic(settings);
      this.#topics.set(settings.name, { settings, attached: new Set() });
      return settings;
    });
  }

  updateTopic(name: string, update: (before: TopicSettings) => TopicSettings): Promise<TopicSettings> {
    return this.#commit((storage) => {
      const topic = this.#topic(name);
      const settings = update(topic.settings);
      storage.putTopic(settings);
      topic.settings = settings;
      return settings;
    });
  }

  /** Its subscriptions stay, with what they have yet to deliver. */
  deleteTopic(name: string): Promise<void> {
    return this.#commit((storage) => {
      const { attached } = this.#topic(name);
      storage.deleteTopic(name);
      this.#topics.delete(name);
      for (const subscription of attached) this.#set(subscription, { topic: DELETED_TOPIC });
    });
  }

  topic(name: string): TopicSettings {
    return this.#topic(name).settings;
  }

  topicsOf(project: string): TopicSettings[] {
    return [...this.#topics.values()]
      .map(({ settings }) => settings)
      .filter(({ name }) => projectOf(name) === project);
  }

  subscriptionsOfTopic(name: string): string[] {
    return [...this.#topic(name).attached].map(({ settings }) => settings.name);
  }

  createSubscription(settings: SubscriptionSettings): Promise<SubscriptionSettings> {
    return this.#commit((storage) => {
      if (this.#subscriptions.has(settings.name)) throw alreadyExists(settings.name);
      const topic = this.#topic(settings.topic);
      this.#checkDeadLetterTopic(settings);
      const subscription = this.#attach(storage.addSubscription(settings), settings);
      topic.attached.add(subscription);
      return settings;
    });
  }

  updateSubscription(
    name: string,
    update: (before: SubscriptionSettings) => SubscriptionSettings,
  ): Promise<SubscriptionSettings> {
    return this.#commit(() => {
      const subscription = this.#subscription(name);
      const settings = update(subscription.settings);
      // One that was not changed may be gone by now, without harm to anything else.
      if (settings.deadLetterPolicy !== subscription.settings.deadLetterPolicy)
        this.#checkDeadLetterTopic(settings);
      this.#set(subscription, settings);
      return settings;
    });
  }

  deleteSubscription(name: string): Promise<void> {
    return this.#commit((storage) => {
      const subscription = this.#subscription(name);
      const { dispatcher, settings } = subscription;
      storage.deleteSubscription(dispatcher.id);
      for (const { id } of dispatcher.state.messages()) this.#holders.drop(id, dispatcher.id);
      this.#subscriptions.delete(name);
      this.#topics.get(settings.topic)?.attached.delete(subscription);
      queueMicrotask(() => dispatcher.close(notFound(name)));
    });
  }

  subscription(name: string): SubscriptionSettings {
    return this.#subscription(name).settings;
  }

  subscriptionsOf(project: string): SubscriptionSettings[] {
    return [...this.#subscriptions.values()]
      .map(({ settings }) => settings)
      .filter(({ name }) => projectOf(name) === project);
  }

  /** Where a subscription's messages are handed out. */
  dispatcher(name: string): Dispatcher {
    return this.#subscription(name).dispatcher;
  }

  /** Resolves with the messages' ids once they are kept for each subscription. */
  publish(topic: string, drafts: readonly Draft[]): Promise<number[]> {
    return this.#commit(() => this.#publish(this.#topic(topic), drafts));
  }

  async acknowledge(name: string, ackIds: readonly string[]): Promise<void> {
    const parsed = ackIds.map(parseAckId);
    await this.#commit(() => {
      const { dispatcher } = this.#subscription(name);
      for (const ackId of parsed)
        if (ackId.subscription === dispatcher.id) this.#acknowledge(dispatcher, ackId);
      dispatcher.wake();
    });
  }

  modifyAckDeadline(name: string, ackIds: readonly string[], deadlineMs: number): void {
    const { dispatcher } = this.#subscription(name);
    const now = this.#options.now();
    for (const { subscription, message, lease } of ackIds.map(parseAckId))
      if (subscription === dispatcher.id) dispatcher.state.modify(message, lease, deadlineMs, now);
    dispatcher.wake();
  }

  /** Ends the streams and pulls; returns whether there were any. */
  close(error: Error): boolean {
    const ended = [...this.#subscriptions.values()].map(({ dispatcher }) => dispatcher.close(error));
    return ended.includes(true);
  }

  #publish({ attached }: Topic, drafts: readonly Draft[]): number[] {
    const { storage, now } = this.#options;
    const publishedAt = now();
    const messages = drafts.map((draft) => stamp(draft, this.#nextId(), publishedAt));
    storage.setLastId(this.#lastId);
    if (attached.size > 0) for (const message of messages) this.#keep(message, attached);
    for (const { dispatcher } of attached) dispatcher.wake();
    return messages.map(({ id }) => id);
  }

  #keep(message: Message, attached: ReadonlySet<Attached>): void {
    const { storage } = this.#options;
    storage.addMessage(message);
    for (const { dispatcher } of attached) {
      storage.addPending(message.id, dispatcher.id);
      dispatcher.state.add(message);
      this.#holders.add(message.id);
    }
  }

  #acknowledge(dispatcher: Dispatcher, { message }: Pick<AckId, "message">): void {
    if (dispatcher.state.acknowledge(message) !== null) this.#holders.drop(message, dispatcher.id);
  }

  /** Ids only ever rise, over restarts too, and those of a new data folder do not repeat those of an old one. */
  #nextId(): number {
    this.#lastId = Math.max(this.#lastId + 1, this.#options.now() * 1_000);
    return this.#lastId;
  }

  /** What is taken out here is gone from memory at once; a crash before the commit leaves it to the next start. */
  #dropOutdated({ dispatcher }: Attached): void {
    const outdated = dispatcher.state.dropOutdated(this.#options.now());
    if (outdated.length === 0) return;
    const done = this.#commit(() => {
      for (const { id } of outdated) this.#holders.drop(id, dispatcher.id);
    });
    // The failure of a commit ends the process.
    done.catch(() => {});
  }

  #forwardExhausted(subscription: Attached): void {
    const { dispatcher } = subscription;
    const exhausted = dispatcher.state.takeExhausted();
    if (exhausted.length === 0) return;
    const done = this.#commit(() => {
      // Deleted meanwhile, and with it what it held.
      if (this.#subscriptions.get(subscription.settings.name) !== subscription) return;
      const topic = this.#topics.get(subscription.settings.deadLetterPolicy?.deadLetterTopic ?? "");
      for (const delivery of exhausted) {
        if (topic === undefined) dispatcher.state.giveBack(delivery.message.id, this.#options.now());
        else {
          this.#publish(topic, [deadLetter(delivery, subscription.settings.name)]);
          this.#acknowledge(dispatcher, { message: delivery.message.id });
        }
      }
      dispatcher.wake();
    });
    // The failure of a commit ends the process.
    done.catch(() => {});
  }

  #checkDeadLetterTopic({ deadLetterPolicy }: SubscriptionSettings): void {
    if (deadLetterPolicy !== null) this.#topic(deadLetterPolicy.deadLetterTopic);
  }

  #set(subscription: Attached, change: Partial<SubscriptionSettings>): void {
    subscription.settings = { ...subscription.settings, ...change };
    subscription.dispatcher.state.policy = policyOf(subscription.settings);
    this.#options.storage.putSubscription(subscription.dispatcher.id, subscription.settings);
  }

  #attach(id: number, settings: SubscriptionSettings): Attached {
    const { faults, setTimer } = this.#options;
    const dispatcher = new Dispatcher(
      id,
      new Subscription(policyOf(settings), this.#startedAt),
      this.#options,
      new MessageFaults(faults, setTimer),
      () => {
        this.#dropOutdated(subscription);
        this.#forwardExhausted(subscription);
      },
    );
    const subscription: Attached = { settings, dispatcher };
    this.#subscriptions.set(settings.name, subscription);
    return subscription;
  }

  #topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw notFound(name);
    return topic;
  }

  #subscription(name: string): Attached {
    const subscription = this.#subscriptions.get(name);
    if (subscription === undefined) throw notFound(name);
    return subscription;
  }

  #commit<T>(work: (storage: Storage) => T): Promise<T> {
    return this.#options.commit.run(() => work(this.#options.storage));
  }

  #load({ lastId, topics, subscriptions, messages, pending }: Stored): void {
    this.#lastId = lastId;
    for (const settings of topics) this.#topics.set(settings.name, { settings, attached: new Set() });
    const byId = new Map<number, Attached>();
    for (const { id, settings } of subscriptions) {
      const subscription = this.#attach(id, settings);
      byId.set(id, subscription);
      this.#topics.get(settings.topic)?.attached.add(subscription);
    }
    const byMessage = new Map(messages.map((message) => [message.id, message]));
    for (const { message } of pending) this.#holders.add(message);
    const now = this.#options.now();
    for (const { message: id, subscription: by } of pending) {
      const message = byMessage.get(id);
      const { state } = byId.get(by)!.dispatcher;
      // Missing is one that no client could read.
      if (message === undefined || state.isOutdated(message, now)) this.#holders.drop(id, by);
      else state.add(message);
    }
  }
}
