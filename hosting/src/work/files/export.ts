// An exported ledger: its form, the whole chain with every signature, and every policy and plan run again.
import { ExportError, ExportReading, MAX_LINE_BYTES, subjectOf } from "@policyledger/agent/check";
import {
  ChainAudit,
  claimOfEntry,
  type Entry,
  keepPrepared,
  limits,
  PolicyLedgerError,
  parsePlanDocument,
  policyOfEntries,
  portableHost,
  readEntry,
  verifyUnsignedClaim,
} from "@policyledger/core";
import { pauses } from "../pause.ts";
import type { FileReport, FileStep, Tasks } from "../tasks.ts";
import { linesOf } from "./lines.ts";
import { reportOf } from "./steps.ts";

type Tell = (told: Tasks["files"]["told"]) => void;
const TOLD_EVERY = 50;
/** Environments in their configurations; each takes some megabytes. */
const MAX_PREPARED = 16;

export async function checkExport(file: File, tell: Tell, signal: AbortSignal): Promise<FileReport> {
  const steps: FileStep[] = [];
  const what = "An exported ledger";
  const reading = new ExportReading(portableHost);
  const replays = new Replays();
  let audit: ChainAudit | null = null;
  let [size, read] = [0, 0];
  const pause = pauses(signal);
  try {
    for await (const line of linesOf(file, MAX_LINE_BYTES)) {
      const part = reading.add(line);
      if (part.kind === "header") {
        const { entries, head } = part.header;
        size = entries;
        audit = new ChainAudit(portableHost, { expected: { size, head }, signatures: true });
      } else if (part.kind === "entry") {
        if (audit!.add(part.text)) replays.expect(readEntry(part.text));
        read += 1;
        if (read % TOLD_EVERY === 0)
          tell({ doing: "Checking entries and signatures", done: read, total: size });
      } else {
        for (const _ of replays.run(part.key, part.text)) {
          if (replays.done % TOLD_EVERY === 0)
            tell({ doing: "Running every policy and plan again", done: replays.done, total: size });
          await pause();
        }
      }
      await pause();
    }
    reading.end();
    steps.push({ name: "Form", holds: true, text: `${read} entries, and every policy and plan of theirs.` });
  } catch (error) {
    // What is not UTF-8 is a type error of the decoder.
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
  if (steps.every(({ holds }) => holds)) steps.push(replays.report());
  return reportOf(file.name, what, steps);
}

/** Runs what the entries named as soon as it comes, so that no more than one text is kept at a time. */
class Replays {
  private readonly entries = new Map<string, Entry[]>();
  private readonly prepare = keepPrepared(MAX_PREPARED);
  private fault: { readonly index: number; readonly message: string } | null = null;
  done = 0;

  expect(entry: Entry): void {
    const key = subjectOf(entry);
    const same = this.entries.get(key);
    if (same === undefined) this.entries.set(key, [entry]);
    else same.push(entry);
  }

  /** One entry after the other, so that there can be a pause between two. */
  *run(key: string, text: string): Generator<void, void, undefined> {
    const reuse = policyOfEntries(portableHost, text, this.prepare);
    for (const entry of this.entries.get(key) ?? []) {
      const message = replayFault(entry, text, reuse);
      this.done += 1;
      // Of several, the first in the ledger is told.
      if (message !== null && entry.index < (this.fault?.index ?? Number.POSITIVE_INFINITY))
        this.fault = { index: entry.index, message };
      yield;
    }
    this.entries.delete(key);
  }

  report(): FileStep {
    const name = "Replays";
    if (this.fault !== null)
      return { name, holds: false, text: `Entry ${this.fault.index}: ${this.fault.message}` };
    return { name, holds: true, text: `All ${this.done} earned again what they say.` };
  }
}

function replayFault(entry: Entry, text: string, reuse: ReturnType<typeof policyOfEntries>): string | null {
  try {
    if (entry.kind === "policy") {
      reuse(entry);
      return null;
    }
    const document = parsePlanDocument(text, limits.MAX_CLAIMED_PLAN_BYTES);
    const verdict = verifyUnsignedClaim(portableHost, { claim: claimOfEntry(entry), document });
    return verdict.verdict === "VALID" ? null : verdict.message;
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    return error.message;
  }
}
