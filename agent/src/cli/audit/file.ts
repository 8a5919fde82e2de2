// Audits an export: the same checks as of a service's ledger, from one file.
import { entryHash, limits } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { ExportError, type ExportHeader, ExportReading, MAX_LINE_BYTES } from "../../check/index.ts";
import { type Progress, progress } from "../progress.ts";
import type { Pool } from "../replay/pool.ts";
import type { Terminal } from "../terminal.ts";
import type { Remembered } from "./contradiction.ts";
import { Examination, type Examined } from "./examine.ts";
import { type Line, linesOf } from "./lines.ts";
import { type Covering, logResult } from "./log.ts";
import { replayAll } from "./replays.ts";
import type { AuditResult, FileFault } from "./result.ts";

export interface FileAudit {
  readonly file: string;
  readonly pool: Pool;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly replay: boolean;
  /** What an audit of the service remembers and keeps, where a service is named. */
  readonly remembered: Remembered | null;
  /** A checkpoint that it must be the ledger of, where one is named. */
  readonly covering: Covering | null;
}

const BATCH = 500;

export async function auditFile(audit: FileAudit): Promise<AuditResult> {
  const { file, pool, terminal, signal, replay } = audit;
  const run = new FileRun(audit);
  const { fault, size: held, tree } = await run.read();
  const { header, policies } = run;
  const result: AuditResult = {
    source: file,
    said: header === null ? null : { size: header.entries, head: header.head },
    held,
    fault,
    log: logResult(audit.covering, tree),
    policies: fault === null ? policies.size : null,
    missing: [],
    replayed: null,
    seen: null,
    contradiction: null,
    remarks: [],
  };
  if (fault !== null || header === null) return result;
  const compared = { ...result, ...(await comparison(audit, header, run.hashes)) };
  if (!replay || compared.contradiction !== null) return compared;
  const replaying = progress(terminal, { label: "replaying", total: header.entries, unit: "entries" });
  const recorded = {
    entries: () => linesOf(file, { ...run.entriesLie, maxBytes: limits.MAX_ENTRY_BYTES }),
    policiesFile: file,
    policies,
  };
  try {
    return { ...compared, replayed: await replayAll(recorded, pool, replaying, signal) };
  } finally {
    replaying.end();
  }
}

interface FileExamined extends Omit<Examined, "fault"> {
  readonly fault: Examined["fault"] | FileFault;
}

/** One going through of a file, which ends at the first thing that is wrong. */
class FileRun {
  header: ExportHeader | null = null;
  readonly policies = new Map<string, Pick<Line, "offset" | "length">>();
  readonly entriesLie = { from: 0, to: 0 };
  /** Of those entries that are to be compared with what is remembered. */
  readonly hashes = new Map<number, string>();
  private readonly audit: FileAudit;
  private readonly reading = new ExportReading(nodeHost);
  private examination: Examination | null = null;
  private bar: Progress | null = null;
  private batch: string[] = [];
  private entries = 0;

  constructor(audit: FileAudit) {
    this.audit = audit;
  }

  async read(): Promise<FileExamined> {
    try {
      const broken = await this.readLines();
      const examined = (await this.examination?.finish()) ?? NOTHING;
      if (broken === null) return examined;
      // An entry that does not hold comes before what is wrong behind it; that entries are missing, the file's fault says.
      if (examined.fault !== null && examined.fault.code !== "missing_tail") return examined;
      return { ...examined, head: null, fault: { index: null, code: broken.code, message: broken.message } };
    } finally {
      this.bar?.end();
    }
  }

  /** What is wrong with the file; null too where an entry does not hold. */
  private async readLines(): Promise<ExportError | null> {
    try {
      for await (const line of linesOf(this.audit.file, { maxBytes: MAX_LINE_BYTES })) {
        this.audit.signal.throwIfAborted();
        if (!(await this.take(line))) return null;
      }
      this.reading.end();
      return null;
    } catch (error) {
      if (!(error instanceof ExportError)) throw error;
      await this.flush();
      return error;
    }
  }

  /** False once something does not hold. */
  private async take({ text, offset, length }: Line): Promise<boolean> {
    const part = this.reading.add(text);
    switch (part.kind) {
      case "header":
        this.begin(part.header);
        this.entriesLie.from = offset + length + 1;
        return true;
      case "entry":
        this.entriesLie.to = offset + length + 1;
        this.note(part.index, text);
        this.batch.push(text);
        this.entries++;
        return this.batch.length < BATCH && this.entries < this.header!.entries ? true : this.flush();
      case "policy":
        this.policies.set(part.key, { offset, length });
        return true;
    }
  }

  private begin(header: ExportHeader): void {
    const { pool, terminal } = this.audit;
    this.header = header;
    this.examination = new Examination(
      pool,
      { size: header.entries, head: header.head },
      this.audit.covering?.size ?? null,
    );
    this.bar = progress(terminal, { label: "auditing", total: header.entries, unit: "entries" });
  }

  private async flush(): Promise<boolean> {
    const texts = this.batch.splice(0);
    if (this.examination === null || texts.length === 0) return true;
    const holds = await this.examination.add(texts, { signatures: true });
    this.bar?.set(this.entries);
    return holds;
  }

  private note(index: number, text: string): void {
    const seen = this.audit.remembered?.seen;
    if (seen === undefined) return;
    if (index === seen.size - 1 || index === this.header!.entries - 1)
      this.hashes.set(index, entryHash(nodeHost, text));
  }
}

const NOTHING = { size: 0, head: null, fault: null, tree: null } as const;

/** With what was seen of the service that the file is said to be of. */
async function comparison(
  { file, remembered }: FileAudit,
  { entries }: ExportHeader,
  hashes: ReadonlyMap<number, string>,
): Promise<Pick<AuditResult, "seen" | "contradiction" | "remarks">> {
  const none = { seen: null, contradiction: null, remarks: [] };
  if (remembered === null) return none;
  const { seen, history } = remembered;
  const last = Math.min(entries, seen.size) - 1;
  const there = last === seen.size - 1 ? seen.current_hash : await history.hashAt(last);
  const here = hashes.get(last) ?? null;
  if (last >= 0 && there !== null && here !== there) {
    const message = `it is not the ledger that was seen at ${seen.seen_at}: there, entry ${last} hashed to ${there}, here to ${here}`;
    return { ...none, seen, contradiction: { code: "rewritten", message, file } };
  }
  if (entries >= seen.size) return { ...none, seen };
  const known = there === null ? "" : ", which begins with these";
  return {
    ...none,
    remarks: [
      `it is older than what was seen of the service at ${seen.seen_at}: that had ${seen.size} entries${known}`,
    ],
  };
}
