// How an entry's text is read: its fields stand in one order, each in one form, so that reading them is proving the
// text canonical. Nothing is built that nobody asked for: an auditor reads hundreds of thousands a second.
import {
  AGENT,
  config,
  ENVIRONMENT,
  type Form,
  hash,
  hex,
  integer,
  label,
  literal,
  natural,
  previousHash,
  timestamp,
} from "./entry-forms.ts";

interface FieldForm {
  readonly name: string;
  readonly form: Form;
  readonly wanted: string;
  readonly optional?: true;
}

const A_HASH = "64 lowercase hex digits";
const A_COUNT = "an integer from 0 to 2^53 - 1";
const AN_INTEGER = "an integer within 2^53 - 1 of zero";

const EVALUATION: readonly FieldForm[] = [
  { name: "behaviour_hash", form: hash, wanted: A_HASH },
  { name: "expected", form: integer, wanted: AN_INTEGER },
  { name: "method", form: literal('"exact-v1"'), wanted: '"exact-v1"' },
  { name: "optimum", form: integer, wanted: AN_INTEGER },
];

const evaluation: Form = (text, at) => {
  const scan = scanObject(EVALUATION, text, at, []);
  return typeof scan === "number" ? scan : -1;
};

const agentId = { name: "agent_id", form: label(AGENT), wanted: "1 to 64 of A-Z a-z 0-9 . _ / -" };
const claimId = { name: "claim_id", form: hash, wanted: A_HASH };
const index = { name: "index", form: natural, wanted: A_COUNT };
const previous = { name: "previous_hash", form: previousHash, wanted: `${A_HASH}, or "genesis"` };
const publicKey = { name: "public_key", form: hash, wanted: A_HASH };
const signature = { name: "signature", form: hex(128), wanted: "128 lowercase hex digits" };
const time = { name: "timestamp", form: timestamp, wanted: "a UTC time as YYYY-MM-DDTHH:MM:SS.mmmZ" };
const version = { name: "v", form: literal("1"), wanted: "1" };

/** The fields of an entry of kind policy, in the order of RFC 8785. */
const POLICY: readonly FieldForm[] = [
  agentId,
  claimId,
  { name: "env_config", form: config, wanted: "a canonical JSON object" },
  { name: "env_id", form: label(ENVIRONMENT), wanted: "1 to 64 of a-z 0-9 -" },
  { name: "evaluation", form: evaluation, wanted: "an evaluation", optional: true },
  index,
  { name: "kind", form: literal('"policy"'), wanted: '"policy"' },
  { name: "policy_hash", form: hash, wanted: A_HASH },
  previous,
  publicKey,
  { name: "seed", form: natural, wanted: A_COUNT },
  signature,
  time,
  version,
  { name: "verified_reward", form: integer, wanted: AN_INTEGER },
];

/** The same of kind plan. */
const PLAN: readonly FieldForm[] = [
  agentId,
  claimId,
  { name: "commits", form: natural, wanted: A_COUNT },
  { name: "final_commit_hash", form: hash, wanted: A_HASH },
  { name: "final_state_hash", form: hash, wanted: A_HASH },
  index,
  { name: "initial_state_hash", form: hash, wanted: A_HASH },
  { name: "kind", form: literal('"plan"'), wanted: '"plan"' },
  { name: "ops", form: natural, wanted: A_COUNT },
  { name: "plan_hash", form: hash, wanted: A_HASH },
  previous,
  publicKey,
  signature,
  time,
  version,
];

type EntryKind = "policy" | "plan";

/** An entry's values as they stand in its text, by field; "" for a field that may be absent and is. */
export interface ScannedEntry {
  readonly kind: EntryKind;
  value(name: string): string;
}

/** What an entry's text is not. */
export interface Departure {
  /** The field, or "" for the object as a whole. */
  readonly field: string;
  readonly wanted: string;
}

const FIELDS: Readonly<Record<EntryKind, readonly FieldForm[]>> = { policy: POLICY, plan: PLAN };
const PLACES = {
  policy: new Map(POLICY.map(({ name }, i) => [name, i])),
  plan: new Map(PLAN.map(({ name }, i) => [name, i])),
};

/** Reads an entry's text, all of it, or says where it departs from the form. */
export function scanEntry(text: string): ScannedEntry | Departure {
  const kind = text.includes(',"kind":"plan",') ? "plan" : "policy";
  const spans: number[] = [];
  const end = scanObject(FIELDS[kind], text, 0, spans);
  if (typeof end !== "number") return end;
  if (end !== text.length) return { field: "", wanted: "nothing behind the object" };
  const places = PLACES[kind];
  return {
    kind,
    value: (name) => {
      const place = 2 * places.get(name)!;
      return text.slice(spans[place], spans[place + 1]);
    },
  };
}

/** Reads an object with exactly these fields in this order: where it ends. Puts each value's [start, end) into spans. */
function scanObject(
  fields: readonly FieldForm[],
  text: string,
  start: number,
  spans: number[],
): number | Departure {
  let at = start;
  let open = "{";
  for (const field of fields) {
    const key = `${open}"${field.name}":`;
    if (!text.startsWith(key, at)) {
      if (field.optional === undefined) return { field: field.name, wanted: field.wanted };
      spans.push(0, 0);
      continue;
    }
    const end = field.form(text, at + key.length);
    if (end < 0) return { field: field.name, wanted: field.wanted };
    spans.push(at + key.length, end);
    at = end;
    open = ",";
  }
  return text.startsWith("}", at) ? at + 1 : { field: "", wanted: "no field beyond those of an entry" };
}
