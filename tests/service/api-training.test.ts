// Trainings on the server: asked for once, watched at a pace that the eye follows, capped, and ending in a claim that
// goes the same way as any other.
import { generateKeyPair } from "@policyledger/core/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CAPS } from "../../functions/src/training-requests.ts";
import { until } from "../../scripts/until.ts";
import { CYBER, trainingBody } from "./agents.ts";
import { type Client, clientOf, type Read } from "./api-client.ts";
import { allEvents, type Event, eventsOf } from "./api-events.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;
let client: Client;
beforeAll(async () => {
  cloud = await startLocalCloud();
  client = clientOf(cloud.api);
});
afterAll(() => cloud.close());

const SHORT = { ...CYBER, episodes: 40 };

async function done(id: string): Promise<Read> {
  return until("it is done", async () => {
    const { body } = await client.get(`/train/${id}`);
    return body.state === "DONE" && body;
  });
}

describe("a training", () => {
  test("is queued, trained and claimed, and the claim is recorded under the service's label", async () => {
    const asked = await client.post("/train", trainingBody(SHORT));
    const { training_id, location, state } = asked.body;
    expect([asked.status, state, asked.headers.get("location")]).toEqual([202, "QUEUED", location]);
    const { claim_id, stopped, progress } = await done(training_id);
    expect([stopped, progress.episode]).toEqual(["episodes", SHORT.episodes]);
    const { claim } = await until("its claim is recorded", async () => {
      const { body } = await client.get(`/claims/${claim_id}`);
      return body.state === "RECORDED" && body;
    });
    expect(claim.agent_id).toBe((await client.get("/health")).body.trainer.agent_id);
    expect(claim.public_key).toBe(cloud.service.trainer!.publicKey);
    const { headers } = await client.get(`/train/${training_id}`);
    expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  });

  test("asked for twice is one", async () => {
    const body = trainingBody({ ...SHORT, seed: 2 });
    const [one, two] = await Promise.all([client.post("/train", body), client.post("/train", body)]);
    expect(one!.body.training_id).toBe(two!.body.training_id);
    expect([one!.status, two!.status].sort()).toEqual([200, 202]);
    await done(one!.body.training_id);
    const again = await client.post("/train", body);
    expect([again.status, again.body.state]).toEqual([200, "DONE"]);
  });

  test("shows the request as it was signed, and nothing that is only the service's", async () => {
    const body = trainingBody({ ...SHORT, seed: 2 }, { key: generateKeyPair() });
    const { body: job } = await client.post("/train", body);
    expect(job.request).toEqual(JSON.parse(body).request);
    expect(Object.keys(job)).not.toContain("lease_until");
    expect(Object.keys(job)).not.toContain("signature");
    await done(job.training_id);
  });
});

describe("a training's stream", () => {
  let id: string;
  let events: Event[];
  beforeAll(async () => {
    const training = { ...CYBER, episodes: 60 };
    id = (await client.post("/train", trainingBody(training))).body.training_id;
    events = await allEvents(cloud.api, `/train/${id}/events`);
  });

  test("says each point once, in order, and then that it is done", async () => {
    const points = events.slice(0, -1);
    expect(points.map(({ event }) => event)).toEqual(points.map(() => "progress"));
    expect(points.map(({ data }) => data.episode)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(points.map(({ id }) => Number(id))).toEqual(points.map(({ data }) => data.episode));
    const { event, data } = events.at(-1)!;
    expect([event, data.state, data.training_id]).toEqual(["done", "DONE", id]);
    expect((await client.get(`/claims/${data.claim_id}`)).status).toBe(200);
  });

  test("sends ten to fifty points a second", () => {
    const points = events.slice(0, -1);
    const seconds = (points.at(-1)!.at - points[0]!.at) / 1_000;
    const rate = (points.length - 1) / seconds;
    expect(rate).toBeGreaterThan(10);
    expect(rate).toBeLessThanOrEqual(50);
  });

  test("goes on behind the point that its reader has", async () => {
    const first: number[] = [];
    for await (const { data } of eventsOf(cloud.api, `/train/${id}/events`)) {
      first.push(data.episode);
      if (first.length === 3) break;
    }
    const rest = await allEvents(cloud.api, `/train/${id}/events`, { "last-event-id": "57" });
    expect(first).toEqual([1, 2, 3]);
    expect(rest.map(({ event, id }) => [event, id])).toEqual([
      ["progress", "58"],
      ["progress", "59"],
      ["progress", "60"],
      ["done", "done"],
    ]);
  });

  test("is over for a reader that has read its end", async () => {
    const { status, headers } = await client.get(`/train/${id}/events`, { "last-event-id": "done" });
    expect([status, headers.get("cache-control")]).toEqual([204, "no-store"]);
  });

  test.each(["x", "-1", "1e3", "999999999999", "%00", "9".repeat(5_000)])(
    "takes Last-Event-ID %s for none, or for the end",
    async (last) => {
      for await (const { event, data } of eventsOf(cloud.api, `/train/${id}/events`, {
        "last-event-id": last,
      })) {
        expect(event === "done" || data.episode === 1).toBe(true);
        break;
      }
    },
  );
});

describe("a training is refused", () => {
  const signed: Read = JSON.parse(trainingBody(SHORT));
  const changed = (changes: object) =>
    JSON.stringify({ ...signed, request: { ...signed.request, ...changes } });
  const cases: readonly (readonly [string, number, string, readonly string[], () => string])[] = [
    ["no JSON", 400, "invalid_json", [""], () => "{"],
    ["nothing", 422, "invalid_training", ["/request", "/signature"], () => "{}"],
    ["another's signature", 403, "bad_signature", ["/signature"], () => changed({ claim_seed: 8 })],
    [
      "what no training has",
      422,
      "invalid_training",
      ["/request/training/algorithm"],
      () => changed({ training: { ...SHORT, algorithm: "luck" } }),
    ],
    [
      "an unknown environment",
      422,
      "unknown_environment",
      ["/request/training/env_id"],
      () => trainingBody({ ...SHORT, env_id: "chess-v1" }),
    ],
    [
      "an unknown preset",
      422,
      "invalid_config",
      ["/request/training/env_config/preset"],
      () => trainingBody({ ...SHORT, env_config: { preset: "impossible" } }),
    ],
    [
      "a configuration that is none",
      422,
      "invalid_config",
      ["/request/training/env_config/colour"],
      () => trainingBody({ ...SHORT, env_config: { colour: "red" } }),
    ],
    [
      "too many episodes and too large a memory",
      422,
      "over_cap",
      ["/request/training/episodes", "/request/training/replay/batch", "/request/training/replay/capacity"],
      () =>
        trainingBody({
          ...SHORT,
          algorithm: "double-q-learning",
          episodes: CAPS.episodes + 1,
          replay: { batch: CAPS.replay_batch + 1, capacity: CAPS.replay_capacity + 1 },
        }),
    ],
    ["too much", 413, "too_large", [""], () => " ".repeat(20_000)],
  ];

  test.each(cases)("with %s", async (_, status, code, paths, make) => {
    const refused = await client.post("/train", make());
    expect([refused.status, refused.code]).toEqual([status, code]);
    expect(refused.body.errors.map((one: Read) => one.path)).toEqual(paths);
  });
});
