// The one error that the core throws: a stable code, a sentence, and every fault with its path.

export type ErrorCode =
  | "invalid_json" // not strict JSON: syntax, UTF-8, duplicate keys, nesting, numbers
  | "not_canonical" // JSON that claims to be canonical (RFC 8785) and does not re-encode to itself
  | "too_large" // over one of the limits in limits.ts
  | "invalid_space" // a space that cannot be built, or a sample that is not in it
  | "unknown_environment"
  | "invalid_environment" // an environment that breaks its contract
  | "model_hides_state" // no policy that sees the observation and the step reaches the model's optimum
  | "invalid_config" // an environment's configuration
  | "invalid_seed"
  | "invalid_action"
  | "not_reset" // an environment or a policy that is used before its first reset
  | "episode_over" // step() after the end of an episode
  | "invalid_artifact"
  | "invalid_policy" // a policy that breaks its contract
  | "invalid_training" // a training configuration or a saved training state
  | "invalid_claim"
  | "invalid_entry"
  | "invalid_audit" // what an audit is told to expect
  | "invalid_ranking" // entries that do not continue a ranking
  | "broken_chain" // an entry that cannot follow the one before it
  | "invalid_key" // a secret key, or a verifier key of a note, that is not one
  | "policy_refused" // reuse: a policy that is not what the ledger recorded
  | "invalid_tree" // a size, an index or hashes that no tree has
  | "invalid_proof" // an inclusion or consistency proof that does not hold
  | "invalid_tile" // a tile, or the path of one, of a form that no tile has
  | "missing_tile" // a tile that its source does not have
  | "wrong_tile" // a tile that does not hash up to the root
  | "invalid_bundle" // a bundle of entries that cannot be made or read
  | "wrong_entry" // an entry that is not the leaf at its place
  | "invalid_note" // a signed note that is not in its form
  | "bad_signature" // a signature of a known key that does not hold
  | "unsigned" // a note without a signature of a key that has to sign
  | "invalid_checkpoint" // a note whose text is not a checkpoint's
  | "invalid_quorum" // a policy that is not one
  | "no_quorum" // fewer cosignatures than a policy wants
  | "invalid_proof_file" // a .tlog-proof that is not in its form
  | "invalid_request" // the body of an add-checkpoint that is not in its form
  | "invalid_evidence" // evidence against a log that shows nothing
  | "invalid_plan" // what is no plan of NK-2, whatever it would do
  | "invalid_receipts"; // what is no chain of receipts

/**
 * One thing that is wrong, and where: `path` is a JSON Pointer (RFC 6901) into the input, "" for all of it. It may
 * hold keys as they were sent, those of more than 64 characters cut.
 */
export interface Fault {
  readonly path: string;
  readonly message: string;
  /** Stable, where faults of several kinds come together: a plan's (nk2/codes.ts). */
  readonly code?: string | undefined;
}

export class PolicyLedgerError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];

  constructor(code: ErrorCode, message: string, faults: readonly Fault[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "PolicyLedgerError";
    this.code = code;
    this.faults = faults;
  }
}

/** Throws one error that names all faults; returns when there are none. */
export function refuseFaults(code: ErrorCode, what: string, faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const shown = faults
    .slice(0, 3)
    .map((fault) => `${fault.path === "" ? "" : `${plain(fault.path, 160)}: `}${fault.message}`);
  const more = faults.length > 3 ? `; and ${faults.length - 3} more` : "";
  throw new PolicyLedgerError(code, `${what}: ${shown.join("; ")}${more}`, faults);
}

/** Refuses what is no object: to read a field of it would end in the engine's own error, or in nothing. */
export function requireObject(value: unknown, code: ErrorCode, what: string): void {
  if (value !== null && typeof value === "object") return;
  const message = `wanted an object, got ${quote(value)}`;
  throw new PolicyLedgerError(code, `${what}: ${message}`, [{ path: "", message }]);
}

/** Refuses what cannot be gone through item by item; a text is not meant, though it can. */
export function requireIterable(value: unknown, code: ErrorCode, what: string): void {
  requireObject(value, code, what);
  if (typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === "function") return;
  const message = "wanted a list, or what can be gone through like one";
  throw new PolicyLedgerError(code, `${what}: ${message}`, [{ path: "", message }]);
}

/** Cuts foreign text down to what a message can carry, and keeps control characters out of it. */
export function quote(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : printed(value);
  return plain(text, 80);
}

/** Foreign text without what a terminal may obey: control characters, bidirectional marks and the like. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\ufffd");
}

/** JSON.stringify leaves DEL, C1 controls and bidirectional marks as they are. */
function plain(text: string, most: number): string {
  return printable(cut(text, most));
}

/** At most so many characters, the last one "…" where some were left out; no surrogate pair is cut in half. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function printed(value: unknown): string {
  if (value !== null && (typeof value === "object" || typeof value === "function"))
    return `a value of type ${typeof value}`;
  return String(value);
}
