// The durable copy: topics, subscriptions, messages once each, and which subscription has yet to acknowledge which.
// It is read when the stand-in starts, and then only written, always within a group's transaction.
import type { DatabaseSync } from "node:sqlite";
import { type Message, readStored } from "./message.ts";
import type { SubscriptionSettings, TopicSettings } from "./settings.ts";

const TABLES = `
  CREATE TABLE IF NOT EXISTS last_id (only INTEGER PRIMARY KEY CHECK (only = 1), id INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO last_id VALUES (1, 0);
  CREATE TABLE IF NOT EXISTS topics (name TEXT PRIMARY KEY, settings TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, settings TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, published_at INTEGER NOT NULL, bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS pending (
    message INTEGER NOT NULL, subscription INTEGER NOT NULL, PRIMARY KEY (message, subscription)
  ) STRICT, WITHOUT ROWID;
`;

export interface Stored {
  readonly lastId: number;
  readonly topics: readonly TopicSettings[];
  readonly subscriptions: readonly { readonly id: number; readonly settings: SubscriptionSettings }[];
  /** In order of publishing. */
  readonly messages: readonly Message[];
  readonly pending: readonly { readonly message: number; readonly subscription: number }[];
}

export type Storage = ReturnType<typeof openStorage>;

export function openStorage(db: DatabaseSync) {
  db.exec(TABLES);
  const setLastId = db.prepare("UPDATE last_id SET id = ?");
  const putTopic = db.prepare("INSERT OR REPLACE INTO topics VALUES (?, ?)");
  const deleteTopic = db.prepare("DELETE FROM topics WHERE name = ?");
  const addSubscription = db.prepare("INSERT INTO subscriptions (name, settings) VALUES (?, ?) RETURNING id");
  const putSubscription = db.prepare("UPDATE subscriptions SET settings = ? WHERE id = ?");
  const deleteSubscription = db.prepare("DELETE FROM subscriptions WHERE id = ?");
  const addMessage = db.prepare("INSERT INTO messages VALUES (?, ?, ?)");
  const deleteMessage = db.prepare("DELETE FROM messages WHERE id = ?");
  const addPending = db.prepare("INSERT INTO pending VALUES (?, ?)");
  const deletePending = db.prepare("DELETE FROM pending WHERE message = ? AND subscription = ?");

  return {
    load: (): Stored => ({
      lastId: (db.prepare("SELECT id FROM last_id").get() as { id: number }).id,
      topics: db
        .prepare("SELECT settings FROM topics")
        .all()
        .map(({ settings }) => JSON.parse(settings as string)),
      subscriptions: db
        .prepare("SELECT id, settings FROM subscriptions")
        .all()
        .map(({ id, settings }) => ({ id: id as number, settings: JSON.parse(settings as string) })),
      messages: db
        .prepare("SELECT id, published_at, bytes FROM messages ORDER BY id")
        .all()
        .flatMap(
          ({ id, published_at, bytes }) =>
            readStored(id as number, published_at as number, bytes as Uint8Array) ?? [],
        ),
      pending: db
        .prepare("SELECT message, subscription FROM pending ORDER BY message")
        .all() as unknown as Stored["pending"],
    }),
    putTopic(settings: TopicSettings): void {
      putTopic.run(settings.name, JSON.stringify(settings));
    },
    deleteTopic(name: string): void {
      deleteTopic.run(name);
    },
    /** Returns the number by which messages know it; no number is given twice. */
    addSubscription(settings: SubscriptionSettings): number {
      return addSubscription.get(settings.name, JSON.stringify(settings))!.id as number;
    },
    putSubscription(id: number, settings: SubscriptionSettings): void {
      putSubscription.run(JSON.stringify(settings), id);
    },
    deleteSubscription(id: number): void {
      deleteSubscription.run(id);
    },
    setLastId(id: number): void {
      setLastId.run(id);
    },
    addMessage({ id, publishedAt, bytes }: Message): void {
      addMessage.run(id, publishedAt, bytes);
    },
    deleteMessage(id: number): void {
      deleteMessage.run(id);
    },
    addPending(message: number, subscription: number): void {
      addPending.run(message, subscription);
    },
    deletePending(message: number, subscription: number): void {
      deletePending.run(message, subscription);
    },
  };
}
