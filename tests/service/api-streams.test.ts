// Event streams of claims: each change as it comes, to the end, and nothing left behind by who leaves.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendWaiting } from "../../functions/src/append.ts";
import { eventStream } from "../../functions/src/http/event-stream.ts";
import type { Call } from "../../functions/src/http/route.ts";
import { usualSettings } from "../../functions/src/settings.ts";
import { verifyClaims } from "../../functions/src/verify.ts";
import { until } from "../../scripts/until.ts";
import { agentNamed, bodyOf, claims, idOf, lie } from "./agents.ts";
import { type Client, clientOf, requestOf } from "./api-client.ts";
import { allEvents, eventsOf } from "./api-events.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;
let client: Client;
const agent = agentNamed("api/streams");
const MOST_STREAMS = 3;

/** Without delivery: a test does each step of a claim's life when it wants to see it. */
beforeAll(async () => {
  cloud = await startLocalCloud({ deliver: false, settings: { maxStreams: MOST_STREAMS, streamSeconds: 1 } });
  client = clientOf(cloud.api);
});
afterAll(() => cloud.close());

async function submitted(seed: number): Promise<string> {
  const [one] = claims(agent, 1, seed);
  await client.post("/claims", bodyOf(one!));
  return idOf(one!);
}

describe("a claim's stream", () => {
  test("says each state as it comes, from PENDING to RECORDED, and ends", async () => {
    const id = await submitted(1);
    const seen: string[] = [];
    for await (const { event, id: eventId, data } of eventsOf(cloud.api, `/claims/${id}`)) {
      expect([event, eventId]).toEqual(["state", data.state]);
      seen.push(data.state);
      // Only now: an event that was held back until the end would never come.
      if (data.state === "PENDING") await verifyClaims(cloud.service, [id]);
      if (data.state === "VALID") await appendWaiting(cloud.service);
    }
    expect(seen).toEqual(["PENDING", "VALID", "RECORDED"]);
  });

  test("goes on where the claim stands, for who comes again", async () => {
    const id = await submitted(2);
    for await (const { data } of eventsOf(cloud.api, `/claims/${id}`)) {
      expect(data.state).toBe("PENDING");
      break;
    }
    await verifyClaims(cloud.service, [id]);
    await appendWaiting(cloud.service);
    const events = await allEvents(cloud.api, `/claims/${id}`, { "last-event-id": "PENDING" });
    expect(events.map(({ data }) => data.state)).toEqual(["RECORDED"]);
  });

  test("ends with INVALID, and says why", async () => {
    const lied = lie(agent, 3);
    await client.post("/claims", bodyOf(lied));
    await verifyClaims(cloud.service, [idOf(lied)]);
    const [event] = await allEvents(cloud.api, `/claims/${idOf(lied)}`);
    expect(event!.data).toMatchObject({ state: "INVALID", reason: "reward_mismatch" });
  });

  test("is over for a reader that has read its end, and for no other", async () => {
    const id = await submitted(2);
    const again = (last: string) =>
      client.get(`/claims/${id}`, { accept: "text/event-stream", "last-event-id": last });
    expect((await again("RECORDED")).status).toBe(204);
    expect((await again("VALID")).text).toContain("event: state\nid: RECORDED\n");
    const pending = await submitted(7);
    const early = await client.get(`/claims/${pending}`, {
      accept: "text/event-stream",
      "last-event-id": "PENDING",
    });
    expect(early.text).toContain("id: PENDING");
  });

  test.each([
    "text/event-stream",
    "text/event-stream;q=1",
    "text/html, text/event-stream",
    "TEXT/Event-Stream",
  ])("is what Accept: %s asks for", async (accept) => {
    const id = await submitted(1);
    expect(await allEvents(cloud.api, `/claims/${id}`, { accept })).toHaveLength(1);
  });

  test.each(["*/*", "application/json", "text/event-streams", "text/*", ""])(
    "is not what Accept: %s asks for",
    async (accept) => {
      const { type } = await client.get(`/claims/${await submitted(1)}`, { accept });
      expect(type).toBe("application/json");
    },
  );

  test("ends after its time, for its reader to come again", async () => {
    const id = await submitted(4);
    const started = performance.now();
    const events = await allEvents(cloud.api, `/claims/${id}`);
    expect(events.map(({ data }) => data.state)).toEqual(["PENDING"]);
    expect(performance.now() - started).toBeGreaterThan(900);
  });
});

describe("streams that are open", () => {
  let reader = 0;
  /** Each by a reader of its own, unless it is named. */
  const opened = async (id: string, signal?: AbortSignal, by = `192.0.2.${++reader % 250}`) => {
    const headers = { accept: "text/event-stream", "x-forwarded-for": by };
    const asked = requestOf("GET", `/claims/${id}`, headers);
    const request = signal === undefined ? asked : new Request(asked, { signal });
    return cloud.api.fetch(request);
  };
  const free = (id: string) =>
    until("there is room for a stream", async () => {
      const answer = await opened(id);
      await answer.body!.cancel();
      return answer.status === 200;
    });

  test("are bounded, and one that is left makes room at once", async () => {
    const id = await submitted(5);
    const streams = await Promise.all(Array.from({ length: MOST_STREAMS }, () => opened(id)));
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
    const refused = await client.get(`/claims/${id}`, { accept: "text/event-stream" });
    expect([refused.status, refused.code, refused.headers.get("retry-after")]).toEqual([
      503,
      "unavailable",
      "5",
    ]);
    expect((await client.get(`/claims/${id}`)).status).toBe(200);
    for (const { body } of streams) await body!.cancel();
    await free(id);
  });

  test("of one reader are fewer, so that the others find room", async () => {
    const id = await submitted(5);
    const first = await opened(id, undefined, "198.51.100.1");
    const second = await opened(id, undefined, "198.51.100.1");
    const others = await opened(id, undefined, "198.51.100.2");
    expect([first.status, second.status, others.status]).toEqual([200, 429, 200]);
    expect(second.headers.get("retry-after")).toBe("5");
    expect(await second.json()).toMatchObject({ code: "rate_limited", retry_after: 5 });
    await first.body!.cancel();
    await others.body!.cancel();
    await free(id);
  });

  test("are not left behind by an answer that came too late", async () => {
    const id = await submitted(5);
    const request = requestOf("GET", `/claims/${id}`, {
      accept: "text/event-stream",
      "x-forwarded-for": "198.51.100.9",
    });
    const late = await cloud.api.fetch(request);
    expect(late.status).toBe(200);
    // As the API does with what comes after its own time is over.
    await late.body!.cancel();
    await until("there is room again", async () => {
      const again = await opened(id, undefined, "198.51.100.9");
      await again.body?.cancel();
      return again.status === 200;
    });
  });

  test("are closed when the connection is", async () => {
    const id = await submitted(5);
    const leaving = new AbortController();
    for (let i = 0; i < MOST_STREAMS; i++) await opened(id, leaving.signal);
    leaving.abort();
    await free(id);
  });

  test("are none for HEAD", async () => {
    const id = await submitted(5);
    for (let i = 0; i < 2 * MOST_STREAMS; i++) {
      const head = await client.send("HEAD", `/claims/${id}`, { headers: { accept: "text/event-stream" } });
      expect([head.status, head.type]).toEqual([200, "text/event-stream"]);
    }
  });

  test("that fail end, and are logged with the request's id", async () => {
    const { service } = cloud;
    const call = {
      service,
      settings: usualSettings(),
      request: requestOf("GET", "/"),
      requestId: "stream-that-fails",
    };
    const run = () => Promise.reject(new Error("the database is gone"));
    const { body } = eventStream(call as unknown as Call<object, object>, run);
    expect(await new Response(body).text()).toBe("retry: 1000\n\n");
    expect(cloud.lines.at(-1)).toMatchObject({
      station: "http",
      event: "stream_failed",
      request_id: "stream-that-fails",
      error: "the database is gone",
    });
  });
});
