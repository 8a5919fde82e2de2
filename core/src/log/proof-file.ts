// Proof files (c2sp.org/tlog-proof@v1), which prove offline that a log has an entry:
//
//   c2sp.org/tlog-proof@v1 LF  index <i> LF  each hash of the path as base64, and LF  LF  the checkpoint, a signed note
//
// The optional line of extra data is refused: nothing vouches for it, and this log writes none.
import { PolicyLedgerError, quote, requireObject } from "../error.ts";
import { leafHash } from "../hash.ts";
import type { Host } from "../host.ts";
import { MAX_NOTE_BYTES } from "../limits.ts";
import { type Checkpoint, openCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { hashFromBase64, hashToBase64, isHash, leafHashOf } from "./hashes.ts";
import type { VerifierKey } from "./key.ts";
import { parseNote, type Signed } from "./note.ts";
import { checkInclusion, MAX_PATH } from "./proofs.ts";
import { checkQuorum, type Quorum } from "./quorum.ts";
import { isSize, parseDecimal, requireList } from "./size.ts";
import { readText } from "./text.ts";

export interface ProofFile {
  readonly index: number;
  readonly path: readonly string[];
  /** The checkpoint as its note. */
  readonly checkpoint: string;
}

/** What a proof file was seen to prove. */
export interface Proven extends Checkpoint {
  readonly index: number;
  readonly signed: readonly Signed[];
}

const FIRST_LINE = "c2sp.org/tlog-proof@v1";
const MAX_PROOF_FILE_BYTES = MAX_NOTE_BYTES + 64 * (MAX_PATH + 2);
const WHAT = "Cannot read a proof file";

/** Reads its form; nothing in it is true yet. */
export function parseProofFile(input: string | Uint8Array): ProofFile {
  const text = readText(input, MAX_PROOF_FILE_BYTES, "invalid_proof_file", WHAT);
  const end = text.indexOf("\n\n");
  const [first, second, ...encoded] = text.slice(0, Math.max(end, 0)).split("\n");
  if (end < 0 || first !== FIRST_LINE) throw invalid(`${WHAT}: its first line is not ${FIRST_LINE}`);
  const index = second?.startsWith("index ") ? parseDecimal(second.slice(6)) : null;
  if (index === null) throw invalid(`${WHAT}: wanted a line "index" and a decimal, got ${quote(second)}`);
  requireList(encoded, MAX_PATH, "invalid_proof_file", `${WHAT}: the hashes of its path`);
  const path = encoded.map((line, i) => {
    const hash = hashFromBase64(line);
    if (hash === null) throw invalid(`${WHAT}: hash ${i} is not the base64 of 32 bytes, but ${quote(line)}`);
    return hash;
  });
  const checkpoint = text.slice(end + 2);
  parseCheckpoint(parseNote(checkpoint).text);
  return { index, path, checkpoint };
}

export function formatProofFile(file: ProofFile): string {
  const what = "Cannot write a proof file";
  requireObject(file, "invalid_proof_file", what);
  const { index, path, checkpoint } = file;
  if (!isSize(index)) throw invalid(`${what}: wanted an index, got ${quote(index)}`);
  requireList(path, MAX_PATH, "invalid_proof_file", `${what}: the hashes of its path`);
  if (!path.every(isHash)) throw invalid(`${what}: its path holds what is not 64 hex digits`);
  parseCheckpoint(parseNote(checkpoint).text);
  const lines = path.map((hash) => `${hashToBase64(hash)}\n`).join("");
  return `${FIRST_LINE}\nindex ${index}\n${lines}\n${checkpoint}`;
}

/**
 * Checks a proof file against what the reader knows: the entry (its text, or its bytes), the keys of logs and witnesses,
 * and how many of these must have cosigned. Says where the entry stands, in which log, at which size.
 */
export function verifyProofFile(
  host: Host,
  input: string | Uint8Array,
  known: {
    readonly entry: string | Uint8Array;
    readonly keys: readonly VerifierKey[];
    readonly quorum?: Quorum | null;
  },
): Proven {
  requireObject(known, "invalid_proof_file", "Cannot check a proof file");
  const { entry, keys, quorum = null } = known;
  const { index, path, checkpoint } = parseProofFile(input);
  const { origin, size, root, signed } = openCheckpoint(host, checkpoint, keys);
  const leaf = entry instanceof Uint8Array ? leafHashOf(host, entry) : leafHash(host, entry);
  checkInclusion(host, { index, size, leaf, root }, path);
  if (quorum !== null) checkQuorum(quorum, signed);
  return { origin, index, size, root, signed };
}

function invalid(message: string): PolicyLedgerError {
  return new PolicyLedgerError("invalid_proof_file", message);
}
