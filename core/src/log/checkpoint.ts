// Checkpoints (c2sp.org/tlog-checkpoint): the signed note in which a log says how large it is and what its root is.
//
//   origin LF  size LF  base64(root) LF
//
// The origin is the log's URL without scheme and final slash, and the name of its key. Extension lines, which the
// specification allows and advises against, are refused: nobody audits them, and this log writes none.
import { PolicyLedgerError, quote, requireObject } from "../error.ts";
import type { Host } from "../host.ts";
import { EMPTY_ROOT, hashFromBase64, hashToBase64, isHash } from "./hashes.ts";
import { isKeyName, requireKeys, type VerifierKey } from "./key.ts";
import { type Note, openNote, type Signed } from "./note.ts";
import { isSize, parseDecimal } from "./size.ts";

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
}

/** A checkpoint that its log has signed, and who else has. */
export interface OpenedCheckpoint extends Checkpoint {
  readonly note: Note;
  /** Whose signatures hold: the log's, and those of the known witnesses that cosigned. */
  readonly signed: readonly Signed[];
}

export function formatCheckpoint(checkpoint: Checkpoint): string {
  const what = "Cannot write a checkpoint";
  requireObject(checkpoint, "invalid_checkpoint", what);
  const { origin, size, root } = requireCheckpoint(checkpoint, what);
  return `${origin}\n${size}\n${hashToBase64(root)}\n`;
}

export function parseCheckpoint(text: string): Checkpoint {
  const what = "Cannot read a checkpoint";
  const lines = typeof text === "string" ? text.split("\n") : [];
  if (lines.length !== 4 || lines[3] !== "") {
    throw invalid(`${what}: wanted three lines, origin, size and root, got ${quote(text)}`);
  }
  const [origin, decimal, encoded] = lines as [string, string, string];
  const size = parseDecimal(decimal);
  if (size === null) throw invalid(`${what}: wanted a size as a decimal below 2^53, got ${quote(decimal)}`);
  const root = hashFromBase64(encoded);
  if (root === null) throw invalid(`${what}: wanted the base64 of a root of 32 bytes, got ${quote(encoded)}`);
  return requireCheckpoint({ origin, size, root }, what);
}

function requireCheckpoint(checkpoint: Checkpoint, what: string): Checkpoint {
  const { origin, size, root } = checkpoint;
  if (!isKeyName(origin)) throw invalid(`${what}: ${quote(origin)} cannot be an origin`);
  if (!isSize(size)) throw invalid(`${what}: wanted a size below 2^53, got ${quote(size)}`);
  if (!isHash(root)) throw invalid(`${what}: wanted a root of 64 hex digits, got ${quote(root)}`);
  if (size === 0 && root !== EMPTY_ROOT)
    throw invalid(`${what}: the root of an empty tree is H(""), not ${root}`);
  return checkpoint;
}

/**
 * Reads a checkpoint that one of the log's keys has signed. The log's keys are those of type "log" among the known ones
 * whose name is its origin: so a log may change its key, and one list may know many logs and witnesses.
 */
export function openCheckpoint(
  host: Host,
  input: string | Uint8Array,
  keys: readonly VerifierKey[],
): OpenedCheckpoint {
  requireKeys(keys);
  const { note, signed } = openNote(host, input, keys);
  const checkpoint = parseCheckpoint(note.text);
  if (!signed.some(({ key }) => key.type === "log" && key.name === checkpoint.origin)) {
    const message = `no known key of ${quote(checkpoint.origin)} has signed it`;
    throw new PolicyLedgerError("unsigned", `Cannot accept a checkpoint: ${message}`);
  }
  return { ...checkpoint, note, signed };
}

function invalid(message: string): PolicyLedgerError {
  return new PolicyLedgerError("invalid_checkpoint", message);
}
