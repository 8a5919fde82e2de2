// How an entry's text is read: its fields stand in one order, each in one form, so that reading them is proving the
// text canonical. Nothing is built that nobody asked for: an auditor reads hundreds of thousands a second.
import {
  AGENT,
  type Ascii,
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
import { MAX_ENTRY_BYTES } from "./limits.ts";

interface FieldForm {
  readonly name: string;
  readonly form: Form;
  readonly wanted: string;
  readonly optional?: true;
}

/** An object's fields, each with what stands in front of its value. */
type ObjectForm = readonly (FieldForm & { readonly key: Form })[];

function objectForm(fields: readonly FieldForm[]): ObjectForm {
  return fields.map((field, i) => ({ ...field, key: literal(`${i === 0 ? "{" : ","}"${field.name}":`) }));
}

const A_HASH = "64 lowercase hex digits";
const A_COUNT = "an integer from 0 to 2^53 - 1";
const AN_INTEGER = "an integer within 2^53 - 1 of zero";

const EVALUATION = objectForm([
  { name: "behaviour_hash", form: hash, wanted: A_HASH },
  { name: "expected", form: integer, wanted: AN_INTEGER },
  { name: "method", form: literal('"exact-v1"'), wanted: '"exact-v1"' },
  { name: "optimum", form: integer, wanted: AN_INTEGER },
]);

const evaluation: Form = (source, at) => {
  const scan = scanObject(EVALUATION, source, at, null);
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
const POLICY = objectForm([
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
]);

/** The same of kind plan. */
const PLAN = objectForm([
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
]);

type EntryKind = "policy" | "plan";

/** What an entry's text is not. */
export interface Departure {
  /** The field, or "" for the object as a whole. */
  readonly field: string;
  readonly wanted: string;
}

const FORMS: Readonly<Record<EntryKind, ObjectForm>> = { policy: POLICY, plan: PLAN };
const PLACES = {
  policy: new Map(POLICY.map(({ name }, i) => [name, i])),
  plan: new Map(PLAN.map(({ name }, i) => [name, i])),
};

/** An entry that was read: its values as they stand in its text. */
export class ScannedEntry {
  readonly kind: EntryKind;
  private readonly text: string;
  private readonly spans: readonly number[];

  constructor(kind: EntryKind, text: string, spans: readonly number[]) {
    this.kind = kind;
    this.text = text;
    this.spans = spans;
  }

  /** A value's text; "" for a field that may be absent and is. */
  value(name: string): string {
    const place = 2 * PLACES[this.kind].get(name)!;
    return this.text.slice(this.spans[place], this.spans[place + 1]);
  }

  /** The text from behind one value to behind another: the fields between them, as they stand. */
  between(first: string, last: string): string {
    const places = PLACES[this.kind];
    return this.text.slice(this.spans[2 * places.get(first)! + 1], this.spans[2 * places.get(last)! + 1]);
  }

  /** A string's characters; none of an entry's strings needs escapes. */
  string(name: string): string {
    const place = 2 * PLACES[this.kind].get(name)!;
    return this.text.slice(this.spans[place]! + 1, this.spans[place + 1]! - 1);
  }
}

/** Reads an entry's text, all of it, or says where it departs from the form. */
export function scanEntry(text: string): ScannedEntry | Departure {
  if (typeof text !== "string") return { field: "", wanted: "a text" };
  const policy = scanAs("policy", text);
  return !(policy instanceof ScannedEntry) && text.includes(',"kind":"plan",')
    ? scanAs("plan", text)
    : policy;
}

/** Every entry is read through these bytes: reading one ends before the next begins. Forms may look a little beyond. */
const BYTES = new Uint8Array(MAX_ENTRY_BYTES + 256);
const VIEW = new DataView(BYTES.buffer);
const UTF8 = new TextEncoder();

function scanAs(kind: EntryKind, text: string): ScannedEntry | Departure {
  if (text.length > MAX_ENTRY_BYTES) return { field: "", wanted: `at most ${MAX_ENTRY_BYTES} bytes` };
  const { read, written } = UTF8.encodeInto(text, BYTES);
  if (read !== text.length || written !== text.length) return { field: "", wanted: "ASCII" };
  BYTES[written] = 0;
  const spans = new Array<number>(2 * FORMS[kind].length).fill(0);
  const end = scanObject(FORMS[kind], { text, bytes: BYTES, view: VIEW }, 0, spans);
  if (typeof end !== "number") return end;
  return end === text.length
    ? new ScannedEntry(kind, text, spans)
    : { field: "", wanted: "nothing behind the object" };
}

const CLOSE = literal("}");

/** Reads an object with exactly these fields in this order: where it ends. Puts each value's [start, end) into spans. */
function scanObject(
  fields: ObjectForm,
  source: Ascii,
  start: number,
  spans: number[] | null,
): number | Departure {
  let at = start;
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    const value = field.key(source, at);
    if (value < 0) {
      if (field.optional === undefined) return { field: field.name, wanted: field.wanted };
      continue;
    }
    const end = field.form(source, value);
    if (end < 0) return { field: field.name, wanted: field.wanted };
    if (spans !== null) {
      spans[2 * i] = value;
      spans[2 * i + 1] = end;
    }
    at = end;
  }
  const end = CLOSE(source, at);
  return end < 0 ? { field: "", wanted: "no field beyond those of an entry" } : end;
}
