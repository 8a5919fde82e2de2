// A commit's change to a document as an event: the headers and the body that firebase-functions expects.
//
// Second generation: a CloudEvent, in binary mode with a protobuf body, which the Functions emulator expects as base64
// text. A document whose name has other characters than ASCII cannot stand in a header: its event goes in structured
// mode, as JSON. First generation: JSON of their own.
import { createHash } from "node:crypto";
import protobuf from "protobufjs/minimal.js";
import type { Event } from "./delivery.ts";
import { type Document, writeDocument } from "./document.ts";
import { formatDocument } from "./export-json.ts";
import { formatFieldPath } from "./field-path.ts";
import type { Change } from "./store.ts";
import { writeValue } from "./value.ts";

export type EventKind = "created" | "updated" | "deleted" | "written";
export type Generation = 1 | 2;

/** google.events.cloud.firestore.v1.DocumentEventData: its Document has the field numbers of google.firestore.v1. */
const Tag = { value: 10, oldValue: 18, updateMask: 26 } as const;
/** DocumentMask.field_paths. */
const FIELD_PATHS = 10;
const SCHEMA =
  "https://github.com/googleapis/google-cloudevents/blob/main/proto/google/events/cloud/firestore/v1/data.proto";

interface Source {
  readonly key: string;
  readonly kind: EventKind;
  readonly generation: Generation;
}

export function eventOf({ key, kind, generation }: Source, change: Change, time: bigint): Omit<Event, "seq"> {
  const { name } = change;
  // The same for each delivery of the event, and for no other event.
  const id = createHash("sha256").update(`${time} ${key} ${name}`).digest("hex").slice(0, 32);
  const { headers, body } =
    generation === 1
      ? firstGeneration(id, kind, change, time)
      : cloudEvent(attributesOf(id, kind, name, time), change);
  return { id, trigger: key, document: name, body, headers: JSON.stringify(headers) };
}

interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type Attributes = Readonly<Record<string, string>> & { readonly document: string };

function attributesOf(id: string, kind: EventKind, name: string, time: bigint): Attributes {
  const [, project, , database] = name.split("/", 4) as [string, string, string, string];
  const document = name.split("/").slice(5).join("/");
  return {
    specversion: "1.0",
    id,
    type: `google.cloud.firestore.document.v1.${kind}`,
    time: isoOf(time),
    source: `//firestore.googleapis.com/projects/${project}/databases/${database}`,
    subject: `documents/${document}`,
    document,
    project,
    location: "us-central1",
    database,
    namespace: "(default)",
    dataschema: SCHEMA,
  };
}

function cloudEvent(attributes: Attributes, change: Change): Post {
  if (!/^[\x20-\x7e]*$/.test(attributes.document)) {
    const event = { ...attributes, datacontenttype: "application/json", data: jsonOf(change) };
    return {
      headers: { "content-type": "application/cloudevents+json" },
      body: Buffer.from(JSON.stringify(event)),
    };
  }
  const headers = Object.entries({ ...attributes, datacontenttype: "application/protobuf" });
  return {
    headers: {
      "content-type": "application/protobuf",
      ...Object.fromEntries(headers.map(([attribute, value]) => [`ce-${attribute}`, value])),
    },
    body: Buffer.from(Buffer.from(protobufOf(change)).toString("base64")),
  };
}

const FIRST_KINDS = { created: "create", updated: "update", deleted: "delete", written: "write" } as const;

function firstGeneration(id: string, kind: EventKind, change: Change, time: bigint): Post {
  const context = {
    eventId: id,
    timestamp: isoOf(time),
    eventType: `providers/cloud.firestore/eventTypes/document.${FIRST_KINDS[kind]}`,
    resource: { service: "firestore.googleapis.com", name: change.name },
  };
  const body = Buffer.from(JSON.stringify({ context, data: jsonOf(change) }));
  return { headers: { "content-type": "application/json" }, body };
}

function jsonOf({ before, after }: Change): object {
  return {
    value: after === null ? {} : JSON.parse(formatDocument(after)),
    oldValue: before === null ? {} : JSON.parse(formatDocument(before)),
    ...(before !== null && after !== null
      ? { updateMask: { fieldPaths: changedFields(before, after) } }
      : {}),
  };
}

function protobufOf({ before, after }: Change): Uint8Array {
  const writer = protobuf.Writer.create();
  if (after !== null) writer.uint32(Tag.value).bytes(writeDocument(after));
  if (before !== null) writer.uint32(Tag.oldValue).bytes(writeDocument(before));
  if (before !== null && after !== null) {
    writer.uint32(Tag.updateMask).fork();
    for (const path of changedFields(before, after)) writer.uint32(FIELD_PATHS).string(path);
    writer.ldelim();
  }
  return writer.finish();
}

function changedFields(before: Document, after: Document): string[] {
  const names = new Set([...before.fields.keys(), ...after.fields.keys()]);
  const bytesOf = ({ fields }: Document, name: string) => {
    const value = fields.get(name);
    return value === undefined ? null : Buffer.from(writeValue(value));
  };
  return [...names]
    .filter((name) => {
      const [was, is] = [bytesOf(before, name), bytesOf(after, name)];
      return was === null || is === null || !was.equals(is);
    })
    .map((name) => formatFieldPath([name]));
}

/** RFC 3339 with microseconds. */
function isoOf(micros: bigint): string {
  const seconds = new Date(Number(micros / 1_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(micros % 1_000_000n).padStart(6, "0")}Z`;
}
