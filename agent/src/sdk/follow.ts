// Follows something to its end: by server-sent events where they come through, otherwise by asking again and again.
import { ClientError } from "./error.ts";
import { eventsOf, type ServerEvent } from "./events.ts";
import { sleep, type Transport } from "./transport.ts";

export interface Followed<T> {
  /** Where its events are: a path that is joined to the address of streams. */
  readonly path: string;
  /** Takes what an event brings, and says whether it is the last one; null for events that say nothing. */
  read(event: ServerEvent): { readonly value: T; readonly last: boolean } | null;
  /** Asks how it stands, for when there is no stream; null while there is nothing to say. */
  poll(): Promise<{ readonly value: T; readonly last: boolean } | null>;
  /** Whether two looks are of the same state, so that only changes are passed on. */
  same(a: T, b: T): boolean;
}

/** A service sends heartbeats four times as often. */
const SILENCE_MS = 60_000;
const STREAMS_THAT_FAIL = 2;
const POLL_MS = 250;
const MAX_POLL_MS = 2_000;

export async function* follow<T>(
  transport: Transport,
  streams: () => Promise<string>,
  followed: Followed<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  let lastId = "";
  for (let failed = 0; failed < STREAMS_THAT_FAIL; ) {
    const left = new AbortController();
    try {
      let came = false;
      const url = (await streams()) + followed.path;
      const either = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
      const response = await openStream(transport, url, lastId, either);
      if (response === null) break;
      for await (const event of untilSilent(eventsOf(response))) {
        const found = followed.read(event);
        if (found === null) continue;
        came = true;
        lastId = event.id;
        yield found.value;
        if (found.last) return;
      }
      failed = came ? 0 : failed + 1;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ClientError && error.code !== "unreachable") throw error;
      // A stream that breaks off is taken up again behind its last event.
      failed++;
    } finally {
      left.abort();
    }
  }
  yield* poll(followed, signal);
}

async function* poll<T>(
  followed: Followed<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  let seen: T | null = null;
  for (let pause = POLL_MS; ; pause = Math.min(MAX_POLL_MS, pause * 1.5)) {
    const found = await followed.poll();
    if (found !== null && (seen === null || !followed.same(seen, found.value))) {
      seen = found.value;
      pause = POLL_MS;
      yield found.value;
    }
    if (found?.last) return;
    await sleep(pause, signal);
  }
}

/** Null where there is no stream to be had, or nothing more to come. */
async function openStream(
  { open }: Transport,
  url: string,
  lastId: string,
  signal: AbortSignal,
): Promise<Response | null> {
  const headers: Record<string, string> = { accept: "text/event-stream" };
  if (lastId !== "") headers["last-event-id"] = lastId;
  const response = await open(url, headers, signal);
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  if (response.status === 200 && isStream) return response;
  await response.body?.cancel();
  return null;
}

/** Gives a stream up that is silent for too long. Its reader is freed by the abort of the request. */
async function* untilSilent(
  events: AsyncGenerator<ServerEvent, void, undefined>,
): AsyncGenerator<ServerEvent, void, undefined> {
  for (;;) {
    const heard = new AbortController();
    const silence = sleep(SILENCE_MS, heard.signal).catch(() => null);
    const next = await Promise.race([events.next(), silence]).finally(() => heard.abort());
    if (!next || next.done) return;
    yield next.value;
  }
}
