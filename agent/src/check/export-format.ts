// Export, version 1: a whole ledger with its policies in one file of lines, so that it can be checked without the
// service. docs/formats.md has it with an example.
//
//   {"entries":N,"head":"…","kind":"policyledger-export","policies":M,"v":1}    canonical JSON
//   N lines, each an entry's canonical JSON, in order
//   M lines, each an artifact's canonical JSON or a plan's document, each once, in the order of the first entries that name them
//
// Every line ends with a line feed, the last one too. Every policy and plan that an entry names is there, and no other.
import { canonicalJson, limits, PolicyLedgerError, parseCanonicalJson } from "@policyledger/core";
import { MAX_SUBJECT_BYTES } from "./subjects.ts";

export interface ExportHeader {
  readonly entries: number;
  /** The hash of the last entry, null where there is none. */
  readonly head: string | null;
  /** And plans. */
  readonly policies: number;
}

const MAX_HEADER_BYTES = 512;
/** Of the lines behind the header, the longest that may be. */
export const MAX_LINE_BYTES = Math.max(limits.MAX_ENTRY_BYTES, MAX_SUBJECT_BYTES);

const KIND = "policyledger-export";

export function formatExportHeader({ entries, head, policies }: ExportHeader): string {
  return canonicalJson({ kind: KIND, v: 1, entries, head, policies });
}

export function parseExportHeader(line: string): ExportHeader {
  let value: unknown;
  try {
    value = parseCanonicalJson(line, { maxBytes: MAX_HEADER_BYTES });
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    throw new ExportError("not_an_export", `The first line is not the header of an export: ${error.message}`);
  }
  const { kind, v, entries, head, policies, ...others } = Object(value) as Record<string, unknown>;
  if (kind !== KIND)
    throw new ExportError("not_an_export", `The first line does not say that this is a ${KIND}`);
  if (v !== 1)
    throw new ExportError("not_an_export", `This export is of version ${JSON.stringify(v)}, wanted 1`);
  const isRight =
    isCount(entries) &&
    isCount(policies) &&
    Object.keys(others).length === 0 &&
    (entries === 0 ? head === null : typeof head === "string" && /^[0-9a-f]{64}$/.test(head));
  if (!isRight) throw new ExportError("not_an_export", "The header of the export has fields that cannot be");
  return { entries, head: head as string | null, policies };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export type ExportFaultCode =
  | "not_an_export"
  | "truncated" // fewer lines than the header says, or a last line without its end
  | "surplus" // more lines than the header says
  | "bad_line" // too long, or not UTF-8
  | "wrong_policy"; // not the policy whose turn it is: missing, repeated, changed, named by no entry, or none

/** What is wrong with the file itself; what is wrong with the ledger in it, an audit says. */
export class ExportError extends Error {
  readonly code: ExportFaultCode;

  constructor(code: ExportFaultCode, message: string) {
    super(message);
    this.name = "ExportError";
    this.code = code;
  }
}

/** Which policies and plans an export holds, by their keys, and in which order: each entry's own, once, as they come. */
export class PolicyOrder {
  private readonly keys = new Set<string>();

  /** True for one that no entry before has named. */
  add(key: string): boolean {
    if (this.keys.has(key)) return false;
    this.keys.add(key);
    return true;
  }

  get size(): number {
    return this.keys.size;
  }

  /** In order. */
  [Symbol.iterator](): Iterator<string> {
    return this.keys.values();
  }
}
