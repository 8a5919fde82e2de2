// One going through of a service's ledger: first what is kept of it, then what the service has.
import { entryHash, PolicyLedgerError, readEntry, type Sealed } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { ExportError } from "../../check/index.ts";
import { ClientError } from "../../sdk/index.ts";
import type { ServiceClient } from "../service.ts";
import { type Batch, download, policiesOf } from "./download.ts";
import type { Examination } from "./examine.ts";
import type { Kept, Seen } from "./kept.ts";

const BATCH = 500;
/** Batches that wait to be kept until their signatures are checked. */
const MOST_WAITING = 4;

export interface RunOptions {
  readonly client: ServiceClient;
  readonly signal: AbortSignal;
  readonly policies: boolean;
  readonly examination: Examination;
  readonly told: (done: number) => void;
}

export class Run {
  /** What entries name and the service does not give. */
  readonly missing: { key: string; index: number }[] = [];
  private readonly options: RunOptions;
  /** Keys of all policies and plans that entries name. */
  private readonly named = new Set<string>();
  private readonly waiting: Batch[] = [];
  private done = 0;

  constructor(options: RunOptions) {
    this.options = options;
  }

  /** How many have the hash that entries name. */
  get policies(): number {
    return this.named.size - this.missing.length;
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
    const { policies, signal, examination } = this.options;
    let batch: Sealed[] = [];
    let last = "";
    const take = async () => {
      const texts = batch.map(({ text }) => text);
      if (!(await examination.add(texts, { signatures: false }))) return false;
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
    const { client, signal, policies, examination } = this.options;
    const isNew = policies ? (key: string) => this.isNew(kept, key) : null;
    const { seen } = kept.state;
    try {
      for await (const batch of download(client, { from: this.done, to, signal, isNew })) {
        this.missing.push(...batch.missing);
        const texts = batch.entries.map(({ text }) => text);
        if (!(await examination.add(texts, { signatures: true }))) return;
        requireSeen(batch, seen);
        this.waiting.push(batch);
        this.advance(batch.entries.length);
        if (this.waiting.length > MOST_WAITING) await this.keep(kept, this.waiting.length - 1);
      }
    } catch (error) {
      // What was checked need not be fetched again.
      const { size } = await examination.finish();
      const holding = this.waiting.filter(({ entries }) => entries.at(-1)!.entry.index < size);
      await this.keep(kept, holding.length);
      throw error;
    }
  }

  keepAll(kept: Kept): Promise<void> {
    return this.keep(kept, this.waiting.length);
  }

  /** Keeps what was checked, so many batches; of the last one, only what comes behind it tells whether it is the right one. */
  private async keep(kept: Kept, count: number): Promise<void> {
    if (!(await this.options.examination.settled())) return;
    for (const batch of this.waiting.splice(0, count)) keepBatch(kept, batch);
  }

  private fetchPolicies(kept: Kept, batch: readonly Sealed[]) {
    const { client, signal } = this.options;
    return policiesOf(client, batch, (key) => this.isNew(kept, key), signal);
  }

  private isNew(kept: Kept, key: string): boolean {
    if (this.named.has(key)) return false;
    this.named.add(key);
    return !kept.policies.has(key);
  }

  private advance(count: number): void {
    this.done += count;
    this.options.told(this.done);
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
