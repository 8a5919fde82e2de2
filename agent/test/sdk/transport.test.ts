// Requests: what is asked again and what is not, how long it waits, and which answers are refused unread.
import { afterEach, describe, expect, test, vi } from "vitest";
import { ClientError, createClient } from "../../src/sdk/index.ts";

const HEALTH = { status: "ok", version: "1", entries: 0, head: null, streams: null, trainer: null };

type Reply = Response | Error;

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

function problem(code: string, status: number, headers: Record<string, string> = {}): Response {
  const document = { type: `/docs#${code}`, title: "t", status, detail: `it is ${code}`, code, errors: [] };
  return json(document, status, headers);
}

/** Answers with one reply after the other, the last one again and again. */
function service(...replies: (() => Reply)[]) {
  const asked: Request[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const reply = (replies[Math.min(asked.length, replies.length - 1)] as () => Reply)();
    asked.push(request);
    if (reply instanceof Error) throw reply;
    return reply;
  };
  return { asked, fetch };
}

async function errorOf(work: Promise<unknown>): Promise<ClientError> {
  const error = await work.then(
    () => null,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ClientError);
  return error as ClientError;
}

const quick = { maxPause: 2 };

afterEach(() => {
  vi.useRealTimers();
});

describe("asking again", () => {
  test.each([408, 429, 502, 503, 504])("after %i, until it is answered", async (status) => {
    const { asked, fetch } = service(
      () => problem("unavailable", status),
      () => new TypeError("fetch failed"),
      () => json(HEALTH),
    );
    expect(await createClient("http://x", { fetch, ...quick }).health()).toEqual(HEALTH);
    expect(asked.length).toBe(3);
  });

  test.each([400, 403, 404, 410, 413, 415, 422, 500])("not after %i", async (status) => {
    const { asked, fetch } = service(() => problem("invalid_request", status));
    const error = await errorOf(createClient("http://x", { fetch, ...quick }).health());
    expect(error).toMatchObject({ code: "refused", message: "it is invalid_request", problem: { status } });
    expect(asked.length).toBe(1);
  });

  test("so many times and no more, and the last refusal is what is thrown", async () => {
    const { asked, fetch } = service(() => problem("overloaded", 429));
    const error = await errorOf(createClient("http://x", { fetch, ...quick, retries: 3 }).health());
    expect(error).toMatchObject({ code: "refused", problem: { code: "overloaded" } });
    expect(asked.length).toBe(4);
  });

  test("a body is sent again whole", async () => {
    const bodies: string[] = [];
    const fetch = async (request: Request) => {
      bodies.push(await request.text());
      return bodies.length < 3 ? problem("unavailable", 503) : json({}, 400);
    };
    await errorOf(createClient("http://x", { fetch, ...quick }).verdict({ agent_id: "a" }));
    expect(bodies).toEqual(Array(3).fill('{"agent_id":"a"}'));
  });

  test("waits as long as Retry-After says, and a little more", async () => {
    vi.useFakeTimers();
    const { asked, fetch } = service(
      () => problem("rate_limited", 429, { "retry-after": "7" }),
      () => json(HEALTH),
    );
    const answer = createClient("http://x", { fetch }).health();
    await vi.advanceTimersByTimeAsync(6_999);
    expect(asked.length).toBe(1);
    await vi.advanceTimersByTimeAsync(251);
    expect(await answer).toEqual(HEALTH);
  });

  test("gives up at once where it would have to wait for too long", async () => {
    const { asked, fetch } = service(() => problem("rate_limited", 429, { "retry-after": "3600" }));
    await errorOf(createClient("http://x", { fetch }).health());
    expect(asked.length).toBe(1);
  });

  test("says why nobody answers", async () => {
    const fetch = async () => {
      throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:9") });
    };
    const error = await errorOf(createClient("http://127.0.0.1:9", { fetch, ...quick }).health());
    expect(error.code).toBe("unreachable");
    expect(error.message).toBe("Cannot reach http://127.0.0.1:9: connect ECONNREFUSED 127.0.0.1:9");
  });

  test("ends with the signal's reason, also while it waits", async () => {
    const { asked, fetch } = service(() => problem("unavailable", 503, { "retry-after": "20" }));
    const controller = new AbortController();
    const answer = createClient("http://x", { fetch }).health({ signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(answer).rejects.toThrow("enough");
    expect(asked.length).toBe(1);
  });

  test("an attempt that is not answered in time is given up and made again", async () => {
    let attempts = 0;
    const fetch = (request: Request) => {
      attempts++;
      if (attempts > 1) return Promise.resolve(json(HEALTH));
      return new Promise<Response>((_, reject) => {
        request.signal.addEventListener("abort", () => reject(request.signal.reason));
      });
    };
    expect(await createClient("http://x", { fetch, timeout: 20, ...quick }).health()).toEqual(HEALTH);
    expect(attempts).toBe(2);
  });
});

describe("answers", () => {
  const read = (reply: () => Response) =>
    createClient("http://x", { fetch: service(reply).fetch, ...quick }).health();

  test("fields that a later version may add are no fault", async () => {
    expect(await read(() => json({ ...HEALTH, weather: "fine" }))).toMatchObject(HEALTH);
  });

  test.each([
    [
      "a field is missing",
      () => json({ ...HEALTH, entries: undefined }),
      "/entries: is missing: expected number",
    ],
    [
      "a field is of another type",
      () => json({ ...HEALTH, entries: "0" }),
      "/entries: Invalid input: expected number, received string",
    ],
    ["it is no object", () => json([]), "expected object"],
    ["it is no JSON", () => new Response("<html>"), "not strict JSON"],
    [
      "a key stands there twice",
      () => new Response('{"status":"ok","status":"ok"}'),
      "names the same key twice",
    ],
    ["it is not UTF-8", () => new Response(new Uint8Array([0x22, 0xff, 0x22])), "not UTF-8"],
    ["it ends in the middle of a character", () => new Response(new Uint8Array([0x22, 0xc3])), "not UTF-8"],
    ["it nests too deep", () => new Response("[".repeat(40) + "]".repeat(40)), "nested deeper"],
    [
      "it is larger than it may be",
      () => new Response(`"${"a".repeat(4_194_304)}"`),
      "more than 4194304 bytes",
    ],
  ])("are refused where %s", async (_, reply, message) => {
    const error = await errorOf(read(reply));
    expect(error.code).toBe("unreadable_answer");
    expect(error.message).toContain(message);
  });

  test("that are larger than they may be are not read to the end", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    await errorOf(read(() => new Response(endless)));
    expect(sent).toBeLessThan(5_000_000);
  });

  test("that refuse without saying why say with which status", async () => {
    const error = await errorOf(read(() => new Response("<h1>Not here</h1>", { status: 404 })));
    expect(error).toMatchObject({ code: "unreadable_answer" });
    expect(error.message).toBe("GET /api/v1/health was answered with 404, and nothing that says why");
  });

  test("may not move the reader's cursor: control characters of a problem are taken out", async () => {
    const detail = "\u001b[2J\u202egone\u0007";
    const body = { type: "t", title: "t", status: 404, detail, code: "not_found", errors: [] };
    const error = await errorOf(read(() => json(body, 404)));
    expect(error.message).toBe("\ufffd[2J\ufffdgone\ufffd");
  });
});

describe("addresses", () => {
  test.each([
    ["http://127.0.0.1:5000", "http://127.0.0.1:5000"],
    ["https://example.org/", "https://example.org"],
    ["https://example.org/api/v1", "https://example.org"],
    ["https://example.org/api/v1/", "https://example.org"],
    ["https://example.org/ledger//", "https://example.org/ledger"],
  ])("%s is %s", async (given, base) => {
    const { asked, fetch } = service(() => json(HEALTH));
    const client = createClient(given, { fetch });
    expect(client.endpoint).toBe(base);
    await client.health();
    expect(asked[0]!.url).toBe(`${base}/api/v1/health`);
    expect(asked[0]!.redirect).toBe("error");
  });

  test.each([
    "example.org",
    "",
    "file:///etc/passwd",
    "https://me:secret@example.org",
    "https://example.org/?a",
    "https://example.org/#a",
  ])("%j is none", (given) => {
    expect(() => createClient(given)).toThrow(/^Cannot use /);
  });

  test.each(["../health", "A".repeat(64), "", "0".repeat(63), `${"0".repeat(64)}/x`])(
    "%j goes into no path",
    async (given) => {
      const { asked, fetch } = service(() => json(HEALTH));
      const client = createClient("http://x", { fetch });
      expect((await errorOf(client.claim(given))).code).toBe("invalid_argument");
      expect((await errorOf(client.policy(given))).code).toBe("invalid_argument");
      expect((await errorOf(client.training(given))).code).toBe("invalid_argument");
      expect(asked).toEqual([]);
    },
  );
});
