// Audits an export: the same checks as of a service's ledger, from one file.
import { entryHash, limits, readEntry } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import {
  ExportError,
  type ExportHeader,
  MAX_HEADER_BYTES,
  MAX_LINE_BYTES,
  PolicyOrder,
  parseExportHeader,
} from "../../check/index.ts";
import { broken } from "../exit.ts";
import { progress } from "../progress.ts";
import type { Pool } from "../replay/pool.ts";
import type { Terminal } from "../terminal.ts";
import { Examination } from "./examine.ts";
import type { Seen } from "./kept.ts";
import { type Line, linesOf } from "./lines.ts";
import { replayAll } from "./replays.ts";
import type { AuditResult } from "./result.ts";

export interface FileAudit {
  readonly file: string;
  readonly pool: Pool;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly replay: boolean;
  /** What an audit of the service remembers, where a service is named. */
  readonly seen: Seen | null;
}

const BATCH = 500;

export async function auditFile(audit: FileAudit): Promise<AuditResult> {
  try {
    return await examined(audit);
  } catch (error) {
    if (error instanceof ExportError) throw broken(`${audit.file}: ${error.message} (${error.code})`, error);
    throw error;
  }
}

async function examined(audit: FileAudit): Promise<AuditResult> {
  const { file, pool, terminal, signal, replay, seen } = audit;
  const lines = linesOf(file, { maxBytes: MAX_LINE_BYTES });
  const header = await headerOf(lines);
  const bar = progress(terminal, { label: "auditing", total: header.entries, unit: "entries" });
  const examination = new Examination(pool, { size: header.entries, head: header.head });
  const order = new PolicyOrder();
  let entries: Entries;
  try {
    entries = await readEntries(lines, header, { audit, examination, order, told: (done) => bar.set(done) });
  } finally {
    bar.end();
  }
  const { fault, size: held } = await examination.finish();
  const common = { source: file, said: { size: header.entries, head: header.head }, held, missing: [] };
  const compared = compare(entries.seenHash, header, seen);
  const base = {
    ...common,
    fault,
    replayed: null,
    seen: compared.seen,
    contradiction: null,
    remarks: compared.remarks,
  };
  if (fault !== null) return { ...base, policies: null };
  const policies = await readPolicies(lines, header, order, signal);
  if (!replay) return { ...base, policies: policies.size };
  const replaying = progress(terminal, { label: "replaying", total: header.entries, unit: "entries" });
  const recorded = {
    entries: () => linesOf(file, { from: entries.from, to: entries.to, maxBytes: limits.MAX_ENTRY_BYTES }),
    policiesFile: file,
    policies,
  };
  try {
    return { ...base, policies: policies.size, replayed: await replayAll(recorded, pool, replaying, signal) };
  } finally {
    replaying.end();
  }
}

async function headerOf(lines: AsyncGenerator<Line, void, undefined>): Promise<ExportHeader> {
  const first = await lines.next();
  if (first.done) throw new ExportError("not_an_export", "The file is empty");
  if (first.value.length > MAX_HEADER_BYTES)
    throw new ExportError("not_an_export", "The first line is too long for a header");
  return parseExportHeader(first.value.text);
}

interface Entries {
  /** Where they lie in the file. */
  readonly from: number;
  readonly to: number;
  /** The hash of the entry that was the last one when the service was seen. */
  readonly seenHash: string | null;
}

interface Reading {
  readonly audit: FileAudit;
  readonly examination: Examination;
  readonly order: PolicyOrder;
  readonly told: (done: number) => void;
}

/** Stops at the first entry that does not hold. */
async function readEntries(
  lines: AsyncGenerator<Line, void, undefined>,
  header: ExportHeader,
  { audit: { seen, signal }, examination, order, told }: Reading,
): Promise<Entries> {
  let [from, to, seenHash]: [number, number, string | null] = [0, 0, null];
  let batch: string[] = [];
  for (let at = 0; at < header.entries; at++) {
    signal.throwIfAborted();
    const next = await lines.next();
    if (next.done) {
      throw new ExportError("truncated", `The file ends after ${at} of ${header.entries} entries`);
    }
    const { text, offset, length } = next.value;
    if (at === 0) from = offset;
    to = offset + length + 1;
    batch.push(text);
    if (seen !== null && at === seen.size - 1) seenHash = entryHash(nodeHost, text);
    if (batch.length < BATCH && at < header.entries - 1) continue;
    if (!(await examination.add(batch, { signatures: true }))) break;
    for (const each of batch) {
      const entry = readEntry(each);
      if (entry.kind === "policy") order.add(entry.policy_hash);
    }
    batch = [];
    told(at + 1);
  }
  return { from, to, seenHash };
}

async function readPolicies(
  lines: AsyncGenerator<Line, void, undefined>,
  header: ExportHeader,
  order: PolicyOrder,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Pick<Line, "offset" | "length">>> {
  if (header.policies !== order.size) {
    throw new ExportError(
      "wrong_policy",
      `Its entries name ${order.size} policies, and its header says that it holds ${header.policies}`,
    );
  }
  const found = new Map<string, Pick<Line, "offset" | "length">>();
  for (const wanted of order) {
    signal.throwIfAborted();
    const next = await lines.next();
    if (next.done) {
      throw new ExportError("truncated", `The file ends after ${found.size} of ${header.policies} policies`);
    }
    const { text, offset, length } = next.value;
    const hash = nodeHost.sha256(text);
    if (hash !== wanted) {
      throw new ExportError(
        "wrong_policy",
        `Where policy ${wanted} belongs stands one that hashes to ${hash}`,
      );
    }
    found.set(hash, { offset, length });
  }
  if (!(await lines.next()).done) throw new ExportError("surplus", "There are lines behind the last policy");
  return found;
}

/** With what was seen of the service that the file is said to be of. */
function compare(
  hash: string | null,
  { entries }: ExportHeader,
  seen: Seen | null,
): { seen: Seen | null; remarks: readonly string[] } {
  if (seen === null) return { seen: null, remarks: [] };
  if (hash === seen.current_hash) return { seen, remarks: [] };
  if (entries < seen.size) {
    return {
      seen: null,
      remarks: [
        `it is older than what was seen of the service at ${seen.seen_at}: that had ${seen.size} entries`,
      ],
    };
  }
  throw broken(
    `it is not the ledger that was seen at ${seen.seen_at}: there, entry ${seen.size - 1} hashed to ${seen.current_hash}, here to ${hash}`,
  );
}
