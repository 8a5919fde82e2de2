// Examines entries as they come, in order: the chain and the tree in this thread, the signatures in others. What was examined before,
// and is known by its head, needs no signature checked again.
import { type AuditReport, ChainAudit, type ChainFault, entryHash } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { WholeTree } from "../log/whole-tree.ts";
import type { Pool } from "../replay/pool.ts";

export interface Examined {
  /** How many hold, from the first. */
  readonly size: number;
  /** The hash of the last of them, where all hold. */
  readonly head: string | null;
  readonly fault: ChainFault | null;
  /** Of those that a checkpoint covers; null where there is none. */
  readonly tree: { readonly size: number; readonly root: string } | null;
}

/** Batches whose signatures are being checked: as many as keep the threads busy. */
const MOST_OPEN = 6;

export class Examination {
  private readonly pool: Pool;
  private readonly chain: ChainAudit;
  private readonly tree: WholeTree | null;
  private readonly open: Promise<void>[] = [];
  private signature: ChainFault | null = null;
  private added = 0;

  /** `covered`: how many entries the checkpoint covers, null where there is none. */
  constructor(
    pool: Pool,
    expected: { readonly size: number; readonly head: string | null } | null,
    covered: number | null,
  ) {
    this.pool = pool;
    this.tree = covered === null ? null : new WholeTree(covered);
    this.chain = new ChainAudit(nodeHost, expected === null ? {} : { expected });
  }

  /** False once an entry is found that does not hold: no more are needed. */
  async add(texts: readonly string[], { signatures }: { readonly signatures: boolean }): Promise<boolean> {
    const first = this.added;
    let holds = true;
    for (const text of texts) {
      this.added++;
      holds = this.chain.add(text);
      if (!holds) break;
      this.tree?.add(entryHash(nodeHost, text));
    }
    if (signatures) {
      const checked = this.checkSignatures(texts.slice(0, this.added - first), first);
      // Its failure is met when its turn comes.
      checked.catch(() => {});
      this.open.push(checked);
      if (this.open.length >= MOST_OPEN) await this.open.shift();
    }
    return holds && this.signature === null;
  }

  /** Resolves when the signatures of all that was added are checked. */
  async settled(): Promise<boolean> {
    await Promise.all(this.open.splice(0));
    return this.signature === null;
  }

  async finish(): Promise<Examined> {
    await this.settled();
    const { fault, size, head }: AuditReport = this.chain.finish();
    const { signature } = this;
    const tree = this.tree?.finish() ?? null;
    if (signature !== null && (fault === null || signature.index < fault.index)) {
      return { size: Math.min(size, signature.index), head: null, fault: signature, tree };
    }
    return { size, head, fault, tree };
  }

  private async checkSignatures(texts: readonly string[], first: number): Promise<void> {
    const findings = await this.pool.check(
      texts.map((text) => ({ kind: "entry" as const, text, subject: null })),
    );
    const at = findings.findIndex(({ fault }) => fault?.code === "bad_signature");
    if (at < 0) return;
    const index = first + at;
    if (this.signature !== null && this.signature.index < index) return;
    const { message } = findings[at]!.fault!;
    this.signature = { index, code: "bad_signature", message };
  }
}
