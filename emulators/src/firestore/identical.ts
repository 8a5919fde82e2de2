// Whether two values are the same to the last bit, the order of map keys aside: what makes a write one without effect.
import type { Fields, Value } from "./value.ts";

/** Unlike `equal` of the query order: 1 is not 1.0 here, and -0 not 0. NaN is NaN. */
export function identical(a: Value, b: Value): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case "null":
      return b.kind === "null";
    case "bytes":
      return b.kind === "bytes" && Buffer.compare(a.value, b.value) === 0;
    case "geopoint":
      return (
        b.kind === "geopoint" && Object.is(a.latitude, b.latitude) && Object.is(a.longitude, b.longitude)
      );
    case "array":
      return (
        b.kind === "array" &&
        a.values.length === b.values.length &&
        a.values.every((element, i) => identical(element, b.values[i]!))
      );
    case "map":
      return b.kind === "map" && identicalFields(a.fields, b.fields);
    default:
      return a.kind === b.kind && Object.is(a.value, b.value);
  }
}

export function identicalFields(a: Fields, b: Fields): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !identical(value, other)) return false;
  }
  return true;
}
