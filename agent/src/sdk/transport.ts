// One request to the service and its answer: bounded in size and time, and asked again where that is safe and may help.
// Everything that the API offers is safe to ask again: a claim submitted twice is one claim, a training too.
import { type Json, PolicyLedgerError, parseJson, printable, readingFaults } from "@policyledger/core";
import { type Problem, problem as problemSchema } from "@policyledger/core/api";
import type * as z from "zod/mini";
import { ClientError } from "./error.ts";

export interface TransportOptions {
  /** In place of the platform's own. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** How often a request is repeated that was not answered, or with 408, 429, 502, 503 or 504. */
  readonly retries?: number;
  /** For one attempt of one request, in milliseconds. */
  readonly timeout?: number;
  /** The longest pause before the next attempt, in milliseconds; also of what `Retry-After` asks for. */
  readonly maxPause?: number;
}

interface Ask {
  readonly method?: "GET" | "POST";
  /** With its query, from the root: "/api/v1/…". */
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Transport {
  readonly base: string;
  /** The text of the answer, if it is one of success. */
  text(ask: Ask): Promise<string>;
  /** Its bytes. */
  bytes(ask: Ask): Promise<Uint8Array>;
  /** The raw answer of one attempt, whose body is still to be read; for streams. */
  open(url: string, headers: Record<string, string>, signal: AbortSignal | undefined): Promise<Response>;
}

const MAX_ANSWER_BYTES = 4_194_304;
/** Statuses that say nothing but that it may be asked again. */
export const PASSING: ReadonlySet<number | undefined> = new Set([408, 429, 502, 503, 504]);
const FIRST_PAUSE_MS = 250;

export function makeTransport(endpoint: string, options: TransportOptions): Transport {
  const base = baseOf(endpoint);
  const { retries = 5, timeout = 30_000, maxPause = 30_000 } = options;
  const send = options.fetch ?? ((request: Request) => fetch(request));

  async function answer(ask: Ask): Promise<Uint8Array> {
    for (let attempt = 0; ; attempt++) {
      ask.signal?.throwIfAborted();
      let failure: ClientError;
      let pause = 0;
      try {
        const response = await attemptOf(ask);
        const body = await readBounded(response, ask.maxBytes ?? MAX_ANSWER_BYTES);
        if (response.ok) return body;
        failure = refusal(ask, response, decoded(body));
        if (!PASSING.has(response.status)) throw failure;
        pause = 1_000 * Number(response.headers.get("retry-after") ?? 0) || 0;
      } catch (error) {
        ask.signal?.throwIfAborted();
        if (error instanceof ClientError && error.code !== "unreachable") throw error;
        failure = unreachable(base, error);
      }
      if (attempt >= retries || pause > maxPause) throw failure;
      await sleep(Math.min(maxPause, pause + jittered(attempt)), ask.signal);
    }
  }

  function attemptOf(ask: Ask): Promise<Response> {
    const { method = "GET", path, body, type = "application/json", signal } = ask;
    const headers: Record<string, string> = { accept: "application/json, */*", ...ask.headers };
    if (body !== undefined) headers["content-type"] = type;
    const init: RequestInit = { method, headers, signal: within(timeout, signal), redirect: "error" };
    return send(new Request(base + path, body === undefined ? init : { ...init, body }));
  }

  return {
    base,
    text: async (ask) => decoded(await answer(ask)),
    bytes: answer,
    open: (url, headers, signal) =>
      send(new Request(url, { headers, redirect: "error", ...(signal !== undefined && { signal }) })),
  };
}

/** An address as people write it: with or without a slash at the end, or with the path of the API. */
function baseOf(endpoint: string): string {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw new ClientError(
      "invalid_argument",
      `Cannot use ${printable(endpoint)}: it is not an address, such as https://example.org`,
    );
  }
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "" || url.hash !== "") {
    throw new ClientError(
      "invalid_argument",
      `Cannot use ${printable(endpoint)}: wanted http:// or https://, without user, query and fragment`,
    );
  }
  return (url.origin + url.pathname).replace(/\/+$/, "").replace(/\/api\/v1$/, "");
}

/** Reads an answer, or a part of one, as its schema says. Its size was bounded when it was received. */
export function readAnswer<T>(path: string, schema: z.ZodMiniType<T>, body: string): T {
  let value: Json;
  try {
    value = parseJson(body, { maxBytes: Number.MAX_SAFE_INTEGER });
  } catch (cause) {
    if (!(cause instanceof PolicyLedgerError)) throw cause;
    throw new ClientError("unreadable_answer", `The answer to ${path} is not strict JSON: ${cause.message}`, {
      cause,
    });
  }
  const faults = readingFaults(schema, value);
  if (faults.length === 0) return value as T;
  const { path: where, message } = faults[0]!;
  throw new ClientError(
    "unreadable_answer",
    `The answer to ${path} is not what the API describes: ${printable(where)}: ${message}`,
    { faults },
  );
}

async function readBounded(response: Response, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel();
      throw new ClientError(
        "unreadable_answer",
        `The answer of ${response.url.split("?")[0]} takes more than ${maxBytes} bytes`,
      );
    }
    parts.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ClientError("unreadable_answer", "The answer is not UTF-8", { cause });
  }
}

function refusal({ method = "GET", path }: Ask, { status }: Response, body: string): ClientError {
  const what = `${method} ${path} was answered with ${status}`;
  try {
    const problem: Problem = readAnswer(path, problemSchema, body);
    return new ClientError("refused", printable(problem.detail), { problem });
  } catch (cause) {
    return new ClientError(
      PASSING.has(status) ? "unreachable" : "unreadable_answer",
      `${what}, and nothing that says why`,
      { cause, status },
    );
  }
}

function unreachable(base: string, cause: unknown): ClientError {
  if (cause instanceof ClientError) return cause;
  return new ClientError("unreachable", `Cannot reach ${base}: ${reasonOf(cause)}`, { cause });
}

/** Platforms say "fetch failed", and why in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error as { cause?: unknown };
  if (cause instanceof Error) {
    const { code } = cause as { code?: unknown };
    return printable(cause.message || String(code ?? error.message));
  }
  return error.name === "TimeoutError" ? "no answer in time" : printable(error.message);
}

/** Full jitter: those who were turned away together do not come back together. */
function jittered(attempt: number): number {
  return Math.random() * FIRST_PAUSE_MS * 2 ** Math.min(attempt, 7);
}

function within(milliseconds: number, signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(milliseconds);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

/** Ends early, with the signal's reason, when the signal is aborted. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const end = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", end, { once: true });
  });
}
