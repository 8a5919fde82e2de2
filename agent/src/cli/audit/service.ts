// Audits the ledger of a service: downloads what is not kept yet, checks all of it in order, and keeps what holds.
import { entryHash, PolicyLedgerError, readEntry, type Sealed } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { ExportError } from "../../check/index.ts";
import { type Client, ClientError } from "../../sdk/index.ts";
import { progress } from "../progress.ts";
import type { Pool } from "../replay/pool.ts";
import type { Terminal } from "../terminal.ts";
import { contradictionOf, keepEvidence } from "./contradiction.ts";
import { type Batch, download, policiesOf } from "./download.ts";
import { Examination } from "./examine.ts";
import { forgetFiles, type Kept, openKept, type Seen } from "./kept.ts";
import { replayAll } from "./replays.ts";
import type { AuditResult } from "./result.ts";

export interface ServiceAudit {
  readonly client: Client;
  readonly folder: string;
  readonly pool: Pool;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly policies: boolean;
  readonly replay: boolean;
}

const BATCH = 500;
/** Batches that wait to be kept until their signatures are checked. */
const MOST_WAITING = 4;

export async function auditService(audit: ServiceAudit): Promise<{ result: AuditResult; kept: Kept }> {
  const { client, folder, pool, terminal, signal } = audit;
  const { size, current_hash } = await client.head({ signal });
  let kept = await openKept(folder);
  const { seen } = kept.state;
  const nothing = {
    source: client.endpoint,
    said: { size, head: current_hash },
    seen,
    held: 0,
    fault: null,
    policies: null,
    missing: [],
    replayed: null,
    remarks: [],
  } as const;
  const contradiction = await contradictionOf(client, seen, { size, current_hash }, signal);
  if (contradiction !== null) {
    const file = keepEvidence(folder, contradiction);
    return { result: { ...nothing, contradiction: { ...contradiction, file } }, kept };
  }
  const bar = progress(terminal, { label: "auditing", total: size, unit: "entries" });
  const remarks: string[] = [];
  const run = new Run(audit, new Examination(pool, { size, head: current_hash }), (done) => bar.set(done));
  try {
    if (!(await run.readKept(kept))) {
      // Somebody, or a disk, has changed them since.
      forgetFiles(folder);
      remarks.push(
        "what was kept on this machine was not what had been checked: all of it was downloaded again",
      );
      kept = await openKept(folder);
      run.beginAgain(new Examination(pool, { size, head: current_hash }));
    }
    if (!run.isBroken) await run.readService(kept, size);
  } finally {
    bar.end();
  }
  const { fault, size: held } = await run.examination.finish();
  if (fault === null) await run.keep(kept, 0);
  const common = { ...nothing, held, fault, missing: run.missing, contradiction: null, remarks };
  const counted = { ...common, policies: audit.policies ? kept.policies.size : null };
  if (fault !== null || !audit.replay || run.missing.length > 0) return { result: counted, kept };
  const replaying = progress(terminal, { label: "replaying", total: size, unit: "entries" });
  try {
    return { result: { ...counted, replayed: await replayAll(kept, pool, replaying, signal) }, kept };
  } finally {
    replaying.end();
  }
}

/** One going through of a ledger, first what is kept, then what the service has. */
class Run {
  examination: Examination;
  isBroken = false;
  readonly missing: { hash: string; index: number }[] = [];
  private readonly audit: ServiceAudit;
  private readonly told: (done: number) => void;
  private readonly named = new Set<string>();
  private readonly waiting: Batch[] = [];
  private done = 0;

  constructor(audit: ServiceAudit, examination: Examination, told: (done: number) => void) {
    this.audit = audit;
    this.examination = examination;
    this.told = told;
  }

  beginAgain(examination: Examination): void {
    this.examination = examination;
    this.isBroken = false;
    this.done = 0;
    this.named.clear();
  }

  /** False where it is not what was checked before. Signatures were. */
  async readKept(kept: Kept): Promise<boolean> {
    try {
      return await this.isAsChecked(kept);
    } catch (error) {
      if (error instanceof ExportError || error instanceof PolicyLedgerError) return false;
      throw error;
    }
  }

  private async isAsChecked(kept: Kept): Promise<boolean> {
    const { policies, signal } = this.audit;
    let batch: Sealed[] = [];
    let last = "";
    const take = async () => {
      const texts = batch.map(({ text }) => text);
      if (!(await this.examination.add(texts, { signatures: false }))) return false;
      if (policies) {
        // Those that an earlier audit left out, or that were damaged since.
        const { missing, policies: found } = await this.fetchPolicies(kept, batch);
        this.missing.push(...missing);
        if (found.length > 0) kept.addPolicies(found);
      }
      this.advance(batch.length);
      batch = [];
      return true;
    };
    for await (const { text } of kept.entries()) {
      signal.throwIfAborted();
      last = text;
      batch.push(sealedText(text));
      if (batch.length >= BATCH && !(await take())) return false;
    }
    if (!(await take())) return false;
    const { seen } = kept.state;
    // Fewer than were seen are kept where the files were lost: the rest comes from the service again.
    return seen === null || this.done !== seen.size || entryHash(nodeHost, last) === seen.current_hash;
  }

  async readService(kept: Kept, to: number): Promise<void> {
    const { client, signal, policies } = this.audit;
    const isNew = policies ? (hash: string) => this.isNew(kept, hash) : null;
    const { seen } = kept.state;
    try {
      for await (const batch of download(client, { from: this.done, to, signal, isNew })) {
        this.missing.push(...batch.missing);
        const texts = batch.entries.map(({ text }) => text);
        this.isBroken = !(await this.examination.add(texts, { signatures: true }));
        if (this.isBroken) return;
        requireSeen(batch, seen);
        this.waiting.push(batch);
        this.advance(batch.entries.length);
        if (this.waiting.length > MOST_WAITING) await this.keep(kept, 1);
      }
    } catch (error) {
      // What was checked need not be fetched again.
      if (!this.isBroken) await this.keep(kept, 0);
      throw error;
    }
  }

  /** Keeps what was checked, but for so many of the last batches: only the head tells whether those are the right ones. */
  async keep(kept: Kept, butLast: number): Promise<void> {
    if (!(await this.examination.settled())) return;
    const count = this.waiting.length - butLast;
    for (const batch of this.waiting.splice(0, count)) keepBatch(kept, batch);
  }

  private fetchPolicies(kept: Kept, batch: readonly Sealed[]) {
    const { client, signal } = this.audit;
    return policiesOf(client, batch, (hash) => this.isNew(kept, hash), signal);
  }

  private isNew(kept: Kept, hash: string): boolean {
    if (kept.policies.has(hash) || this.named.has(hash)) return false;
    this.named.add(hash);
    return true;
  }

  private advance(count: number): void {
    this.done += count;
    this.told(this.done);
  }
}

/** The service showed that entry when it was asked for it alone, a moment ago. */
function requireSeen({ entries }: Batch, seen: Seen | null): void {
  const last = entries.find(({ entry }) => entry.index + 1 === seen?.size);
  if (last === undefined || last.current_hash === seen!.current_hash) return;
  throw new ClientError(
    "false_answer",
    `The service shows two histories: asked for alone, entry ${last.entry.index} hashes to ${seen!.current_hash}, in its list to ${last.current_hash}`,
  );
}

function sealedText(text: string): Sealed {
  return { text, entry: readEntry(text), current_hash: "" };
}

function keepBatch(kept: Kept, { entries, policies }: Batch): void {
  const { entry, current_hash } = entries.at(-1)!;
  const seen: Seen = {
    size: entry.index + 1,
    current_hash,
    timestamp: entry.timestamp,
    seen_at: new Date().toISOString(),
  };
  kept.add(
    entries.map(({ text }) => text),
    policies,
    seen,
  );
}
