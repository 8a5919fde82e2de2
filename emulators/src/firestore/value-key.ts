// A text for each value, the same for those that are equal in queries (1 and 1.0, NaN and NaN), and for no others.
import type { Value } from "./value.ts";

export function keyOf(value: Value): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(value.value);
    case "integer":
      return `n${value.value}`;
    case "double":
      return Number.isInteger(value.value) ? `n${BigInt(value.value)}` : `n${value.value}`;
    case "timestamp":
      return `t${value.value}`;
    case "string":
      return `s${lengthened(value.value)}`;
    case "bytes":
      return `b${Buffer.from(value.value).toString("hex")}`;
    case "reference":
      return `r${lengthened(value.value)}`;
    case "geopoint":
      return `g${value.latitude},${value.longitude}`;
    case "array":
      return `[${value.values.map(keyOf).join(",")}]`;
    case "map":
      return `{${[...value.fields.keys()].sort().map((name) => `${lengthened(name)}${keyOf(value.fields.get(name)!)}`)}}`;
  }
}

/** A text can hold anything; its length says where it ends. */
function lengthened(text: string): string {
  return `${text.length}:${text}`;
}
