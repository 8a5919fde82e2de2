// Ledger entries, version 1. An entry's canonical JSON is the Merkle leaf; its RFC 6962 leaf hash is the entry's
// `current_hash`, which is not part of it. `previous_hash` is the current_hash of the entry before, "genesis" in
// the first. docs/formats.md has the fields with a worked example. A new field is a new version.
import type { PolicyClaim } from "./claim.ts";
import { isTimestamp } from "./entry-forms.ts";
import { ScannedEntry, scanEntry } from "./entry-grammar.ts";
import { PolicyLedgerError, quote, refuseFaults } from "./error.ts";
import type { Evaluation } from "./evaluation/evaluate.ts";
import { leafHash } from "./hash.ts";
import type { Host } from "./host.ts";
import { canonicalJson, type Json, type JsonObject } from "./json.ts";
import { MAX_ENTRY_BYTES } from "./limits.ts";

export const GENESIS = "genesis";

interface EntryBase {
  readonly v: 1;
  readonly index: number;
  readonly previous_hash: string;
  /** When it was appended: UTC, in milliseconds, never before the previous entry's. It orders nothing. */
  readonly timestamp: string;
  readonly claim_id: string;
  readonly agent_id: string;
  readonly public_key: string;
  readonly signature: string;
}

export interface PolicyEntry extends EntryBase {
  readonly kind: "policy";
  readonly env_id: string;
  readonly env_config: JsonObject;
  readonly seed: number;
  readonly policy_hash: string;
  readonly verified_reward: number;
  readonly evaluation?: Evaluation;
}

export interface PlanEntry extends EntryBase {
  readonly kind: "plan";
  readonly plan_hash: string;
  readonly initial_state_hash: string;
  readonly final_state_hash: string;
  readonly final_commit_hash: string;
  readonly commits: number;
  readonly ops: number;
}

export type Entry = PolicyEntry | PlanEntry;

/** What the next entry needs to know of the last one. */
export interface Head {
  readonly index: number;
  readonly current_hash: string;
  readonly timestamp: string;
}

/** What a verified claim brings to its entry. */
export type EntryContent =
  | Omit<PolicyEntry, "v" | "index" | "previous_hash" | "timestamp">
  | Omit<PlanEntry, "v" | "index" | "previous_hash" | "timestamp">;

/** An entry, its text (the leaf) and its hash. */
export interface Sealed {
  readonly entry: Entry;
  readonly text: string;
  readonly current_hash: string;
}

/** Makes the entry that follows `head` (null for the first), at the later of `now` and the head's time. */
export function sealEntry(host: Host, head: Head | null, content: EntryContent, now: string): Sealed {
  if (!isTimestamp(now)) {
    const message = `wanted a UTC time as YYYY-MM-DDTHH:MM:SS.mmmZ, got ${quote(now)}`;
    refuseFaults("invalid_entry", "Cannot append entry", [{ path: "/timestamp", message }]);
  }
  const entry = {
    ...content,
    v: 1,
    index: head === null ? 0 : head.index + 1,
    previous_hash: head === null ? GENESIS : head.current_hash,
    timestamp: head !== null && head.timestamp > now ? head.timestamp : now,
  } as Entry;
  const text = canonicalJson(entry as unknown as Json);
  const made = host.sha256(claimTextOf(scan(text)));
  if (made !== entry.claim_id) {
    const message = `its fields make the claim ${made}, not ${entry.claim_id}`;
    refuseFaults("invalid_entry", "Cannot append entry", [{ path: "/claim_id", message }]);
  }
  return { entry, text, current_hash: leafHash(host, text) };
}

/** What the entry after this one needs to know of it. */
export function headOf({ entry, current_hash }: Sealed): Head {
  return { index: entry.index, current_hash, timestamp: entry.timestamp };
}

/** The content of the entry of a claim that was verified. */
export function policyContent(
  claim: PolicyClaim,
  found: { readonly claim_id: string; readonly signature: string; readonly evaluation?: Evaluation },
): EntryContent {
  const { claimed_reward, v: _, ...kept } = claim;
  return { ...kept, verified_reward: claimed_reward, ...found };
}

/** Reads an entry from its text, which must be the canonical JSON of an entry. */
export function readEntry(text: string): Entry {
  const scanned = scan(text);
  const entry = JSON.parse(text) as Entry;
  if (entry.kind !== scanned.kind) throw new Error(`bug: scanned a ${scanned.kind}, parsed a ${entry.kind}`);
  return entry;
}

/** The hash by which the next entry names this one. */
export function entryHash(host: Host, text: string): string {
  return leafHash(host, text);
}

function scan(text: string): ScannedEntry {
  if (typeof text === "string" && text.length > MAX_ENTRY_BYTES) {
    throw new PolicyLedgerError("too_large", `Cannot accept entry: more than ${MAX_ENTRY_BYTES} bytes`);
  }
  const scanned = scanEntry(text);
  if (scanned instanceof ScannedEntry) return scanned;
  const { field, wanted } = scanned;
  const path = field === "" ? "" : `/${field}`;
  refuseFaults("invalid_entry", "Cannot accept entry", [
    { path, message: `wanted ${wanted}, in canonical JSON` },
  ]);
  throw new Error("bug: a fault was not refused");
}

/** The signed text of the claim that an entry was made from: all of it stands in the entry, in the same order. */
export function claimTextOf(entry: ScannedEntry): string {
  const agent = `{"agent_id":${entry.value("agent_id")}`;
  if (entry.kind === "plan") {
    const states = entry.between("commits", "final_state_hash") + entry.between("index", "kind");
    return `${agent}${states}${entry.between("ops", "plan_hash")}${entry.between("previous_hash", "public_key")},"v":1}`;
  }
  const environment = entry.between("claim_id", "env_id");
  const policy = entry.between("index", "policy_hash") + entry.between("previous_hash", "seed");
  return `${agent},"claimed_reward":${entry.value("verified_reward")}${environment}${policy},"v":1}`;
}
