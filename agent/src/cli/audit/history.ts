// The entries that were kept, as what a ledger once was: any of them can be read again, and their hashes are beyond
// doubt, for they lead to the head that was seen.
import { ChainAudit, entryHash, limits } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { ExportError } from "../../check/index.ts";
import type { Seen } from "./kept.ts";
import { linesOf, pieceReader } from "./lines.ts";

export interface History {
  /** An entry's canonical JSON; null where it is not known any more. */
  textAt(index: number): Promise<string | null>;
  hashAt(index: number): Promise<string | null>;
}

/** Keeps in memory where each entry lies: eight bytes of it. */
export function historyIn(file: string, seen: Seen): History {
  let opened: Promise<Float64Array | null> | null = null;
  const textAt = async (index: number): Promise<string | null> => {
    opened ??= endsIn(file, seen);
    const ends = await opened;
    if (ends === null || index < 0 || index >= seen.size) return null;
    const from = index === 0 ? 0 : ends[index - 1]! + 1;
    const pieces = await pieceReader(file);
    try {
      return await pieces.read(from, ends[index]! - from);
    } finally {
      await pieces.close();
    }
  };
  return {
    textAt,
    hashAt: async (index) => {
      const text = await textAt(index);
      return text === null ? null : entryHash(nodeHost, text);
    },
  };
}

/** Where each entry ends; null where the file does not lead to what was seen. */
async function endsIn(file: string, { size, current_hash }: Seen): Promise<Float64Array | null> {
  const ends = new Float64Array(size);
  const chain = new ChainAudit(nodeHost, { expected: { size, head: current_hash } });
  let at = 0;
  try {
    for await (const { text, offset, length } of linesOf(file, { maxBytes: limits.MAX_ENTRY_BYTES })) {
      if (at >= size) break;
      if (!chain.add(text)) return null;
      ends[at++] = offset + length;
    }
  } catch (error) {
    if (error instanceof ExportError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  return chain.finish().fault === null ? ends : null;
}
