// Answers: JSON with the headers that say for how long it may be kept, and problem documents.
import { type Problem, problemDocument } from "../problem.ts";
import { tagOf } from "./caching.ts";

/** For what never changes. */
export const FOREVER = "public, max-age=31536000, immutable";
/** For what changes with the ledger: browsers ask each time, the CDN may answer for a second. */
export const FRESH = "public, max-age=0, s-maxage=1";
/** For what belongs to one who asks. */
export const NEVER = "no-store";
/** To be asked for again each time, and mostly not sent again: there is an ETag. */
export const ASK = "no-cache";

export function json(
  body: unknown,
  { status = 200, cache, headers = {} }: { status?: number; cache: string; headers?: Record<string, string> },
): Response {
  return text(JSON.stringify(body), { status, cache, type: "application/json", headers });
}

export function text(
  body: string | Uint8Array<ArrayBuffer>,
  {
    status = 200,
    cache,
    type,
    headers = {},
  }: { status?: number; cache: string; type: string; headers?: Record<string, string> },
): Response {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  return new Response(bytes, {
    status,
    headers: {
      "content-type": type,
      "content-length": String(bytes.length),
      "cache-control": cache,
      vary: "accept-encoding",
      ...(status === 200 && cache !== NEVER && { etag: tagOf(bytes) }),
      ...headers,
    },
  });
}

/** Hosting keeps a 404 for ten minutes unless it is told not to: no problem is kept. */
export function problemAnswer(problem: Problem, requestId: string): Response {
  return text(JSON.stringify(problemDocument(problem, requestId)), {
    status: problem.status,
    cache: NEVER,
    type: "application/problem+json",
    headers: problem.headers,
  });
}
