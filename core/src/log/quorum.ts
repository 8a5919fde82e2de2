// Quorums: how many of which witnesses must have cosigned a checkpoint before a client accepts it, as data.
//
//   {"kind":"quorum","rules":[{"n":2,"of":[key, key, key]},{"n":1,"of":[key]}],"v":1}      key: name+id+base64
//
// Every rule must be met. A witness that checks consistency and one that also replays what is new are two keys with two
// names, so that a rule can ask for either: "two that say consistent, and one that says replayed".
import * as z from "zod/mini";
import { PolicyLedgerError, quote, refuseFaults, requireObject } from "../error.ts";
import type { Hasher } from "../host.ts";
import { canonicalJson, type Json } from "../json.ts";
import { MAX_QUORUM_KEYS } from "../limits.ts";
import { parseWith } from "../schema.ts";
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from "./key.ts";
import type { Signed } from "./note.ts";

export interface Rule {
  readonly n: number;
  readonly of: readonly VerifierKey[];
}

export interface Quorum {
  readonly rules: readonly Rule[];
}

const WHAT = "Cannot accept a quorum";

const schema = z.strictObject({
  v: z.literal(1),
  kind: z.literal("quorum"),
  rules: z
    .array(
      z.strictObject({
        n: z.int().check(z.minimum(1), z.maximum(MAX_QUORUM_KEYS)),
        of: z.array(z.string()).check(z.minLength(1), z.maxLength(MAX_QUORUM_KEYS)),
      }),
    )
    .check(z.minLength(1), z.maxLength(MAX_QUORUM_KEYS)),
});

/** Reads a policy from its JSON value. */
export function parseQuorum(host: Hasher, value: unknown): Quorum {
  const { rules } = parseWith(schema, value, "invalid_quorum", WHAT);
  const quorum = {
    rules: rules.map(({ n, of }) => ({ n, of: of.map((text) => parseVerifierKey(host, text)) })),
  };
  requireQuorum(quorum);
  return quorum;
}

export function formatQuorum(quorum: Quorum): string {
  requireQuorum(quorum);
  const rules = quorum.rules.map(({ n, of }) => ({ n, of: of.map(formatVerifierKey) }));
  return canonicalJson({ v: 1, kind: "quorum", rules } as Json);
}

/** All keys that a quorum names, each once: to be known when the checkpoint is opened. */
export function keysOfQuorum(quorum: Quorum): VerifierKey[] {
  requireQuorum(quorum);
  const keys = quorum.rules.flatMap(({ of }) => of).map((key) => [key.publicKey, key] as const);
  return [...new Map(keys).values()];
}

/** Returns when those who signed meet every rule; says of each that is not met who is missing. */
export function checkQuorum(quorum: Quorum, signed: readonly Signed[]): void {
  requireQuorum(quorum);
  if (!Array.isArray(signed)) {
    throw new PolicyLedgerError("no_quorum", `Cannot find a quorum: no signatures, but ${quote(signed)}`);
  }
  const cosigned = new Set(signed.map((one: Signed | undefined) => one?.key?.publicKey));
  const faults = quorum.rules.flatMap(({ n, of }, i) => {
    const missing = of.filter(({ publicKey }) => !cosigned.has(publicKey));
    const found = of.length - missing.length;
    if (found >= n) return [];
    const names = missing.map(({ name }) => name).join(", ");
    return [{ path: `/rules/${i}`, message: `wanted ${n} of ${of.length}, got ${found}; missing: ${names}` }];
  });
  refuseFaults("no_quorum", "The checkpoint has no quorum", faults);
}

/** A key counts once in a rule, and has one name in all of them: its cosignatures do not say under which it made them. */
function requireQuorum(quorum: Quorum): void {
  requireObject(quorum, "invalid_quorum", WHAT);
  const { rules } = quorum;
  if (!Array.isArray(rules) || rules.length === 0) throw invalid("wanted a list of rules");
  const names = new Map<string, string>();
  for (const [i, rule] of (rules as readonly Rule[]).entries()) {
    requireObject(rule, "invalid_quorum", WHAT);
    const { n, of } = rule;
    if (!Array.isArray(of) || !Number.isInteger(n) || n < 1 || n > of.length) {
      throw invalid(`rule ${i} wants ${quote(n)} of ${Array.isArray(of) ? of.length : quote(of)}`);
    }
    const inRule = new Set<string>();
    for (const key of of as readonly VerifierKey[]) {
      requireObject(key, "invalid_quorum", WHAT);
      const { type, name, publicKey } = key;
      if (type !== "witness") throw invalid(`${quote(name)} in rule ${i} is no witness's key`);
      if (inRule.has(publicKey)) throw invalid(`the key of ${quote(name)} stands twice in rule ${i}`);
      inRule.add(publicKey);
      const other = names.get(publicKey) ?? name;
      if (other !== name) throw invalid(`${quote(name)} and ${quote(other)} are one key under two names`);
      names.set(publicKey, name);
    }
  }
}

function invalid(message: string): PolicyLedgerError {
  return new PolicyLedgerError("invalid_quorum", `${WHAT}: ${message}`);
}
