// The keys that sign checkpoints, as the secret LOG_KEY names them: the current one first, and behind it the one that it
// replaces, while it does.
import { type NoteSigner, PolicyLedgerError } from "@policyledger/core";
import { noteSigner } from "@policyledger/core/node";

/** Notes of 16 signatures are read by everyone (c2sp.org/signed-note): these two, and those of the witnesses. */
const MOST_KEYS = 2;

/** None where there is none; throws where one is no key, and never says which was given. */
export function logSigners(secret: string | undefined, origin: string): readonly NoteSigner[] {
  const keys = (secret ?? "").split(/\s+/).filter((key) => key !== "");
  if (keys.length > MOST_KEYS) throw refused(`${keys.length} keys, at most ${MOST_KEYS} can sign`);
  if (new Set(keys).size < keys.length) throw refused("one key stands there twice");
  return keys.map((key) => noteSigner("log", origin, key));
}

function refused(message: string): PolicyLedgerError {
  return new PolicyLedgerError("invalid_key", `Cannot use LOG_KEY: ${message}`);
}
