// Sending claims: in batches that the service takes, again what it could not take at the moment, and nothing more where
// it does not answer.
import { claimId, environmentKind, type PolicySubmission } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { describe, expect, test } from "vitest";
import { agentNamed, submissionOf } from "../../../scripts/agents.ts";
import { send } from "../../src/cli/claims/sending.ts";
import { createClient } from "../../src/sdk/index.ts";

const CONFIG = { algorithm: "q-learning", env_id: "cyber-defense-v1", seed: 0 } as const;
const never = new AbortController().signal;

/** An artifact of many rules is as large as one likes. */
function claims(number: number, rules = 1): PolicySubmission[] {
  const { fields } = environmentKind(CONFIG.env_id);
  const all = fields.map(({ name, size }) => [name, Array.from({ length: size }, (_, i) => i)] as const);
  const rule = { when: Object.fromEntries(all), action: 1 };
  const artifact = {
    v: 1,
    kind: "rules",
    env_id: CONFIG.env_id,
    default_action: 1,
    rules: Array.from({ length: rules }, () => rule),
  } as const;
  return Array.from({ length: number }, (_, i) => submissionOf(agentNamed("sender"), artifact, CONFIG, i, 0));
}

type Line = (id: string, request: number) => object;

/** A service that takes batches, and answers each line as it is told. */
function service(line: Line) {
  const requests: { readonly lines: number; readonly bytes: number }[] = [];
  const client = createClient("http://service.example", {
    hasher: nodeHost,
    retries: 0,
    fetch: async (request) => {
      const body = await request.text();
      const lines = body.trimEnd().split("\n");
      requests.push({ lines: lines.length, bytes: Buffer.byteLength(body) });
      if (request.headers.get("content-type") === "application/json") {
        const { status, accepted, problem } = line(idOf(body), requests.length) as Record<string, never>;
        return Response.json(accepted ?? problem, { status });
      }
      const answers = lines.map((text, i) => ({ line: i + 1, ...line(idOf(text), requests.length) }));
      // As the platform's own does.
      request.signal.throwIfAborted();
      return new Response(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(""));
    },
  });
  return { client, requests };
}

function idOf(text: string): string {
  return claimId(nodeHost, JSON.parse(text).claim);
}

const taken: Line = (claim_id) => ({
  status: 202,
  accepted: { claim_id, state: "PENDING", location: `/api/v1/claims/${claim_id}`, known: false },
});

function problem(status: number, code: string, more: object = {}): ReturnType<Line> {
  return {
    status,
    problem: { type: "about:blank", title: code, status, detail: code, code, errors: [], ...more },
  };
}

const kinds = (fates: readonly { readonly kind: string }[]) => fates.map(({ kind }) => kind);

test("claims go in batches of what the service takes at once, and one alone by itself", async () => {
  const { client, requests } = service(taken);
  // Of more than 80,000 bytes each: a hundred are too many for eight million.
  const large = claims(100, 1_000);
  expect(kinds(await send(client, large, never))).toEqual(large.map(() => "accepted"));
  expect(requests.every(({ bytes }) => bytes <= 8_388_608)).toBe(true);
  expect(requests.reduce((sum, { lines }) => sum + lines, 0)).toBe(100);
  expect(requests.length).toBe(2);
  await send(client, claims(1), never);
  expect(requests[2]).toMatchObject({ lines: 1 });
});

describe("of a batch", () => {
  test("only the lines that could not be taken are sent again, after the pause that was asked for", async () => {
    const late = claimId(nodeHost, claims(3)[1]!.claim);
    const { client, requests } = service((id, request) =>
      id === late && request < 3 ? problem(429, "rate_limited", { retry_after: 1 }) : taken(id, request),
    );
    const started = performance.now();
    expect(kinds(await send(client, claims(3), never))).toEqual(["accepted", "accepted", "accepted"]);
    expect(requests.map(({ lines }) => lines)).toEqual([3, 1, 1]);
    expect(performance.now() - started).toBeGreaterThanOrEqual(1_990);
  });

  test("what is refused for what it is, is not sent again, and what is the service's trouble is no refusal", async () => {
    const [bad, failed] = claims(2).map(({ claim }) => claimId(nodeHost, claim));
    const { client, requests } = service((id, request) => {
      if (id === bad) return problem(403, "key_mismatch");
      return id === failed ? problem(500, "internal") : taken(id, request);
    });
    const fates = await send(client, claims(3), never);
    expect(fates).toMatchObject([
      { kind: "refused", problem: { code: "key_mismatch" } },
      { kind: "unsent", error: { code: "refused" } },
      { kind: "accepted" },
    ]);
    expect(requests.length).toBe(1);
  });

  test("that gets no answer, all are unsent, and the next batch is not tried", async () => {
    const { client, requests } = service(() => {
      throw new TypeError("fetch failed");
    });
    const fates = await send(client, claims(100, 1_000), never);
    expect(new Set(kinds(fates))).toEqual(new Set(["unsent"]));
    expect(fates[99]).toMatchObject({ error: { code: "unreachable" } });
    expect(requests.length).toBe(1);
  });

  test("that is stopped, nothing is known to be sent", async () => {
    const controller = new AbortController();
    const { client } = service((id, request) => {
      controller.abort();
      return taken(id, request);
    });
    expect(await send(client, claims(2), controller.signal)).toEqual([
      { kind: "unsent", error: null },
      { kind: "unsent", error: null },
    ]);
  });

  test("that is answered about another claim, the service is not believed", async () => {
    const { client } = service((_, request) => taken("0".repeat(64), request));
    await expect(send(client, claims(2), never)).rejects.toThrow("the service answers about 0000");
  });
});
