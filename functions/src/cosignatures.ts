// Cosignatures of witnesses: collected as they are sent, and served with the checkpoint that they are on. Of each
// witness's key the latest few are kept, so that one that signs much pushes out nothing but its own.
//
// A crash before the commit leaves what was there; the witness, who got no answer, sends again. After it all is done,
// and sent again it changes nothing.
import {
  formatNote,
  formatVerifierKey,
  type Note,
  type NoteSignature,
  openCheckpoint,
  PolicyLedgerError,
  parseNote,
  parseVerifierKey,
  type VerifierKey,
  withSignatures,
} from "@policyledger/core";
import { type CosignedCheckpoints, checkpointRef, cosignedRef, type StoredCheckpoint } from "./documents.ts";
import { Problem } from "./problem.ts";
import { notPublished, rootAt } from "./read-log.ts";
import type { Service } from "./service.ts";

/** Of each key: that many checkpoints on which the others may meet it. */
const KEPT_OF_A_KEY = 4;
/** Readers of notes take 16 lines at least (c2sp.org/signed-note): the log's own two, and these. */
export const MOST_WITNESSES = 14;

/** Whose cosignatures are kept: null for anyone's, of the first keys that come. */
export type Witnesses = readonly VerifierKey[] | null;

export interface Kept {
  readonly size: number;
  /** The keys whose cosignatures are kept of what was sent. */
  readonly keys: readonly string[];
}

/** Keeps the cosignatures of a checkpoint that this log has signed; `offered` are the keys that the sender names. */
export async function keepCosignatures(
  service: Service,
  body: Uint8Array,
  witnesses: Witnesses,
  offered: readonly VerifierKey[],
): Promise<Kept> {
  const { db, host } = service;
  const kept = await db.runTransaction(async (transaction) => {
    const [last, stored] = await transaction.getAll(checkpointRef(db), cosignedRef(db));
    const published = last!.data() as StoredCheckpoint | undefined;
    const before = (stored!.data() as CosignedCheckpoints | undefined)?.checkpoints ?? [];
    if (published === undefined) throw notPublished();
    const own = published.keys.map((key) => parseVerifierKey(host, key));
    const admitted = witnesses ?? offered;
    const opened = taken(() => openCheckpoint(host, body, [...own, ...admitted]));
    const keys = opened.signed.filter(({ key }) => key.type === "witness").map(({ key }) => key);
    if (keys.length === 0) throw unknownWitness(witnesses);
    const { size, root } = opened;
    if (size > published.size) {
      throw new Problem("invalid_note", `No checkpoint of ${size} entries was published.`);
    }
    if (root !== (await rootAt(service, size))) {
      throw new Problem("invalid_note", `The first ${size} entries have another root than ${root}.`);
    }
    const known = [...own, ...keys].map(nameOf);
    const note: Note = {
      text: opened.note.text,
      signatures: opened.note.signatures.filter((one) => known.includes(nameOf(one))),
    };
    const after = withNote(before, { size, root, note }, own);
    if (witnesses === null) requireRoom(after, own);
    if (JSON.stringify(after) !== JSON.stringify(before)) {
      transaction.set(cosignedRef(db), { checkpoints: after } satisfies CosignedCheckpoints);
    }
    return { size, keys: keys.map(formatVerifierKey) };
  });
  service.log({
    station: "http",
    event: "cosigned",
    size: kept.size,
    witnesses: kept.keys,
    counted: { cosignatures_kept: kept.keys.length },
  });
  return kept;
}

function taken<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    const code = error.code === "bad_signature" ? "bad_signature" : "invalid_note";
    throw new Problem(code, error.message, { faults: [{ path: "", message: error.message }], cause: error });
  }
}

function unknownWitness(witnesses: Witnesses): Problem {
  const message =
    witnesses === null
      ? "It has no cosignature of a key that x-witness-keys names."
      : "It has no cosignature of a witness that this log keeps; /api/v1/log lists them.";
  return new Problem("unknown_witness", message);
}

interface Checkpoint {
  readonly size: number;
  readonly root: string;
  readonly note: Note;
}

type Stored = CosignedCheckpoints["checkpoints"];

/** With one more note, and without what its witnesses have signed before their latest few. */
function withNote(before: Stored, added: Checkpoint, own: readonly VerifierKey[]): Stored {
  const checkpoints = before.map(({ size, root, note }) => ({ size, root, note: parseNote(note) }));
  // By all of it: a log that got another name has signed the same tree again, in another text.
  const i = checkpoints.findIndex(({ note }) => note.text === added.note.text);
  if (i < 0) checkpoints.push(added);
  else checkpoints[i] = { ...added, note: withLater(checkpoints[i]!.note, added.note.signatures) };
  const isOwn = new Set(own.map(nameOf));
  const seen = new Map<string, number>();
  return checkpoints
    .sort((a, b) => b.size - a.size)
    .flatMap(({ size, root, note: { text, signatures } }) => {
      const logs = signatures.filter((one) => isOwn.has(nameOf(one)));
      const latest = signatures.filter((one) => {
        if (isOwn.has(nameOf(one))) return false;
        const count = (seen.get(nameOf(one)) ?? 0) + 1;
        seen.set(nameOf(one), count);
        return count <= KEPT_OF_A_KEY;
      });
      if (latest.length === 0 || logs.length === 0) return [];
      return [{ size, root, note: formatNote({ text, signatures: [...logs, ...latest] }) }];
    });
}

/** Of each key the later cosignature, so that nobody who sends an earlier one again makes the witness look asleep. */
function withLater(note: Note, more: readonly NoteSignature[]): Note {
  // A payload begins with its time, in as many digits as any other.
  const timeOf = ({ payload }: NoteSignature) => payload.slice(0, 16);
  const kept = new Map(note.signatures.map((one) => [nameOf(one), timeOf(one)]));
  return withSignatures(
    note,
    more.filter((one) => timeOf(one) >= (kept.get(nameOf(one)) ?? "")),
  );
}

function requireRoom(checkpoints: Stored, own: readonly VerifierKey[]): void {
  const isOwn = new Set(own.map(nameOf));
  const signatures = checkpoints.flatMap(({ note }) => parseNote(note).signatures).map(nameOf);
  const keys = new Set(signatures.filter((name) => !isOwn.has(name)));
  if (keys.size <= MOST_WITNESSES) return;
  throw new Problem("unknown_witness", `The cosignatures of ${MOST_WITNESSES} keys are kept already.`);
}

/** Of a key, or of the signature line that names it. */
function nameOf({ id, name }: Pick<VerifierKey, "id" | "name">): string {
  return `${id} ${name}`;
}
