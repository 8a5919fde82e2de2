// Entries as the service gives them: taken apart into the text that is hashed and the hash, which must be each other's.
import { canonicalJson, entryHash, type Hasher, type Json, readEntry, type Sealed } from "@policyledger/core";
import { ClientError } from "./error.ts";

/** An entry, its text and its hash, all of one piece. Whether it stands in the ledger, only the chain can say. */
export function sealedOf(host: Hasher, given: unknown): Sealed {
  const { current_hash, ...fields } = given as { readonly current_hash: string; readonly index: number };
  let text: string;
  let entry: Sealed["entry"];
  try {
    text = canonicalJson(fields as unknown as Json);
    entry = readEntry(text);
  } catch (cause) {
    throw new ClientError(
      "unreadable_answer",
      `Entry ${fields.index} is not an entry: ${(cause as Error).message}`,
      { cause },
    );
  }
  const hash = entryHash(host, text);
  if (hash !== current_hash) {
    throw new ClientError(
      "false_answer",
      `Entry ${fields.index} hashes to ${hash}, the service says ${current_hash}: one of them was changed`,
    );
  }
  return { entry, text, current_hash };
}
