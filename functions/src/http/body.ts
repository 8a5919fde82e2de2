// Reads a request's body within bounds: on its type, its encoding, its size before and after inflating, its time, and
// on what all bodies take together.
import { createGunzip, type Gunzip } from "node:zlib";
import type { ProblemCode } from "@policyledger/core/api";
import { Problem } from "../problem.ts";
import { hold } from "./body-room.ts";

/** A body that is still coming after this long is not waited for. */
const MAX_BODY_MS = 20_000;

/** What can be wrong with a body, whatever is in it. */
export const BODY_PROBLEMS = [
  "invalid_json",
  "invalid_encoding",
  "request_timeout",
  "too_large",
  "unsupported_media_type",
  "unsupported_encoding",
] as const satisfies readonly ProblemCode[];

export interface Body {
  /** The media type, without parameters. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Of the media types that are taken, how many bytes a body of each may have. */
export type Accepted = Readonly<Record<string, number>>;

/** What it holds is given up with `releaseBody`. */
export async function readBody(
  request: Request,
  accepted: Accepted,
  maxMilliseconds = MAX_BODY_MS,
): Promise<Body> {
  const type = mediaType(request, Object.keys(accepted));
  const maxBytes = accepted[type]!;
  const zipped = isGzip(request);
  if (Number(request.headers.get("content-length")) > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return { type, bytes: new Uint8Array(0) };
  const gunzip = zipped ? createGunzip() : null;
  const reader = request.body.getReader();
  let late = false;
  // Ends a read that waits. The stream itself is left to the server: to cancel it would cut the connection, and with it
  // the answer.
  const timer = setTimeout(() => {
    late = true;
    reader.releaseLock();
  }, maxMilliseconds);
  try {
    const chunks = chunksOf(reader);
    return {
      type,
      bytes: await collect(request, gunzip === null ? chunks : inflated(gunzip, chunks, maxBytes), maxBytes),
    };
  } catch (cause) {
    if (late) throw new Problem("request_timeout", `The body was not there after ${maxMilliseconds} ms.`);
    if (cause instanceof Problem) throw cause;
    throw new Problem("invalid_request", "The body ended before it was complete.", { cause });
  } finally {
    clearTimeout(timer);
    reader.releaseLock();
  }
}

function mediaType(request: Request, types: readonly string[]): string {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.headers.get("content-type") ?? "")?.[1];
  if (types.includes(type) && (charset === undefined || /^utf-?8$/i.test(charset))) return type;
  throw new Problem("unsupported_media_type", `Send ${types.join(" or ")}, in UTF-8.`, {
    headers: { accept: types.join(", ") },
  });
}

function isGzip(request: Request): boolean {
  const encoding = (request.headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding === "identity") return false;
  if (encoding === "gzip") return true;
  throw new Problem("unsupported_encoding", "Send the body as it is, or with gzip.", {
    headers: { "accept-encoding": "gzip" },
  });
}

async function* chunksOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Chunk by chunk, so that no more is inflated than is asked for. */
async function* inflated(
  gunzip: Gunzip,
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const fed = feed(gunzip, chunks, maxBytes);
  fed.catch((error) => gunzip.destroy(error));
  try {
    yield* gunzip;
  } catch (cause) {
    if (isZlibError(cause)) {
      throw new Problem("invalid_encoding", "The body is not gzip, as its content-encoding says.", { cause });
    }
    throw cause;
  } finally {
    gunzip.destroy();
  }
}

async function feed(gunzip: Gunzip, chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<void> {
  let read = 0;
  for await (const chunk of chunks) {
    read += chunk.length;
    if (read > maxBytes) throw tooLarge(maxBytes);
    if (gunzip.destroyed) return;
    await new Promise<void>((resolve) => gunzip.write(chunk, () => resolve()));
  }
  gunzip.end();
}

function isZlibError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && code.startsWith("Z_");
}

async function collect(
  request: Request,
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of chunks) {
    size += part.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    hold(request, size);
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}

function tooLarge(maxBytes: number): Problem {
  const message = `The body takes more than ${maxBytes} bytes.`;
  return new Problem("too_large", message, { faults: [{ path: "", message }] });
}
