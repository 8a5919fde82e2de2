// One write of a commit: read from the wire, checked, and applied to the document as it was. Pure: the time is passed in.

import type { Message } from "../wire/service.ts";
import { Code, invalid, StatusError } from "../wire/status.ts";
import { type Document, makeDocument, readDocument } from "./document.ts";
import { applyMask, type FieldPath, parseMask } from "./field-path.ts";
import { identicalFields } from "./identical.ts";
import { parseDocumentName } from "./names.ts";
import { checkSize } from "./size.ts";
import { applyTransforms, parseTransform, type Transform } from "./transform.ts";
import type { Fields, Value } from "./value.ts";
import { microseconds } from "./value-decode.ts";

export type Precondition =
  | { readonly kind: "exists"; readonly exists: boolean }
  | { readonly kind: "updateTime"; readonly time: bigint };

interface Target {
  /** The full name of the document. */
  readonly name: string;
  readonly precondition: Precondition | null;
}

interface Update extends Target {
  readonly kind: "update";
  readonly fields: Fields;
  /** null replaces the whole document. */
  readonly mask: readonly FieldPath[] | null;
  readonly transforms: readonly Transform[];
}

interface Delete extends Target {
  readonly kind: "delete";
}

export type Write = Update | Delete;

export interface Applied {
  /** The same object as before if the write had no effect; its update time is then the one of before. */
  readonly after: Document | null;
  readonly transformResults: readonly Value[];
}

/** Reads and checks one google.firestore.v1.Write, its documents and values still bytes. */
export function parseWrite(wire: Message): Write {
  if (isSet(wire.update)) return updateOf(wire);
  if (isSet(wire.updateMask) || wire.updateTransforms?.length > 0)
    throw invalid(
      "update_mask and update_transforms can be set only when the operation of a write is update.",
    );
  if (isSet(wire.transform)) return transformOf(wire);
  if (isSet(wire.delete)) return { kind: "delete", ...targetOf(wire.delete, wire) };
  throw invalid("A write has no operation: update, delete or transform is wanted.");
}

/** The document after the write. Throws what the client is to be told if the write is refused. */
export function applyWrite(write: Write, before: Document | null, time: bigint): Applied {
  checkPrecondition(write, before);
  if (write.kind === "delete") return { after: null, transformResults: [] };
  const base =
    write.mask === null ? write.fields : applyMask(before?.fields ?? NO_FIELDS, write.fields, write.mask);
  const { fields, results } = applyTransforms(base, write.transforms, time);
  if (before !== null && identicalFields(before.fields, fields))
    return { after: before, transformResults: results };
  const after = makeDocument(write.name, fields, before?.createTime ?? time, time);
  checkSize(after);
  return { after, transformResults: results };
}

/**
 * Writes to one document in one commit are applied in their order. But an update of what the same commit deleted can
 * never hold: the service calls that a mistake of the client (INVALID_ARGUMENT), not a missing document.
 */
export function checkCommit(writes: readonly Write[]): void {
  checkTransforms(writes);
  const deleted = new Set<string>();
  for (const write of writes) {
    if (write.kind === "delete") deleted.add(write.name);
    else if (!deleted.has(write.name)) continue;
    else if (needsDocument(write))
      throw invalid(`Cannot update a document that the same commit deletes: ${write.name}`);
    else deleted.delete(write.name);
  }
}

/** https://firebase.google.com/docs/firestore/quotas: "Maximum number of field transformations … on a single document". */
const MAX_TRANSFORMS = 500;

function checkTransforms(writes: readonly Write[]): void {
  const counts = new Map<string, number>();
  for (const write of writes) {
    if (write.kind === "delete") continue;
    const count = (counts.get(write.name) ?? 0) + write.transforms.length;
    if (count > MAX_TRANSFORMS)
      throw invalid(
        `${count} field transformations of ${write.name} in one commit; at most ${MAX_TRANSFORMS} are allowed.`,
      );
    counts.set(write.name, count);
  }
}

const NO_FIELDS: Fields = new Map();

function updateOf(wire: Message): Update {
  const { name, fields } = readDocument(wire.update);
  return {
    kind: "update",
    ...targetOf(name, wire),
    fields,
    mask: isSet(wire.updateMask) ? parseMask(wire.updateMask.fieldPaths ?? []) : null,
    transforms: (wire.updateTransforms ?? []).map(parseTransform),
  };
}

/** The older form of a write with transforms only: an update of no field. */
function transformOf(wire: Message): Update {
  const { document, fieldTransforms } = wire.transform;
  if (!(fieldTransforms?.length > 0))
    throw invalid("A transform has no field transforms; at least one is wanted.");
  return {
    kind: "update",
    ...targetOf(document, wire),
    fields: NO_FIELDS,
    mask: [],
    transforms: fieldTransforms.map(parseTransform),
  };
}

function targetOf(name: string, wire: Message): Target {
  parseDocumentName(name);
  return { name, precondition: parsePrecondition(wire.currentDocument) };
}

/** Reads one google.firestore.v1.Precondition; null if none is set. */
export function parsePrecondition(wire: Message): Precondition | null {
  if (isSet(wire?.exists)) return { kind: "exists", exists: wire.exists };
  if (!isSet(wire?.updateTime)) return null;
  const { seconds, nanos } = wire.updateTime;
  return { kind: "updateTime", time: microseconds(BigInt(String(seconds ?? 0)), nanos ?? 0) };
}

function checkPrecondition({ name, precondition }: Write, before: Document | null): void {
  if (precondition === null) return;
  if (precondition.kind === "updateTime") {
    if (before?.updateTime !== precondition.time)
      throw new StatusError(
        Code.FAILED_PRECONDITION,
        `the stored version (${before?.updateTime ?? 0n}) does not match the required base version (${precondition.time})`,
      );
    return;
  }
  if (precondition.exists && before === null)
    throw new StatusError(Code.NOT_FOUND, `No document to update: ${name}`);
  if (!precondition.exists && before !== null)
    throw new StatusError(Code.ALREADY_EXISTS, `Document already exists: ${name}`);
}

function needsDocument({ precondition }: Write): boolean {
  return precondition !== null && (precondition.kind === "updateTime" || precondition.exists);
}

function isSet(member: unknown): boolean {
  return member !== undefined && member !== null;
}
