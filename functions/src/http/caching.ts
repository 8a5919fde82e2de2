// What a cache between us and the caller goes by: an ETag, what the answer varies with, and 304 where the caller has
// it already. Nothing here waits for a body, so an event stream passes as it comes.
import { createHash } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { compress } from "hono/compress";

/** Below it, compressing costs more than it saves. */
const WORTH_COMPRESSING = 1_024;
const BYTES = "application/octet-stream";

export const compressed = compress({
  threshold: WORTH_COMPRESSING,
  // A stream is not to be held back, and tiles are hashes, which nothing makes shorter.
  contentTypeFilter: (type) => !type.startsWith("text/event-stream") && !type.startsWith(BYTES),
});

/** Of entry bundles, which are bytes by their type and texts by what is in them. */
export const compressedBundles = compress({
  threshold: WORTH_COMPRESSING,
  contentTypeFilter: (type) => type.startsWith(BYTES),
});

/** Weak (RFC 9110, section 8.8.1), since it is the same with and without compression. */
export function tagOf(content: string | Uint8Array): string {
  return `W/"${createHash("sha256").update(content).digest("base64url").slice(0, 27)}"`;
}

/** Answers 304 where the caller names the answer's ETag, and keeps HEAD from telling a length that GET has not. */
export const conditional: MiddlewareHandler = async (c, next) => {
  await next();
  if (c.req.method !== "GET" && c.req.method !== "HEAD") return;
  const { status, headers } = c.res;
  const tag = headers.get("etag");
  if (status === 200 && tag !== null && names(c.req.header("if-none-match"), tag)) {
    const kept = new Headers(headers);
    for (const name of ["content-type", "content-length"]) kept.delete(name);
    // The context would put back what was deleted.
    c.res = undefined;
    c.res = new Response(null, { status: 304, headers: kept });
  } else if (c.req.method === "HEAD" && mayBeCompressed(c.req.header("accept-encoding"), headers)) {
    headers.delete("content-length");
  }
};

/** The weak comparison: without regard to W/. */
function names(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  const opaque = tag.replace(/^W\//, "");
  return ifNoneMatch.match(/"[^"]*"/g)?.includes(opaque) ?? false;
}

function mayBeCompressed(acceptEncoding: string | undefined, headers: Headers): boolean {
  return acceptEncoding !== undefined && Number(headers.get("content-length")) >= WORTH_COMPRESSING;
}
