// Server-sent events as the standard has them, and following: by stream, taken up again, or by asking.
import { describe, expect, test } from "vitest";
import { eventsOf } from "../../src/sdk/events.ts";
import { follow } from "../../src/sdk/follow.ts";
import type { Transport } from "../../src/sdk/transport.ts";

async function read(chunks: readonly string[]) {
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
  const events = [];
  for await (const event of eventsOf(new Response(stream))) events.push(event);
  return events;
}

const TEXT =
  ': hello\n\nevent: state\nid: VALID\ndata: {"ä":1}\n\ndata:a\ndata: b\r\n\r\nid\nretry: 5\rdata\r\revent: lost\ndata: x\n';
const EVENTS = [
  { event: "state", id: "VALID", data: '{"ä":1}' },
  { event: "message", id: "VALID", data: "a\nb" },
  { event: "message", id: "", data: "" },
];

describe("events", () => {
  test("are read whatever ends their lines; one that does not end is none", async () => {
    expect(await read([TEXT])).toEqual(EVENTS);
  });

  test("are the same wherever the text is cut in two", async () => {
    for (let at = 1; at < TEXT.length; at++)
      expect(await read([TEXT.slice(0, at), TEXT.slice(at)])).toEqual(EVENTS);
  });

  test("are the same character by character", async () => {
    expect(await read([...TEXT])).toEqual(EVENTS);
  });

  test("that never end are given up", async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(0x61)),
    });
    await expect(eventsOf(new Response(endless)).next()).rejects.toThrow("An event is too large");
  });
});

interface Opened {
  readonly url: string;
  readonly lastId: string | undefined;
}

/** Opens one stream after the other; null is one that cannot be had. */
function streaming(streams: readonly (readonly string[] | null)[]) {
  const opened: Opened[] = [];
  const open: Transport["open"] = async (url, headers) => {
    const chunks = streams[opened.length] ?? null;
    opened.push({ url, lastId: headers["last-event-id"] });
    if (chunks === null) throw new TypeError("fetch failed");
    return new Response(chunks.join(""), { headers: { "content-type": "text/event-stream" } });
  };
  return { opened, transport: { base: "http://x", open } as unknown as Transport };
}

async function followed(
  streams: readonly (readonly string[] | null)[],
  polled: readonly string[] = [],
): Promise<{ readonly seen: string[]; readonly opened: Opened[]; readonly polls: number }> {
  const { opened, transport } = streaming(streams);
  const seen: string[] = [];
  let polls = 0;
  const told = (value: string) => ({ value, last: value === "end" });
  const states = follow(
    transport,
    async () => "http://streams",
    {
      path: "/a",
      read: ({ event, data }) => (event === "state" ? told(data) : null),
      poll: async () => told(polled[Math.min(polls++, polled.length - 1)]!),
      same: (a, b) => a === b,
    },
    undefined,
  );
  for await (const state of states) seen.push(state);
  return { seen, opened, polls };
}

const event = (data: string) => `event: state\nid: ${data}\ndata: ${data}\n\n`;

describe("following", () => {
  test("ends with the last event, and asks for nothing more", async () => {
    const { seen, opened, polls } = await followed([[event("a"), "event: other\ndata: x\n\n", event("end")]]);
    expect(seen).toEqual(["a", "end"]);
    expect(opened).toEqual([{ url: "http://streams/a", lastId: undefined }]);
    expect(polls).toBe(0);
  });

  test("takes a stream that ends early up again behind its last event", async () => {
    const { seen, opened, polls } = await followed([[event("a")], [event("b")], [event("end")]]);
    expect(seen).toEqual(["a", "b", "end"]);
    expect(opened.map(({ lastId }) => lastId)).toEqual([undefined, "a", "b"]);
    expect(polls).toBe(0);
  });

  test("asks instead where streams bring nothing, twice, and tells changes only", async () => {
    const { seen, opened, polls } = await followed([null, []], ["a", "a", "b", "end"]);
    expect(seen).toEqual(["a", "b", "end"]);
    expect(opened.length).toBe(2);
    expect(polls).toBe(4);
  });

  test("asks at once where there is no stream", async () => {
    const transport = {
      base: "http://x",
      open: async () => new Response(null, { status: 204 }),
    } as unknown as Transport;
    let polls = 0;
    const states = follow(
      transport,
      async () => "http://streams",
      {
        path: "/a",
        read: () => null,
        poll: async () => ({ value: `${++polls}`, last: true }),
        same: (a, b) => a === b,
      },
      undefined,
    );
    expect((await states.next()).value).toBe("1");
    expect((await states.next()).done).toBe(true);
  });

  test("ends with the signal's reason while a stream is silent", async () => {
    const controller = new AbortController();
    const transport = {
      base: "http://x",
      open: async (_: string, __: object, signal: AbortSignal) => {
        const silent = new ReadableStream({
          start: (stream) => signal.addEventListener("abort", () => stream.error(signal.reason)),
        });
        return new Response(silent, { headers: { "content-type": "text/event-stream" } });
      },
    } as unknown as Transport;
    const states = follow<string>(
      transport,
      async () => "http://streams",
      { path: "/a", read: () => null, poll: async () => null, same: () => true },
      controller.signal,
    );
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(states.next()).rejects.toThrow("enough");
  });
});
