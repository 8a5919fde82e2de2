// Reads an export line by line, wherever the lines come from: says of each what it is, and finds what is wrong with the
// file. Whether its entries hold, `ChainAudit` says; one that cannot be read names no policy here.
import { type Hasher, limits, PolicyLedgerError, readEntry } from "@policyledger/core";
import { ExportError, type ExportHeader, PolicyOrder, parseExportHeader } from "./export-format.ts";
import { keyOf, subjectFault, subjectOf } from "./subjects.ts";

export type ExportPart =
  | { readonly kind: "header"; readonly header: ExportHeader }
  | { readonly kind: "entry"; readonly index: number; readonly text: string }
  | { readonly kind: "policy"; readonly key: string; readonly text: string };

export class ExportReading {
  private readonly hasher: Hasher;
  private readonly order = new PolicyOrder();
  private header: ExportHeader | null = null;
  private entries = 0;
  private policies = 0;
  private turns: Iterator<string> | null = null;

  constructor(hasher: Hasher) {
    this.hasher = hasher;
  }

  /** Takes the next line, without its line feed. */
  add(line: string): ExportPart {
    if (this.header === null) {
      this.header = parseExportHeader(line);
      return { kind: "header", header: this.header };
    }
    if (this.entries < this.header.entries) return this.entry(line);
    return this.policy(line, this.header);
  }

  /** There are no more lines. */
  end(): void {
    const { header, entries } = this;
    if (header === null) throw new ExportError("not_an_export", "The file is empty");
    if (entries < header.entries)
      throw new ExportError("truncated", `The file ends after ${entries} of ${header.entries} entries`);
    this.requireCount(header);
    if (this.policies < header.policies) {
      throw new ExportError(
        "truncated",
        `The file ends after ${this.policies} of ${header.policies} policies`,
      );
    }
  }

  private entry(text: string): ExportPart {
    const index = this.entries++;
    if (text.length > limits.MAX_ENTRY_BYTES) {
      throw new ExportError("bad_line", `Entry ${index} takes more than ${limits.MAX_ENTRY_BYTES} bytes`);
    }
    const key = namedBy(text);
    if (key !== null) this.order.add(key);
    return { kind: "entry", index, text };
  }

  private policy(text: string, header: ExportHeader): ExportPart {
    this.requireCount(header);
    this.turns ??= this.order[Symbol.iterator]();
    const turn = this.turns.next();
    if (turn.done) throw new ExportError("surplus", "There are lines behind the last policy");
    const key = keyOf(this.hasher, text);
    if (key !== turn.value) {
      throw new ExportError(
        "wrong_policy",
        `Where policy ${turn.value} belongs stands one that hashes to ${key}`,
      );
    }
    const fault = subjectFault(key, text);
    if (fault !== null) throw new ExportError("wrong_policy", `Policy ${key} is no artifact: ${fault}`);
    this.policies++;
    return { kind: "policy", key, text };
  }

  private requireCount({ policies }: ExportHeader): void {
    if (policies === this.order.size) return;
    throw new ExportError(
      "wrong_policy",
      `Its entries name ${this.order.size} policies, and its header says that it holds ${policies}`,
    );
  }
}

function namedBy(text: string): string | null {
  try {
    return subjectOf(readEntry(text));
  } catch (error) {
    if (error instanceof PolicyLedgerError) return null;
    throw error;
  }
}
