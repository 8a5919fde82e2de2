// The decision of a witness (c2sp.org/tlog-witness): may this checkpoint be cosigned after the last one? A request is
//
//   old <size> LF  each hash of the consistency proof as base64, at most 63, and LF  LF  the checkpoint, a signed note
//
// Pure: whoever serves it reads what is held of the origin, decides, and MUST write the new state in one step with that
// reading, before anybody sees the cosignature. Otherwise two requests at once could take the log back.
import { PolicyLedgerError, quote, requireObject } from "../error.ts";
import type { Host } from "../host.ts";
import { MAX_CONSISTENCY_HASHES, MAX_NOTE_BYTES } from "../limits.ts";
import { type Checkpoint, formatCheckpoint, openCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { hashFromBase64, hashToBase64, isHash } from "./hashes.ts";
import { requireKeys, type VerifierKey } from "./key.ts";
import { parseNote } from "./note.ts";
import { checkConsistency } from "./proofs.ts";
import { isSize, parseDecimal, requireList } from "./size.ts";
import { readText } from "./text.ts";

/** The body of a request, read but not believed. */
export interface AddCheckpoint {
  readonly old: number;
  readonly proof: readonly string[];
  /** The checkpoint as its note. */
  readonly checkpoint: string;
}

export type WitnessAnswer =
  | {
      readonly status: 200;
      /** What is held from now on. */
      readonly state: Checkpoint;
      /** What is to be cosigned. */
      readonly text: string;
    }
  /** The size that is held, which is the body of the answer, as text/x.tlog.size. */
  | { readonly status: 409; readonly size: number; readonly message: string }
  | { readonly status: 400 | 403 | 404 | 422; readonly message: string };

const MAX_REQUEST_BYTES = MAX_NOTE_BYTES + 64 * (MAX_CONSISTENCY_HASHES + 1);
const WHAT = "Cannot read a request to a witness";

/** Throws "invalid_request" for what is to be answered with 400. */
export function parseAddCheckpoint(input: string | Uint8Array): AddCheckpoint {
  const text = readText(input, MAX_REQUEST_BYTES, "invalid_request", WHAT);
  const end = text.indexOf("\n\n");
  const [first = "", ...encoded] = text.slice(0, Math.max(end, 0)).split("\n");
  const old = first.startsWith("old ") ? parseDecimal(first.slice(4)) : null;
  if (old === null) throw invalid(`${WHAT}: wanted a line "old" and a decimal, got ${quote(first)}`);
  requireList(encoded, MAX_CONSISTENCY_HASHES, "invalid_request", `${WHAT}: the hashes of its proof`);
  const proof = encoded.map((line, i) => {
    const hash = hashFromBase64(line);
    if (hash === null) throw invalid(`${WHAT}: hash ${i} is not the base64 of 32 bytes, but ${quote(line)}`);
    return hash;
  });
  const checkpoint = text.slice(end + 2);
  originOf(checkpoint);
  return { old, proof, checkpoint };
}

export function formatAddCheckpoint(request: AddCheckpoint): string {
  const what = "Cannot write a request to a witness";
  requireObject(request, "invalid_request", what);
  const { old, proof, checkpoint } = request;
  if (!isSize(old)) throw invalid(`${what}: wanted the old size, got ${quote(old)}`);
  requireList(proof, MAX_CONSISTENCY_HASHES, "invalid_request", `${what}: the hashes of its proof`);
  if (!proof.every(isHash)) throw invalid(`${what}: its proof holds what is not 64 hex digits`);
  originOf(checkpoint);
  return `old ${old}\n${proof.map((hash) => `${hashToBase64(hash)}\n`).join("")}\n${checkpoint}`;
}

/** The origin that a note says it is of: which state to read before deciding. */
export function originOf(checkpoint: string): string {
  try {
    return parseCheckpoint(parseNote(checkpoint).text).origin;
  } catch (cause) {
    if (!(cause instanceof PolicyLedgerError)) throw cause;
    throw new PolicyLedgerError("invalid_request", `${WHAT}: ${cause.message}`, [], cause);
  }
}

/**
 * Decides in the order of the specification. `logs` are the keys of the logs that are known; `held` is the last
 * checkpoint of this origin that was cosigned, null when there is none.
 */
export function decideAddCheckpoint(
  host: Host,
  request: AddCheckpoint,
  logs: readonly VerifierKey[],
  held: Checkpoint | null,
): WitnessAnswer {
  requireObject(request, "invalid_request", "Cannot decide a request");
  const { old, proof } = request;
  requireList(proof, MAX_CONSISTENCY_HASHES, "invalid_request", "Cannot decide a request: its proof");
  if (!isSize(old)) throw invalid(`Cannot decide a request: ${quote(old)} is no size`);
  const origin = originOf(request.checkpoint);
  if (held !== null) requireHeld(held, origin);
  requireKeys(logs);
  const keys = logs.filter(({ type, name }) => type === "log" && name === origin);
  if (keys.length === 0) return { status: 404, message: `The log ${quote(origin)} is not known` };
  const opened = attempt(() => openCheckpoint(host, request.checkpoint, keys));
  if (opened instanceof PolicyLedgerError) return { status: 403, message: opened.message };
  const { size, root, note } = opened;
  if (old > size) return { status: 400, message: `The old size ${old} is above the checkpoint's, ${size}` };
  const last = held?.size ?? 0;
  if (old !== last)
    return { status: 409, size: last, message: `The last size cosigned is ${last}, not ${old}` };
  if (old === size && held !== null && held.root !== root) {
    const message = `At size ${size} the root ${held.root} was cosigned, and this one is ${root}`;
    return { status: 409, size, message };
  }
  const wrong = faultOf(host, held, { origin, size, root }, proof);
  if (wrong !== null) return { status: 422, message: wrong };
  return { status: 200, state: { origin, size, root }, text: note.text };
}

/** What a witness wrote itself; a mistake here would have it sign what it must not. */
function requireHeld(held: Checkpoint, origin: string): void {
  requireObject(held, "invalid_checkpoint", "Cannot decide a request by what is held");
  formatCheckpoint(held);
  if (held.origin === origin) return;
  throw invalid(`Cannot decide a request of ${quote(origin)} by what is held of ${quote(held.origin)}`);
}

/** Why the new checkpoint does not continue the one that is held; null when it does. */
function faultOf(
  host: Host,
  held: Checkpoint | null,
  fresh: Checkpoint,
  proof: readonly string[],
): string | null {
  // Every tree continues the empty one, which needs no proof and gets none.
  if (held === null || held.size === 0) {
    return proof.length === 0 ? null : "From the size 0 the consistency proof is empty";
  }
  const claim = { oldSize: held.size, oldRoot: held.root, newSize: fresh.size, newRoot: fresh.root };
  const checked = attempt(() => checkConsistency(host, claim, proof));
  return checked instanceof PolicyLedgerError ? checked.message : null;
}

function attempt<T>(run: () => T): T | PolicyLedgerError {
  try {
    return run();
  } catch (error) {
    if (error instanceof PolicyLedgerError) return error;
    throw error;
  }
}

function invalid(message: string): PolicyLedgerError {
  return new PolicyLedgerError("invalid_request", message);
}
