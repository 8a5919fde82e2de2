// An exported ledger: its form, the whole chain with every signature, and every policy and plan run again.
import { ExportError, ExportReading, MAX_LINE_BYTES, subjectOf } from "@policyledger/agent/check";
import {
  ChainAudit,
  type Entry,
  limits,
  PolicyLedgerError,
  parsePlanDocument,
  portableHost,
  readEntry,
  reusePolicy,
  verifyUnsignedClaim,
} from "@policyledger/core";
import type { FileReport, FileStep, Tasks } from "../tasks.ts";
import { linesOf } from "./lines.ts";
import { reportOf } from "./steps.ts";

type Tell = (told: Tasks["files"]["told"]) => void;
const TOLD_EVERY = 50;

export async function checkExport(file: File, tell: Tell, signal: AbortSignal): Promise<FileReport> {
  const steps: FileStep[] = [];
  const what = "An exported ledger";
  const entries: Entry[] = [];
  const policies = new Map<string, string>();
  let audit: ChainAudit | null = null;
  try {
    const reading = new ExportReading(portableHost);
    for await (const line of linesOf(file, MAX_LINE_BYTES)) {
      signal.throwIfAborted();
      const part = reading.add(line);
      if (part.kind === "header") {
        const { entries: size, head } = part.header;
        audit = new ChainAudit(portableHost, { expected: { size, head }, signatures: true });
      } else if (part.kind === "entry") {
        if (audit!.add(part.text)) entries.push(readEntry(part.text));
        if (entries.length % TOLD_EVERY === 0)
          tell({ doing: "checking entries and signatures", done: entries.length });
      } else policies.set(part.key, part.text);
    }
    reading.end();
    steps.push({
      name: "Form",
      holds: true,
      text: `${entries.length} entries and ${policies.size} policies and plans, all there.`,
    });
  } catch (error) {
    if (!(error instanceof ExportError || error instanceof PolicyLedgerError || error instanceof TypeError))
      throw error;
    steps.push({ name: "Form", holds: false, text: error.message });
  }
  const report = audit?.finish();
  if (report === undefined) return reportOf(file.name, what, steps);
  const { ok, fault, summary } = report;
  steps.push({
    name: "Chain and signatures",
    holds: ok,
    text: fault === null ? summary : `Entry ${fault.index}: ${fault.message}`,
  });
  if (steps.every(({ holds }) => holds)) steps.push(replayAll(entries, policies, tell, signal));
  return reportOf(file.name, what, steps);
}

function replayAll(
  entries: readonly Entry[],
  policies: ReadonlyMap<string, string>,
  tell: Tell,
  signal: AbortSignal,
): FileStep {
  const name = "Replays";
  for (const [i, entry] of entries.entries()) {
    signal.throwIfAborted();
    const fault = replayFault(entry, policies.get(subjectOf(entry))!);
    if (fault !== null) return { name, holds: false, text: `Entry ${entry.index}: ${fault}` };
    if (i % TOLD_EVERY === 0) tell({ doing: "running every policy and plan again", done: i });
  }
  return { name, holds: true, text: `All ${entries.length} earned again what they say.` };
}

function replayFault(entry: Entry, text: string): string | null {
  try {
    if (entry.kind === "policy") {
      reusePolicy(portableHost, entry, text);
      return null;
    }
    const { agent_id, public_key, plan_hash, initial_state_hash, final_state_hash, final_commit_hash } =
      entry;
    const claim = {
      v: 1,
      kind: "plan",
      agent_id,
      public_key,
      plan_hash,
      initial_state_hash,
      final_state_hash,
      final_commit_hash,
    } as const;
    const document = parsePlanDocument(text, limits.MAX_CLAIMED_PLAN_BYTES);
    const verdict = verifyUnsignedClaim(portableHost, { claim, document });
    return verdict.verdict === "VALID" ? null : verdict.message;
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    return error.message;
  }
}
