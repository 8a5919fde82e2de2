// A client that remembers the last checkpoint it saw demands that the next one continues it. What it finds instead is
// evidence: both notes as the log signed them, so that anybody who knows the log's key can look at them.
//
// Two roots of one size, or a valid path from the larger tree's root to another root of the smaller size, prove that
// the log showed two histories; nobody but the log can have made that. A checkpoint behind the last one, or a path
// that leads nowhere, prove only that the log (or who stands between) did not show that it kept its word: it may
// still do so, by a path that holds.
import * as z from "zod/mini";
import { PolicyLedgerError, requireObject } from "../error.ts";
import type { Host } from "../host.ts";
import { canonicalJson, type Json, parseCanonicalJson } from "../json.ts";
import { MAX_NOTE_BYTES } from "../limits.ts";
import { parseWith } from "../schema.ts";
import { type OpenedCheckpoint, openCheckpoint } from "./checkpoint.ts";
import { isHash } from "./hashes.ts";
import type { VerifierKey } from "./key.ts";
import { formatNote } from "./note.ts";
import { MAX_PATH, rootsOfConsistency } from "./proofs.ts";

/** What was got to show that the smaller of two trees is the beginning of the larger one. */
export interface Link {
  readonly proof: readonly string[];
  /** The root that the larger tree had at the smaller size, where it was got and is not the one that was signed. */
  readonly old_root?: string;
}

export interface Evidence extends Link {
  readonly v: 1;
  readonly kind: "log-evidence";
  readonly what: "rollback" | "split_view";
  /** The notes: what was seen before, and what was shown later. */
  readonly seen: string;
  readonly shown: string;
}

export type Continuation =
  | { readonly verdict: "ok"; readonly checkpoint: OpenedCheckpoint }
  | {
      readonly verdict: Evidence["what"];
      /** Whether the evidence alone convicts the log. */
      readonly proven: boolean;
      readonly message: string;
      readonly evidence: Evidence;
    };

/** Whether a checkpoint that is shown now continues the one that was seen before; both must be signed by one log. */
export function continueFrom(
  host: Host,
  keys: readonly VerifierKey[],
  seen: string,
  shown: string,
  link: Link = { proof: [] },
): Continuation {
  const { proof, old_root } = wellFormed(link);
  const [before, now] = [openCheckpoint(host, seen, keys), openCheckpoint(host, shown, keys)];
  const { what, proven, message } = judge(host, before, now, {
    proof,
    ...(old_root !== undefined && { old_root }),
  });
  if (what === "ok") return { verdict: "ok", checkpoint: now };
  const evidence: Evidence = {
    v: 1,
    kind: "log-evidence",
    what,
    seen: formatNote(before.note),
    shown: formatNote(now.note),
    proof: [...proof],
    ...(old_root !== undefined && { old_root }),
  };
  return { verdict: what, proven, message, evidence };
}

/** What does not even look like a proof is none, so that a server cannot make its client fail instead of telling. */
function wellFormed(link: Link): Link {
  requireObject(link, "invalid_evidence", "Cannot compare checkpoints: the proof");
  const { proof, old_root } = link;
  const isProof = Array.isArray(proof) && proof.length <= MAX_PATH && proof.every(isHash);
  return isProof && (old_root === undefined || isHash(old_root)) ? link : { proof: [] };
}

interface Judgement {
  readonly what: "ok" | Evidence["what"];
  readonly proven: boolean;
  readonly message: string;
}

function judge(host: Host, seen: OpenedCheckpoint, shown: OpenedCheckpoint, link: Link): Judgement {
  if (seen.origin !== shown.origin) {
    const message = `Cannot compare checkpoints of two logs, ${seen.origin} and ${shown.origin}`;
    throw new PolicyLedgerError("invalid_checkpoint", message);
  }
  const isBack = shown.size < seen.size;
  const [small, large] = isBack ? [shown, seen] : [seen, shown];
  const sizes = `${seen.origin} showed ${seen.size} entries with the root ${seen.root}, then ${shown.size}`;
  const story = `${sizes} with the root ${shown.root}`;
  const relation = relationOf(host, small, large, link);
  switch (relation) {
    case "forked":
      return { what: "split_view", proven: true, message: `${story}: two histories` };
    case "continued":
      if (!isBack) return { what: "ok", proven: false, message: story };
      return { what: "rollback", proven: false, message: `${story}: it went back, along one history` };
    case "unproven": {
      const message = `${story}, and no proof that both are one history`;
      return { what: isBack ? "rollback" : "split_view", proven: false, message };
    }
  }
}

function relationOf(
  host: Host,
  small: OpenedCheckpoint,
  large: OpenedCheckpoint,
  { proof, old_root }: Link,
): "continued" | "forked" | "unproven" {
  if (small.size === large.size) return small.root === large.root ? "continued" : "forked";
  if (small.size === 0) return "continued";
  const oldRoot = old_root ?? small.root;
  const claim = { oldSize: small.size, oldRoot, newSize: large.size, newRoot: large.root };
  try {
    const { old, fresh } = rootsOfConsistency(host, claim, proof);
    if (fresh !== large.root) return "unproven";
    // The larger tree began with leaves of the root `old`, whoever says so.
    return old === small.root ? "continued" : "forked";
  } catch (error) {
    if (error instanceof PolicyLedgerError) return "unproven";
    throw error;
  }
}

export function formatEvidence(evidence: Evidence): string {
  requireObject(evidence, "invalid_evidence", "Cannot write evidence");
  return canonicalJson({ ...evidence } as unknown as Json);
}

const schema = z.strictObject({
  v: z.literal(1),
  kind: z.literal("log-evidence"),
  what: z.enum(["rollback", "split_view"]),
  seen: z.string(),
  shown: z.string(),
  proof: z.array(z.string().check(z.refine(isHash))).check(z.maxLength(MAX_PATH)),
  old_root: z.optional(z.string().check(z.refine(isHash))),
});

/** Twice a note, each character of which JSON may write as two, and a path. */
const MAX_EVIDENCE_BYTES = 4 * MAX_NOTE_BYTES + 8_192;

/** Reads the form of evidence, canonical JSON; nothing in it is true yet. */
export function parseEvidence(text: string | Uint8Array): Evidence {
  const value = parseCanonicalJson(text, { maxBytes: MAX_EVIDENCE_BYTES });
  return parseWith(schema, value, "invalid_evidence", "Cannot read evidence") as Evidence;
}

/** What evidence shows to whoever knows the log's key; it is refused when it shows nothing, or something else. */
export function checkEvidence(
  host: Host,
  keys: readonly VerifierKey[],
  evidence: Evidence,
): { readonly what: Evidence["what"]; readonly proven: boolean; readonly message: string } {
  const what = "The evidence does not hold";
  requireObject(evidence, "invalid_evidence", what);
  const [seen, shown] = [
    openCheckpoint(host, evidence.seen, keys),
    openCheckpoint(host, evidence.shown, keys),
  ];
  const found = judge(host, seen, shown, evidence);
  if (found.what === evidence.what) return { what: found.what, proven: found.proven, message: found.message };
  const instead = found.what === "ok" ? "one history that goes on" : found.what;
  throw new PolicyLedgerError("invalid_evidence", `${what}: it says ${evidence.what}, and shows ${instead}`);
}
