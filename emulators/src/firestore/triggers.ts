// Document triggers: which events a commit raises, kept with the commit until they are delivered.
//
// An event is stored in the transaction of the commit that raises it, and removed when its function has answered.
// A crash between the two delivers it again, with the same id: at least once. Events of one trigger and document go out
// one after the other, in the order of the commits.
import type { DatabaseSync } from "node:sqlite";
import type { Faults } from "../wire/faults.ts";
import { Delivery, type Event } from "./delivery.ts";
import { type EventKind, eventOf, type Generation } from "./event.ts";
import { compilePattern, type Pattern } from "./pattern.ts";
import type { Change, Commit, Store } from "./store.ts";

interface Trigger {
  readonly key: string;
  readonly kind: EventKind;
  readonly generation: Generation;
  readonly database: string;
  readonly matches: Pattern;
}

/** What the Functions emulator registers for a function of the second generation. */
export interface Registration {
  readonly eventType?: unknown;
  readonly database?: unknown;
  readonly document?: { readonly value?: unknown; readonly matchType?: unknown };
}

/** And for one of the first. */
export interface FirstRegistration {
  readonly eventTrigger?: { readonly eventType?: unknown; readonly resource?: unknown };
}

interface TriggersOptions {
  readonly functions: string | null;
  readonly parallel: number;
  readonly faults: Faults;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    trigger TEXT NOT NULL,
    document TEXT NOT NULL,
    body BLOB NOT NULL,
    headers TEXT NOT NULL
  );
`;
const KINDS: Readonly<Record<string, EventKind>> = {
  "google.cloud.firestore.document.v1.created": "created",
  "google.cloud.firestore.document.v1.updated": "updated",
  "google.cloud.firestore.document.v1.deleted": "deleted",
  "google.cloud.firestore.document.v1.written": "written",
};
const FIRST_KINDS: Readonly<Record<string, EventKind>> = {
  "providers/cloud.firestore/eventTypes/document.create": "created",
  "providers/cloud.firestore/eventTypes/document.update": "updated",
  "providers/cloud.firestore/eventTypes/document.delete": "deleted",
  "providers/cloud.firestore/eventTypes/document.write": "written",
};

export class Triggers {
  readonly #triggers = new Map<string, Trigger>();
  readonly #delivery: Delivery | null;

  /** `functions`: `host:port` of the Functions emulator; without one there are no triggers. */
  constructor(db: DatabaseSync, store: Store, { functions, ...rest }: TriggersOptions) {
    db.exec(SCHEMA);
    if (functions === null) {
      this.#delivery = null;
      return;
    }
    const remove = db.prepare("DELETE FROM events WHERE seq = ?");
    const done = (seq: number) => void store.store(() => remove.run(seq));
    const delivery = new Delivery({ functions, ...rest, done });
    this.#delivery = delivery;
    for (const row of db.prepare("SELECT * FROM events ORDER BY seq").all())
      delivery.add(row as unknown as Event);

    const insert = db.prepare(
      "INSERT INTO events (id, trigger, document, body, headers) VALUES (?, ?, ?, ?, ?)",
    );
    let raised: Event[] = [];
    store.withinCommit((commit) => {
      for (const event of this.#eventsOf(commit)) {
        const { id, trigger, document, body, headers } = event;
        const { lastInsertRowid } = insert.run(id, trigger, document, body, headers);
        raised.push({ ...event, seq: Number(lastInsertRowid) });
      }
    });
    // Once they are durable, and not before.
    store.onCommit(() => {
      for (const event of raised) delivery.add(event);
      raised = [];
    });
  }

  /** Answers with what is wrong with the registration, or null. */
  register(key: string, project: string, { eventType, database, document }: Registration): string | null {
    const kind =
      typeof eventType === "string" ? KINDS[eventType.replace(/\.withAuthContext$/, "")] : undefined;
    if (kind === undefined) return unknownKind(eventType, KINDS);
    if (typeof document?.value !== "string") return "The trigger names no document.";
    this.#add({
      key,
      kind,
      generation: 2,
      database: `projects/${project}/databases/${database ?? "(default)"}`,
      matches: compilePattern(document.value, document.matchType === "PATH_PATTERN"),
    });
    return null;
  }

  registerFirst(key: string, { eventTrigger }: FirstRegistration): string | null {
    const { eventType, resource } = eventTrigger ?? {};
    const kind = typeof eventType === "string" ? FIRST_KINDS[eventType] : undefined;
    if (kind === undefined) return unknownKind(eventType, FIRST_KINDS);
    const [, database, path] =
      /^(projects\/[^/]+\/databases\/[^/@]+)\/documents(?:@[^/]*)?\/(.+)$/.exec(String(resource)) ?? [];
    if (path === undefined) return `The resource "${resource}" names no document.`;
    this.#add({ key, kind, generation: 1, database: database!, matches: compilePattern(path, true) });
    return null;
  }

  #add(trigger: Trigger): void {
    this.#triggers.set(trigger.key, trigger);
    this.#delivery?.open(trigger.key);
  }

  close(): void {
    this.#delivery?.close();
  }

  *#eventsOf(commit: Commit): Iterable<Omit<Event, "seq">> {
    for (const change of commit.changes)
      for (const trigger of this.#triggers.values())
        if (isFor(trigger, change)) yield eventOf(trigger, change, commit.time);
  }
}

function unknownKind(eventType: unknown, kinds: object): string {
  return `The event type ${JSON.stringify(eventType)} is not one of ${Object.keys(kinds).join(", ")}.`;
}

function isFor({ kind, database, matches }: Trigger, { name, before, after }: Change): boolean {
  if (!name.startsWith(`${database}/documents/`)) return false;
  if (kind === "created" && before !== null) return false;
  if (kind === "deleted" && after !== null) return false;
  if (kind === "updated" && (before === null || after === null)) return false;
  return matches(name.slice(database.length + "/documents/".length));
}
