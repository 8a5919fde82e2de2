// The chain: checks one entry after another, and says of a whole ledger that it holds, or which entry is the first
// that does not, and why. It needs nothing but the entries' texts and a hash; with an expected size and head it also
// finds a tail that was cut or rewritten.
import { isSignedBy } from "./claim.ts";
import { claimTextOf, entryHash, GENESIS, type Head, readEntry, requireHead } from "./entry.ts";
import { ScannedEntry, scanEntry } from "./entry-grammar.ts";
import { isIndex } from "./environments/kind.ts";
import { PolicyLedgerError, quote, requireIterable, requireObject } from "./error.ts";
import { fromHex } from "./hash.ts";
import { HashSet } from "./hash-set.ts";
import type { Host } from "./host.ts";

export type ChainFaultCode =
  | "unreadable" // not an entry, or not in canonical form
  | "wrong_index" // entries are missing, twice there, or in another order
  | "altered" // it does not hash to what the next entry, or the expected head, recorded
  | "no_genesis" // the first entry claims a predecessor, or a later one claims none
  | "earlier_time" // its timestamp lies before its predecessor's
  | "wrong_claim_id" // its fields are not those of the claim that it names
  | "claim_twice" // the claim stands in the ledger already
  | "bad_signature" // the claim is not signed by its key (checked on request)
  | "missing_tail" // fewer entries than expected
  | "surplus_tail"; // more entries than expected

export interface ChainFault {
  /** The first entry that does not hold. */
  readonly index: number;
  readonly code: ChainFaultCode;
  readonly message: string;
}

export interface AuditOptions {
  /** The last entry of a part that is trusted already: the audit goes on behind it. Claims in that part are not known. */
  readonly from?: Head;
  /** What the ledger must end in; without it the tail cannot be checked. */
  readonly expected?: { readonly size: number; readonly head: string | null };
  /** Checks each claim's signature too, which takes far longer than all the rest. */
  readonly signatures?: boolean;
}

export interface AuditReport {
  readonly ok: boolean;
  /**
   * How many entries fit together, from the first; where there is a fault, those before the first that is in doubt.
   * That they are the right ones, only an expected size and head can say.
   */
  readonly size: number;
  /** The hash of the last one; null where there is none, or a fault. */
  readonly head: string | null;
  /** Whether the end was compared with an expected one. */
  readonly tail: "checked" | "unchecked";
  readonly fault: ChainFault | null;
  readonly summary: string;
}

/** Audits entries given as their texts, in order. Stops at the first fault. */
export function auditChain(host: Host, texts: Iterable<string>, options: AuditOptions = {}): AuditReport {
  const audit = new ChainAudit(host, options);
  requireIterable(texts, "invalid_audit", "Cannot audit: the entries");
  for (const text of texts) if (!audit.add(text)) break;
  return audit.finish();
}

/** Checks one entry against the one that it must follow (null for the first), and gives the head for the next. */
export function checkEntry(host: Host, head: Head | null, text: string): Head {
  if (head !== null) requireHead(head, "invalid_audit", "Cannot follow what is no entry's head");
  const { fault } = auditChain(host, [text], head === null ? {} : { from: head });
  if (fault !== null)
    throw new PolicyLedgerError("broken_chain", `Cannot follow the chain: ${fault.message}`);
  const { index, timestamp } = readEntry(text);
  return { index, current_hash: entryHash(host, text), timestamp };
}

/** An entry that does not follow the one before it. What comes next names it or does not, and so tells the culprit. */
interface Tear {
  readonly hash: string;
  readonly before: ChainFault;
  readonly after: ChainFault;
}

/** The same, entry by entry, for whoever gets them in pieces. */
export class ChainAudit {
  private readonly host: Host;
  private readonly options: AuditOptions;
  private readonly claims = new HashSet();
  private size = 0;
  private head: string | null = null;
  private timestamp = "";
  private tear: Tear | null = null;
  private fault: ChainFault | null = null;

  constructor(host: Host, options: AuditOptions = {}) {
    this.host = host;
    requireObject(options, "invalid_audit", "Cannot audit: its options");
    this.options = { ...options };
    const { expected, from } = this.options;
    if (expected !== undefined) requireExpected(expected);
    if (from !== undefined) {
      requireHead(from, "invalid_audit", "Cannot audit from what is no entry's head");
      if (expected !== undefined && expected.size <= from.index) {
        throw new PolicyLedgerError(
          "invalid_audit",
          `Cannot audit from entry ${from.index} against an expected size of ${expected.size}: ` +
            `with that entry there are ${from.index + 1} at least`,
        );
      }
      this.size = from.index + 1;
      this.head = from.current_hash;
      this.timestamp = from.timestamp;
    }
  }

  /** The hash of the last entry that fits to the one before it; null where there is none. */
  get current_hash(): string | null {
    return this.head;
  }

  /** Takes the next entry; false when the first that does not hold is found, and no more are needed. */
  add(text: string): boolean {
    if (this.fault !== null) return false;
    this.fault = this.tear === null ? this.check(text) : blame(this.tear, previousHashOf(text));
    return this.fault === null;
  }

  finish(): AuditReport {
    const { expected } = this.options;
    if (this.fault === null && this.tear !== null)
      this.fault = blame(this.tear, expected?.size === this.size + 1 ? expected.head : null);
    if (this.fault === null && expected !== undefined)
      this.fault = this.checkTail(expected.size, expected.head);
    const tail = expected === undefined ? "unchecked" : "checked";
    const { fault, size, head } = this;
    const held = fault === null ? size : Math.min(fault.index, this.tear?.before.index ?? fault.index);
    return {
      ok: fault === null,
      size: held,
      head: fault === null ? head : null,
      tail,
      fault,
      summary: this.summary(tail),
    };
  }

  private check(text: string): ChainFault | null {
    const at = this.size;
    const scanned = scanEntry(text);
    if (!(scanned instanceof ScannedEntry)) {
      const where = scanned.field === "" ? "" : `${scanned.field}: `;
      return fault(
        at,
        "unreadable",
        `entry ${at} is not the canonical JSON of an entry: ${where}wanted ${scanned.wanted}`,
      );
    }
    const broken = this.checkLink(scanned, text);
    if (broken !== null || this.tear !== null) return broken;
    return this.checkClaim(scanned) ?? this.accept(text, scanned);
  }

  private checkLink(entry: ScannedEntry, text: string): ChainFault | null {
    const at = this.size;
    const index = entry.value("index");
    if (index !== String(at)) {
      return fault(at, "wrong_index", `where entry ${at} belongs stands one that says it is entry ${index}`);
    }
    const previous = entry.string("previous_hash");
    const wanted = this.head ?? GENESIS;
    if (previous !== wanted) {
      if (at === 0 || previous === GENESIS) {
        return fault(at, "no_genesis", `entry ${at} says ${previous} came before it, wanted ${wanted}`);
      }
      if (this.options.from?.index === at - 1) {
        return fault(at, "altered", `entry ${at} says ${previous} came before it, wanted ${wanted}`);
      }
      const said = `entry ${at - 1} hashes to ${wanted}, but entry ${at} says ${previous} came before it`;
      this.tear = {
        hash: entryHash(this.host, text),
        before: fault(at - 1, "altered", `${said}: entry ${at - 1} was changed, unless ${at} was`),
        after: fault(at, "altered", `${said}, and is not what was appended there: entry ${at} was changed`),
      };
      return null;
    }
    const timestamp = entry.string("timestamp");
    if (timestamp < this.timestamp) {
      return fault(
        at,
        "earlier_time",
        `entry ${at} is of ${timestamp}, the one before it of ${this.timestamp}`,
      );
    }
    return null;
  }

  private checkClaim(entry: ScannedEntry): ChainFault | null {
    const at = this.size;
    const claimText = claimTextOf(entry);
    const claimId = this.host.sha256(claimText);
    if (entry.string("claim_id") !== claimId) {
      return fault(
        at,
        "wrong_claim_id",
        `entry ${at} names claim ${entry.string("claim_id")}, its fields make ${claimId}`,
      );
    }
    if (!this.claims.add(claimId)) {
      return fault(at, "claim_twice", `entry ${at} records claim ${claimId}, which an earlier entry records`);
    }
    if (this.options.signatures === true) {
      const key = entry.string("public_key");
      if (!isSignedBy(this.host, claimText, key, entry.string("signature"))) {
        return fault(
          at,
          "bad_signature",
          `entry ${at} carries a signature that is not one of its key over its claim`,
        );
      }
    }
    return null;
  }

  private accept(text: string, entry: ScannedEntry): null {
    this.head = entryHash(this.host, text);
    this.timestamp = entry.string("timestamp");
    this.size += 1;
    return null;
  }

  private checkTail(size: number, head: string | null): ChainFault | null {
    if (this.size < size) {
      return fault(
        this.size,
        "missing_tail",
        `the ledger ends after ${this.size} entries, expected ${size}: the tail was cut`,
      );
    }
    if (this.size > size) {
      return fault(size, "surplus_tail", `the ledger holds ${this.size} entries, expected ${size}`);
    }
    if (this.head === head) return null;
    return fault(
      Math.max(0, size - 1),
      "altered",
      `the last entry hashes to ${this.head ?? "nothing"}, expected the head ${head ?? "of an empty ledger"}`,
    );
  }

  private summary(tail: AuditReport["tail"]): string {
    if (this.fault !== null) return `broken at entry ${this.fault.index}: ${this.fault.message}`;
    if (tail === "checked") return `complete: ${this.size} entries, as expected`;
    return `complete up to ${this.size} entries, tail unchecked`;
  }
}

function requireExpected(expected: { readonly size: number; readonly head: string | null }): void {
  requireObject(expected, "invalid_audit", "Cannot audit against what is expected");
  const { size, head } = expected;
  if (!isIndex(size, Number.MAX_SAFE_INTEGER)) {
    throw new PolicyLedgerError("invalid_audit", `Cannot audit against an expected size of ${quote(size)}`);
  }
  if (head !== null && fromHex(head, 32) === null) {
    throw new PolicyLedgerError("invalid_audit", `Cannot audit against an expected head of ${quote(head)}`);
  }
}

function fault(index: number, code: ChainFaultCode, message: string): ChainFault {
  return { index, code, message };
}

/** The entry before the tear was changed, unless whoever comes next does not know the one behind it either. */
function blame({ hash, before, after }: Tear, next: string | null): ChainFault {
  return next === null || next === hash ? before : after;
}

function previousHashOf(text: string): string | null {
  const scanned = scanEntry(text);
  return scanned instanceof ScannedEntry ? scanned.string("previous_hash") : null;
}
