// Ledger entries, version 1. An entry's canonical JSON is the Merkle leaf; its RFC 6962 leaf hash is the entry's
// `current_hash`, which is not part of it. `previous_hash` is the current_hash of the entry before, "genesis" in
// the first. docs/formats.md has the fields with a worked example. A new field is a new version.
import type { Claim, PlanClaim, PolicyClaim } from "./claim.ts";
import { isTimestamp } from "./entry-forms.ts";
import { ScannedEntry, scanEntry } from "./entry-grammar.ts";
import { isIndex } from "./environments/kind.ts";
import {
  type ErrorCode,
  type Fault,
  PolicyLedgerError,
  quote,
  refuseFaults,
  requireObject,
} from "./error.ts";
import type { Evaluation } from "./evaluation/evaluate.ts";
import { deepFreeze } from "./freeze.ts";
import { fromHex, leafHash } from "./hash.ts";
import type { Hasher, Host } from "./host.ts";
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
  const what = "Cannot append entry";
  if (head !== null) requireHead(head, "invalid_entry", `${what} behind what is no entry's head`);
  requireObject(content, "invalid_entry", `${what}: its content`);
  if (!isTimestamp(now)) {
    const message = `wanted a UTC time as YYYY-MM-DDTHH:MM:SS.mmmZ, got ${quote(now)}`;
    refuseFaults("invalid_entry", what, [{ path: "/timestamp", message }]);
  }
  const text = canonicalJson({
    ...content,
    v: 1,
    index: head === null ? 0 : head.index + 1,
    previous_hash: head === null ? GENESIS : head.current_hash,
    timestamp: head !== null && head.timestamp > now ? head.timestamp : now,
  } as unknown as Json);
  // From its text, so that it shares nothing with the content, and is what was hashed.
  const entry = deepFreeze(readEntry(text));
  const made = host.sha256(claimTextOf(scan(text)));
  if (made !== entry.claim_id) {
    const message = `its fields make the claim ${made}, not ${entry.claim_id}`;
    refuseFaults("invalid_entry", what, [{ path: "/claim_id", message }]);
  }
  return { entry, text, current_hash: leafHash(host, text) };
}

/** Refuses what an entry cannot follow: a head names an entry that there can be, and whose successor can be. */
export function requireHead(head: Head, code: ErrorCode, what: string): void {
  requireObject(head, code, what);
  const { index, current_hash, timestamp } = head;
  const faults: Fault[] = [];
  if (!isIndex(index, Number.MAX_SAFE_INTEGER)) {
    faults.push({ path: "/index", message: `wanted an entry's index, got ${quote(index)}` });
  }
  if (fromHex(current_hash, 32) === null) {
    faults.push({
      path: "/current_hash",
      message: `wanted a hash of 64 hex digits, got ${quote(current_hash)}`,
    });
  }
  if (!isTimestamp(timestamp)) {
    faults.push({ path: "/timestamp", message: `wanted an entry's time, got ${quote(timestamp)}` });
  }
  refuseFaults(code, what, faults);
}

/** What the entry after this one needs to know of it. */
export function headOf(sealed: Sealed): Head {
  const what = "Cannot tell the head of a sealed entry";
  requireObject(sealed, "invalid_entry", what);
  const { entry, current_hash } = sealed;
  requireObject(entry, "invalid_entry", what);
  return { index: entry.index, current_hash, timestamp: entry.timestamp };
}

/** The content of the entry of a claim that was verified. */
export function policyContent(
  claim: PolicyClaim,
  found: { readonly claim_id: string; readonly signature: string; readonly evaluation?: Evaluation },
): EntryContent {
  requireObject(claim, "invalid_claim", "Cannot record a claim");
  requireObject(found, "invalid_claim", "Cannot record a claim without its id and signature");
  const { claimed_reward, v: _, ...kept } = claim;
  return { ...kept, verified_reward: claimed_reward, ...found };
}

/** The same of a plan; commits and ops are those that its run came to. */
export function planContent(
  claim: PlanClaim,
  found: Pick<PlanEntry, "claim_id" | "signature" | "commits" | "ops">,
): EntryContent {
  requireObject(claim, "invalid_claim", "Cannot record a claim");
  requireObject(found, "invalid_claim", "Cannot record a claim without its id and signature");
  const { v: _, ...kept } = claim;
  const { claim_id, signature, commits, ops } = found;
  return { ...kept, claim_id, signature, commits, ops };
}

/** The claim that an entry was made from, all of which stands in it. */
export function claimOfEntry(entry: PolicyEntry): PolicyClaim;
export function claimOfEntry(entry: PlanEntry): PlanClaim;
export function claimOfEntry(entry: Entry): Claim;
export function claimOfEntry(entry: Entry): Claim {
  requireObject(entry, "invalid_entry", "Cannot tell the claim of an entry");
  const { agent_id, public_key } = entry;
  if (entry.kind === "plan") {
    const { plan_hash, initial_state_hash, final_state_hash, final_commit_hash } = entry;
    const hashes = { plan_hash, initial_state_hash, final_state_hash, final_commit_hash };
    return { v: 1, kind: "plan", agent_id, public_key, ...hashes };
  }
  const { env_id, env_config, seed, policy_hash, verified_reward } = entry;
  const what = { env_id, env_config, seed, policy_hash, claimed_reward: verified_reward };
  return { v: 1, kind: "policy", agent_id, public_key, ...what };
}

/** Reads an entry from its text, which must be the canonical JSON of an entry. */
export function readEntry(text: string): Entry {
  const scanned = scan(text);
  const entry = JSON.parse(text) as Entry;
  if (entry.kind !== scanned.kind) throw new Error(`bug: scanned a ${scanned.kind}, parsed a ${entry.kind}`);
  return entry;
}

/** The hash by which the next entry names this one. */
export function entryHash(host: Hasher, text: string): string {
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
