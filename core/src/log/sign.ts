// Signing notes, checkpoints above all, through a function that is given: the core holds no secrets.
import { verifyStrict } from "../ed25519.ts";
import { PolicyLedgerError, quote, requireIterable, requireObject } from "../error.ts";
import { fromHex } from "../hash.ts";
import type { Host } from "../host.ts";
import { utf8 } from "../json.ts";
import { formatCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { cosignedBytes, formatCosignature } from "./cosignature.ts";
import { type VerifierKey, verifierKey } from "./key.ts";
import { formatNote, type Note, type NoteSignature, requireNoteText } from "./note.ts";

export interface NoteSigner {
  readonly key: VerifierKey;
  /** MUST give the Ed25519 signature of these bytes by this key, in hex, and MUST NOT keep them. */
  sign(message: Uint8Array): string;
}

/** A log's signature on a text. */
export function signNote(host: Host, text: string, signer: NoteSigner): NoteSignature {
  const key = requireSigner(host, signer, "log");
  requireNoteText(text, "Cannot sign a note");
  return { name: key.name, id: key.id, payload: signed(host, signer, utf8(text)) };
}

/**
 * A checkpoint as a note that the log has signed. Whoever calls this MUST have seen to it that no checkpoint is
 * ever signed that is inconsistent with another one.
 */
export function signCheckpoint(
  host: Host,
  tree: { readonly size: number; readonly root: string },
  signer: NoteSigner,
): string {
  const key = requireSigner(host, signer, "log");
  requireObject(tree, "invalid_checkpoint", "Cannot sign a checkpoint");
  const text = formatCheckpoint({ origin: key.name, size: tree.size, root: tree.root });
  return formatNote({ text, signatures: [signNote(host, text, signer)] });
}

/** A witness's signature on the checkpoint of this text, at a time in seconds since 1970. */
export function cosign(host: Host, text: string, time: number, signer: NoteSigner): NoteSignature {
  const key = requireSigner(host, signer, "witness");
  parseCheckpoint(text);
  const payload = formatCosignature(time, signed(host, signer, cosignedBytes(text, time)));
  return { name: key.name, id: key.id, payload };
}

/** The note with these signatures behind its own; one of a key that has signed already takes that one's place. */
export function withSignatures(note: Note, more: readonly NoteSignature[]): Note {
  requireObject(note, "invalid_note", "Cannot add signatures to a note");
  const all = new Map<string, NoteSignature>();
  for (const list of [note.signatures, more]) {
    requireIterable(list, "invalid_note", "Cannot add signatures to a note");
    for (const signature of list) {
      requireObject(signature, "invalid_note", "Cannot add a signature to a note");
      all.set(`${signature.id} ${signature.name}`, signature);
    }
  }
  return { text: note.text, signatures: [...all.values()] };
}

function requireSigner(host: Host, signer: NoteSigner, type: VerifierKey["type"]): VerifierKey {
  requireObject(signer, "invalid_key", "Cannot sign");
  const { key } = signer;
  requireObject(key, "invalid_key", "Cannot sign: its key");
  if (key.type !== type) {
    throw new PolicyLedgerError(
      "invalid_key",
      `Cannot sign: wanted the key of a ${type}, got ${quote(key.type)}`,
    );
  }
  return verifierKey(host, type, key.name, key.publicKey);
}

/** Checked before anyone else does: a wrong secret would publish what nobody can accept. */
function signed(host: Host, { key, sign }: NoteSigner, message: Uint8Array): string {
  const payload: unknown = sign(message);
  const signature = fromHex(payload as string, 64);
  if (signature !== null && verifyStrict(host, fromHex(key.publicKey, 32)!, message, signature)) {
    return payload as string;
  }
  const wrong = `what it made does not hold under the public key ${quote(key.publicKey)}`;
  throw new PolicyLedgerError("invalid_key", `Cannot sign as ${quote(key.name)}: ${wrong}`);
}
