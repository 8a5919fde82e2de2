import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type EntryContent,
  entryHash,
  GENESIS,
  type Head,
  headOf,
  readEntry,
  sealEntry,
} from "../src/entry.ts";
import { isTimestamp } from "../src/entry-forms.ts";
import { ScannedEntry, scanEntry } from "../src/entry-grammar.ts";
import { PolicyLedgerError } from "../src/error.ts";
import { portableHost } from "../src/host.ts";
import { canonicalJson, type Json } from "../src/json.ts";
import { MAX_ENTRY_BYTES } from "../src/limits.ts";
import { canonical } from "./canonical.ts";
import { refusal } from "./refusal.ts";
import { ALICE, contents, host, planContent, seal } from "./samples.ts";

const CONTENTS = contents();
const ledger = seal(CONTENTS);
const NOW = "2026-03-01T00:00:00.000Z";

/** Whether a text is an entry, said once more from the design's list of fields. */
function isEntry(text: string): boolean {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  if (Buffer.byteLength(text) !== text.length || canonical(value as Json) !== text) return false;
  const { evaluation, ...fields } = value;
  const wanted = value.kind === "plan" ? PLAN : POLICY;
  if (canonical(Object.keys(fields).sort()) !== canonical(Object.keys(wanted).sort())) return false;
  if (!Object.entries(wanted).every(([name, holds]) => holds(fields[name]))) return false;
  return !Object.hasOwn(value, "evaluation") || (value.kind === "policy" && isEvaluation(evaluation));
}

type Holds = (value: unknown) => boolean;
const matches =
  (pattern: RegExp): Holds =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const isHash = matches(/^[0-9a-f]{64}$/);
const isInteger: Holds = (value) => Number.isSafeInteger(value);
const isCount: Holds = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime: Holds = (value) => {
  if (!matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)(value)) return false;
  const date = new Date(value as string);
  return !Number.isNaN(date.getTime()) && date.toISOString() === value;
};
const isConfig: Holds = (value) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const text = canonical(value as Json);
  return Buffer.byteLength(text) <= 2_048 && depthOf(value) <= 32 && !text.includes('"__proto__":');
};
function depthOf(value: unknown): number {
  if (value === null || typeof value !== "object") return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
function isEvaluation(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  const { behaviour_hash, expected, method, optimum } = value as Record<string, unknown>;
  return (
    Object.keys(value).length === 4 &&
    isHash(behaviour_hash) &&
    isInteger(expected) &&
    method === "exact-v1" &&
    isInteger(optimum)
  );
}
const BOTH: Record<string, Holds> = {
  agent_id: matches(/^[A-Za-z0-9._/-]{1,64}$/),
  claim_id: isHash,
  index: isCount,
  previous_hash: (value) => value === "genesis" || isHash(value),
  public_key: isHash,
  signature: matches(/^[0-9a-f]{128}$/),
  timestamp: isTime,
  v: (value) => value === 1,
};
const POLICY: Record<string, Holds> = {
  ...BOTH,
  kind: (value) => value === "policy",
  env_config: isConfig,
  env_id: matches(/^[a-z0-9-]{1,64}$/),
  policy_hash: isHash,
  seed: isCount,
  verified_reward: isInteger,
};
const PLAN: Record<string, Holds> = {
  ...BOTH,
  kind: (value) => value === "plan",
  commits: isCount,
  ops: isCount,
  plan_hash: isHash,
  initial_state_hash: isHash,
  final_state_hash: isHash,
  final_commit_hash: isHash,
};

const scans = (text: string) => scanEntry(text) instanceof ScannedEntry;

/** Values that some field takes, and values that are nearly right. */
const VALUES: readonly Json[] = [
  ...[0, 1, -1, 2, 0.5, 1e21, 9007199254740991, -9007199254740991, 9007199254740992, 1e-7],
  ...[
    "",
    "a",
    "a".repeat(64),
    "a".repeat(65),
    "A".repeat(64),
    "0".repeat(63),
    "f".repeat(128),
    "g".repeat(64),
  ],
  ...["genesis", "policy", "plan", "exact-v1", "é", "a b", "x/y.z_-", "cyber-defense-v1", "\u0000", "\ud800"],
  ...[
    "2024-02-29T23:59:59.999Z",
    "2023-02-29T00:00:00.000Z",
    "2024-04-31T00:00:00.000Z",
    "2024-01-01T24:00:00.000Z",
  ],
  ...[
    "2024-01-01T00:00:60.000Z",
    "0000-01-01T00:00:00.000Z",
    "2024-13-01T00:00:00.000Z",
    "2024-00-10T00:00:00.000Z",
  ],
  ...[
    null,
    true,
    [],
    {},
    { a: { b: [1, "}{"] } },
    { kind: "plan", x: 1, a: 0 },
    { a: 1, kind: "plan", z: 1 },
  ],
  { "\u{1f600}": 1, "\ufb33": '\u0000\\"' },
  { behaviour_hash: "0".repeat(64), expected: -5, method: "exact-v1", optimum: 7 },
  { behaviour_hash: "0".repeat(64), expected: 0.5, method: "exact-v1", optimum: 7 },
  { behaviour_hash: "0".repeat(64), expected: 1, method: "exact-v2", optimum: 7 },
  { x: "a".repeat(2_040) },
  { x: "a".repeat(2_041) },
  { x: "€".repeat(680) },
  JSON.parse(`${'{"a":'.repeat(32)}1${"}".repeat(32)}`),
  JSON.parse(`${'{"a":'.repeat(31)}{}${"}".repeat(31)}`),
  JSON.parse(`${'{"a":'.repeat(32)}{}${"}".repeat(32)}`),
  JSON.parse('{"__proto__":1}'),
];
const NAMES = [...new Set([...Object.keys(POLICY), ...Object.keys(PLAN), "evaluation", "x", "current_hash"])];
const TOKENS = [
  " ",
  ",",
  ":",
  "{",
  "}",
  '"',
  "\\",
  "0",
  "9",
  "-",
  ".0",
  "e1",
  "a",
  "F",
  "é",
  "\ud800",
  "\ufeff",
  "\n",
  "null",
  '"x":1,',
  ',"kind":"plan",',
];

/** An entry's text after one or two changes, of its fields or of its characters. */
const mutated = fc
  .record({
    base: fc.nat(ledger.length - 1),
    fields: fc.array(
      fc.tuple(fc.constantFrom(...NAMES), fc.option(fc.constantFrom(...VALUES), { nil: undefined })),
      { maxLength: 2 },
    ),
    edits: fc.array(fc.tuple(fc.nat(2_000), fc.nat(3), fc.constantFrom(...TOKENS)), { maxLength: 1 }),
  })
  .map(({ base, fields, edits }) => {
    const value = JSON.parse(ledger[base]!.text);
    for (const [name, item] of fields) {
      if (item === undefined) delete value[name];
      else value[name] = item;
    }
    let text = canonical(value);
    for (const [where, cut, token] of edits) {
      const at = where % (text.length + 1);
      text = text.slice(0, at) + token + text.slice(at + cut);
    }
    return text;
  });

describe("scanEntry", () => {
  test("accepts every entry of the ledger", () => {
    for (const { text, entry } of ledger) {
      expect(isEntry(text)).toBe(true);
      expect(scanEntry(text)).toMatchObject({ kind: entry.kind });
    }
  });

  test("accepts exactly what a second validator accepts", () => {
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(mutated, (text) => {
        const wanted = isEntry(text);
        expect(scans(text)).toBe(wanted);
        seen[wanted ? "accepted" : "refused"] += 1;
      }),
      { numRuns: 4_000 },
    );
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(200);
  });

  test("accepts each value in each field exactly where a second validator does", () => {
    for (const { text } of [ledger[0]!, ledger[1]!, ledger[2]!]) {
      for (const name of NAMES) {
        for (const value of VALUES) {
          const changed = canonical({ ...JSON.parse(text), [name]: value });
          expect([name, value, scans(changed)]).toEqual([name, value, isEntry(changed)]);
        }
      }
    }
  });

  test.each([
    "-0",
    "-01",
    "01",
    "00",
    "1.0",
    "1e3",
    "+1",
    "0x1",
    "-",
    "9007199254740992",
    "-9007199254740992",
    "1 ",
  ])("refuses %j where an integer belongs", (number) => {
    const integer = (name: string, text: string) =>
      text.replace(new RegExp(`"${name}":-?[0-9]+`), `"${name}":${number}`);
    for (const name of ["verified_reward", "seed", "index", "v"])
      expect(scans(integer(name, ledger[1]!.text))).toBe(false);
    for (const name of ["commits", "ops"]) expect(scans(integer(name, ledger[2]!.text))).toBe(false);
    for (const name of ["expected", "optimum"]) expect(scans(integer(name, ledger[0]!.text))).toBe(false);
  });

  test("gives each value as it stands in the text", () => {
    for (const { text, entry } of ledger) {
      const scanned = scanEntry(text) as ScannedEntry;
      for (const [name, value] of Object.entries(entry)) expect(scanned.value(name)).toBe(canonical(value));
      expect(scanned.string("agent_id")).toBe(entry.agent_id);
      if (entry.kind === "policy" && entry.evaluation === undefined)
        expect(scanned.value("evaluation")).toBe("");
    }
  });

  test("names the field where a text departs from the form", () => {
    const { text } = ledger[1]!;
    for (const name of Object.keys(JSON.parse(text))) {
      const { [name]: _, ...rest } = JSON.parse(text);
      expect(scanEntry(canonical(rest))).toMatchObject({ field: name });
      expect(scanEntry(canonical({ ...JSON.parse(text), [name]: [] }))).toMatchObject({ field: name });
    }
    expect(scanEntry(`${text} `)).toMatchObject({ field: "" });
    expect(scanEntry("")).toMatchObject({ field: "agent_id" });
  });
});

describe("readEntry", () => {
  test("reads back what was sealed", () => {
    for (const { text, entry } of ledger)
      expect(readEntry(text)).toEqual(JSON.parse(canonicalJson(entry as never)));
  });

  test("refuses with the field's path what scanEntry does not accept", () => {
    fc.assert(
      fc.property(mutated, (text) => {
        try {
          expect(canonical(readEntry(text) as never)).toBe(text);
        } catch (error) {
          if (!(error instanceof PolicyLedgerError)) throw error;
          expect(error.code).toBe("invalid_entry");
          const { field } = scanEntry(text) as { field: string };
          expect(error.faults.map(({ path }) => path)).toEqual([field === "" ? "" : `/${field}`]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("refuses more bytes than a leaf may have", () => {
    expect(refusal(() => readEntry("a".repeat(MAX_ENTRY_BYTES + 1))).code).toBe("too_large");
    // Characters of more bytes are no entry's at all, so that they need no count of their own.
    expect(refusal(() => readEntry("€".repeat(MAX_ENTRY_BYTES))).code).toBe("invalid_entry");
    expect(refusal(() => readEntry("a".repeat(MAX_ENTRY_BYTES))).code).toBe("invalid_entry");
  });
});

describe("sealEntry", () => {
  test("links each entry to the one before it", () => {
    let head: Head | null = null;
    for (const sealed of ledger) {
      expect(sealed.entry.index).toBe(head === null ? 0 : head.index + 1);
      expect(sealed.entry.previous_hash).toBe(head === null ? GENESIS : head.current_hash);
      expect(sealed.text).toBe(canonical(sealed.entry as never));
      expect(sealed.current_hash).toBe(host.sha256(Buffer.concat([Buffer.of(0), Buffer.from(sealed.text)])));
      expect(entryHash(portableHost, sealed.text)).toBe(sealed.current_hash);
      head = headOf(sealed);
    }
  });

  test("takes the later of now and the previous entry's time", () => {
    const head = { index: 4, current_hash: "0".repeat(64), timestamp: "2026-02-28T23:59:59.999Z" };
    const sealedAt = (now: string) => sealEntry(host, head, planContent(ALICE, "x"), now).entry.timestamp;
    expect(sealedAt(NOW)).toBe(NOW);
    expect(sealedAt(head.timestamp)).toBe(head.timestamp);
    expect(sealedAt("2026-02-28T23:59:59.998Z")).toBe(head.timestamp);
    expect(sealedAt("1999-12-31T23:59:59.999Z")).toBe(head.timestamp);
  });

  test.each([
    ["agent_id", "a b"],
    ["agent_id", ""],
    ["claim_id", "00"],
    ["env_config", []],
    ["env_config", { x: Number.NaN }],
    ["env_config", { x: "\ud800" }],
    ["env_config", { x: "a".repeat(3_000) }],
    ["env_config", JSON.parse('{"__proto__":1}')],
    ["env_id", "A"],
    ["evaluation", null],
    ["evaluation", { method: "exact-v1" }],
    ["kind", "note"],
    ["policy_hash", undefined],
    ["public_key", "0".repeat(63)],
    ["seed", -1],
    ["seed", 2 ** 53],
    ["signature", "0".repeat(127)],
    ["verified_reward", 0.5],
    ["verified_reward", Number.POSITIVE_INFINITY],
    ["note", "x"],
  ])("refuses content with a wrong %s (%#)", (name, value) => {
    const content = { ...CONTENTS[0], [name]: value } as EntryContent;
    expect(refusal(() => sealEntry(host, null, content, NOW)).code).toMatch(/^invalid_(entry|json)$/);
  });

  test.each([
    "",
    "now",
    "2026-03-01",
    "2026-03-01T00:00:00Z",
    "2026-02-29T00:00:00.000Z",
    `${NOW}"`,
    '2026-03-01T00:00:00.000Z","x":"',
  ])("refuses %j as the time", (now) => {
    const error = refusal(() => sealEntry(host, null, CONTENTS[2]!, now));
    expect(error.code).toBe("invalid_entry");
    expect(error.faults.map(({ path }) => path)).toEqual(["/timestamp"]);
  });

  test("does not let content replace what only the chain decides", () => {
    const content = {
      ...CONTENTS[2]!,
      v: 2,
      index: 9,
      previous_hash: "0".repeat(64),
      timestamp: "x",
    } as object as EntryContent;
    expect(sealEntry(host, null, content, NOW).entry).toMatchObject({
      v: 1,
      index: 0,
      previous_hash: GENESIS,
      timestamp: NOW,
    });
  });
});

describe("isTimestamp", () => {
  test("has exactly the days that the calendar has", () => {
    for (const year of [0, 1900, 1999, 2000, 2023, 2024, 2100, 2400, 9999]) {
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const pad = (n: number, width: number) => String(n).padStart(width, "0");
          const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T23:59:59.999Z`;
          expect([text, isTimestamp(text)]).toEqual([text, isTime(text)]);
        }
      }
    }
  });

  test("is in the one form whose order as text is the order in time", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date(253402300799999), noInvalidDate: true }),
        fc.date({ min: new Date(0), max: new Date(253402300799999), noInvalidDate: true }),
        (a, b) => {
          const [x, y] = [a.toISOString(), b.toISOString()];
          expect(isTimestamp(x) && isTimestamp(y)).toBe(true);
          expect(x < y).toBe(a.getTime() < b.getTime());
        },
      ),
    );
    for (const text of [
      "2024-01-01T24:00:00.000Z",
      "2024-01-01t00:00:00.000z",
      "2024-01-01T00:00:00.0000Z",
      "+002024-01-01T00:00:00.000Z",
      "2024-01-01T00:60:00.000Z",
      "2024-01-01T00:00:60.000Z",
      "２024-01-01T00:00:00.000Z",
    ])
      expect(isTimestamp(text)).toBe(false);
  });
});
