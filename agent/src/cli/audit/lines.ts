// Lines of a file, bounded in length, read as bytes: where each one lies is known, so that it can be read again.
import { open } from "node:fs/promises";
import { ExportError } from "../../check/index.ts";

export interface Line {
  readonly text: string;
  /** In bytes. */
  readonly offset: number;
  readonly length: number;
}

const CHUNK = 1_048_576;
const LINE_FEED = 0x0a;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** From an offset to another, or to the end of the file. A last line that does not end is refused. */
export async function* linesOf(
  file: string,
  { from = 0, to = Number.POSITIVE_INFINITY, maxBytes }: { from?: number; to?: number; maxBytes: number },
): AsyncGenerator<Line, void, undefined> {
  const handle = await open(file, "r");
  try {
    const chunk = Buffer.allocUnsafe(CHUNK);
    let rest: Buffer = Buffer.alloc(0);
    let offset = from;
    for (let position = from; position < to; ) {
      const { bytesRead } = await handle.read(chunk, 0, Math.min(CHUNK, to - position), position);
      if (bytesRead === 0) break;
      position += bytesRead;
      // A copy: the chunk is written over while the lines are still read.
      const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      let start = 0;
      for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
        yield { text: textOf(bytes.subarray(start, end), offset, maxBytes), offset, length: end - start };
        offset += end - start + 1;
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > maxBytes) throw tooLong(offset, maxBytes);
    }
    if (rest.length > 0) throw new ExportError("truncated", `The line at byte ${offset} does not end`);
  } finally {
    await handle.close();
  }
}

function textOf(bytes: Buffer, offset: number, maxBytes: number): string {
  if (bytes.length > maxBytes) throw tooLong(offset, maxBytes);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ExportError("bad_line", `The line at byte ${offset} is not UTF-8`);
  }
}

function tooLong(offset: number, maxBytes: number): ExportError {
  return new ExportError("bad_line", `The line at byte ${offset} takes more than ${maxBytes} bytes`);
}

/** Reads pieces of one file by where they lie. */
export async function pieceReader(file: string): Promise<{
  read(offset: number, length: number): Promise<string>;
  close(): Promise<void>;
}> {
  const handle = await open(file, "r");
  return {
    read: async (offset, length) => {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await handle.read(bytes, 0, length, offset);
      return utf8.decode(bytes.subarray(0, bytesRead));
    },
    close: () => handle.close(),
  };
}
