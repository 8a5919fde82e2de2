// Signed notes (c2sp.org/signed-note): text ‖ LF ‖ signature lines. The text is UTF-8 that ends with LF and holds no
// control character below 0x20 but LF; it may hold empty lines, the last of which ends it. A signature line is
// "— " (U+2014, space), the key's name, a space, base64(key id[4] ‖ signature), LF. Signatures cover the text with its
// final LF. Those of unknown keys are ignored; one of a known key that does not hold refuses the whole note.
import { verifyStrict } from "../ed25519.ts";
import { PolicyLedgerError, quote, requireObject } from "../error.ts";
import { fromHex, toHex } from "../hash.ts";
import type { Host } from "../host.ts";
import { utf8 } from "../json.ts";
import { MAX_NOTE_BYTES, MAX_NOTE_SIGNATURES } from "../limits.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { cosignedBytes, readCosignature } from "./cosignature.ts";
import { isKeyName, requireKeys, type VerifierKey } from "./key.ts";
import { readText } from "./text.ts";

/** One signature line. */
export interface NoteSignature {
  readonly name: string;
  /** 8 hex digits. */
  readonly id: string;
  /** What stands behind the id, in hex: 64 bytes of Ed25519, or a time before them, or what we do not know. */
  readonly payload: string;
}

export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Whose signature holds; a witness also says when. */
export interface Signed {
  readonly key: VerifierKey;
  /** Seconds since 1970, of a cosignature. */
  readonly time?: number;
}

const DASH = "\u2014";
const WHAT = "Cannot read a note";

/** Reads the form of a note; nothing in it is true yet. */
export function parseNote(input: string | Uint8Array): Note {
  const whole = readText(input, MAX_NOTE_BYTES, "invalid_note", WHAT);
  requireNoControls(whole, WHAT);
  const split = whole.lastIndexOf("\n\n");
  if (split < 0) throw invalid(`${WHAT}: it has no text before an empty line`);
  const signatures = parseSignatureLines(whole.slice(split + 2));
  return { text: whole.slice(0, split + 1), signatures };
}

/** Lines as a witness answers with, or as a note ends with: at least one. */
export function parseSignatureLines(lines: string): NoteSignature[] {
  const text = readText(lines, MAX_NOTE_BYTES, "invalid_note", "Cannot read signatures");
  if (!text.endsWith("\n")) throw invalid(`${WHAT}: wanted signature lines, the last one ended by LF`);
  const parts = text.slice(0, -1).split("\n");
  if (parts.length > MAX_NOTE_SIGNATURES) {
    throw invalid(`${WHAT}: ${parts.length} signatures, at most ${MAX_NOTE_SIGNATURES} are read`);
  }
  return parts.map(parseSignatureLine);
}

function parseSignatureLine(line: string): NoteSignature {
  const [dash, name, encoded, ...rest] = line.split(" ");
  const bytes = encoded === undefined ? null : fromBase64(encoded);
  if (dash !== DASH || rest.length > 0 || !isKeyName(name) || bytes === null || bytes.length < 5) {
    throw invalid(
      `${WHAT}: wanted a line "${DASH} name base64" of an id and a signature, got ${quote(line)}`,
    );
  }
  return { name, id: toHex(bytes.subarray(0, 4)), payload: toHex(bytes.subarray(4)) };
}

export function formatNote(note: Note): string {
  const what = "Cannot write a note";
  requireObject(note, "invalid_note", what);
  const text = requireNoteText(note.text, what);
  return `${text}\n${formatSignatureLines(note.signatures)}`;
}

export function formatSignatureLines(signatures: readonly NoteSignature[]): string {
  const what = "Cannot write signatures";
  const count = Array.isArray(signatures) ? signatures.length : 0;
  if (count < 1 || count > MAX_NOTE_SIGNATURES) {
    throw invalid(`${what}: wanted a list of 1 to ${MAX_NOTE_SIGNATURES} of them`);
  }
  return signatures.map(formatSignatureLine).join("");
}

function formatSignatureLine(signature: NoteSignature): string {
  requireObject(signature, "invalid_note", "Cannot write a signature");
  const { name, id, payload } = signature;
  const isPayload =
    typeof payload === "string" && payload.length >= 2 && payload.length <= 2 * MAX_NOTE_BYTES;
  const bytes = isPayload ? fromHex(`${id}${payload}`, (8 + payload.length) / 2) : null;
  if (!isKeyName(name) || fromHex(id, 4) === null || bytes === null) {
    throw invalid(`Cannot write a signature: wanted name, id and payload, got ${quote(name)}`);
  }
  return `${DASH} ${name} ${toBase64(bytes)}\n`;
}

/** The text of a note that can be signed: it ends with LF, is not empty, and holds no control characters. */
export function requireNoteText(text: string, what: string): string {
  if (typeof text !== "string") throw invalid(`${what}: wanted a text, got ${quote(text)}`);
  readText(text, MAX_NOTE_BYTES, "invalid_note", what);
  if (!text.endsWith("\n")) throw invalid(`${what}: its text does not end with LF`);
  requireNoControls(text, what);
  return text;
}

function requireNoControls(text: string, what: string): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 && code !== 0x0a) throw invalid(`${what}: it holds the control character ${code}`);
  }
}

/** The note, and whose signatures on it hold: at least one, each key once. */
export function openNote(
  host: Host,
  input: string | Uint8Array,
  keys: readonly VerifierKey[],
): { readonly note: Note; readonly signed: readonly Signed[] } {
  requireKeys(keys);
  const note = parseNote(input);
  const known = new Map(keys.map((key) => [`${key.id} ${key.name}`, key]));
  const signed = new Map<VerifierKey, Signed>();
  for (const signature of note.signatures) {
    const key = known.get(`${signature.id} ${signature.name}`);
    if (key === undefined) continue;
    const found = verifySignature(host, key, note.text, signature.payload);
    if (found === null) {
      const message = `the signature of the known key ${key.name}+${key.id} does not hold`;
      throw new PolicyLedgerError("bad_signature", `Cannot accept a note: ${message}`);
    }
    if (!signed.has(key)) signed.set(key, found);
  }
  if (signed.size > 0) return { note, signed: [...signed.values()] };
  throw new PolicyLedgerError("unsigned", "Cannot accept a note: no known key has signed it");
}

function verifySignature(host: Host, key: VerifierKey, text: string, payload: string): Signed | null {
  const publicKey = fromHex(key.publicKey, 32)!;
  switch (key.type) {
    case "log": {
      const signature = fromHex(payload, 64);
      return signature !== null && verifyStrict(host, publicKey, utf8(text), signature) ? { key } : null;
    }
    case "witness": {
      const read = readCosignature(payload);
      if (read === null) return null;
      const { time, signature } = read;
      return verifyStrict(host, publicKey, cosignedBytes(text, time), signature) ? { key, time } : null;
    }
  }
}

function invalid(message: string): PolicyLedgerError {
  return new PolicyLedgerError("invalid_note", message);
}
