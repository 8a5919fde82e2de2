// Field paths (`a.b.\`c.d\``), what they select in the fields of a document, and update masks.
// https://firebase.google.com/docs/firestore/reference/rest/v1/projects.databases.documents (Document.fields).
import { invalid } from "../wire/status.ts";
import type { Fields, Value } from "./value.ts";
import { checkDepth, checkFieldName } from "./value-decode.ts";
import { isReserved } from "./vector.ts";

/** The field names from the document down; never empty. */
export type FieldPath = readonly string[];

/** The name by which queries order and filter by the document's own name. */
export const NAME_FIELD = "__name__";

/** https://firebase.google.com/docs/firestore/quotas ("Maximum size of a field path"). */
const MAX_PATH_BYTES = 1_500;
const SIMPLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** One segment at the place where the search stands: simple, or quoted with \` and \\ inside. */
const SEGMENT = /([A-Za-z_][A-Za-z0-9_]*)|`((?:[^`\\]|\\[`\\])*)`/y;

export function parseFieldPath(text: string): FieldPath {
  if (SIMPLE.test(text)) return [text];
  const path: string[] = [];
  for (let at = 0; at <= text.length; ) {
    SEGMENT.lastIndex = at;
    const [all, simple, quoted] = SEGMENT.exec(text) ?? refuse(text);
    path.push(simple ?? quoted!.replace(/\\(.)/gs, "$1"));
    at += all.length + 1;
    if (at <= text.length && text[at - 1] !== ".") refuse(text);
  }
  for (const name of path) checkFieldName(name);
  if (Buffer.byteLength(text) > MAX_PATH_BYTES)
    throw invalid(`Property path "${text.slice(0, 40)}…" is longer than ${MAX_PATH_BYTES} bytes.`);
  return path;
}

export function formatFieldPath(path: FieldPath): string {
  return path.map((name) => (SIMPLE.test(name) ? name : `\`${name.replace(/[`\\]/g, "\\$&")}\``)).join(".");
}

/** The paths of an update mask: none reserved, none twice, none inside another. */
export function parseMask(texts: readonly string[]): readonly FieldPath[] {
  const paths = texts.map(parseWritablePath);
  const ordered = [...paths].sort(comparePaths);
  // In this order a path's first neighbour is one inside it, if there is any.
  for (let i = 1; i < ordered.length; i += 1) {
    const [outer, inner] = [ordered[i - 1]!, ordered[i]!];
    if (outer.every((name, depth) => name === inner[depth]))
      throw invalid(
        outer.length === inner.length
          ? `Field path "${formatFieldPath(inner)}" stands twice in the update mask.`
          : `Field paths "${formatFieldPath(outer)}" and "${formatFieldPath(inner)}" in the update mask conflict: one is inside the other.`,
      );
  }
  return paths;
}

/** A path that a client may write to. */
export function parseWritablePath(text: string): FieldPath {
  const path = parseFieldPath(text);
  const reserved = path.find(isReserved);
  if (reserved !== undefined)
    throw invalid(`Field path "${text}" cannot be written: the field name "${reserved}" is reserved.`);
  checkDepth(path.length - 1);
  return path;
}

export function getField(fields: Fields, path: FieldPath): Value | undefined {
  let value: Value | undefined;
  let inside: Fields | undefined = fields;
  for (const name of path) {
    value = inside?.get(name);
    inside = value?.kind === "map" ? value.fields : undefined;
  }
  return value;
}

/** New fields with `value` at `path`; maps on the way are made, and replace what is not a map. The rest is shared. */
export function setField(fields: Fields, path: FieldPath, value: Value): Fields {
  const changed = new Map(fields);
  put(changed, path, value);
  return changed;
}

/** `before` with every path of the mask as it is in `update`: set where it has a value, deleted where it has none. */
export function applyMask(before: Fields, update: Fields, mask: readonly FieldPath[]): Fields {
  const changed = new Map(before);
  for (const path of mask) put(changed, path, getField(update, path));
  return changed;
}

/** Changes `fields`, and copies the maps inside it on the way. No value: what is at the path goes. */
function put(fields: Map<string, Value>, path: FieldPath, value: Value | undefined): void {
  const [name, ...rest] = path as [string, ...string[]];
  if (rest.length > 0) {
    const inside = mapAt(fields, name);
    if (inside === undefined && value === undefined) return;
    const copy = new Map(inside);
    put(copy, rest, value);
    fields.set(name, { kind: "map", fields: copy });
  } else if (value === undefined) fields.delete(name);
  else fields.set(name, value);
}

function mapAt(fields: Fields, name: string): Fields | undefined {
  const value = fields.get(name);
  return value?.kind === "map" ? value.fields : undefined;
}

/** Name by name, so that a path stands directly before those inside it. */
function comparePaths(a: FieldPath, b: FieldPath): number {
  for (let depth = 0; depth < Math.min(a.length, b.length); depth += 1)
    if (a[depth] !== b[depth]) return a[depth]! < b[depth]! ? -1 : 1;
  return a.length - b.length;
}

function refuse(text: string): never {
  throw invalid(
    `Invalid property path "${text}": names of letters, digits and "_", or any names in backticks, joined by "." are wanted.`,
  );
}
