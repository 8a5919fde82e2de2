// An op of a plan: a kernel, bound to fields and integers, with the footprint that it declares and the bound on what it changes.
import type { Hasher } from "../host.ts";
import { taggedHash, textList, textObject } from "./hashes.ts";
import { compare, type Reader } from "./reader.ts";

export interface OpSpec {
  readonly opId: string;
  readonly kernelHash: string;
  readonly bind: {
    /** Slot and field, sorted by slot. */
    readonly slots: readonly (readonly [slot: string, field: string])[];
    readonly params: readonly (readonly [name: string, value: bigint])[];
  };
  readonly footprintDigest: string;
  /** R: what is only read. */
  readonly reads: readonly string[];
  /** W: what is written; it may be read, too. */
  readonly writes: readonly string[];
  readonly blockIndex: number;
  readonly deltaBound: bigint;
  readonly requiresModeD: boolean;
  readonly floatTouch: boolean;
  readonly glbModeId: string;
  /** Its place in the plan as it came, for faults. Not part of the op. */
  readonly place: number;
}

const FIELDS = [
  "opId",
  "kernelHash",
  "bind",
  "footprintDigest",
  "reads",
  "writes",
  "blockIndex",
  "deltaBound",
  "requiresModeD",
  "floatTouch",
  "glbModeId",
];

export function readOp(reader: Reader, value: unknown, path: string, place: number): OpSpec {
  const fields = reader.fields(value, path, FIELDS);
  const bind = reader.fields(fields.bind, `${path}/bind`, ["slots", "params"]);
  return {
    opId: reader.identifier(fields.opId, path, "opId"),
    kernelHash: reader.hash(fields.kernelHash, path, "kernelHash"),
    bind: {
      slots: entries(reader, bind.slots, `${path}/bind/slots`, (to, at, key) =>
        reader.identifier(to, at, key),
      ),
      params: entries(reader, bind.params, `${path}/bind/params`, (to, at, key) =>
        reader.integer(to, at, key),
      ),
    },
    footprintDigest: reader.hash(fields.footprintDigest, path, "footprintDigest"),
    reads: reader.identifiers(fields.reads, `${path}/reads`),
    writes: reader.identifiers(fields.writes, `${path}/writes`),
    blockIndex: reader.count(fields.blockIndex, path, "blockIndex", 0),
    deltaBound: reader.integer(fields.deltaBound, path, "deltaBound"),
    requiresModeD: reader.flag(fields.requiresModeD, path, "requiresModeD"),
    floatTouch: reader.flag(fields.floatTouch, path, "floatTouch"),
    glbModeId: reader.identifier(fields.glbModeId, path, "glbModeId"),
    place,
  };
}

/** The entries of an object, sorted by key. */
function entries<T>(
  reader: Reader,
  value: unknown,
  path: string,
  read: (value: unknown, path: string, key: string) => T,
): readonly (readonly [string, T])[] {
  const object = reader.object(value, path);
  return Object.keys(object)
    .sort(compare)
    .map((key) => [reader.identifier(key, path, key), read(object[key] ?? null, path, key)] as const);
}

/** The op's canonical JSON, as it stands in the plan's. */
export function opText(op: OpSpec): string {
  const params = textObject(op.bind.params.map(([name, value]) => [name, `"${value}"`]));
  const slots = textObject(op.bind.slots.map(([slot, field]) => [slot, JSON.stringify(field)]));
  return (
    `{"bind":{"params":${params},"slots":${slots}},"blockIndex":${op.blockIndex},"deltaBound":"${op.deltaBound}",` +
    `"floatTouch":${op.floatTouch},"footprintDigest":"${op.footprintDigest}","glbModeId":${JSON.stringify(op.glbModeId)},` +
    `"kernelHash":"${op.kernelHash}","opId":${JSON.stringify(op.opId)},"reads":${textList(op.reads)},` +
    `"requiresModeD":${op.requiresModeD},"writes":${textList(op.writes)}}`
  );
}

/** Of the two sorted sets. */
export function footprintDigest(host: Hasher, reads: readonly string[], writes: readonly string[]): string {
  return taggedHash(host, "nk2/footprint/v1", `{"reads":${textList(reads)},"writes":${textList(writes)}}`);
}
