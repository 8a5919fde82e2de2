// A state: integers by field, as [field, value] pairs sorted by field. A field that is not there reads as 0, and a zero is never
// kept, so that equal states have equal hashes. In JSON {"field": "12"}.
import type { Hasher } from "../host.ts";
import { taggedHash } from "./hashes.ts";
import { compare, type Reader } from "./reader.ts";

type Pair = readonly [field: string, value: bigint];
export type State = readonly Pair[];

export function readState(reader: Reader, value: unknown, path: string): State {
  const object = reader.object(value, path);
  const pairs = Object.keys(object).map((field): Pair => {
    const read = [
      reader.identifier(field, path, field),
      reader.integer(object[field] ?? null, path, field),
    ] as const;
    if (object[field] === "0") reader.note(path, field, "a field that is 0 is left out");
    return read;
  });
  return pairs.sort(([a], [b]) => compare(a, b));
}

/** Of a whole state; `statePost` of a receipt is a chain over what was written, which costs less. */
export function stateHash(host: Hasher, state: State): string {
  return taggedHash(host, "nk2/state/v1", pairsText(state));
}

/** [["field","12"],…]: the canonical JSON of fields and values. */
function pairsText(pairs: State): string {
  return `[${pairs.map(([field, value]) => `[${JSON.stringify(field)},"${value}"]`).join(",")}]`;
}
