// Reads a request's body within bounds: on its type, its encoding, its size before and after inflating, and its time.
import { createGunzip } from "node:zlib";
import { Problem } from "../problem.ts";

/** A body that is still coming after this long is not waited for. */
const MAX_BODY_MS = 20_000;

export interface Body {
  /** The media type, without parameters. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

export async function readBody(
  request: Request,
  types: readonly string[],
  maxBytes: number,
  maxMilliseconds = MAX_BODY_MS,
): Promise<Body> {
  const type = mediaType(request, types);
  const inflate = encodingOf(request);
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return { type, bytes: new Uint8Array(0) };
  const chunks = inflate ? inflated(request.body, maxBytes) : request.body;
  return { type, bytes: await collect(chunks, maxBytes, maxMilliseconds) };
}

function mediaType(request: Request, types: readonly string[]): string {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.headers.get("content-type") ?? "")?.[1];
  if (types.includes(type) && (charset === undefined || /^utf-?8$/i.test(charset))) return type;
  throw new Problem("unsupported_media_type", `Send ${types.join(" or ")}, in UTF-8.`, {
    headers: { accept: types.join(", ") },
  });
}

function encodingOf(request: Request): boolean {
  const encoding = (request.headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding === "identity") return false;
  if (encoding === "gzip") return true;
  throw new Problem("unsupported_encoding", "Send the body as it is, or with gzip.", {
    headers: { "accept-encoding": "gzip" },
  });
}

/** Chunk by chunk, so that no more is inflated than is asked for. */
async function* inflated(body: ReadableStream<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const reader = body.getReader();
  const fed = (async () => {
    let read = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      read += value.length;
      if (read > maxBytes) throw tooLarge(maxBytes);
      if (!gunzip.write(value)) await new Promise((resolve) => gunzip.once("drain", resolve));
      if (gunzip.destroyed) return;
    }
    gunzip.end();
  })();
  fed.catch((error) => gunzip.destroy(error));
  try {
    yield* gunzip;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem("invalid_encoding", "The body is not gzip, as its content-encoding says.", { cause });
  } finally {
    gunzip.destroy();
    reader.cancel().catch(() => {});
  }
}

async function collect(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  maxMilliseconds: number,
): Promise<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Problem("request_timeout", `The body was not there after ${maxMilliseconds} ms.`)),
      maxMilliseconds,
    );
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([iterator.next(), late]);
      if (done) break;
      size += value.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      parts.push(value);
    }
  } catch (error) {
    // Whatever more would come is not wanted.
    void iterator.return?.()?.catch(() => {});
    if (error instanceof Problem) throw error;
    throw new Problem("invalid_request", "The body ended before it was complete.", { cause: error });
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(parts, size);
}

function tooLarge(maxBytes: number): Problem {
  return new Problem("too_large", `The body takes more than ${maxBytes} bytes.`);
}
