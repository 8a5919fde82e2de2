// Reads the ledger from an entry on up to the head that the service names, and checks every link on the way.
import { ChainAudit, type ChainFault, GENESIS, type Sealed } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Client } from "../../sdk/index.ts";
import { broken, type CliError } from "../exit.ts";
import { type Progress, progress } from "../progress.ts";
import type { Terminal } from "../terminal.ts";

export interface Reading {
  readonly client: Client;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/** What the entries must end in. */
export interface End {
  readonly size: number;
  readonly head: string | null;
}

const LONGEST_PAGE = 500;

/** Hands out each entry as it comes; that they hold together is known when this returns, and not before. */
export async function walkChain(
  { client, signal, terminal }: Reading,
  { from, end }: { readonly from: number; readonly end: End },
  visit: (sealed: Sealed) => void,
): Promise<void> {
  const total = end.size - from;
  const bar = progress(terminal, { label: "checking links", total, unit: "entries" });
  try {
    const fault = await auditFrom({ client, signal }, from, end, bar, visit);
    if (fault !== null) throw brokenChain(fault);
  } finally {
    bar.end();
  }
}

async function auditFrom(
  { client, signal }: Pick<Reading, "client" | "signal">,
  from: number,
  end: End,
  bar: Progress,
  visit: (sealed: Sealed) => void,
): Promise<ChainFault | null> {
  let audit: ChainAudit | null = from === 0 ? new ChainAudit(nodeHost, { expected: end }) : null;
  if (from < end.size) {
    const limit = Math.min(LONGEST_PAGE, end.size - from);
    for await (const sealed of client.entries({ order: "oldest", from, limit }, { signal })) {
      audit ??= auditAt(sealed, end);
      if (!audit.add(sealed.text)) break;
      visit(sealed);
      const { index } = sealed.entry;
      bar.set(index + 1 - from);
      if (index >= end.size - 1) break;
    }
  }
  return (audit ?? new ChainAudit(nodeHost, { expected: end })).finish().fault;
}

/** What stands before the first entry is taken as that entry says. */
function auditAt({ entry: { index, previous_hash, timestamp } }: Sealed, expected: End): ChainAudit {
  // One that names no predecessor is no later entry: without a head before it, the audit says so.
  if (previous_hash === GENESIS) return new ChainAudit(nodeHost, { expected });
  const from = { index: index - 1, current_hash: previous_hash, timestamp };
  return new ChainAudit(nodeHost, { expected, from });
}

function brokenChain({ code, message }: ChainFault): CliError {
  return broken(`the chain that the service shows does not hold: ${code}: ${message}`);
}
