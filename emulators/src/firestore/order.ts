// The order of values across all types, and of document names.
// https://firebase.google.com/docs/firestore/manage-data/data-types ("Value type ordering").
import type { Fields, Value } from "./value.ts";
import { vectorOf } from "./vector.ts";

const TYPE_ORDER = {
  null: 0,
  boolean: 1,
  integer: 2,
  double: 2,
  timestamp: 3,
  string: 4,
  bytes: 5,
  reference: 6,
  geopoint: 7,
  array: 8,
  vector: 9,
  map: 10,
} as const;

/** Negative, zero or positive. Integers and doubles are compared exactly, NaN before all of them; -0 equals 0. */
export function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  const rank = typeOrder(a);
  const difference = rank - typeOrder(b);
  return difference !== 0 ? difference : compareSameType(a, b);
}

/** The equality of queries and array transforms: 1 equals 1.0, and NaN equals NaN. */
export function equal(a: Value, b: Value): boolean {
  return compare(a, b) === 0;
}

/** The same for values of one type; what a range filter or cursor stays within. */
export function typeOrder(value: Value): number {
  if (value.kind === "map" && vectorOf(value.fields) !== null) return TYPE_ORDER.vector;
  return TYPE_ORDER[value.kind];
}

function compareSameType(a: Value, b: Value): number {
  switch (a.kind) {
    case "null":
      return 0;
    case "integer":
    case "double":
      return compareNumbers(a.value, (b as { value: bigint | number }).value);
    case "boolean":
      return Number(a.value) - Number((b as typeof a).value);
    case "timestamp":
      return compareNumbers(a.value, (b as typeof a).value);
    case "string":
      return compareStrings(a.value, (b as typeof a).value);
    case "bytes":
      return Buffer.compare(a.value, (b as typeof a).value);
    case "reference":
      return compareNames(a.value, (b as typeof a).value);
    case "geopoint":
      return compareGeopoints(a, b as typeof a);
    case "array":
      return compareArrays(a.values, (b as typeof a).values);
    case "map":
      return compareMaps(a.fields, (b as typeof a).fields);
  }
}

/** JavaScript compares a bigint with a number by their exact mathematical values. */
function compareNumbers(a: bigint | number, b: bigint | number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number that are the same are loosely equal only.
  if (a == b) return 0;
  return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
}

/** The order of the UTF-8 bytes, which is the order of the code points. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return codePointRank(unitA) - codePointRank(unitB);
  }
  return a.length - b.length;
}

/** Surrogates (halves of code points above U+FFFF) come after the units U+E000 to U+FFFF, not before. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** Resource names, segment by segment: numeric ids (`__id7__`) first and by number, then the others as strings. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  let i = 0;
  while (i < shorter && a.charCodeAt(i) === b.charCodeAt(i)) i += 1;
  const start = a.lastIndexOf("/", i - 1) + 1;
  if (a.startsWith("__id", start) || b.startsWith("__id", start)) {
    const difference = compareIds(segmentAt(a, start), segmentAt(b, start));
    if (difference !== 0) return difference;
  }
  // One ends here, or one of the segments does: the shorter comes first.
  if (i === shorter) return a.length - b.length;
  if (a[i] === "/") return -1;
  if (b[i] === "/") return 1;
  return codePointRank(a.charCodeAt(i)) - codePointRank(b.charCodeAt(i));
}

function segmentAt(name: string, start: number): string {
  const end = name.indexOf("/", start);
  return end < 0 ? name.slice(start) : name.slice(start, end);
}

function compareIds(a: string, b: string): number {
  const numberA = numericId(a);
  const numberB = numericId(b);
  if (numberA !== null && numberB !== null) return compareNumbers(numberA, numberB);
  if (numberA !== null) return -1;
  if (numberB !== null) return 1;
  return compareStrings(a, b);
}

/** The number of an id that stands for one, as documents imported from Datastore have them; else null. */
export function numericId(id: string): bigint | null {
  const digits = /^__id(-?\d+)__$/.exec(id)?.[1];
  return digits === undefined ? null : BigInt(digits);
}

function compareGeopoints(a: Value & { kind: "geopoint" }, b: Value & { kind: "geopoint" }): number {
  return compareNumbers(a.latitude, b.latitude) || compareNumbers(a.longitude, b.longitude);
}

function compareArrays(a: readonly Value[], b: readonly Value[]): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) {
    const difference = compare(a[i]!, b[i]!);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareMaps(a: Fields, b: Fields): number {
  const vectorA = vectorOf(a);
  const vectorB = vectorOf(b);
  if (vectorA !== null && vectorB !== null)
    return vectorA.length - vectorB.length || compareArrays(vectorA, vectorB);
  const keysA = [...a.keys()].sort(compareStrings);
  const keysB = [...b.keys()].sort(compareStrings);
  const shorter = Math.min(keysA.length, keysB.length);
  for (let i = 0; i < shorter; i += 1) {
    const difference = compareStrings(keysA[i]!, keysB[i]!) || compare(a.get(keysA[i]!)!, b.get(keysB[i]!)!);
    if (difference !== 0) return difference;
  }
  return keysA.length - keysB.length;
}
