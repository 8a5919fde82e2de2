// A witness that the service under test knows, and its cosignatures.
import { cosign, formatNote, formatVerifierKey, parseNote, withSignatures } from "@policyledger/core";
import { nodeHost, noteSigner } from "@policyledger/core/node";

/** Of the same key in every process. */
export function witnessNamed(name: string) {
  return noteSigner("witness", name, nodeHost.sha256(`a witness for tests: ${name}`));
}

export const WITNESS = witnessNamed("witness.example/consistent");
/** As the parameter WITNESSES names it. */
export const WITNESSES = formatVerifierKey(WITNESS.key);

/** The note with the witness's line behind the others. */
export function cosigned(note: string, time: number, witness = WITNESS): string {
  const parsed = parseNote(note);
  return formatNote(withSignatures(parsed, [cosign(nodeHost, parsed.text, time, witness)]));
}
