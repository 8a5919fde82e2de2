// The witnesses whose cosignatures this log keeps, as the parameter WITNESSES names them: verifier keys with spaces
// between them, none at all, or "any".
import { formatVerifierKey, type Host, PolicyLedgerError, parseVerifierKey } from "@policyledger/core";
import { MOST_WITNESSES, type Witnesses } from "../cosignatures.ts";

const ANY = "any";

export interface ListedWitnesses {
  readonly known: Witnesses;
  /** As texts; null for anyone's. */
  readonly texts: readonly string[] | null;
}

/** Throws where the parameter names what is no witness's key. */
export function witnessesOf(host: Host, parameter: string): ListedWitnesses {
  const words = parameter.split(/[\s,]+/).filter((word) => word !== "");
  if (words.length === 1 && words[0] === ANY) return { known: null, texts: null };
  const known = words.map((word) => parseVerifierKey(host, word));
  const log = known.find(({ type }) => type !== "witness");
  if (log !== undefined) throw refused(`${log.name} is the key of a log`);
  if (known.length > MOST_WITNESSES)
    throw refused(`${known.length} of them, at most ${MOST_WITNESSES} can be`);
  const texts = known.map(formatVerifierKey);
  if (new Set(texts).size < texts.length) throw refused("one of them stands there twice");
  return { known, texts };
}

function refused(message: string): PolicyLedgerError {
  return new PolicyLedgerError("invalid_key", `Cannot use WITNESSES: ${message}`);
}
