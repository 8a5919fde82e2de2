// Batches: one submission a line, each answered as it alone would have been, by a line of its own.
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { agentNamed, bodyOf, claims, idOf, lie } from "./agents.ts";
import { type Body, type Client, clientOf, type Read } from "./api-client.ts";
import { findFaults } from "./invariants.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;
let client: Client;
beforeAll(async () => {
  cloud = await startLocalCloud();
  client = clientOf(cloud.api);
});
afterAll(() => cloud.close());

const TYPE = { "content-type": "application/x-ndjson" };
const agent = agentNamed("api/batch");
const send = (body: Body, headers: Record<string, string> = {}) =>
  client.post("/claims", body, { ...TYPE, ...headers });
const shown = (lines: Read[]) =>
  lines.map(({ line, status, accepted, problem }) => [line, status, accepted?.claim_id ?? problem.code]);

describe("a batch", () => {
  test("of one line is answered by one line", async () => {
    const [one] = claims(agent, 1);
    const { status, type, body } = await send(`${bodyOf(one!)}\n`);
    expect([status, type]).toEqual([200, "application/x-ndjson"]);
    expect(shown(body)).toEqual([[1, 202, idOf(one!)]]);
    expect((await send(bodyOf(one!))).body[0]).toMatchObject({ status: 200, accepted: { known: true } });
  });

  test("of good and bad lines is answered in its order, blank lines counted and not answered", async () => {
    const [a, b, c] = claims(agent, 3, 10);
    const stranger = { ...claims(agentNamed("api/stranger"), 1)[0]!, signature: c!.signature };
    const lines = [
      "",
      bodyOf(a!),
      "\r",
      "{",
      bodyOf(b!),
      "[]",
      bodyOf(a!),
      bodyOf(stranger),
      " ",
      bodyOf(c!),
    ];
    const { body } = await send(lines.join("\n"));
    expect(shown(body)).toEqual([
      [2, 202, idOf(a!)],
      [4, 400, "invalid_json"],
      [5, 202, idOf(b!)],
      [6, 422, "invalid_claim"],
      [7, expect.toSatisfy((status) => status === 200 || status === 202), idOf(a!)],
      [8, 403, "bad_signature"],
      [9, 400, "invalid_json"],
      [10, 202, idOf(c!)],
    ]);
  });

  test("may end its lines with CRLF", async () => {
    const [a, b] = claims(agent, 2, 20);
    const { body } = await send(`${bodyOf(a!)}\r\n\r\n${bodyOf(b!)}\r\n`);
    expect(shown(body)).toEqual([
      [1, 202, idOf(a!)],
      [3, 202, idOf(b!)],
    ]);
  });

  test("may come compressed", async () => {
    const some = claims(agent, 5, 30);
    const zipped = gzipSync(some.map(bodyOf).join("\n"));
    const { body } = await send(zipped, { "content-encoding": "gzip" });
    expect(shown(body)).toEqual(some.map((one, i) => [i + 1, 202, idOf(one)]));
  });

  test("of a hundred lines is taken, and all of them come to their end", async () => {
    const some = [...claims(agent, 90, 100), ...Array.from({ length: 10 }, (_, i) => lie(agent, 200 + i))];
    const { body } = await send(`${some.map(bodyOf).join("\n")}\n\n\n`);
    expect(shown(body)).toEqual(some.map((one, i) => [i + 1, 202, idOf(one)]));
    const ids = some.map(idOf);
    const { faults } = await until("nothing is on its way", async () => {
      const found = await findFaults(cloud.db, ids);
      return found.faults.length === 0 && found;
    });
    expect(faults).toEqual([]);
    const states = new Map<string, number>();
    for (const claimId of ids) {
      const { state } = (await client.get(`/claims/${claimId}`)).body;
      states.set(state, (states.get(state) ?? 0) + 1);
    }
    expect(Object.fromEntries(states)).toEqual({ RECORDED: 90, INVALID: 10 });
  });

  test("of more than a hundred is refused whole", async () => {
    const some = claims(agent, 101, 300);
    const { status, code } = await send(some.map(bodyOf).join("\n"));
    expect([status, code]).toEqual([413, "too_large"]);
    expect((await client.get(`/claims/${idOf(some[0]!)}`)).status).toBe(404);
  });

  test.each([
    ["nothing", ""],
    ["line ends", "\n\r\n\n"],
    ["eight million line ends", "\n".repeat(8_388_608)],
  ])("of %s has no line", async (_, body) => {
    const answer = await send(body);
    expect([answer.status, answer.code, answer.body.errors[0].path]).toEqual([400, "invalid_request", ""]);
  });

  test("has a line that is too large, and others that are not", async () => {
    const [one] = claims(agent, 1, 500);
    const { body } = await send(`"${"x".repeat(600_000)}"\n${bodyOf(one!)}`);
    expect(shown(body)).toEqual([
      [1, 413, "too_large"],
      [2, 202, idOf(one!)],
    ]);
  });

  test("whose line is no UTF-8 has others that are", async () => {
    const [one] = claims(agent, 1, 501);
    const bytes = Buffer.concat([Buffer.from([0x22, 0xff, 0x22, 0x0a]), Buffer.from(bodyOf(one!))]);
    const { body } = await send(bytes);
    expect(shown(body)).toEqual([
      [1, 400, "invalid_json"],
      [2, 202, idOf(one!)],
    ]);
  });
});
