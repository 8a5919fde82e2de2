// Server-sent events: one stream for whoever waits, with a heartbeat, an end, and nothing left behind when its reader
// goes. A reader that comes again says with Last-Event-ID what it has.
import { HeldShares } from "../limits/held-shares.ts";
import { Problem } from "../problem.ts";
import { messageOf } from "../service.ts";
import { NEVER } from "./answer.ts";
import type { Call } from "./route.ts";

const HEARTBEAT_MS = 15_000;
/** What a reader should wait before it comes again. */
const RETRY_MS = 1_000;

export interface StreamEvent {
  readonly event: string;
  readonly id?: string;
  readonly data: unknown;
}

const open = new HeldShares();
/** One caller gets at most this part of the streams that an instance keeps open. */
const PART_OF_ONE = 1 / 5;

/** Answers with a stream that `run` writes to; it ends when `run` does, the reader leaves, or its time is over. */
export function eventStream(
  { service, settings: { streamSeconds, maxStreams }, request, requestId, caller }: Call<object, object>,
  run: (send: (event: StreamEvent) => void, signal: AbortSignal) => Promise<void>,
): Response {
  const headers = {
    "content-type": "text/event-stream",
    "cache-control": `${NEVER}, no-transform`,
    vary: "accept",
    "x-accel-buffering": "no",
  };
  // Nobody would read it, nor end it.
  if (request.method === "HEAD") return new Response(null, { headers });
  takeOne(caller, maxStreams);
  const ended = new AbortController();
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const write = (text: string) => {
        if (!ended.signal.aborted) controller.enqueue(encoder.encode(text));
      };
      const heartbeat = setInterval(() => write(": still there\n\n"), HEARTBEAT_MS);
      const over = setTimeout(() => ended.abort(), streamSeconds * 1_000);
      const leave = () => ended.abort();
      request.signal.addEventListener("abort", leave, { once: true });
      write(`retry: ${RETRY_MS}\n\n`);
      const failed = (error: unknown) => {
        // The status is out already; the reader comes again and is told then.
        if (ended.signal.aborted) return;
        service.log({
          station: "http",
          event: "stream_failed",
          severity: "WARNING",
          request_id: requestId,
          error: messageOf(error),
        });
      };
      run((event) => write(format(event)), ended.signal)
        .catch(failed)
        .finally(() => {
          open.giveBack(caller, 1);
          clearInterval(heartbeat);
          clearTimeout(over);
          request.signal.removeEventListener("abort", leave);
          try {
            controller.close();
          } catch {
            // The reader has gone before.
          }
          ended.abort();
        });
    },
    cancel: () => ended.abort(),
  });
  return new Response(stream, { headers });
}

function takeOne(caller: string, most: number): void {
  const taken = open.take(caller, 1, { most, mostOfOne: Math.ceil(most * PART_OF_ONE) });
  if (taken === "taken") return;
  const headers = { "retry-after": "5" };
  if (taken === "caller") {
    throw new Problem(
      "rate_limited",
      "Too many event streams of this address are open; close some, or poll.",
      {
        headers,
      },
    );
  }
  throw new Problem("unavailable", "Too many event streams are open; poll, or come again later.", {
    headers,
  });
}

function format({ event, id, data }: StreamEvent): string {
  return `event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** What a reader that comes again has last read. */
export function lastEventId({ headers }: Request): string | null {
  return headers.get("last-event-id");
}

/** To a reader that has read the end: by this an EventSource knows not to come again (HTML, section 9.2.3). */
export function nothingMore(): Response {
  return new Response(null, { status: 204, headers: { "cache-control": NEVER, vary: "accept" } });
}

export const NOTHING_MORE = {
  description: "To a reader whose Last-Event-ID is that of the last event: there is nothing more to come.",
} as const;

/** Whether the reader asks for a stream rather than one answer. */
export function wantsStream(request: Request): boolean {
  return /(?:^|,)\s*text\/event-stream\b/i.test(request.headers.get("accept") ?? "");
}

/** Resolves at the first of: so many milliseconds, or the end. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
