// An entry as the service gives it, its hash beside its fields, taken apart into what is hashed and the hash. Whether they
// are each other's, nothing here looks at.
import { canonicalJson, type Json, type Sealed } from "@policyledger/core";
import type { LedgerPage } from "@policyledger/core/api";

export function takenApart({ current_hash, ...fields }: LedgerPage["entries"][number]): Sealed {
  const text = canonicalJson(fields as unknown as Json);
  return { entry: fields as unknown as Sealed["entry"], text, current_hash };
}
