// The operand of `in`, `not-in` and `array-contains-any`: a list, in which unlike in a document's array arrays may stand.
import { readValue, type Value } from "./value.ts";
import { readWhole } from "./value-decode.ts";
import { ArrayTag, ValueTag } from "./value-tags.ts";

/** The low bits of a protocol buffer tag, which say how to skip what follows. */
const WIRE_TYPE = 7;

/** A google.firestore.v1.Value; what is not an array is answered as it is, for the caller to refuse. */
export function readCandidates(bytes: Uint8Array): Value {
  const lists = lengthDelimited(bytes, ValueTag.array);
  if (lists.length !== 1) return readValue(bytes);
  return { kind: "array", values: lengthDelimited(lists[0]!, ArrayTag.values).map(readValue) };
}

/** The contents of every field with that tag. */
function lengthDelimited(bytes: Uint8Array, wanted: number): readonly Uint8Array[] {
  return readWhole(bytes, (reader) => {
    const found: Uint8Array[] = [];
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === wanted) found.push(reader.bytes());
      else reader.skipType(tag & WIRE_TYPE);
    }
    return found;
  });
}
