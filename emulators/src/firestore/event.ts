// A commit's change to a document as a CloudEvent: the headers and the protobuf body that firebase-functions expects.
import { createHash } from "node:crypto";
import protobuf from "protobufjs/minimal.js";
import type { Event } from "./delivery.ts";
import { type Document, writeDocument } from "./document.ts";
import { formatFieldPath } from "./field-path.ts";
import type { Change } from "./store.ts";
import { writeValue } from "./value.ts";

export type EventKind = "created" | "updated" | "deleted" | "written";

/** google.events.cloud.firestore.v1.DocumentEventData: its Document has the field numbers of google.firestore.v1. */
const Tag = { value: 10, oldValue: 18, updateMask: 26 } as const;
/** DocumentMask.field_paths. */
const FIELD_PATHS = 10;

export function eventOf(trigger: string, kind: EventKind, change: Change, time: bigint): Omit<Event, "seq"> {
  const { name } = change;
  const [, project, , database] = name.split("/", 4) as [string, string, string, string];
  const path = name.slice(name.indexOf("/documents/") + "/documents/".length);
  // The same for each delivery of the event, and for no other event.
  const id = createHash("sha256").update(`${time} ${trigger} ${name}`).digest("hex").slice(0, 32);
  const headers = {
    "content-type": "application/protobuf",
    "ce-specversion": "1.0",
    "ce-id": id,
    "ce-type": `google.cloud.firestore.document.v1.${kind}`,
    "ce-time": isoOf(time),
    "ce-source": `//firestore.googleapis.com/projects/${project}/databases/${database}`,
    "ce-subject": `documents/${path}`,
    "ce-document": path,
    "ce-project": project,
    "ce-location": "us-central1",
    "ce-database": database,
    "ce-namespace": "(default)",
    "ce-datacontenttype": "application/protobuf",
    "ce-dataschema":
      "https://github.com/googleapis/google-cloudevents/blob/main/proto/google/events/cloud/firestore/v1/data.proto",
  };
  return { id, trigger, document: name, event: bodyOf(change), headers: JSON.stringify(headers, asciiOnly) };
}

function bodyOf({ before, after }: Change): Uint8Array {
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

/** Header values carry ASCII only; the CloudEvents HTTP binding (3.1.3.2) percent-encodes the rest. */
function asciiOnly(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.replace(/[^\x21-\x7e]|%/gu, encodeURIComponent) : value;
}
