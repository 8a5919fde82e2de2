// A space from its JSON description, the inverse of `describe`. Strict: unknown kinds and fields are refused, and all
// faults are reported with their paths. The work is in proportion to the description's own size.
import type { Fault } from "../error.ts";
import { type Json, type JsonObject, pointer } from "../json.ts";
import { type BoxOptions, BoxSpace } from "./box.ts";
import { DictSpace } from "./dict.ts";
import { DiscreteSpace } from "./discrete.ts";
import { MAX_SPACE_DEPTH, MAX_SPACE_PARTS } from "./limits.ts";
import { MultiBinarySpace } from "./multi-binary.ts";
import { type MultiDiscreteOptions, MultiDiscreteSpace } from "./multi-discrete.ts";
import { full, note, refuseAll, show, within } from "./refuse.ts";
import type { Space, SpaceKind } from "./space.ts";
import { TupleSpace } from "./tuple.ts";

/** The fields of each kind beside `kind`: true where it has to be there. */
const FIELDS: { readonly [K in SpaceKind]: { readonly [field: string]: boolean } } = {
  discrete: { n: true, start: false },
  box: { low: true, high: true, shape: false, dtype: false },
  multi_discrete: { nvec: true, start: false, dtype: false },
  multi_binary: { shape: true },
  tuple: { spaces: true },
  dict: { spaces: true },
};

export function spaceFromJson(json: Json): Space {
  const faults: Fault[] = [];
  const space = read(json, "", 0, { parts: 0 }, faults);
  refuseAll("Cannot read the description of a space", faults);
  if (space === null) throw new Error("bug: a description was neither read nor refused");
  return space;
}

function read(
  json: Json,
  path: string,
  depth: number,
  seen: { parts: number },
  faults: Fault[],
): Space | null {
  seen.parts += 1;
  if (full(faults) || seen.parts > MAX_SPACE_PARTS + 1) return null;
  if (seen.parts > MAX_SPACE_PARTS) {
    note(faults, path, `more than ${MAX_SPACE_PARTS} spaces`);
    return null;
  }
  const kind = readKind(json, path, faults);
  if (kind === null) return null;
  // The constructors check every field, and name what they refuse by these same names.
  const fields = json as JsonObject & { readonly [field: string]: never };
  switch (kind) {
    case "discrete":
      return within(path, faults, () => new DiscreteSpace(fields.n!, fields.start));
    case "box":
      return within(path, faults, () => new BoxSpace(fields.low!, fields.high!, fields as BoxOptions));
    case "multi_discrete":
      return within(path, faults, () => new MultiDiscreteSpace(fields.nvec!, fields as MultiDiscreteOptions));
    case "multi_binary":
      return within(path, faults, () => new MultiBinarySpace(fields.shape!));
    case "tuple":
    case "dict":
      if (depth < MAX_SPACE_DEPTH) return readComposite(kind, fields, path, depth, seen, faults);
      note(faults, path, `nested more than ${MAX_SPACE_DEPTH} deep`);
      return null;
  }
}

function readKind(json: Json, path: string, faults: Fault[]): SpaceKind | null {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    note(faults, path, `${show(json)}, wanted an object with a kind`);
    return null;
  }
  const object = json as JsonObject;
  const kind = Object.hasOwn(object, "kind") ? object.kind : undefined;
  if (typeof kind !== "string" || !Object.hasOwn(FIELDS, kind)) {
    note(faults, `${path}/kind`, `${show(kind)} is no kind: wanted one of ${Object.keys(FIELDS).join(", ")}`);
    return null;
  }
  const before = faults.length;
  const fields = FIELDS[kind as SpaceKind];
  for (const [field, required] of Object.entries(fields)) {
    if (required && !Object.hasOwn(object, field)) note(faults, `${path}/${field}`, "is missing");
  }
  for (const field of Object.keys(object)) {
    if (full(faults)) break;
    if (field !== "kind" && !Object.hasOwn(fields, field)) {
      note(faults, path + pointer([field]), `is not a field of ${kind}`);
    }
  }
  return faults.length === before ? (kind as SpaceKind) : null;
}

function readComposite(
  kind: "tuple" | "dict",
  fields: { readonly spaces?: Json },
  path: string,
  depth: number,
  seen: { parts: number },
  faults: Fault[],
): Space | null {
  const { spaces } = fields;
  const list = Array.isArray(spaces);
  if (typeof spaces !== "object" || spaces === null || list !== (kind === "tuple")) {
    note(faults, `${path}/spaces`, `${show(spaces)}, wanted ${kind === "tuple" ? "a list" : "an object"}`);
    return null;
  }
  const before = faults.length;
  const parts = new Map<string, Space>();
  for (const [key, part] of Object.entries(spaces as JsonObject)) {
    if (full(faults) || seen.parts > MAX_SPACE_PARTS) break;
    const space = read(part, `${path}/spaces${pointer([key])}`, depth + 1, seen, faults);
    if (space !== null) parts.set(key, space);
  }
  if (faults.length > before) return null;
  return within(path, faults, () =>
    kind === "tuple" ? new TupleSpace([...parts.values()]) : new DictSpace(Object.fromEntries(parts)),
  );
}
