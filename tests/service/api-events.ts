// A reader of server-sent events (HTML, section 9.2.6), as far as this API writes them.

import { job, trainingJob, trainingPoint } from "@policyledger/core/api";
import { expect } from "vitest";
import type { Api } from "../../functions/src/http/app.ts";
import { conforms, type Read, requestOf } from "./api-client.ts";

export interface Event {
  readonly event: string;
  readonly id: string | null;
  readonly data: Read;
  /** When it came, in milliseconds. */
  readonly at: number;
}

/** What `data` of each event is, by what its route says. */
const FORMS = {
  state: [job, "Job"],
  progress: [trainingPoint, "TrainingPoint"],
  done: [trainingJob, "TrainingJob"],
  failed: [trainingJob, "TrainingJob"],
} as const;

/** Reads a stream event by event; who stops reading leaves it. */
export async function* eventsOf(
  api: Api,
  path: string,
  headers: Record<string, string> = {},
): AsyncGenerator<Event> {
  const request = requestOf("GET", path, { accept: "text/event-stream", ...headers });
  const { status, headers: answered, body } = await api.fetch(request, { remoteAddress: "203.0.113.1" });
  expect([status, answered.get("content-type")]).toEqual([200, "text/event-stream"]);
  expect(answered.get("cache-control")).toBe("no-store, no-transform");
  expect(answered.get("content-encoding")).toBe(null);
  let text = "";
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const event = eventOf(text.slice(0, end));
      text = text.slice(end + 2);
      if (event !== null) yield event;
    }
  }
  expect(text).toBe("");
}

export async function allEvents(
  api: Api,
  path: string,
  headers: Record<string, string> = {},
): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of eventsOf(api, path, headers)) events.push(event);
  return events;
}

/** Null for what is no event: a comment, or how soon to come again. */
function eventOf(block: string): Event | null {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    if (line.startsWith(":")) continue;
    const [, name, value] = /^(\w+): (.*)$/.exec(line) ?? [];
    expect(["event", "id", "data", "retry"]).toContain(name);
    fields.set(name!, value!);
  }
  const event = fields.get("event");
  if (event === undefined) return null;
  const data = JSON.parse(fields.get("data")!);
  const [zod, id] = FORMS[event as keyof typeof FORMS];
  conforms(data, zod, { $ref: `#/components/schemas/${id}` });
  return { event, id: fields.get("id") ?? null, data, at: performance.now() };
}
